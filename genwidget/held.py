"""What a process keeps of each of its runs, and what taking one up again asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from genwidget.client import check_key, find_key
from genwidget.errors import KeyNotLocked, ResumeRefused
from genwidget.keys import ApiKey
from genwidget.lifecycle import RunState
from genwidget.messages import render
from genwidget.run import Run

KeySource = Callable[[], ApiKey | None]

#: How long the API answers the same idempotency key with the same generation, in seconds. Source: its own pages.
IDEMPOTENCY_S: Final = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Held:
    """A run of this process.

    Attributes:
        run: the run.
        key_fingerprint: of the key that it was sent with.
        key_source: gives the key in use, where something holds one.
        is_restored: made from a row of the ledger, and not sent by this process.
    """

    run: Run
    key_fingerprint: str
    key_source: KeySource | None
    is_restored: bool = False


def key_for(held: Held, key: ApiKey | str | None) -> ApiKey:
    """Return the key for a run's host: given, else in use, else of the environment.

    Raises:
        KeyNotLocked: there is none.
        InvalidApiKey: the one given has a form that no key has.
    """
    run = held.run
    is_custom = run.target.is_own_origin and run.region_id != "sandbox"
    base_url = run.target.api_url if is_custom else None
    if key is not None:
        return check_key(key, base_url)
    if held.key_source is not None:
        found, absent = held.key_source(), None
    else:
        found, absent = find_key(run.region_id, base_url), render("key_absent")
    if found is None:
        raise KeyNotLocked(absent)
    return found


def check_resume(held: Held, key: ApiKey, now: float) -> None:
    """Check that a run can be taken up with a key, at a Unix time in seconds.

    Raises:
        ResumeRefused: another key, a body that was not stored, more than 24 hours ago, or nothing to resume.
    """
    run = held.run
    if not run.state.can_resume:
        raise ResumeRefused(render("resume_not_lost"))
    if held.key_fingerprint != key.fingerprint:
        raise ResumeRefused(render("resume_other_key"))
    if run.state is RunState.LOST:
        if now - run.created_at >= IDEMPOTENCY_S:
            raise ResumeRefused(render("resume_too_old"))
        if run.intent.content is None:
            raise ResumeRefused(render("resume_no_body"))
