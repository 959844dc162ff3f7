"""What came back is counted as come back, whichever way its generation was canceled."""

import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace

import httpx
import pytest

from genwidget.api import changes
from genwidget.api.client import Client
from genwidget.api.keys import ApiKey
from genwidget.catalogue import Catalogue
from genwidget.errors import Conflict, RunCanceled
from genwidget.messages import MESSAGES, render
from genwidget.request.validation import prepare
from genwidget.runs import runner
from genwidget.runs.ledger import Ledger
from genwidget.sandbox import API_KEY
from genwidget.settings import Settings
from tests.ledger_rows import a_row
from tests.widget.conftest import FAST, PROMPT, Page, eventually


def by_run(_, run):
    run.cancel(15)


def by_page(playground, run):
    page = Page(playground)
    assert page.ask("manage", action="cancel", generation_id=run.generation_id)[0]["ok"]


def by_client(_, run):
    with Client.blocking("sandbox", settings=FAST) as client:
        client.cancel_generation(run.generation_id)


def by_page_in_capitals(playground, run):
    page = Page(playground)
    assert page.ask("manage", action="cancel", generation_id=run.generation_id.upper())[0]["ok"]


def by_client_in_capitals(_, run):
    with Client.blocking("sandbox", settings=FAST) as client:
        client.cancel_generation(run.generation_id.upper())


def by_client_of_url(_, run):
    url = run.target.api_url.replace("127.0.0.1", "localhost")
    with Client.blocking(base_url=url, key=API_KEY, settings=FAST) as client:
        client.cancel_generation(run.generation_id)


def elsewhere(program, *arguments):
    """Carry a program out in another process, whose folders are the same."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()


#: A script that sends nothing.
CANCELS = """
import sys
from genwidget import Client
with Client.blocking("sandbox") as client:
    client.cancel_generation(sys.argv[1])
"""


def made(sandbox):
    """Return the id of a generation that nothing here has a run of."""
    sandbox.hold()
    with Client.blocking("sandbox", settings=FAST) as client:
        return client.generate("bfl/flux-schnell", {"generation_prompt": PROMPT}).generation_id


def by_script(_, run):
    elsewhere(CANCELS, run.generation_id)


WAYS = [by_run, by_page, by_client, by_page_in_capitals, by_client_in_capitals, by_client_of_url]


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
    ((_, generation_id, target),) = [of for of in told if of[0] is carrier]
    carrier.note_refunded(generation_id, target)
    assert carrier.ledger.drain(10)
    assert (run.credits, float(playground.used)) == (0, 0)
    assert carrier.ledger.find(run.run_id).credits == 0


def test_what_a_script_cancels_is_counted_as_nothing(under_way, carrier):
    playground, run = under_way
    by_script(playground, run)
    with pytest.raises(RunCanceled):
        run.wait(15)
    assert carrier.ledger.drain(10)
    row = carrier.ledger.find(run.run_id)
    assert (row.credits, float(playground.used)) == (0, 0)
    assert carrier.restore(row).credits == 0, "heard of at the latest where the ledger is read"


def test_a_run_hears_from_the_ledger_what_came_back_elsewhere(under_way, carrier):
    playground, run = under_way
    with closing(Ledger(carrier.ledger.path)) as other:
        assert other.mark_refunded(run.generation_id, "sandbox", run.target.api_url).result(10)
    path = f"/v1/content/generation/cancel/{run.generation_id}"
    httpx.post(run.target.api_url + path, headers={"Authorization": f"Bearer {API_KEY}"}).raise_for_status()
    with pytest.raises(RunCanceled):
        run.wait(15)
    eventually(lambda: run.credits == 0)
    assert float(playground.used) == 0


def test_a_run_by_url_is_canceled_by_the_name_of_the_sandbox_too(make, carrier, sandbox):
    playground = make("us", base_url=sandbox.url, values={"generation_prompt": PROMPT})
    playground.session.lock_key(API_KEY, "us")
    sandbox.hold()
    run = playground.send()
    eventually(lambda: run.generation_id is not None)
    by_client(playground, run)
    with pytest.raises(RunCanceled):
        run.wait(15)
    assert carrier.ledger.drain(10)
    assert (run.credits, carrier.ledger.find(run.run_id).credits, float(playground.used)) == (0, 0, 0)


def test_what_came_back_elsewhere_is_not_counted_where_the_process_ends_before_it_hears_of_it(sandbox):
    slow = Settings(poll_first_s=60, live_models=False)
    request = prepare(Catalogue.load(), "image", "bfl/flux-schnell", {"generation_prompt": PROMPT})
    first = runner.Runner()
    sandbox.hold()
    run = first.start(request, runner.resolve("sandbox"), ApiKey(API_KEY), slow)
    eventually(lambda: run.generation_id is not None and first.ledger.is_written)
    by_script(None, run)
    first.close()
    assert run.state == "expired"
    second = runner.Runner()
    again = second.restore(second.ledger.find(run.run_id), FAST)
    assert (again.state, again.credits, second.ledger.spending(is_sandbox=True).used) == ("expired", 0, 0)
    with pytest.raises(RunCanceled):
        again.resume().wait(15)
    assert second.ledger.drain(10)
    assert (again.credits, second.ledger.find(run.run_id).credits) == (0, 0)
    assert second.ledger.spending(is_sandbox=True).used == 0
    second.close()


def test_a_run_that_is_sent_anew_costs_what_it_costs(sandbox, carrier):
    request = prepare(Catalogue.load(), "image", "bfl/flux-schnell", {"generation_prompt": PROMPT})
    row = a_row(body=request.encoded, price=0.005, key_fingerprint=ApiKey(API_KEY).fingerprint, created_at=time.time())
    carrier.ledger.begin(row)
    carrier.ledger.record(replace(row, state="unreached", credits=0.0))
    run = carrier.restore(carrier.ledger.find(row.intent_id), FAST)
    assert run.credits == 0
    assert run.resume().wait(15).credits == 0.005
    assert carrier.ledger.drain(10)
    assert float(carrier.ledger.spending(is_sandbox=True).spent) == 0.005


def test_a_script_that_changes_nothing_loads_and_makes_no_ledger(sandbox, tmp_path):
    program = CANCELS.replace("cancel_generation", "get_generation") + (
        "print(*(name for name in sys.modules if name.startswith('genwidget.runs')))"
    )
    generation_id = made(sandbox)
    assert elsewhere(program, generation_id) == []
    elsewhere(CANCELS, generation_id)
    assert not (tmp_path / "data" / "ledger.sqlite3").exists(), "nothing was sent that would be in it"


def test_what_a_script_deletes_is_deleted_in_the_ledger(pg, carrier):
    run = pg.send().wait(15)
    elsewhere(CANCELS.replace("cancel_generation", "delete_generation"), run.generation_id)
    assert carrier.ledger.find(run.run_id).is_deleted


def test_a_cancel_is_one_whatever_keeps_its_ledger_from_being_written(sandbox, monkeypatch, caplog):
    def fail():
        raise RuntimeError("no folder")

    monkeypatch.setattr(changes, "_listen", fail)
    with Client.blocking("sandbox", settings=FAST) as client:
        assert client.cancel_generation(made(sandbox)).credits_refunded
    assert "could not be written down" in caplog.text


def test_who_cancels_what_has_ended_is_not_told_to_send_again(pg):
    run = pg.send().wait(15)
    answer, _ = Page(pg).ask("manage", action="cancel", generation_id=run.generation_id)
    assert answer["alert"]["more"] == MESSAGES["advice_ended"]
    with Client.blocking("sandbox", settings=FAST) as client, pytest.raises(Conflict) as caught:
        client.cancel_generation(run.generation_id)
    assert caught.value.next_step == MESSAGES["advice_ended"]
