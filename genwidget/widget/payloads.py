"""What the kernel sends to the page of runs: one of them, and rows of the history."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from genwidget.api.media_types import extension_of
from genwidget.api.responses import text
from genwidget.api.retry import STILL_RUNNING_CODE
from genwidget.errors import ApiError
from genwidget.messages import render
from genwidget.runs.money import money
from genwidget.runs.run import Run
from genwidget.runs.run_end import run_error, way_on_of_page
from genwidget.runs.snapshot import RunSnapshot
from genwidget.runs.state import NOT_ANSWERED, RunState
from genwidget.text import moment, saved_name
from genwidget.widget.alerts import alert_of, plain_alert
from genwidget.widget.json_text import count_lines, lay_out
from genwidget.widget.payload_types import (
    Alert,
    CountdownPayload,
    RowPayload,
    RunFacts,
    RunPayload,
)

if TYPE_CHECKING:
    from genwidget.errors import GenwidgetError


#: How many outputs the page is told of: more than any model makes, and no more than a page can hold.
MAX_OUTPUTS: Final = 100
#: How much of a prompt the list of runs has.
PROMPT_LENGTH: Final = 500
#: How a run can end badly. One that was canceled ended as someone wished.
_BAD_ENDS: Final = frozenset({RunState.FAILED, RunState.REFUSED, RunState.UNREACHED, RunState.LOST, RunState.EXPIRED})


class LaidOut:
    """The bodies of one run, laid out: how many lines each has, and its text until the page has fetched it.

    The lines of megabytes are told with the run, and their text is asked for right behind it: it is made once.
    """

    def __init__(self) -> None:
        self._run_id = ""
        self._lines: dict[str, tuple[bytes, int]] = {}
        self._kept: dict[str, tuple[bytes, bytes]] = {}

    def count(self, run_id: str, which: str, raw: bytes | None) -> int | None:
        """Return the number of lines, or None where there is no JSON. Takes time for megabytes."""
        if raw is None:
            return None
        if run_id != self._run_id:
            self._run_id = run_id
            self._lines.clear()
            self._kept.clear()
        known = self._lines.get(which)
        if known is None or known[0] is not raw:
            text = lay_out(raw, is_record=which == "record")
            known = self._lines[which] = (raw, count_lines(text))
            self._kept[which] = (raw, text)
        return known[1]

    def take(self, which: str, raw: bytes) -> bytes:
        """Return a body laid out, and keep it no more. Takes time for megabytes where it was not kept."""
        of, text = self._kept.pop(which, (None, b""))
        return text if of is raw else lay_out(raw, is_record=which == "record")


def run_snapshot(run: Run, laid_out: LaidOut) -> RunPayload:
    """Return the ``run`` trait: one moment of a run."""
    snapshot = run.snapshot
    return {
        "run_id": run.run_id,
        "intent_id": run.intent_id,
        "state": snapshot.state.value,
        "is_live": not snapshot.state.is_terminal,
        "model_type": run.model_type,
        "model_id": run.model_id,
        "region": run.region_id,
        "status_code": snapshot.status_code,
        "started_at": snapshot.started_at * 1000,
        "post_done": snapshot.state not in NOT_ANSWERED,
        "latency_ms": snapshot.latency_ms,
        "total_ms": snapshot.total_ms,
        "lines": {
            "reply": laid_out.count(run.run_id, "reply", snapshot.raw_reply if snapshot.is_json else None),
            "record": laid_out.count(run.run_id, "record", snapshot.raw_record),
        },
        "generation_id": snapshot.generation_id,
        "provider": run.provider,
        "credits": run.credits,
        "credits_refunded": snapshot.credits_refunded,
        "rating": run.rating,
        "is_deleted": run.is_deleted,
        "can_cancel": not snapshot.state.is_terminal and not snapshot.is_cancel_asked and not run.is_deleted,
        "can_resume": snapshot.state.can_resume and not run.is_deleted,
        "timeline": [
            {
                "at_ms": entry.at_ms,
                "label": entry.label,
                "provider": entry.provider,
                "confirmed": entry.confirmed,
                "tone": entry.tone,
                "is_now": entry.is_now,
            }
            for entry in run.timeline
        ],
        "post_facts": list(post_facts(snapshot)),
        "countdown": countdown(snapshot),
        "alert": run_alert(run, snapshot),
        "outputs": [{"index": output.index, "url": output.url} for output in run.outputs[:MAX_OUTPUTS]],
        "has_reply": snapshot.raw_reply is not None and snapshot.is_json,
        "has_record": snapshot.raw_record is not None,
        "is_json": snapshot.is_json,
    }


def post_facts(snapshot: RunSnapshot) -> Iterator[str]:
    """Yield what is known of the POST beside its answer: how long each phase took, how many requests are left."""
    phases, rate = snapshot.phases, snapshot.rate_limit
    if phases is not None:
        connected = {"timeline_post_reused": 0} if phases.reused else {"timeline_post_connected": phases.connect_ms}
        took = {
            **connected,
            "timeline_post_tls": phases.tls_ms,
            "timeline_post_written": phases.send_ms,
            "timeline_post_first_byte": phases.first_byte_ms,
            "timeline_post_read": phases.body_ms,
        }
        told = ", ".join(render(code, ms=ms) for code, ms in took.items() if ms is not None)
        if told:
            yield render("timeline_post_phases", phases=told)
    if rate is not None and rate.limit is not None and rate.remaining is not None:
        yield render("timeline_post_rate_limit", left=rate.remaining, limit=rate.limit)


def countdown(snapshot: RunSnapshot) -> CountdownPayload | None:
    """Return what a run waits for, where it is known for how long: words, and the end in Unix milliseconds."""
    retry, waiting = snapshot.retry, snapshot.waiting
    if retry is not None:
        code = "countdown_running" if retry.is_first_running else "countdown_retry"
        return {"label": render(code, attempt=retry.attempt, of=retry.of), "at": retry.at * 1000}
    if waiting is not None and waiting.until is not None:
        return {"label": render("countdown_waiting"), "at": waiting.until * 1000}
    return None


def run_alert(run: Run, snapshot: RunSnapshot) -> Alert | None:
    """Return what a person reads about how a run ended; nothing where it ended well or goes on."""
    state = snapshot.state
    if run.is_deleted:
        sentence = render("generation_deleted")
        return plain_alert("generation_deleted", sentence, scope="send", kind="note", more=render("deleted_means"))
    if state is RunState.CANCELED:
        sentence = render("generation_canceled")
        return plain_alert("generation_canceled", sentence, scope="send", kind="note", more=_came_back(run, snapshot))
    if state is RunState.UNSENT:  # why, and how many more, stands in a strip of its own
        charged = render("nothing_charged")
        alert = plain_alert("unsent", render("timeline_unsent"), scope="send", kind="note", more=charged)
        return {**alert, "can_resume": True}
    if state not in _BAD_ENDS:
        return None
    if state is RunState.FAILED:
        return _failure(run, snapshot)
    error: GenwidgetError = snapshot.error or run_error(run)
    alert = alert_of(error, scope="send", can_resume=state.can_resume)
    if state is RunState.EXPIRED:
        alert["kind"], alert["more"] = "warning", way_on_of_page(snapshot.error)
    elif state is RunState.LOST:
        is_first_running = isinstance(error, ApiError) and error.api_code == STILL_RUNNING_CODE
        means = render("first_not_ended" if is_first_running else "may_have_started")
        alert["kind"], alert["more"] = "warning", means
    return alert


def _came_back(run: Run, snapshot: RunSnapshot) -> str:
    """Return what became of the price of a run that was canceled."""
    if snapshot.generation_id is None:
        return render("nothing_charged")
    if not snapshot.credits_refunded:
        return render("credits_not_back")
    price = run.intent.price
    if price is None:
        return render("credits_back")
    back = money(round(Decimal(price), 6), is_sandbox=run.is_of_sandbox)
    return render("credits_back_known", amount=back)


def _failure(run: Run, snapshot: RunSnapshot) -> Alert:
    record = snapshot.generation or {}
    said = text(record.get("generation_error")) or (snapshot.error.message if snapshot.error else "")
    if snapshot.credits_refunded:
        said = f"{said.rstrip('.')}. {_came_back(run, snapshot)}" if said else _came_back(run, snapshot)
    alert = plain_alert("generation_failed", render("generation_failed"), scope="send", more=said)
    alert["api_code"] = text(record.get("generation_error_code"))
    alert["request_id"] = snapshot.request_id
    return alert


def run_facts(run: Run) -> RunFacts:
    """Return what a list of runs has of one; no prompt, no body."""
    return {
        "run_id": run.run_id,
        "created_at": iso_time(run.created_at),
        "model_id": run.model_id,
        "state": "deleted" if run.is_deleted else run.state.value,
        "provider": run.provider,
        "status_code": run.status_code,
        "latency_ms": run.latency_ms,
        "total_ms": run.total_ms,
        "credits": run.credits,
        "can_resume": run.state.can_resume and not run.is_deleted,
        "rating": run.rating,
    }


def run_row(run: Run) -> RowPayload:
    """Return one row of the list of runs, as the page shows it."""
    return {
        **run_facts(run),
        "prompt": run.prompt[:PROMPT_LENGTH],
        "model_type": run.model_type,
        "region": run.region_id,
        "is_live": not run.is_terminal,
        "is_stored": run.request is not None,
        "can_delete": run.generation_id is not None and not run.is_deleted and run.is_terminal,
    }


def name_of_output(run: Run, index: int, media_type: str) -> str:
    """Return the name under which a browser saves an output of a run."""
    made_by = run.generation_id or run.run_id
    return saved_name(run.model_id, made_by, index + 1, extension_of(media_type))


def iso_time(unix_s: float) -> str:
    """Return a moment as ISO 8601 in UTC, to the millisecond; one that no calendar has as that of Unix time 0."""
    return datetime.fromtimestamp(moment(unix_s), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
