"""What came back is counted as come back, whichever way its generation was canceled."""

import pytest

from genwidget.api.client import Client
from genwidget.errors import Conflict, RunCanceled
from genwidget.messages import MESSAGES, render
from genwidget.runs import runner
from genwidget.sandbox import API_KEY
from tests.widget.conftest import FAST, PROMPT, Page, eventually


def by_run(_, run):
    run.cancel(15)


def by_page(playground, run):
    page = Page(playground)
    assert page.ask("manage", action="cancel", generation_id=run.generation_id)[0]["ok"]


def by_client(_, run):
    with Client.blocking("sandbox", settings=FAST) as client:
        client.cancel_generation(run.generation_id)


WAYS = [by_run, by_page, by_client]


@pytest.fixture
def under_way(make, sandbox):
    """A playground, and a run of it whose generation is under way."""
    playground = make(values={"generation_prompt": PROMPT}, spend_limit=1)
    playground.session.lock_key(API_KEY, "sandbox")
    sandbox.hold()
    run = playground.send()
    eventually(lambda: run.generation_id is not None)
    return playground, run


@pytest.mark.parametrize("cancel", WAYS)
def test_what_came_back_is_said_and_counted_as_nothing(under_way, carrier, cancel):
    playground, run = under_way
    cancel(playground, run)
    with pytest.raises(RunCanceled):
        run.wait(15)
    page = Page(playground)
    back = render("credits_back_known", amount="0.005 credits of the sandbox (no money)")
    page.wait_for("run", lambda shown: shown["alert"] is not None and shown["alert"]["more"] == back)
    assert run.credits == 0
    assert carrier.ledger.drain(10)
    assert carrier.ledger.find(run.run_id).credits == 0
    assert float(carrier.ledger.spending(is_sandbox=True).used) == float(playground.used) == 0


@pytest.mark.parametrize("cancel", [by_page, by_client])
def test_a_run_that_was_written_down_as_paid_before_is_counted_anew(under_way, carrier, cancel, monkeypatch):
    playground, run = under_way
    told = []
    with monkeypatch.context() as patch:
        patch.setattr(runner.Runner, "note_refunded", lambda *of: told.append(of))
        cancel(playground, run)
        with pytest.raises(RunCanceled):
            run.wait(15)
    assert carrier.ledger.drain(10)
    assert (run.credits, float(playground.used)) == (0.005, 0.005), "nobody has told it what came back"
    ((_, generation_id, target),) = told
    carrier.note_refunded(generation_id, target)
    assert carrier.ledger.drain(10)
    assert (run.credits, float(playground.used)) == (0, 0)
    assert carrier.ledger.find(run.run_id).credits == 0


def test_who_cancels_what_has_ended_is_not_told_to_send_again(pg):
    run = pg.send().wait(15)
    answer, _ = Page(pg).ask("manage", action="cancel", generation_id=run.generation_id)
    assert answer["alert"]["more"] == MESSAGES["advice_ended"]
    with Client.blocking("sandbox", settings=FAST) as client, pytest.raises(Conflict) as caught:
        client.cancel_generation(run.generation_id)
    assert caught.value.next_step == MESSAGES["advice_ended"]
