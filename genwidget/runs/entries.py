"""The runs of this process, and which key may be used for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary, WeakValueDictionary

from genwidget.api.keys import ApiKey, KeyGiven, public_key, resolve_key
from genwidget.api.regions import is_official
from genwidget.errors import KeyNotLocked, ResumeRefused, WrongKey
from genwidget.messages import render
from genwidget.runs.run import Run
from genwidget.runs.spend_limit import SpendLimit
from genwidget.runs.state import RunState

KeySource = Callable[[], ApiKey | None]
#: Limits, or what gives them as they are when a run is sent or resumed.
Limits = Sequence[SpendLimit] | Callable[[], Sequence[SpendLimit]]


#: How long the API answers the same idempotency key with the same generation, in seconds. Source: its own pages.
IDEMPOTENCY_S: Final = 24 * 60 * 60
#: So far may a clock be set back, as it is when its drift is corrected, and still tell how old a key is.
_SET_BACK_S: Final = 5 * 60


@dataclass(frozen=True, slots=True)
class RunEntry:
    """What is known here of a run beside itself.

    Attributes:
        key_fingerprint: of the key that it was sent with.
        key_source: gives the key in use, where something holds one.
        is_restored: made from a row of the ledger, and not sent by this process.
        limits: what it was sent within.
        is_resumed: taken up again by this process.
    """

    key_fingerprint: str
    key_source: KeySource | None
    is_restored: bool = False
    limits: Limits = ()
    is_resumed: bool = False


class RunEntries:
    """The runs of this process by their ids, with what is known of each, for as long as somebody holds the run.

    Whoever carries a run holds it; one that has ended is held by those who sent it, or by nobody. Safe from any thread.
    """

    def __init__(self) -> None:
        self._runs: WeakValueDictionary[str, Run] = WeakValueDictionary()
        self._entries: WeakKeyDictionary[Run, RunEntry] = WeakKeyDictionary()

    def __len__(self) -> int:
        return len(self._runs)

    def find(self, run_id: str) -> Run | None:
        """Return a run, or None where it is not of this process, or held by nobody any more."""
        return self._runs.get(run_id)

    def runs(self) -> list[Run]:
        """Return those that somebody holds."""
        return list(self._runs.values())

    def of(self, run: Run) -> RunEntry:
        """Return what is known of a run."""
        return self._entries[run]

    def note(self, run: Run, entry: RunEntry) -> None:
        """Take a run, or what is known of it now."""
        self._entries[run] = entry
        self._runs[run.run_id] = run


def is_movable(run: Run, entry: RunEntry) -> bool:
    """Tell whether a run follows the sandbox to where that serves now: of an earlier process, with a public key.

    Any other key stays at the origin that it was sent to.
    """
    return entry.is_restored and run.region_id == "sandbox" and public_key(entry.key_fingerprint) is not None


def key_for(run: Run, entry: RunEntry, given: KeyGiven, *, to_resume: bool = False) -> ApiKey:
    """Return the key for a call about a run: the one that it was sent with, at the origin that it was sent to.

    Looked for in what is given, else in what is in use, else in the environment. The one way to a key for a run.

    Raises:
        KeyNotLocked: there is none.
        WrongKey: it is of another origin, or not the key that the run was sent with.
        ResumeRefused: the same, where the run was to be resumed.
        InvalidApiKey: the one given has a form that no key has.
    """
    key = _found(run, entry, given)
    if not is_movable(run, entry):
        key = key.at(run.target.api_url)
    if key.fingerprint != entry.key_fingerprint:
        raise ResumeRefused(render("resume_other_key")) if to_resume else WrongKey(render("key_of_other_run"))
    return key


def _found(run: Run, entry: RunEntry, given: KeyGiven) -> ApiKey:
    target = run.target
    base_url = None if is_official(target.api_url) else target.api_url
    found: ApiKey | None
    absent = None
    if given is not None:
        found = resolve_key(target.region_id, base_url, given)
    elif entry.key_source is not None:
        found = entry.key_source()
    else:
        is_sandbox = target.region_id == "sandbox"
        found = (public_key(entry.key_fingerprint) if is_sandbox else None) or resolve_key("us", base_url)
        absent = render("key_absent")
    if found is None:
        raise KeyNotLocked(absent)
    return found


def may_hold(created_at: float, now: float) -> bool:
    """Tell whether the API still answers a key of then with the same generation; both are Unix times in seconds.

    What was made in the future was not: the clock was set back since, and how long ago that was nobody knows.
    """
    return -_SET_BACK_S <= now - created_at < IDEMPOTENCY_S


def check_resume(run: Run, now: float) -> None:
    """Check that a run can be taken up, at a Unix time in seconds.

    Raises:
        ResumeRefused: a body that was not stored, more than 24 hours ago, or before the clock was set back,
            or nothing to resume.
    """
    if run.is_deleted:
        raise ResumeRefused(render("resume_deleted"))
    if not run.state.can_resume:
        raise ResumeRefused(render("resume_not_lost"))
    if run.state is RunState.LOST and not may_hold(run.created_at, now):
        raise ResumeRefused(render("resume_too_old" if now > run.created_at else "resume_set_back"))
    if run.state in {RunState.LOST, RunState.UNREACHED, RunState.UNSENT} and run.intent.content is None:
        code = "resume_no_body" if run.state is RunState.LOST else "resume_not_stored"
        raise ResumeRefused(render(code))
