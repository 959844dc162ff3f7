"""What a process keeps of each of its runs, and what taking one up again asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from genwidget.api.client import check_key, find_key, public_key
from genwidget.api.keys import ApiKey, KeyGiven
from genwidget.api.regions import is_official
from genwidget.errors import KeyNotLocked, ResumeRefused, WrongKey
from genwidget.messages import render
from genwidget.runs.run import Run
from genwidget.runs.state import RunState

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

    @property
    def is_movable(self) -> bool:
        """Whether it follows the sandbox to where that serves now: of an earlier process, with a public key.

        Any other key stays at the origin that it was sent to.
        """
        return self.is_restored and self.run.region_id == "sandbox" and public_key(self.key_fingerprint) is not None


def key_for(held: Held, given: KeyGiven, *, to_resume: bool = False) -> ApiKey:
    """Return the key for a call about a run: the one that it was sent with, at the origin that it was sent to.

    Looked for in what is given, else in what is in use, else in the environment. The one way to a key for a run.

    Raises:
        KeyNotLocked: there is none.
        WrongKey: it is of another origin, or not the key that the run was sent with.
        ResumeRefused: the same, where the run was to be resumed.
        InvalidApiKey: the one given has a form that no key has.
    """
    key = _found(held, given)
    if not held.is_movable:
        key = key.at(held.run.target.api_url)
    if key.fingerprint != held.key_fingerprint:
        raise ResumeRefused(render("resume_other_key")) if to_resume else WrongKey(render("key_of_other_run"))
    return key


def _found(held: Held, given: KeyGiven) -> ApiKey:
    target = held.run.target
    base_url = None if is_official(target.api_url) else target.api_url
    if given is not None:
        return check_key(given, base_url)
    if held.key_source is not None:
        found, absent = held.key_source(), None
    else:
        is_sandbox = target.region_id == "sandbox"
        found = (public_key(held.key_fingerprint) if is_sandbox else None) or find_key("us", base_url)
        absent = render("key_absent")
    if found is None:
        raise KeyNotLocked(absent)
    return found


def check_resume(held: Held, now: float) -> None:
    """Check that a run can be taken up, at a Unix time in seconds.

    Raises:
        ResumeRefused: a body that was not stored, more than 24 hours ago, or nothing to resume.
    """
    run = held.run
    if not run.state.can_resume:
        raise ResumeRefused(render("resume_not_lost"))
    if run.state is RunState.LOST and now - run.created_at >= IDEMPOTENCY_S:
        raise ResumeRefused(render("resume_too_old"))
    if run.state in {RunState.LOST, RunState.UNREACHED} and run.intent.content is None:
        code = "resume_no_body" if run.state is RunState.LOST else "resume_not_stored"
        raise ResumeRefused(render(code))
