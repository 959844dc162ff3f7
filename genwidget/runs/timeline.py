"""A run told as a list of entries: what the API confirmed, and what is only inferred from the planned order. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from genwidget.messages import render
from genwidget.runs.state import NOT_ANSWERED, RunState

#: How many providers, and how many of their tries, are told: the page holds all of a timeline.
MAX_TOLD: Final = 50

Tone = Literal["plain", "ok", "bad"]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened, or is inferred to.

    Attributes:
        at_ms: since the run began, on this machine's clock; None where no time is known.
        label: what happened; where ``provider`` is set, it follows the provider's name.
        provider: an inference provider.
        confirmed: said by the API or done by us; else inferred from the planned order.
        attempt: the number of the try, of ours or of a provider's.
        tone: ``ok`` and ``bad`` for ends.
        is_now: this is what is under way.
    """

    at_ms: int | None
    label: str
    provider: str | None = None
    confirmed: bool = True
    attempt: int | None = None
    tone: Tone = "plain"
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class AttemptSeen:
    """One provider's try as the status helper told it, on our clock; ``ended_ms`` is None while it runs."""

    provider: str
    outcome: str
    started_ms: int
    ended_ms: int | None = None


@dataclass(frozen=True, slots=True)
class TimelineData:
    """All that a timeline is told from.

    Attributes:
        marks: what our side did, in order: sent, sent again, accepted.
        plan: the providers in planned order, as far as known.
        attempts: what the status helper told.
        trouble: why the record could not be read, the last time that it could not.
        provider_used: what the record told at the end.
        since_ms: since when the first provider may be at work.
        ends: how it ended; empty while it goes on.
    """

    marks: tuple[TimelineEntry, ...] = ()
    plan: tuple[str, ...] = ()
    attempts: tuple[AttemptSeen, ...] = ()
    trouble: TimelineEntry | None = None
    provider_used: str | None = None
    since_ms: int | None = None
    ends: tuple[TimelineEntry, ...] = ()


_OUTCOMES: Final[dict[str, tuple[str, Tone]]] = {
    "failed": ("timeline_attempt_failed", "bad"),
    "cancelled": ("timeline_attempt_canceled", "plain"),
    "discarded": ("timeline_attempt_discarded", "plain"),
}


def mark(at_ms: int | None, code: str, *, attempt: int | None = None, tone: Tone = "plain") -> TimelineEntry:
    """Return an entry whose label is a sentence of ``messages``."""
    return TimelineEntry(at_ms, render(code), attempt=attempt, tone=tone)


def without_sending(entries: Iterable[TimelineEntry]) -> tuple[TimelineEntry, ...]:
    """Return the entries but for what says that a request leaves, or may leave once a spend limit was checked."""
    sending = render("timeline_sending")
    return tuple(one for one in entries if one.label != sending and not is_check(one))


def is_check(entry: TimelineEntry) -> bool:
    """Tell whether an entry says that a spend limit is checked."""
    return entry.label == render("timeline_checking")


def is_wait(entry: TimelineEntry) -> bool:
    """Tell whether an entry says that the run waits for its turn, or did."""
    return entry.label in {render("timeline_waiting_running"), render("timeline_waiting_window")}


def guess(code: str, *, provider: str | None = None, at_ms: int | None = None, **values: str) -> TimelineEntry:
    """Return an inferred entry."""
    return TimelineEntry(at_ms, render(code, **values), provider=provider, confirmed=False)


def build_timeline(state: RunState, timeline_data: TimelineData) -> tuple[TimelineEntry, ...]:
    """Return the whole timeline; while a run is live one entry is ``is_now``, once there is any."""
    entries = [*timeline_data.marks, *_attempted(timeline_data)]
    now = len(entries) - 1
    entries += [timeline_data.trouble] if timeline_data.trouble else []
    if state.is_terminal:
        return (*entries, *_inferred_before_end(timeline_data), *timeline_data.ends)
    ahead = list(_ahead(state, timeline_data))
    if state not in NOT_ANSWERED and ahead and not _is_at_work(timeline_data):
        now = len(entries)
    entries += ahead
    if not entries:
        return ()
    entries[now] = replace(entries[now], is_now=True)
    return tuple(entries)


def _attempted(timeline_data: TimelineData) -> Iterator[TimelineEntry]:
    for number, one in enumerate(timeline_data.attempts, 1):
        yield TimelineEntry(one.started_ms, render("timeline_started"), provider=one.provider, attempt=number)
        if one.outcome in _OUTCOMES:
            code, tone = _OUTCOMES[one.outcome]
            yield TimelineEntry(one.ended_ms, render(code), provider=one.provider, attempt=number, tone=tone)


def _is_at_work(timeline_data: TimelineData) -> bool:
    return bool(timeline_data.attempts) and timeline_data.attempts[-1].outcome not in _OUTCOMES


def _ahead(state: RunState, timeline_data: TimelineData) -> Iterator[TimelineEntry]:
    """Tell what the planned order lets expect after what is known."""
    before = timeline_data.attempts[-1].provider if _is_at_work(timeline_data) else None
    tried = {one.provider for one in timeline_data.attempts}
    since_ms = timeline_data.attempts[-1].ended_ms if timeline_data.attempts else timeline_data.since_ms
    for provider in timeline_data.plan:
        if provider in tried:
            continue
        if before is not None:
            yield guess("timeline_if", provider=provider, before=before)
        elif state in NOT_ANSWERED:
            yield guess("timeline_first", provider=provider)
        else:
            yield guess("timeline_processing", provider=provider, at_ms=since_ms)
        before = provider


def _inferred_before_end(timeline_data: TimelineData) -> Iterator[TimelineEntry]:
    """Without the helper's word: whoever stands before the provider that served was passed over."""
    if timeline_data.provider_used not in timeline_data.plan:
        return
    tried = {one.provider for one in timeline_data.attempts}
    for provider in timeline_data.plan[: timeline_data.plan.index(timeline_data.provider_used)]:
        if provider not in tried and timeline_data.provider_used not in tried:
            yield guess("timeline_passed", provider=provider)
