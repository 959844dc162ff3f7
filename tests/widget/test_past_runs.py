"""Runs that have ended long ago: held by nobody but who wants them, and lost to nobody."""

import asyncio
import gc
from collections import Counter

import pytest

from genwidget.errors import GenwidgetError, LedgerError, NoSuchOutput
from genwidget.messages import MESSAGES
from genwidget.runs.ledger import Ledger
from genwidget.runs.run import Run
from genwidget.sandbox import API_KEY, STATE_KEYS
from genwidget.widget import Playground, past_runs, run_list
from genwidget.widget.runs import Runs
from tests.contract.quick_server import QuickServer
from tests.ledger_rows import a_row
from tests.widget.conftest import FAST, LIMIT_S, PROMPT, Page, eventually

#: So few are held here that a few runs are many.
HELD, BETWEEN = 4, 3


@pytest.fixture(autouse=True)
def _few_are_held(monkeypatch):
    monkeypatch.setattr(run_list, "MOST_HELD", HELD)
    monkeypatch.setattr(run_list, "BETWEEN", BETWEEN)


@pytest.fixture
def quick(carrier):
    """Make playgrounds at a server that answers at once."""
    made = []
    with QuickServer() as server:

        def make(**options):
            values = {"generation_prompt": PROMPT}
            pg = Playground(values=values, base_url=server.url, key=lambda: API_KEY, settings=FAST, **options)
            made.append(pg)
            pg.lock_key()
            return pg

        make.server = server
        yield make
        for pg in made:
            pg.close()


def send(pg, count):
    """Send, wait for the ends, and return the ids in the order of sending; nobody holds the runs then."""
    runs = [pg.send() for _ in range(count)]
    for run in runs:
        run.wait(LIMIT_S)
    ids = [run.run_id for run in runs]
    del runs, run
    settle(pg)
    return ids


def settle(pg):
    eventually(lambda: not pg.session.background._under_way)
    assert pg.session.publisher.drain()
    gc.collect()


def live(runner):
    """Return the runs of a runner that are in memory, whoever has them; one whose work ends is among them."""
    gc.collect()
    return [one for one in gc.get_objects() if isinstance(one, Run) and one._runner is runner]


@pytest.mark.parametrize("history", ["user", "key", "session"])
def test_however_many_were_sent_no_more_than_the_newest_stay_in_memory(quick, carrier, history):
    pg = quick(history=history)
    sent = []
    for _ in range(3):
        sent += send(pg, 12)
        eventually(lambda: len(live(carrier)) < HELD + BETWEEN + 1)  # and the shown one
    assert [run.run_id for run in pg.runs] == sent[::-1]
    assert len(carrier._entries) == len(live(carrier))
    assert len(pg.session.run_list._unsubscribes) <= HELD + BETWEEN
    assert len(pg.session.run_list.laid_out._lines) <= 2
    assert len(quick.server.made) == len(sent)


def test_of_a_run_that_is_not_held_one_object_of_ours_stays(quick, carrier):
    pg, counts = quick(), []
    for _ in range(3):
        send(pg, 30)
        eventually(lambda: len(live(carrier)) < HELD + BETWEEN + 1)
        kinds = (type(one) for one in gc.get_objects())
        counts.append(Counter(kind.__name__ for kind in kinds if str(kind.__module__).startswith("genwidget.")))
    more = {name: count - counts[1][name] for name, count in counts[2].items() if count - counts[1][name] > BETWEEN * 5}
    assert 25 <= more.pop("PastRun") <= 35
    assert more == {}


@pytest.mark.parametrize("history", ["user", "key", "session"])
def test_a_run_that_is_not_held_is_made_anew_with_its_outputs(quick, history):
    pg = quick(history=history)
    ids = send(pg, 12)
    runs = pg.runs
    assert (len(runs), runs[-1].run_id, runs[0].run_id) == (12, ids[0], ids[-1])
    assert [run.run_id for run in runs[3:9]] == ids[::-1][3:9]
    for run in runs:
        made = quick.server.made[run.intent.idempotency_key]
        assert (run.state.value, run.generation_id, run.prompt) == ("succeeded", made, PROMPT)
        assert [output.url for output in run.outputs] == [f"https://example.com/{made}.png"]
        assert run.raw_record
    assert [one["run_id"] for one in runs.to_records()] == ids[::-1]
    shown = runs._repr_mimebundle_()
    assert (shown["text/plain"], shown["text/html"].count("<tr>")) == ("<Runs: 12>", 13)
    with pytest.raises(IndexError):
        runs[12]


def test_a_run_that_somebody_holds_is_the_same_run_for_ever(quick):
    pg = quick()
    first = pg.send().wait(LIMIT_S)
    send(pg, 12)
    assert first in pg.runs
    assert pg.runs[-1] is first
    again = pg.runs[-2]
    assert pg.runs[-2] is again
    assert pg.session.run_list.get(first.run_id) is first


def test_one_that_is_not_held_is_shown_rated_and_forgotten_like_any_other(quick):
    pg = quick(history="session")
    page = Page(pg)
    first, second = send(pg, 12)[:2]
    assert page.ask("rate_run", run_id=first, rating=4)[0]["ok"]
    assert [run.run_id for run in pg.runs.picks] == [first]
    assert page.ask("load_run", run_id=second)[0]["ok"]
    told = page.wait_for("run", lambda one: one["run_id"] == second)
    assert (told["state"], len(told["outputs"]), told["has_record"]) == ("succeeded", 1, True)
    assert pg.outputs == pg.runs[-2].outputs
    listed = page.ask("list_runs", offset=9, limit=3)[0]["data"]["rows"]
    assert [row["rating"] for row in listed] == [None, None, 4]
    asked = page.ask("find_runs", also=[first])[0]["data"]
    assert [len(asked["rows"]), [row["run_id"] for row in asked["also"]]] == [12, [first]]
    assert page.ask("forget_run", run_id=first)[0]["ok"]
    settle(pg)
    assert (len(pg.runs), pg.history_state["count"]) == (11, 11)
    assert first not in [run.run_id for run in pg.runs]


def test_a_change_of_one_that_a_person_holds_is_told_to_the_page(quick):
    pg = quick()
    first = pg.send().wait(LIMIT_S)
    send(pg, 12)
    before = pg.history_state["version"]
    first.rate(5)
    eventually(lambda: pg.history_state["version"] > before)


def test_runs_that_are_not_held_are_hidden_from_another_key_and_there_again_for_their_own(make):
    pg = make(values={"generation_prompt": PROMPT}, history="key")
    pg.session.lock_key(API_KEY, "sandbox")
    ids = send(pg, 9)
    pg.session.lock_key(API_KEY, "sandbox")
    assert [run.run_id for run in pg.runs] == ids[::-1]
    pg.session.lock_key(STATE_KEYS["other_account"], "sandbox")
    assert len(pg.runs) == 0
    pg.session.lock_key(API_KEY, "sandbox")
    assert [run.run_id for run in pg.runs] == ids[::-1]


def test_a_list_that_is_read_as_another_key_is_locked_has_none_of_the_first(make, monkeypatch):
    pg = make(values={"generation_prompt": PROMPT}, history="key")
    pg.session.lock_key(API_KEY, "sandbox")
    send(pg, 9)
    fetch = pg.session.past.fetch

    async def slow(run_ids):
        found = await fetch(run_ids)
        await asyncio.to_thread(pg.session.lock_key, STATE_KEYS["other_account"], "sandbox")
        return found

    assert Page(pg).ask("list_runs")[0]["data"]["rows"]
    monkeypatch.setattr(pg.session.past, "fetch", slow)
    assert Page(pg).ask("list_runs")[0]["data"]["rows"] == []


def test_runs_of_which_the_ledger_has_no_row_are_held(quick):
    pg = quick()
    pg.spend_limit = 0
    refused = []
    for _ in range(12):
        refused.append(pg.send())  # one by one: what waits has a row
        with pytest.raises(GenwidgetError):
            refused[-1].wait(LIMIT_S)
    ids, sentences = [run.run_id for run in refused], {run.error.message for run in refused}
    del refused
    settle(pg)
    assert [run.run_id for run in pg.runs] == ids[::-1]
    assert {run.error.message for run in pg.runs} == sentences


def test_while_the_ledger_cannot_be_read_what_has_ended_is_held(quick, monkeypatch):
    pg = quick()

    def unreadable(*_, **__):
        raise LedgerError("unreadable")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "beside", unreadable)
        ids = send(pg, 12)
        patch.setattr(Ledger, "find_page", unreadable)
        assert [run.run_id for run in pg.runs] == ids[::-1]
    ids += send(pg, 3)
    assert [run.run_id for run in pg.runs] == ids[::-1]
    monkeypatch.setattr(Ledger, "find_page", unreadable)
    assert pg.runs[0].run_id == ids[-1]
    with pytest.raises(LedgerError):
        pg.runs[-1]
    answer = Page(pg).ask("list_runs")[0]
    assert answer["alert"]["scope"] == "note"
    assert {row["run_id"] for row in answer["data"]["rows"]} <= set(ids)


def test_one_that_another_process_has_forgotten_is_left_out_of_a_list(quick, carrier):
    pg = quick()
    ids = send(pg, 12)
    carrier.ledger.forget(ids[0])
    assert [run.run_id for run in pg.runs] == ids[:0:-1]
    with pytest.raises(GenwidgetError, match=MESSAGES["no_such_run"]):
        pg.runs[-1]


def test_of_records_there_are_no_more_than_there_is_room_for(quick, monkeypatch):
    monkeypatch.setattr(past_runs, "RECORDS_BYTES", 700)
    pg = quick()
    send(pg, 24)
    past = pg.session.past
    kept = [one for one in past.all() if one.record is not None]
    assert 0 < sum(len(one.record) for one in kept) == past._bytes <= 700
    assert kept == list(past.all()[-len(kept) :])
    with pytest.raises(NoSuchOutput, match=r"run\.reload\(\)"):
        pg.runs[-1].outputs[0]
    pg.session.run_list.drop_hidden(lambda _: False)
    assert (past._bytes, len(past), dict(past._with_record)) == (0, 0, {})


def test_what_can_be_resumed_is_held(make, sandbox):
    pg = make(values={"generation_prompt": PROMPT}, settings=FAST)
    pg.lock_key()
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    lost = pg.send()
    with pytest.raises(GenwidgetError):
        lost.wait(LIMIT_S)
    lost_id = lost.run_id
    del lost
    send(pg, 9)
    (run,) = [one for one in pg.session.run_list.all() if one.run_id == lost_id]
    assert run.resume().wait(LIMIT_S).state == "succeeded"


def test_how_many_earlier_runs_there_are_is_told_where_they_are_not_listed(make, carrier):
    for number in range(103):
        assert carrier.ledger.begin(a_row(f"i{number}", created_at=number + 1.0))
        carrier.ledger.record(a_row(f"i{number}", created_at=number + 1.0, state="succeeded"))
    assert carrier.ledger.drain(10)
    runs = make().runs
    told = "(3 earlier ones are in the ledger; %runs --limit N lists them)"
    assert repr(runs) == f"<Runs: 100 {told}>"
    assert told in runs._repr_mimebundle_()["text/html"]
    with pytest.raises(IndexError) as caught:
        runs[100]
    assert str(caught.value) == f"There is no run 100: these are 100 {told}"
    with pytest.raises(IndexError, match=r"There is no run 0: these are 0$"):
        Runs()[0]
