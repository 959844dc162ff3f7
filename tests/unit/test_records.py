"""What a row of the ledger still tells, in a process that did not send it."""

import pytest

from genwidget.errors import DeadlinePassed, ProcessEnded, RunLost, RunRefused
from genwidget.runs.records import facts_of, intent_of, target_of
from genwidget.runs.run import Run
from genwidget.runs.snapshot import RunSnapshot
from genwidget.settings import Settings
from genwidget.widget.payloads import run_alert
from tests.ledger_rows import a_row

ENDED = "The process that followed this generation ended"
ELSEWHERE = "Another kernel or program is polling this run. Its result appears there."
RESUME = "The generation may still end at the API. Content Info fetches its record; Resume polls it again."
UNSURE = (
    "No readable answer came, so the generation may have started. Resume repeats the request with the same "
    "idempotency key, so one generation is made and paid for."
)


class Nobody:
    """Carries nothing."""

    @staticmethod
    def is_own_thread():
        return False


def restored(row):
    return Run(intent_of(row), target_of(row), Settings(), Nobody(), facts_of(row))


@pytest.mark.parametrize(
    ("row", "error", "sentence", "more", "timeline"),
    [
        (
            {"state": "sending"},
            RunLost,
            "The process ended before a response was recorded.",
            UNSURE,
            ["No readable answer", "May be running at the API"],
        ),
        *(
            (
                {"state": "lost", "error_code": code},
                RunLost,
                sentence,
                UNSURE,
                ["No readable answer", "May be running at the API"],
            )
            for code, sentence in [
                ("interrupted", "The process ended before a response was recorded."),
                ("request_timed_out", "Request timed out"),
                ("response_too_large", "Response too large"),
                ("invalid_json", "Invalid JSON response from server"),
                ("unreachable", "Could not reach 127.0.0.1:1"),
                ("closed_unanswered", "127.0.0.1:1 closed the connection without a response"),
                ("broke_off", "127.0.0.1:1 closed the connection before the response was complete"),
                ("invalid_http", "The response of 127.0.0.1:1 is not valid HTTP"),
                ("HTTP_502", "No response was kept."),
                (None, "No response was kept."),
            ]
        ),
        ({"state": "accepted"}, ProcessEnded, ENDED, RESUME, ["The process ended", "May be running at the API"]),
        ({"state": "processing"}, ProcessEnded, ENDED, RESUME, ["The process ended", "May be running at the API"]),
        (
            {"state": "expired", "error_code": "process_ended", "total_ms": 5},
            ProcessEnded,
            ENDED,
            RESUME,
            ["The process ended", "May be running at the API"],
        ),
        (
            {"state": "expired", "total_ms": 601_200},
            DeadlinePassed,
            "Stopped following after 10 min",
            RESUME,
            ["Stopped following", "May be running at the API"],
        ),
        (
            {"state": "expired"},
            DeadlinePassed,
            "Stopped following",
            RESUME,
            ["Stopped following", "May be running at the API"],
        ),
        (
            {"state": "processing", "is_carried_elsewhere": True},
            DeadlinePassed,
            ELSEWHERE,
            RESUME,
            ["Followed in another process", "May be running at the API"],
        ),
        (
            {"state": "sending", "is_carried_elsewhere": True},
            RunLost,
            ELSEWHERE,
            UNSURE,
            ["Followed in another process", "May be running at the API"],
        ),
    ],
)
def test_a_run_that_nothing_here_carries_says_what_happened(row, error, sentence, more, timeline):
    run = restored(a_row(**row))
    with pytest.raises(error) as caught:
        run.wait()
    assert type(caught.value) is error
    assert str(caught.value) == sentence
    alert = run_alert(run, run.snapshot)
    assert (alert["kind"], alert["message"], alert["more"], alert["can_resume"]) == ("warning", sentence, more, True)
    assert [one.label for one in run.timeline] == timeline


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("BSE1004", "The request was refused (BSE1004), or could not be sent; nothing was made"),
        (None, "The request was refused, or could not be sent; nothing was made"),
    ],
)
def test_a_run_that_was_refused_says_so_after_a_restart_too(code, sentence):
    run = restored(a_row(state="refused", error_code=code, total_ms=7))
    with pytest.raises(RunRefused) as caught:
        run.wait()
    assert str(caught.value) == sentence
    alert = run_alert(run, run.snapshot)
    assert (alert["kind"], alert["message"], alert["can_resume"]) == ("error", sentence, False)
    assert [(one.at_ms, one.label, one.tone) for one in run.timeline] == [(7, "Refused", "bad")]


def test_no_state_of_a_row_is_without_facts():
    assert all(isinstance(facts_of(a_row(state=state.value)), RunSnapshot) for state in type(facts_of(a_row()).state))


def test_what_was_deleted_is_so_still():
    gone = restored(a_row(is_deleted=True, state="expired", generation_id="g1", error_code="process_ended"))
    assert (gone.is_deleted, gone.is_interrupted, gone.outputs) == (True, False, ())
    assert run_alert(gone, gone.snapshot)["message"] == "This generation was deleted"
