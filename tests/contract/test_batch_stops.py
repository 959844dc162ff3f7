"""How a batch stops: nothing new leaves, what is under way ends, and nothing is lost of what is asked meanwhile."""

import asyncio
import os
import threading

import pytest

from genwidget.api.client import Client
from genwidget.api.transport import Transport
from genwidget.batch.batch import Batch
from genwidget.batch.shared import Shared
from genwidget.batch.store import BatchStore
from genwidget.batch.sweep import sweep
from genwidget.errors import BatchStopped, LedgerError
from genwidget.runs import runner
from genwidget.runs.ledger import Ledger
from genwidget.runs.state import RunState
from genwidget.sandbox import Fault
from genwidget.sandbox.assumptions import REFUSED_PROMPT
from tests.contract.test_batch import (  # noqa: F401 - fixtures
    MODEL,
    PATIENCE_S,
    in_a_fork,
    keys_sent,
    made,
    make_sandbox,
    narrow,
    plan,
    run,
    sandbox,
    world,
)


def test_a_batch_whose_items_cannot_be_read_stops_and_can_be_taken_up(run, narrow, monkeypatch, wait_until):  # noqa: F811
    read, fails = BatchStore.page, threading.Event()

    def page(store, batch_id, after, states=None):
        if after == 19:
            fails.wait(PATIENCE_S)
            raise LedgerError("disk I/O error")
        return read(store, batch_id, after, states)

    monkeypatch.setattr("genwidget.batch.store.PAGE", 20)
    narrow.hold()
    with monkeypatch.context() as patch:
        patch.setattr(BatchStore, "page", page)
        batch = run(plan(30), base_url=narrow.url)
        wait_until(lambda: len(narrow.generations) == 4, PATIENCE_S)
        fails.set()
        wait_until(lambda: batch._driver.shared.is_stopping() or batch.state == "stopped", PATIENCE_S)
        narrow.let_go()
        with pytest.raises(BatchStopped, match="disk I/O error"):
            batch.wait(PATIENCE_S)
    begun = len(narrow.generations)
    assert begun < 20, "what waited for its turn was not sent"
    assert batch.counts == {"done": begun, "planned": 30 - begun}
    row = BatchStore(runner.shared().ledger).find(batch.batch_id)
    assert (row.state, row.reason, row.owner, row.holder) == ("stopped", "disk I/O error", None, None)
    assert batch.resume().wait(PATIENCE_S).counts == {"done": 30}
    assert sorted(made(narrow).values()) == [1] * 30


def test_a_batch_that_stops_while_its_ledger_is_gone_is_let_go_once_that_is_back(
    run,  # noqa: F811
    narrow,  # noqa: F811
    tmp_path,
    monkeypatch,
    wait_until,
):
    read, reads, failed = BatchStore.page, threading.Event(), threading.Event()

    def page(store, batch_id, after, states=None):
        if after == 19:
            reads.wait(PATIENCE_S)
        try:
            return read(store, batch_id, after, states)
        except LedgerError:
            failed.set()
            raise

    monkeypatch.setattr("genwidget.batch.store.PAGE", 20)
    monkeypatch.setattr(BatchStore, "page", page)
    narrow.hold()
    batch = run(plan(30), base_url=narrow.url)
    wait_until(lambda: len(narrow.generations) == 4, PATIENCE_S)
    (tmp_path / "moved").mkdir()
    for path in [one for one in tmp_path.glob("ledger.sqlite3*") if not one.name.endswith("-owners")]:
        path.rename(tmp_path / "moved" / path.name)
    batch.stop()
    wait_until(batch._driver.shared.is_stopping, PATIENCE_S)
    reads.set()
    wait_until(failed.is_set, PATIENCE_S)
    narrow.let_go()
    for path in (tmp_path / "moved").iterdir():
        path.rename(tmp_path / path.name)
    wait_until(lambda: batch.state == "stopped", PATIENCE_S)
    row = BatchStore(runner.shared().ledger).find(batch.batch_id)
    assert (row.state, row.owner) == ("stopped", None)
    assert batch.resume().wait(PATIENCE_S).counts == {"done": 30}
    assert made(narrow) == {f"A seal {number}": 1 for number in range(30)}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_batch_that_another_process_has_stopped_can_be_canceled_by_it_too(run, narrow, wait_until):  # noqa: F811
    narrow.hold()
    batch = run(plan(30), base_url=narrow.url)
    wait_until(lambda: len(narrow.generations) >= 2, PATIENCE_S)
    assert in_a_fork(batch.stop) is None
    wait_until(batch._driver.shared.is_stopping, PATIENCE_S)
    assert in_a_fork(batch.cancel) is None
    batch.wait(PATIENCE_S)
    assert {one["generation_status"] for one in narrow.generations} == {"canceled"}
    assert batch.counts == {"canceled": len(narrow.generations), "planned": 30 - len(narrow.generations)}


def test_what_asks_for_its_price_when_a_batch_stops_is_not_sent(run, sandbox, monkeypatch, wait_until):  # noqa: F811
    estimate, asking, answered = Client.estimate, [], threading.Event()

    async def held(api, model_id, **question):
        if len(asking) > 0:  # the first one is asked before anything is stored
            await asyncio.to_thread(answered.wait, PATIENCE_S)
        asking.append(model_id)
        return await estimate(api, model_id, **question)

    sandbox.faults.add(Fault("altered", route="estimate", status=404, count=1))
    monkeypatch.setattr(Client, "estimate", held)
    batch = run(sweep("qwen/image", prompt=["A seal", "A fox"], output_format="jpg"), limit=10)
    workers = batch._driver._workers.values()
    wait_until(lambda: [one.run and one.run.state for one in workers] == [RunState.SENDING] * 2, PATIENCE_S)
    batch.stop()
    wait_until(batch._driver.shared.is_stopping, PATIENCE_S)
    answered.set()
    batch.wait(PATIENCE_S)
    assert (batch.state, batch.counts, keys_sent(sandbox)) == ("stopped", {"planned": 2}, [])
    assert batch.resume().wait(PATIENCE_S).counts == {"done": 2}


def test_what_comes_too_early_when_a_batch_stops_is_not_sent_later(run, sandbox, monkeypatch, wait_until):  # noqa: F811
    exchange, posts, answered = Transport.exchange, [], threading.Event()

    async def held(transport, call):
        if call.method == "POST":
            posts.append(call)
            await asyncio.to_thread(answered.wait, PATIENCE_S)
        return await exchange(transport, call)

    sandbox.faults.add(Fault("rate_limit", route="generate", count=2))
    monkeypatch.setattr(Transport, "exchange", held)
    batch = run(plan(2))
    wait_until(lambda: len(posts) == 2, PATIENCE_S)
    batch.stop()
    wait_until(batch._driver.shared.is_stopping, PATIENCE_S)
    answered.set()
    batch.wait(PATIENCE_S)
    assert (batch.counts, len(posts), sandbox.generations) == ({"planned": 2}, 2, [])
    assert batch.resume().wait(PATIENCE_S).counts == {"done": 2}


@pytest.mark.parametrize("trouble", ["carried elsewhere", "unreadable"])
def test_an_item_whose_run_cannot_be_had_lets_a_batch_stop(run, sandbox, world, monkeypatch, wait_until, trouble):  # noqa: F811
    sandbox.hold()
    batch = run(plan(1))
    wait_until(lambda: batch.counts == {"sent": 1}, PATIENCE_S)
    world()
    find, tries = Ledger.find, []

    def find_one(ledger, run_id):
        row = find(ledger, run_id)
        tries.append(run_id)
        if trouble == "unreadable":
            raise LedgerError("disk I/O error")
        object.__setattr__(row, "is_carried_elsewhere", True)
        return row

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "find", find_one)
        batch = Batch.open(batch.batch_id)
        wait_until(lambda: len(tries) >= 2, PATIENCE_S)
        batch.stop()
        batch.wait(PATIENCE_S)
        assert (batch.state, batch.counts) == ("stopped", {"sent": 1})
    sandbox.let_go()
    assert batch.resume().wait(PATIENCE_S).counts == {"done": 1}
    assert len(sandbox.generations) == 1


def test_an_item_that_is_begun_anew_while_the_last_one_ends_belongs_to_the_batch(run, narrow, monkeypatch, wait_until):  # noqa: F811
    narrow.hold()
    batch = run(sweep(MODEL, prompt=[REFUSED_PROMPT, "a seal"], output_format="jpg"), base_url=narrow.url)
    wait_until(lambda: batch.counts.get("refused", 0) + batch.counts.get("failed", 0) == 1, PATIENCE_S)
    wait_until(lambda: len(narrow.generations) >= 1, PATIENCE_S)
    again, carrier = BatchStore.plan_again, runner.shared()

    async def go_round():
        for _ in range(20):
            await asyncio.sleep(0)

    def plan_again(store, *arguments):
        count = again(store, *arguments)
        narrow.let_go()
        wait_until(lambda: batch.counts.get("done") == 1, PATIENCE_S)
        for _ in range(10):  # as often as the end of a batch waits for the ledger, and more
            carrier.submit(go_round()).result(PATIENCE_S)
            carrier.ledger.change(lambda _: False).result(PATIENCE_S)
        return count

    monkeypatch.setattr(BatchStore, "plan_again", plan_again)
    before = next(batch.items("failed", "refused")).run_id
    batch.retry(1)
    batch.wait(PATIENCE_S)
    (after,) = batch.items("failed", "refused")
    assert (batch.state, after.run_id != before) == ("ended", True)


def test_a_run_that_another_process_ended_while_it_was_about_to_be_taken_up_ends_its_item(
    run,  # noqa: F811
    sandbox,  # noqa: F811
    world,  # noqa: F811
    monkeypatch,
):
    sandbox.faults.add(Fault("accept_then_drop", route="generate"))
    batch = run(plan(1))
    batch.wait(PATIENCE_S)
    assert batch.counts == {"lost": 1}
    (run_id,) = [item.run_id for item in batch.items()]
    sandbox.faults.clear()
    carrier, pause, ended = world(), Shared.pause, []

    async def end_elsewhere(shared, number):
        await pause(shared, number)
        if not ended:
            ended.append(await asyncio.to_thread(carry_elsewhere, carrier, run_id))

    monkeypatch.setattr(Shared, "pause", end_elsewhere)
    batch = Batch.open(batch.batch_id).resume().wait(PATIENCE_S)
    assert (ended, batch.state, batch.counts) == ([RunState.SUCCEEDED], "ended", {"done": 1})
    assert len(sandbox.generations) == 1


def carry_elsewhere(carrier, run_id):
    """Carry a run to its end with a runner of its own, as another process does, and have it told here."""
    other = runner.Runner(ledger=Ledger(carrier.ledger.path), timing=carrier.timing)
    try:
        found = other.restore(other.ledger.find(run_id))
        other.resume(found).wait(PATIENCE_S)
    finally:
        other.close()
    return carrier.restore(carrier.ledger.find(run_id)).state
