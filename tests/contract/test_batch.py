"""Batches against the real sandbox: each item once, whatever happens; and what a person hears of it."""

import asyncio
import contextlib
import gc
import importlib.util
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import weakref
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from genwidget import read_recipe
from genwidget.api.keys import ApiKey
from genwidget.api.transport import Timing
from genwidget.batch import batch as batches
from genwidget.batch import driver, files
from genwidget.batch.axes import of_text
from genwidget.batch.batch import Batch
from genwidget.batch.carried import carried
from genwidget.batch.rows import BEGUN, ENDED, BatchState, ItemState
from genwidget.batch.save_hold import SaveHold
from genwidget.batch.store import BatchStore
from genwidget.batch.sweep import sweep
from genwidget.errors import (
    BatchHeld,
    BatchStopped,
    ConfigurationError,
    GenwidgetError,
    InsufficientCredits,
    InvalidRequest,
    KeyNotLocked,
    LedgerError,
    NoSuchBatch,
    OutputNotSaved,
    ResumeRefused,
    SpendLimitReached,
    StopIfNeeded,
)
from genwidget.io_thread import IoThread, wait_for
from genwidget.messages import MESSAGES
from genwidget.request.validation import Request
from genwidget.runs import runner
from genwidget.runs.ledger import Ledger
from genwidget.sandbox import API_KEY, Fault, Limits
from genwidget.sandbox.assumptions import REFUSED_PROMPT
from genwidget.settings import Settings
from genwidget.widget.runs import Runs
from tests.faults.small_pictures import SMALL
from tests.holding import HoldingSandbox
from tests.processes import running

MODEL = "bfl/flux-schnell"
WIDE = Limits(generate_per_window=100_000, images_at_once=1_000)
#: Enough for anything here, however slow the machine.
PATIENCE_S = 120


class Time:
    """Time that runs as it does, waits little, and can be moved on."""

    def __init__(self):
        self.ahead_s = 0.0

    @property
    def timing(self):
        return Timing(clock=time.monotonic, sleep=lambda _: asyncio.sleep(0.01), jitter=lambda: 0.5, now=self.now)

    def now(self):
        return time.time() + self.ahead_s


@pytest.fixture(autouse=True, scope="module")
def _small_pictures():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("genwidget.sandbox.media.sizes.PICTURE_PIXELS", SMALL)
        yield


@pytest.fixture
def make_sandbox():
    made = []

    def make(**more):
        made.append(HoldingSandbox(speed=50, **{"limits": WIDE, **more}))
        return made[-1].start()

    yield make
    for one in made:
        one.let_go()
        one.stop()


@pytest.fixture
def sandbox(make_sandbox):
    return make_sandbox()


@pytest.fixture
def narrow(make_sandbox):
    """A sandbox that runs four pictures at once: what else is planned waits, for as long as these are held."""
    return make_sandbox(limits=Limits(generate_per_window=100_000, images_at_once=4))


@pytest.fixture
def world(monkeypatch, tmp_path):
    """Runners as processes have them, one after the other, on one ledger."""
    monkeypatch.setenv("BABYSEA_API_KEY", API_KEY)
    clock, made = Time(), []

    def begin():
        """End the process's runner, and return another one."""
        for one, thread in made:
            one.close()
            thread.close()
        thread = IoThread()
        one = runner.Runner(thread, ledger=Ledger(tmp_path / "ledger.sqlite3"), timing=clock.timing)
        made.append((one, thread))
        monkeypatch.setattr(runner, "shared", lambda: one)
        return one

    begin.clock = clock
    begin()
    yield begin
    for one, thread in made:
        one.close()
        thread.close()


@pytest.fixture
def run(world, sandbox, tmp_path):
    def begin(plan, **more):
        return plan.run(**{"base_url": sandbox.url, "save_to": tmp_path / "pictures", **more})

    return begin


def plan(count=3, **more):
    """Small pictures, which are painted quickly."""
    return sweep(MODEL, **{"prompt": [f"A seal {number}" for number in range(count)], "output_format": "jpg", **more})


def made(sandbox):
    return Counter(one["generation_prompt"] for one in sandbox.generations)


def files_of(batch):
    return [path for item in batch.items() for path in item.files]


def keys_sent(sandbox):
    return [one.idempotency_key for one in sandbox.requests if one.method == "POST"]


def test_every_item_is_made_once_and_done_when_its_file_is_on_the_disk(run, sandbox, tmp_path):
    batch = run(plan(4, repeat=2)).wait(PATIENCE_S)
    assert (batch.state, batch.counts, batch.reason) == ("ended", {"done": 8}, None)
    assert made(sandbox) == {f"A seal {number}": 2 for number in range(4)}
    paths = files_of(batch)
    assert len(set(paths)) == 8
    assert sorted(paths) == sorted((tmp_path / "pictures").glob("*.jpg"))
    assert [path.name[:6] for path in paths] == [f"{number:05d}-" for number in range(1, 9)]
    assert all(item.generation_id in item.files[0].name for item in batch.items())
    assert batch.credits == pytest.approx(0.04) == pytest.approx(100 - sandbox.credits)


def test_each_file_has_its_recipe_beside_it_and_save_all_takes_both(run, tmp_path, monkeypatch):
    batch = run(plan(2)).wait(PATIENCE_S)
    for item in batch.items():
        recipe = read_recipe(item.files[0])
        assert (recipe.model_id, dict(recipe.body), recipe.generation_id) == (MODEL, item.values, item.generation_id)
    batch.save_all(tmp_path / "copy")
    assert len(list((tmp_path / "copy").glob("*.jpg.json"))) == 2
    monkeypatch.setenv("GENWIDGET_SAVE_RECIPES", "off")
    run(plan(1), save_to=tmp_path / "bare").wait(PATIENCE_S)
    assert [path.suffix for path in (tmp_path / "bare").iterdir()] == [".jpg"]


def test_the_plan_is_stored_whole_before_the_first_byte_leaves(run, sandbox, world):
    seen = []
    carrier = runner.shared()
    carrier.watch_runs(
        lambda *_: seen.append(carrier.ledger.query("SELECT state, COUNT(*) FROM batch_items GROUP BY 1"))
    )
    batch = run(plan(6)).wait(PATIENCE_S)
    assert seen[0] == [(b"planned", 6)]
    assert batch.counts == {"done": 6}


def test_an_item_has_a_key_made_of_batch_and_position_and_it_is_sent(run, sandbox):
    batch = run(plan(5)).wait(PATIENCE_S)
    store = BatchStore(runner.shared().ledger)
    keys = {one.idempotency_key for one in store.items(batch.batch_id)}
    assert len(keys) == 5
    assert set(keys_sent(sandbox)) == keys
    again = [replace(one, round=2).idempotency_key for one in store.items(batch.batch_id)]
    assert not keys & set(again)


def test_what_is_stored_of_an_item_is_what_is_sent(run, sandbox):
    mixed = sweep("bfl/flux-1.1-pro", prompt=['é ✓ \\ " 🦭'], seed_=None) if False else None
    mixed = sweep("bfl/flux-1.1-pro", prompt=['é ✓ \\ " 🦭'], generation_seed=[7], output_format="jpg")
    batch = run(mixed).wait(PATIENCE_S)
    (item,) = BatchStore(runner.shared().ledger).items(batch.batch_id)
    row = runner.shared().ledger.find(item.run_id)
    assert row.body == item.body == Request("image", "a/b", "", json.loads(item.body)).encoded


def test_a_refusal_ends_its_item_alone_with_its_sentence(run):
    batch = run(plan(prompt=["A seal", REFUSED_PROMPT, "A fox"])).wait(PATIENCE_S)
    assert (batch.state, batch.counts) == ("ended", {"done": 2, "refused": 1})
    (item,) = batch.items("refused")
    assert (item.number, item.files, item.credits) == (2, (), 0.0)
    assert "policy" in item.error


def test_a_402_stops_the_batch_at_once_and_resume_goes_on_after_topping_up(make_sandbox, world, tmp_path):
    sandbox = make_sandbox(balance=0.02)
    batch = plan(60).run(base_url=sandbox.url, save_to=tmp_path / "pictures")
    with pytest.raises(BatchStopped) as caught:
        batch.wait(PATIENCE_S)
    assert isinstance(caught.value.__cause__, InsufficientCredits)
    assert caught.value.batch is batch
    assert str(caught.value).endswith(" Stopped. Add credits; then batch.resume() goes on.")
    assert batch.state == "stopped"
    assert batch.counts == {"done": 4, "planned": 56}
    posts = len(keys_sent(sandbox))
    assert posts < 60, "nothing more was sent once it was known"
    sandbox.add_credits(1)
    batch.resume().wait(PATIENCE_S)
    assert (batch.state, batch.counts) == ("ended", {"done": 60})
    assert sorted(made(sandbox).values()) == [1] * 60


def test_a_402_from_before_a_crash_lets_its_items_be_sent_after_topping_up(make_sandbox, world, tmp_path):
    sandbox = make_sandbox(balance=0.005)
    batch = plan(3).run(base_url=sandbox.url, save_to=tmp_path / "pictures")
    with pytest.raises(BatchStopped):
        batch.wait(PATIENCE_S)
    # As if the process had ended before the items were written down.
    runner.shared().ledger.change(
        lambda one: one.execute("UPDATE batch_items SET round = 1, state = 'sent' WHERE state = 'planned'").rowcount > 0
    ).result()
    world()
    sandbox.add_credits(1)
    assert Batch.open(batch.batch_id).resume().wait(PATIENCE_S).counts == {"done": 3}
    assert sorted(made(sandbox).values()) == [1] * 3


def test_a_limit_stops_the_batch_before_it_is_passed_and_a_higher_one_lets_it_go_on(run, sandbox):
    batch = run(plan(8), limit=0.02)
    with pytest.raises(BatchStopped) as caught:
        batch.wait(PATIENCE_S)
    assert isinstance(caught.value.__cause__, SpendLimitReached)
    assert str(caught.value).endswith(" Stopped; batch.resume(limit=...) goes on with a higher limit.")
    assert batch.counts == {"done": 4, "planned": 4}
    assert 100 - sandbox.credits == pytest.approx(0.02)
    assert batch.resume(limit=0.03) is batch
    with pytest.raises(BatchStopped):
        batch.wait(PATIENCE_S)
    assert batch.counts == {"done": 6, "planned": 2}
    assert batch.resume(limit=1).wait(PATIENCE_S).counts == {"done": 8}


def test_a_price_that_no_list_has_is_asked_for_once_and_held_to_the_limit(run, sandbox):
    unknown = sweep("qwen/image", prompt=[f"A seal {number}" for number in range(5)], output_format="jpg")
    price = unknown.estimate(base_url=sandbox.url).credits / 5
    batch = run(unknown, limit=price * 3)
    with pytest.raises(BatchStopped):
        batch.wait(PATIENCE_S)
    assert batch.counts == {"done": 3, "planned": 2}
    assert batch.credits == pytest.approx(3 * price) == pytest.approx(100 - sandbox.credits)
    assert len([one for one in sandbox.requests if one.path.startswith("/v1/estimate/")]) == 2


def test_rows_that_are_none_of_ours_end_in_a_sentence_and_hide_no_other_batch(run):
    first, second = run(plan(1)).wait(PATIENCE_S), run(plan(1)).wait(PATIENCE_S)
    change = runner.shared().ledger.change
    for table, column, value in [
        ("batches", "state", "odd"),
        ("batches", "created_at", "x"),
        ("batches", "count", "x"),
        ("batch_items", "state", "odd"),
        ("batch_items", "body", "x"),
        ("batch_items", "round", "x"),
    ]:
        where = f"UPDATE {table} SET {column} = ? WHERE batch_id = ?"  # noqa: S608 - our own names
        select = f"SELECT {column} FROM {table} WHERE batch_id = ?"  # noqa: S608 - our own names
        ((before,),) = runner.shared().ledger.query(select, first.batch_id)
        change(lambda one, where=where, value=value: one.execute(where, (value, first.batch_id)).rowcount > 0).result()
        with pytest.raises(LedgerError, match="The batch cannot be read"):
            list(Batch.open(first.batch_id).items())
        assert Batch.open(second.batch_id).counts == {"done": 1}
        if column not in {"body", "round"}:  # no batch looks at all of its items
            assert [one.batch_id for one in Batch.list()] == [second.batch_id]
        before = before.decode() if column == "state" else before
        change(lambda one, where=where, value=before: one.execute(where, (value, first.batch_id)).rowcount > 0).result()
    assert len(list(Batch.open(first.batch_id).items())) == 1


def test_stop_sends_nothing_new_lets_what_is_under_way_end_and_resume_goes_on(run, narrow, wait_until):
    narrow.hold()
    batch = run(plan(30), base_url=narrow.url)
    wait_until(lambda: len(narrow.generations) >= 2, PATIENCE_S)
    batch.stop()
    wait_until(batch._driver.shared.is_stopping, PATIENCE_S)
    narrow.let_go()
    batch.wait(PATIENCE_S)
    begun = len(narrow.generations)
    assert (batch.state, batch.reason) == ("stopped", "Stopped on request.")
    assert batch.counts == {"done": begun, "planned": 30 - begun}
    assert begun < 30
    batch.resume().wait(PATIENCE_S)
    assert batch.counts == {"done": 30}
    assert sorted(made(narrow).values()) == [1] * 30


def test_cancel_asks_the_api_too_and_what_was_not_sent_stays_planned(run, narrow, wait_until):
    narrow.hold()
    batch = run(plan(30), base_url=narrow.url)
    wait_until(lambda: len(narrow.generations) >= 2, PATIENCE_S)
    batch.cancel()
    batch.wait(PATIENCE_S)
    statuses = Counter(one["generation_status"] for one in narrow.generations)
    assert batch.counts == {"canceled": statuses["canceled"], "planned": 30 - statuses["canceled"]}
    assert set(statuses) == {"canceled"}
    assert batch.credits == 0.0


def test_failed_and_refused_items_are_begun_anew_with_another_key(run, sandbox):
    sandbox.faults.add(Fault("server_error", route="generate", count=3))
    batch = run(plan(1)).wait(PATIENCE_S)
    assert batch.counts == {"refused": 1}
    first = set(keys_sent(sandbox))
    batch.retry_failed().wait(PATIENCE_S)
    assert batch.counts == {"done": 1}
    assert len(set(keys_sent(sandbox)) - first) == 1


@pytest.mark.parametrize("is_opened_anew", [False, True])
@pytest.mark.parametrize("take_up", [Batch.retry_failed, lambda batch: batch.retry(1), Batch.resume])
def test_of_two_who_take_a_batch_up_at_once_one_carries_it(run, sandbox, monkeypatch, take_up, is_opened_anew):
    sandbox.faults.add(Fault("server_error", route="generate", count=3))
    batch = run(plan(1)).wait(PATIENCE_S)
    second = Batch.open(batch.batch_id) if is_opened_anew else batch
    both, drivers, at_once, find, make = threading.Barrier(2), [], [], batches.find_batch, batches.Driver

    def find_together(*arguments):
        with contextlib.suppress(threading.BrokenBarrierError):  # where one waits for the other
            both.wait(0.5)
        return find(*arguments)

    def make_and_count(*arguments):
        at_once.append(1 + sum(not one.status.ended.done() for one in drivers))
        drivers.append(make(*arguments))
        return drivers[-1]

    monkeypatch.setattr(batches, "find_batch", find_together)
    monkeypatch.setattr(batches, "Driver", make_and_count)
    sandbox.hold()
    with ThreadPoolExecutor(2) as pool:
        taken = [pool.submit(take_up, one) for one in (batch, second)]
        for one in taken:
            with contextlib.suppress(GenwidgetError):  # that it is running
                one.result(PATIENCE_S)
    sandbox.let_go()
    batch.wait(PATIENCE_S)
    second.wait(PATIENCE_S)
    assert set(at_once) == {1}  # one after the other is allowed: a failed item is nothing that `resume` sends


def test_items_without_an_answer_are_sent_again_with_the_same_key(run, sandbox):
    sandbox.faults.add(Fault("not_json", route="generate", count=6))
    batch = run(plan(4)).wait(PATIENCE_S)
    assert batch.counts == {"done": 4}
    assert sorted(made(sandbox).values()) == [1] * 4
    assert len(set(keys_sent(sandbox))) == 4 < len(keys_sent(sandbox))


def test_an_item_whose_key_grew_old_is_unsure_and_is_not_sent_again(run, sandbox, world, tmp_path):
    sandbox.faults.add(Fault("accept_then_drop", route="generate"))
    batch = run(plan(1))
    batch.wait(PATIENCE_S)
    assert (batch.state, batch.counts) == ("stopped", {"lost": 1})
    assert next(batch.items()).error == "Sent 9 times with one idempotency key, and never answered."
    sandbox.faults.clear()
    world.clock.ahead_s = 25 * 3600
    world()
    batch = Batch.open(batch.batch_id).resume().wait(PATIENCE_S)
    assert (batch.state, batch.counts) == ("ended", {"unsure": 1})
    posts = len(keys_sent(sandbox))
    (made_there,) = sandbox.generations
    assert made_there["generation_id"] in next(batch.items()).error
    batch.retry_failed().wait(PATIENCE_S)
    assert batch.counts == {"unsure": 1}
    assert len(keys_sent(sandbox)) == posts, "the person decides"


def test_a_sent_item_whose_run_was_forgotten_is_unsure_once_its_key_is_old(run, sandbox, world):
    sandbox.hold()
    batch = run(plan(1))
    while batch.counts != {"sent": 1}:
        time.sleep(0.01)
    world()
    (item,) = BatchStore(runner.shared().ledger).items(batch.batch_id)
    assert runner.shared().ledger.forget(item.run_id)
    sandbox.let_go()
    world.clock.ahead_s = 25 * 3600
    batch = Batch.open(batch.batch_id).wait(PATIENCE_S)
    assert batch.counts == {"unsure": 1}
    assert len(sandbox.generations) == 1


def test_what_a_batch_was_started_with_holds_in_another_process(run, sandbox, world):
    run(plan(2)).wait(PATIENCE_S)
    sandbox.hold()
    batch = run(plan(2), reuse=True, allow_unknown=True, stop_if=lambda _: False)
    world()
    sandbox.let_go()
    row = BatchStore(runner.shared().ledger).find(batch.batch_id)
    assert (row.is_reusing, row.allows_unknown, row.has_stop_if) == (True, True, True)
    told = "was started with stop_if=, a function, which cannot be stored. To go on, give it again: Batch.open"
    with pytest.raises(StopIfNeeded, match=told):
        Batch.open(batch.batch_id)
    for go_on in (Batch.resume, Batch.retry_failed):
        with pytest.raises(StopIfNeeded, match=told):
            go_on(Batch.open(batch.batch_id, go_on=False))
    with pytest.raises(InvalidRequest, match="stop_if= takes a function"):
        Batch.open(batch.batch_id, stop_if=5)
    again = Batch.open(batch.batch_id, stop_if=None).wait(PATIENCE_S)
    assert (again.counts, len(sandbox.generations)) == ({"done": 2}, 2), "what was made before is taken"


def test_a_function_that_is_given_again_stops_the_batch_and_can_be_given_while_it_runs(run, narrow, world):
    narrow.hold()
    batch = run(plan(200), base_url=narrow.url, stop_if=lambda _: False)
    world()
    opened = Batch.open(batch.batch_id, stop_if=lambda item: item.state == "done")
    narrow.let_go()
    assert opened.wait(PATIENCE_S).reason.startswith("stop_if= was true of item ")
    narrow.hold()
    opened.resume()
    assert Batch.open(batch.batch_id, stop_if=lambda item: item.model_id) is opened
    narrow.let_go()
    assert opened.wait(PATIENCE_S).reason.startswith("stop_if= was true of item ")


def test_a_new_process_goes_on_where_the_last_one_ended(run, sandbox, world, wait_until):
    sandbox.hold()
    first = run(plan(20))
    wait_until(lambda: len(sandbox.generations) >= 3, PATIENCE_S)
    world()
    assert len(carried) == 0
    assert first.wait(PATIENCE_S).reason == "The process that carried the batch ended. Batch.open() goes on."
    sandbox.let_go()
    batch = Batch.open(first.batch_id)
    assert batch is not first
    assert batch.wait(PATIENCE_S).counts == {"done": 20}
    assert sorted(made(sandbox).values()) == [1] * 20
    assert len(files_of(batch)) == len(set(files_of(batch))) == 20


OTHER = """
import sys, time
from genwidget import sweep
plan = sweep("bfl/flux-schnell", prompt=[f"A seal {number}" for number in range(30)], output_format="jpg")
batch = plan.run(base_url=sys.argv[1], save_to=sys.argv[2])
print(batch.batch_id, flush=True)
while not batch._driver.shared.is_stopping():
    time.sleep(0.01)
print("stopping", flush=True)
batch.wait()
print(batch.state, batch.reason, flush=True)
"""


def test_a_batch_of_another_process_can_be_read_and_stopped_and_is_carried_by_one_alone(
    narrow, world, tmp_path, monkeypatch, wait_until
):
    monkeypatch.setenv("GENWIDGET_DATA_DIR", str(tmp_path))  # where the runner of this process has its ledger too
    narrow.hold()
    command = [sys.executable, "-c", OTHER, narrow.url, str(tmp_path / "pictures")]
    with running(command, stdout=subprocess.PIPE, text=True) as other:
        batch_id = other.stdout.readline().strip()
        wait_until(lambda: len(narrow.generations) >= 2, PATIENCE_S)
        batch = Batch.open(batch_id)
        assert (batch.state, batch.count) == ("running", 30)
        assert batch.holder.startswith(f"process {other.pid} on ")
        assert [item.number for item in batch.items()] == list(range(1, 31))
        for use in (batch.wait, batch.resume, batch.retry_failed, lambda: asyncio.run(_first(batch))):
            with pytest.raises(BatchHeld, match=f"process {other.pid} on "):
                use()
        batch.stop()
        assert other.stdout.readline() == "stopping\n"
        narrow.let_go()
        assert other.stdout.readline() == "stopped Stopped on request.\n"
    begun = len(narrow.generations)
    batch = Batch.open(batch_id)
    assert (batch.holder, batch.state, batch.counts) == (None, "stopped", {"done": begun, "planned": 30 - begun})
    assert batch.resume().wait(PATIENCE_S).counts == {"done": 30}
    assert sorted(made(narrow).values()) == [1] * 30


def in_a_fork(call):
    """Return what a call says in a forked process, which is ended where it says nothing."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(60)
            try:
                told = call()
            except GenwidgetError as error:
                told = type(error).__name__
            os.write(writing, json.dumps(told).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as said:  # noqa: PTH123 - no path
        told = said.read()
    assert os.waitpid(child, 0)[1] == 0
    return json.loads(told)


#: What a forked process says of a batch that its parent carries.
OF_A_FORK = {
    "items": (lambda batch: [item.number for item in batch.items()], list(range(1, 31))),
    "state": (lambda batch: [batch.state, batch.counts["planned"] > 0, batch.count], ["running", True, 30]),
    "shown": (lambda batch: "running: 0 of 30" in repr(batch), True),
    "to_frame": (lambda batch: len(batch.to_frame()), 30),
    "opened": (
        lambda batch: [Batch.open(batch.batch_id).state, Batch.open(batch.batch_id) is batch],
        ["running", False],
    ),
    "listed": (lambda batch: [one.state for one in Batch.list()], ["running"]),
    "wait": (lambda batch: batch.wait(10), "BatchHeld"),
    "await": (lambda batch: asyncio.run(_first(batch)), "BatchHeld"),
    "resume": (lambda batch: batch.resume(), "BatchHeld"),
    "retry": (lambda batch: batch.retry(1), "BatchHeld"),
    "retry_failed": (lambda batch: batch.retry_failed(), "BatchHeld"),
    "search": (lambda batch: batch.search(1), "BatchHeld"),
    "send_again": (lambda batch: batch.send_again(1), "BatchHeld"),
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_sees_a_batch_of_another_process_and_asks_that_one_to_stop(run, narrow, wait_until):
    narrow.hold()
    batch = run(plan(30), base_url=narrow.url)
    wait_until(lambda: len(narrow.generations) >= 2, PATIENCE_S)
    with batch._status._lock:  # as another thread of the parent may have it
        said = {name: in_a_fork(lambda call=call: call(batch)) for name, (call, _) in OF_A_FORK.items()}
    assert said == {name: expected for name, (_, expected) in OF_A_FORK.items()}
    assert in_a_fork(lambda: [batch.holder, batch.stop()]) == [batch._row.holder, None]
    wait_until(batch._driver.shared.is_stopping, PATIENCE_S)
    narrow.let_go()
    assert batch.wait(PATIENCE_S).reason == "Stopped on request."


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_batch_that_has_ended_is_the_same_in_a_forked_process(run):
    batch = run(plan(2)).wait(PATIENCE_S)
    assert in_a_fork(lambda: [batch.wait().state, batch.holder, batch.counts, len(list(batch.items()))]) == [
        "ended",
        None,
        {"done": 2},
        2,
    ]


async def _first(batch):
    return [item async for item in batch.as_completed()]


def test_two_processes_that_take_a_batch_at_once_do_not_both_get_it(run, sandbox, world):
    sandbox.hold()
    batch = run(plan(2))
    ledger = runner.shared().ledger
    store = BatchStore(ledger)
    number = ledger.own_number() + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "lives_elsewhere", lambda owner: owner == number)
        store.set(batch.batch_id, owner=number, holder="process 1 on here").result()
        assert store.claim(store.find(batch.batch_id), "process 2 on here") is False
        assert store.find(batch.batch_id).holder == "process 1 on here"
    sandbox.let_go()
    batch.wait(PATIENCE_S)


def test_listing_batches_lets_none_go_on(run, sandbox, world, wait_until):
    sandbox.hold()
    first = run(plan(5))
    wait_until(lambda: len(sandbox.generations) >= 1, PATIENCE_S)
    world()
    posts = len(keys_sent(sandbox))
    (batch,) = Batch.list()
    assert (batch.batch_id, batch.state) == (first.batch_id, "interrupted")
    assert Batch.open(first.batch_id, go_on=False).state == "interrupted"
    assert len(keys_sent(sandbox)) == posts


def test_the_batch_that_runs_here_is_the_same_object(run):
    batch = run(plan(3))
    assert Batch.open(batch.batch_id) is batch
    assert batch.resume() is batch
    batch.wait(PATIENCE_S)


def test_another_batch_of_the_same_plan_is_another_batch(run, sandbox):
    one = plan(2)
    first, second = run(one), run(one)
    first.wait(PATIENCE_S)
    second.wait(PATIENCE_S)
    assert made(sandbox) == {"A seal 0": 2, "A seal 1": 2}


def test_a_stored_success_is_taken_instead_of_paying_again_each_once(run, sandbox):
    run(plan(2)).wait(PATIENCE_S)
    batch = run(plan(3, repeat=2), reuse=True).wait(PATIENCE_S)
    assert batch.counts == {"done": 6}
    assert made(sandbox) == {"A seal 0": 2, "A seal 1": 2, "A seal 2": 2}
    assert len(set(files_of(batch))) == 6
    assert batch.credits == pytest.approx(0.02), "what was taken again cost nothing"


def test_what_a_batch_has_made_itself_is_not_taken_again(run, sandbox, monkeypatch):
    run(plan(1)).wait(PATIENCE_S)
    monkeypatch.setattr(driver, "AT_ONCE", 1)
    batch = run(plan(1, repeat=3), reuse=True).wait(PATIENCE_S)
    assert made(sandbox) == {"A seal 0": 3}
    assert len({item.generation_id for item in batch.items()}) == 3


def test_without_reuse_everything_is_made_anew(run, sandbox):
    run(plan(2)).wait(PATIENCE_S)
    run(plan(2)).wait(PATIENCE_S)
    assert made(sandbox) == {"A seal 0": 2, "A seal 1": 2}


def test_files_that_cannot_be_fetched_now_are_fetched_later(run, sandbox):
    sandbox.faults.add(Fault("drop", route="files", count=5))
    batch = run(plan(2)).wait(PATIENCE_S)
    assert batch.counts == {"done": 2}
    assert len(files_of(batch)) == 2


def test_files_that_are_gone_leave_an_item_that_says_so(run, sandbox):
    sandbox.faults.add(Fault("altered", route="files", status=410))
    batch = run(plan(1)).wait(PATIENCE_S)
    assert batch.counts == {"unsaved": 1}
    assert next(batch.items()).error.startswith("Its files could not be fetched: ")


def test_a_folder_that_fills_up_leaves_no_item_done_without_its_file(run, sandbox, monkeypatch, tmp_path, wait_until):
    write, is_full = files.write_once, threading.Event()
    is_full.set()
    refused = []

    def full(folder, name, content):
        if is_full.is_set():
            refused.append(name)
            raise OutputNotSaved(path=folder / name, reason="No space left on device")
        write(folder, name, content)

    monkeypatch.setattr(files, "write_once", full)
    batch = run(plan(2))
    wait_until(lambda: len(refused) >= 4, PATIENCE_S)
    assert batch.counts.get("done", 0) == 0
    is_full.clear()
    assert batch.wait(PATIENCE_S).counts == {"done": 2}
    assert len(sandbox.generations) == 2


@pytest.mark.parametrize("becomes", ["gone", "a file"])
def test_a_folder_that_goes_while_a_batch_runs_is_told_and_made_again(run, narrow, tmp_path, wait_until, becomes):
    folder, delays = tmp_path / "pictures", []
    narrow.hold()
    batch = run(plan(30), base_url=narrow.url)
    wait_until(lambda: len(narrow.generations) >= 4, PATIENCE_S)
    shutil.rmtree(folder)
    if becomes == "a file":
        folder.write_text("")
    narrow.let_go()
    if becomes == "a file":
        wait_until(lambda: batch.reason is not None, PATIENCE_S)
        wait_until(lambda: batch.counts.get("planned", 0) + batch.counts.get("saving", 0) == 30, PATIENCE_S)
        paid = len(narrow.generations)
        assert paid < 30, "nothing more is sent while nothing can be saved"
        told = f"The output cannot be written to {folder}"
        with pytest.raises(TimeoutError) as caught:
            batch.wait(0.5, on_delay=delays.append)
        assert f"still in progress. {told}" in str(caught.value)
        assert [one.startswith(told) for one in delays] == [True]
        assert told in repr(batch)
        wait_until(lambda: told in (BatchStore(runner.shared().ledger).find(batch.batch_id).reason or ""), PATIENCE_S)
        assert (batch.state, len(narrow.generations)) == ("running", paid)
        folder.unlink()
    batch.wait(PATIENCE_S)
    assert (batch.state, batch.reason, batch.counts) == ("ended", None, {"done": 30})
    assert all(path.is_file() for path in files_of(batch))
    assert sorted(made(narrow).values()) == [1] * 30


def test_what_cannot_be_saved_is_tried_by_one_item_alone_and_ever_more_seldom():
    tries, pauses, stopped = [], [], asyncio.Event()

    async def pause(number):
        pauses.append(number)
        await asyncio.sleep(0)
        if len(pauses) == 20:
            stopped.set()

    async def write():
        tries.append(1)
        await asyncio.sleep(0)
        raise OutputNotSaved(path="a", reason="full")

    async def save(hold):
        while not hold.is_over:
            with contextlib.suppress(OutputNotSaved):
                await hold.attempt(write)

    async def go():
        hold = SaveHold(pause, stopped)
        await asyncio.wait_for(asyncio.gather(*(save(hold) for _ in range(64))), PATIENCE_S)

    asyncio.run(go())
    assert pauses == sorted(set(pauses)), "one pause after the other, each longer"
    assert len(tries) <= 4 + 20


def test_a_pause_has_a_longest_however_many_came_before_it(run):
    shared = run(plan(1)).wait(PATIENCE_S)._driver.shared
    runner.shared().submit(shared.pause(5_000)).result(PATIENCE_S)


def test_a_batch_that_stops_while_files_cannot_be_written_is_not_ended(run, sandbox, monkeypatch, wait_until):
    refused = []

    def full(folder, name, _):
        refused.append(name)
        raise OutputNotSaved(path=folder / name, reason="No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_once", full)
        batch = run(plan(1))
        wait_until(lambda: refused, PATIENCE_S)
        batch.stop()
        batch.wait(PATIENCE_S)
    assert (batch.state, batch.counts) == ("stopped", {"saving": 1})
    assert "No space left on device" in next(batch.items()).error
    batch.resume().wait(PATIENCE_S)
    assert batch.counts == {"done": 1}
    assert len(sandbox.generations) == 1


def test_without_a_folder_an_item_is_done_when_it_is_made_and_its_files_can_be_saved_later(run, sandbox, tmp_path):
    batch = run(plan(2), save_to=None).wait(PATIENCE_S)
    assert batch.counts == {"done": 2}
    assert files_of(batch) == []
    with pytest.raises(GenwidgetError, match="are not saved yet"):
        batch.map_outputs(print)
    paths = batch.save_all(tmp_path / "later")
    assert sorted(paths) == sorted((tmp_path / "later").glob("*.jpg"))
    assert batch.save_all(tmp_path / "later") == paths


@pytest.mark.parametrize("save", ["save_all", "save_picks"])
def test_what_was_saved_later_are_the_files_of_the_batch_from_then_on(run, tmp_path, save):
    batch = run(plan(2), save_to=None).wait(PATIENCE_S)
    for number in (1, 2):
        batch.rate(number, 5)
    paths = sorted(getattr(batch, save)(tmp_path / "later"))
    for known in (batch, Batch.open(batch.batch_id)):
        assert files_of(known) == paths
        assert known.to_frame(backend="polars")["files"].to_list() == [[str(path)] for path in paths]
        assert [one.path for one in known.map_outputs(str)] == paths
        assert known.folder is None
    assert len(batch.save_all(tmp_path / "copy")) == 2
    assert files_of(Batch.open(batch.batch_id)) == paths, "where they are still there, they stay those of the batch"
    shutil.rmtree(tmp_path / "later")
    again = sorted(batch.save_all(tmp_path / "again"))
    assert [path.parent.name for path in again] == ["again"] * 2
    assert files_of(Batch.open(batch.batch_id)) == again


def test_where_not_all_files_are_saved_a_function_is_called_of_none(run, tmp_path):
    batch = run(plan(3), save_to=None).wait(PATIENCE_S)
    batch.rate(2, 5)
    (path,) = batch.save_picks(tmp_path / "picks")
    assert files_of(batch) == [path]
    with pytest.raises(GenwidgetError, match="are not saved yet"):
        batch.map_outputs(str)
    batch.save_all(tmp_path / "picks")
    assert [one.path.parent.name for one in batch.map_outputs(str)] == ["picks"] * 3


def test_a_batch_that_saves_its_files_keeps_them_where_they_are_saved_elsewhere_too(run, tmp_path):
    batch = run(plan(2)).wait(PATIENCE_S)
    own = files_of(batch)
    batch.save_all(tmp_path / "copy")
    assert files_of(Batch.open(batch.batch_id)) == own
    own[0].unlink()
    batch.save_all(tmp_path / "third")
    assert files_of(Batch.open(batch.batch_id)) == own


def test_of_what_made_nothing_a_function_is_called_of_no_file(run):
    batch = run(sweep(MODEL, prompt=REFUSED_PROMPT), save_to=None).wait(PATIENCE_S)
    assert (batch.counts.get("done"), list(batch.map_outputs(str))) == (None, [])


def test_while_the_ledger_is_gone_what_was_paid_for_is_saved_and_nothing_new_leaves(
    run, narrow, tmp_path, monkeypatch, wait_until
):
    monkeypatch.setattr(driver, "RETRY_S", 0.05)
    monkeypatch.setattr(driver, "AT_ONCE", 8)
    monkeypatch.setattr("genwidget.batch.store.PAGE", 2)  # so that there is more to read
    narrow.hold()
    batch = run(plan(30), base_url=narrow.url)
    wait_until(lambda: len(narrow.generations) == 4, PATIENCE_S)
    names = [path for path in tmp_path.glob("ledger.sqlite3*") if not path.name.endswith("-owners")]
    (tmp_path / "moved").mkdir()
    for path in names:
        path.rename(tmp_path / "moved" / path.name)
    narrow.let_go()
    wait_until(lambda: len(list((tmp_path / "pictures").glob("*.jpg"))) >= 4, PATIENCE_S)
    wait_until(lambda: "it was moved, deleted or replaced" in (batch.reason or ""), PATIENCE_S)
    with contextlib.closing(sqlite3.connect(tmp_path / "moved" / "ledger.sqlite3")) as moved:
        begun = {key for (key,) in moved.execute("SELECT idempotency_key FROM runs WHERE state != 'waiting'")}
    assert set(keys_sent(narrow)) <= begun, "each was written down before it left"
    assert len(begun) < 30
    assert batch.state == "running"
    for path in (tmp_path / "moved").iterdir():
        path.rename(tmp_path / path.name)
    assert batch.wait(PATIENCE_S).counts == {"done": 30}
    assert made(narrow) == {f"A seal {number}": 1 for number in range(30)}


#: What becomes of the saved files before they are saved elsewhere.
MOVES = {
    "folder moved": lambda folder: folder.rename(folder.with_name("moved")),
    "folder a file": lambda folder: (shutil.rmtree(folder), folder.touch()),
    "one deleted": lambda folder: min(folder.glob("*.jpg")).unlink(),
}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
@pytest.mark.parametrize("save", ["save_all", "save_picks"])
def test_files_that_were_moved_are_fetched_and_no_path_is_of_a_file_that_is_not_there(run, tmp_path, move, save):
    batch = run(plan(2)).wait(PATIENCE_S)
    for number in (1, 2):
        batch.rate(number, 5)
    contents = [path.read_bytes() for path in files_of(batch)]
    move(tmp_path / "pictures")
    paths = getattr(batch, save)(tmp_path / "copy")
    assert [path.read_bytes() for path in paths] == contents
    assert len(list((tmp_path / "copy").glob("*.json"))) == 2, "their recipes too"


@pytest.mark.parametrize("save", ["save_all", "save_picks"])
def test_files_that_are_nowhere_are_told_and_the_others_saved(run, world, tmp_path, save):
    batch = run(plan(2)).wait(PATIENCE_S)
    for number in (1, 2):
        batch.rate(number, 5)
    first, second = batch.items()
    first.files[0].unlink()
    if save == "save_all":
        batch.parts.carrier.ledger.forget(first.run_id)
        told = "The run of item 1 was forgotten, so nothing tells where its files are."
    else:
        wait_for(batch.parts.carrier.submit(_delete(batch, first.generation_id)))
        told = "The first: "
    with pytest.raises(OutputNotSaved, match=told):
        getattr(batch, save)(tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy").glob("*.jpg")] == [second.files[0].name]


async def _delete(batch, generation_id):
    parts = batch.parts
    await parts.carrier.api(parts.row.target, parts.key, Settings()).delete_generation(generation_id)


def test_items_come_as_they_end_each_once(run, sandbox):
    async def read(batch):
        return [item.number async for item in batch.as_completed()]

    batch = run(plan(6))
    assert sorted(asyncio.run(read(batch))) == [1, 2, 3, 4, 5, 6]
    assert asyncio.run(read(batch)) == [1, 2, 3, 4, 5, 6]


def test_a_batch_can_be_awaited(run):
    async def wait(batch):
        return await batch

    batch = run(plan(2))
    assert asyncio.run(wait(batch)) is batch
    assert batch.counts == {"done": 2}


def test_a_wait_that_is_over_lets_the_batch_go_on(run, sandbox):
    sandbox.hold()
    batch = run(plan(1))
    with pytest.raises(TimeoutError, match=r"Timed out after 0.01 s. The batch is still in progress."):
        batch.wait(0.01)
    sandbox.let_go()
    batch.wait(PATIENCE_S)


def test_a_batch_stops_after_so_many_failures_or_when_a_function_says_so(run, monkeypatch):
    monkeypatch.setattr(driver, "AT_ONCE", 4)
    prompts = [REFUSED_PROMPT] * 3 + [f"A seal {number}" for number in range(12)]
    batch = run(plan(prompt=prompts), stop_after_failures=2).wait(PATIENCE_S)
    assert batch.state == "stopped"
    assert batch.counts["planned"] > 0
    assert batch.reason == "Items that failed: 2, which is the limit."
    batch = run(plan(12), stop_if=lambda item: item.number == 1 and item.state == "done").wait(PATIENCE_S)
    assert (batch.state, batch.reason) == ("stopped", "stop_if= was true of item 1.")
    batch = run(plan(12), stop_if=lambda item: item.nothing)
    with pytest.raises(BatchStopped):
        batch.wait(PATIENCE_S)
    assert "AttributeError" in batch.reason


class _Untold(Exception):
    """An error that cannot even be shown."""

    def __str__(self):
        raise ValueError


#: What a function of a person's may do beside raising an error, and how that is told.
ENDS = {
    "exit": (SystemExit("enough"), "SystemExit: enough"),
    "exit without a word": (SystemExit(), "SystemExit"),
    "interrupt": (KeyboardInterrupt(), "KeyboardInterrupt"),
    "cancel": (asyncio.CancelledError(), "CancelledError"),
    "end of a generator": (GeneratorExit(), "GeneratorExit"),
    "end of an iterator": (StopIteration(), "StopIteration"),
    "error that is not shown": (_Untold(), "_Untold"),
}


def raising(error):
    def call(_):
        raise error

    return call


@pytest.mark.parametrize(("error", "told"), ENDS.values(), ids=ENDS)
def test_a_function_that_decides_may_raise_anything_and_only_its_batch_stops(run, monkeypatch, error, told):
    monkeypatch.setattr(driver, "AT_ONCE", 1)
    batch = run(plan(6), stop_if=raising(error))
    with pytest.raises(BatchStopped) as caught:
        batch.wait(PATIENCE_S)
    assert caught.value.__cause__ is error
    assert re.fullmatch(rf"stop_if= failed at item \d: {told}\.", batch.reason)
    assert run(plan(1)).wait(PATIENCE_S).state == "ended", "the thread that carries batches lives"


@pytest.mark.parametrize("error", [error for error, _ in ENDS.values()], ids=ENDS)
def test_a_listener_may_raise_anything_and_the_batch_goes_on(run, narrow, error):
    narrow.hold()
    batch, heard = run(plan(3), base_url=narrow.url), []
    batch.subscribe(raising(error))
    batch.subscribe(heard.append)
    narrow.let_go()
    assert batch.wait(PATIENCE_S).counts == {"done": 3}
    assert heard, "the one after it is told all the same"


def test_what_a_mapped_function_raises_comes_to_whoever_reads_and_nothing_else_ends(run, sandbox):
    batch = run(plan(2)).wait(PATIENCE_S)
    with pytest.raises(SystemExit):
        list(batch.map_outputs(raising(SystemExit("enough"))))
    assert run(plan(1)).wait(PATIENCE_S).state == "ended"


def test_a_bounded_number_of_runs_is_held_however_many_items_there_are(run, monkeypatch):
    monkeypatch.setattr(driver, "AT_ONCE", 3)
    alive, most = weakref.WeakSet(), []

    def watch(one, *_):
        alive.add(one)
        gc.collect()
        most.append(len(alive))

    gc.collect()
    gc.freeze()  # what the tests before have left need not be looked through 24 times
    try:
        runner.shared().watch_runs(watch)
        batch = run(plan(24)).wait(PATIENCE_S)
    finally:
        gc.unfreeze()
    assert batch.counts == {"done": 24}
    assert len(most) == 24
    assert max(most) <= 3 + 2, "those under way, and those whose end is just being told"


def test_the_host_that_is_not_reached_stops_the_batch_and_nothing_was_made(run, sandbox, world):
    url = sandbox.url
    sandbox.stop()
    batch = plan(3).run(base_url=url)
    with pytest.raises(BatchStopped, match="Could not reach"):
        batch.wait(PATIENCE_S)
    assert set(batch.counts) <= {"unreached", "planned"}
    sandbox.start()


def test_the_results_as_a_frame_of_any_kind(run, tmp_path):
    batch = run(plan(prompt=["A seal", REFUSED_PROMPT])).wait(PATIENCE_S)
    for backend in ("pandas", "polars", "pyarrow"):
        frame = batch.to_frame(backend=backend)
        assert type(frame).__module__.partition(".")[0] == backend
        assert list(frame["state"].to_pylist() if backend == "pyarrow" else frame["state"]) == ["done", "refused"]
    table = batch.to_frame(images="thumbnail", backend="pyarrow")
    assert [value and value[:4] for value in table["thumbnail"].to_pylist()] == [b"\x89PNG", None]
    assert "files" not in batch.to_frame(images=None, backend="polars").columns
    batch.to_parquet(tmp_path / "batch.parquet")
    assert (tmp_path / "batch.parquet").read_bytes()[:4] == b"PAR1"
    with pytest.raises(ConfigurationError, match="Did you mean polars"):
        batch.to_frame(backend="polar")
    with pytest.raises(ConfigurationError, match="Did you mean thumbnail"):
        batch.to_frame(images="thumbnails")


def test_without_a_library_for_frames_the_error_is_our_own_and_says_what_to_install(run, monkeypatch):
    batch = run(plan(1)).wait(PATIENCE_S)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    for name in ("pandas", "polars", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigurationError, match="is not installed"):
        batch.to_frame()
    with pytest.raises(ConfigurationError, match="pandas is not installed"):
        Runs([]).to_frame()


def test_a_function_is_called_of_every_file_by_any_executor_in_order(run):
    batch = run(plan(5)).wait(PATIENCE_S)
    expected = [(number, path, path.stat().st_size) for number, path in enumerate(files_of(batch), 1)]
    for executor in (None, ThreadPoolExecutor(2)):
        found = batch.map_outputs(lambda path: path.stat().st_size, executor)
        assert [(one.item.number, one.path, one.result) for one in found] == expected


def test_what_a_notebook_shows_says_state_counts_and_credits(run):
    batch = run(plan(2)).wait(PATIENCE_S)
    shown = batch._repr_mimebundle_()
    assert shown["text/plain"] == f"<Batch {batch.batch_id} ended: 2 of 2 · 0.01 credits>"
    assert "<td style='text-align:left'>ended</td>" in shown["text/html"]


def test_the_progress_line_is_true(run, capsys, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "tqdm" else find(name))
    batch = run(plan(prompt=["A seal", REFUSED_PROMPT])).wait(PATIENCE_S, progress=True)
    err = capsys.readouterr().err
    assert err.split("\r")[-1].strip() == "2 of 2 · 1 without files · 0.005 credits"
    batch.wait(progress=False)
    assert capsys.readouterr().err == ""


# What cannot be.


@pytest.mark.parametrize(
    ("more", "error", "told"),
    [
        ({"limit": "x"}, ConfigurationError, "limit is a number of credits from 0 to 1,000,000,000, such as 0.5, and"),
        ({"limit": -1}, ConfigurationError, "limit cannot be -1."),
        ({"stop_after_failures": 0}, InvalidRequest, "stop_after_failures= is a whole number, at least 1."),
        ({"stop_if": 5}, InvalidRequest, "stop_if= takes a function of an item."),
        ({"save_to": "/proc/none"}, ConfigurationError, "The outputs cannot be saved in /proc/none: "),
        ({"base_url": "x"}, ConfigurationError, "A base URL must begin with https://"),
        ({"base_url": None, "region": "mars"}, ConfigurationError, "Unknown region: mars."),
        ({"key": "wrong key"}, GenwidgetError, "Invalid API key format"),
    ],
)
def test_a_run_that_cannot_be_is_refused_before_anything_is_stored(run, sandbox, more, error, told):
    with pytest.raises(error) as caught:
        run(plan(1), **more)
    assert str(caught.value).startswith(told)
    assert Batch.list() == []
    assert keys_sent(sandbox) == []


def test_a_plan_with_a_problem_is_not_run(run, sandbox):
    with pytest.raises(InvalidRequest, match=r"^Item 2: generation_prompt: Required\. Items with problems: 1\."):
        run(plan(prompt=["A seal", ""]))
    assert Batch.list() == []


def test_a_table_that_changed_after_it_was_checked_is_not_run(run, sandbox):
    for change in (list.pop, lambda rows: rows.append(rows[0])):
        rows = [{"prompt": f"A seal {number}", "output_format": "jpg"} for number in range(3)]
        changed = Batch.from_frame(rows, model=MODEL)
        assert len(changed) == 3
        change(rows)
        with pytest.raises(InvalidRequest, match="The table was changed after it was checked"):
            run(changed)
    assert (Batch.list(), sandbox.requests) == ([], [])


def test_without_a_key_or_with_bodies_not_stored_nothing_is_run(run, monkeypatch):
    monkeypatch.setenv("GENWIDGET_STORE_BODIES", "off")
    with pytest.raises(ConfigurationError, match="Turn GENWIDGET_STORE_BODIES on"):
        run(plan(1))
    monkeypatch.delenv("GENWIDGET_STORE_BODIES")
    monkeypatch.delenv("BABYSEA_API_KEY")
    with pytest.raises(KeyNotLocked):
        run(plan(1))


def test_another_key_does_not_go_on(make_sandbox, world, tmp_path, monkeypatch):
    sandbox = make_sandbox(balance=0.0)
    batch = plan(1).run(base_url=sandbox.url)
    with pytest.raises(BatchStopped):
        batch.wait(PATIENCE_S)
    world()
    other = ApiKey("bye_another_key")
    with pytest.raises(ResumeRefused, match="was started with another API key"):
        Batch.open(batch.batch_id).resume(other)
    monkeypatch.delenv("BABYSEA_API_KEY")
    with pytest.raises(KeyNotLocked):
        Batch.open(batch.batch_id).resume()


def test_a_batch_that_is_not_there_is_told(run, world):
    with pytest.raises(NoSuchBatch, match=r"The ledger has no batch b_nothing\."):
        Batch.open("b_nothing")
    with pytest.raises(NoSuchBatch):
        Batch.open("")
    run(plan(1)).wait(PATIENCE_S)
    run(plan(1)).wait(PATIENCE_S)
    with pytest.raises(NoSuchBatch, match="More than one batch begins with b_"):
        Batch.open("b_")


@pytest.mark.parametrize("seconds", [10**400, "x", "5", float("nan"), -1, True, [], object()])
def test_a_time_that_is_none_is_refused_in_our_words(run, seconds):
    with pytest.raises(InvalidRequest, match="timeout_s= is a number of seconds"):
        run(plan(1)).wait(seconds)


def test_a_path_that_no_system_has_is_told(run, tmp_path):
    batch = run(plan(1)).wait(PATIENCE_S)
    with pytest.raises(OutputNotSaved, match="The output cannot be written to "):
        batch.to_parquet(f"{tmp_path}/a\0")


def test_a_plan_that_was_not_stored_whole_is_told_and_not_sent(run, sandbox):
    batch = run(plan(1)).wait(PATIENCE_S)
    wait = runner.shared().ledger.change
    wait(lambda one: one.execute("UPDATE batches SET state = ?", (BatchState.STORING,)).rowcount > 0).result()
    with pytest.raises(NoSuchBatch, match=r"was not stored whole; nothing of it was sent"):
        Batch.open(batch.batch_id)
    assert Batch.list() == []


def test_a_batch_that_is_not_running_cannot_be_stopped_and_a_running_one_not_retried(run, sandbox):
    sandbox.hold()
    batch = run(plan(1))
    with pytest.raises(GenwidgetError, match=r"is running\. Wait for its end first"):
        batch.retry_failed()
    sandbox.let_go()
    batch.wait(PATIENCE_S)
    with pytest.raises(GenwidgetError, match="has ended"):
        batch.stop()


def test_a_wait_on_the_thread_that_carries_runs_is_refused(run):
    batch = run(plan(1))

    async def wait():
        batch.wait()

    with pytest.raises(RuntimeError):
        runner.shared().submit(wait()).result()
    batch.wait(PATIENCE_S)


def test_every_state_of_an_item_is_planned_begun_or_ended():
    assert {ItemState.PLANNED} | BEGUN | ENDED == set(ItemState)
    assert not BEGUN & ENDED
    assert BatchHeld.code == "batch_held"


def test_what_was_varied_is_stored_with_the_batch_and_each_item_knows_its_place(run):
    ratios = ["1:1", "16:9", "9:16"]
    batch = run(sweep(MODEL, prompt=["a", "b"], ratio=ratios, where=lambda v: v["generation_ratio"] != "16:9"))
    batch.wait(PATIENCE_S)
    row = batch.parts.row
    assert [(axis.name, axis.labels) for axis in of_text(row.axes, row.count)] == [
        ("generation_prompt", ("a", "b")),
        ("generation_ratio", ("1:1", "16:9", "9:16")),
    ]
    assert [item.place for item in batch.parts.store.items(batch.batch_id)] == [0, 2, 3, 5]


def test_picks_are_what_was_rated_best_first_without_what_was_rejected(run, tmp_path):
    batch = run(sweep(MODEL, prompt="a seal", repeat=4), save_to=tmp_path / "all").wait(PATIENCE_S)
    for number, rating in ((1, 2), (2, 0), (3, 5), (4, 1)):
        batch.rate(number, rating)
    batch.rate(4, None)
    assert [item.number for item in batch.picks] == [3, 1]
    saved = batch.save_picks(tmp_path / "picks")
    assert [path.name[:5] for path in saved] == ["00003", "00001"]
    for wrong in (6, -1, True, "5"):
        with pytest.raises(InvalidRequest, match="0 \\(rejected\\) to 5"):
            batch.rate(1, wrong)
    with pytest.raises(InvalidRequest, match="has no item 5"):
        batch.rate(5, 3)


def test_one_item_is_begun_anew_whether_or_not_the_batch_runs(run):
    batch = run(sweep(MODEL, prompt=[REFUSED_PROMPT, "a seal", REFUSED_PROMPT])).wait(PATIENCE_S)
    first, _, other = list(batch.items())
    assert {first.state, other.state} <= {ItemState.FAILED, ItemState.REFUSED}
    batch.retry(1)
    batch.wait(PATIENCE_S)
    again, _, left = list(batch.items())
    assert again.run_id != first.run_id
    assert left.run_id == other.run_id
    with pytest.raises(GenwidgetError, match="did not fail"):
        batch.retry(2)


def test_one_item_is_begun_anew_while_the_others_go_on(run, narrow, wait_until):
    narrow.hold()
    batch = run(sweep(MODEL, prompt=[REFUSED_PROMPT, "a seal", "a fox"]), base_url=narrow.url)
    wait_until(lambda: batch.counts.get("failed", 0) + batch.counts.get("refused", 0) == 1, PATIENCE_S)
    before = next(batch.items("failed", "refused")).run_id
    assert batch.state == "running"
    batch.retry(1)
    assert sum(batch.counts.values()) == 3
    narrow.let_go()
    batch.wait(PATIENCE_S)
    (after,) = batch.items("failed", "refused")
    assert after.run_id != before


@pytest.fixture
def resume_runs(run, sandbox, world, wait_until):
    """Begin a batch, end its process, let a person take its runs up one by one, and return the batch's id."""

    def resume(count, **more):
        sandbox.hold()
        batch = run(plan(count), **more)
        wait_until(lambda: batch.counts == {"sent": count}, PATIENCE_S)
        batch._write()
        carrier = world()
        runs = [carrier.restore(carrier.ledger.find(item.run_id)) for item in batch_of(batch.batch_id).items()]
        for one in runs:
            carrier.resume(one, ApiKey(API_KEY))
        sandbox.let_go()
        for one in runs:
            one.wait(PATIENCE_S)
        return batch.batch_id

    return resume


def batch_of(batch_id):
    return Batch.open(batch_id, go_on=False)


def test_a_batch_whose_runs_were_taken_up_by_themselves_has_ended(resume_runs, sandbox, world):
    batch_id = resume_runs(2, save_to=None)
    (listed,) = Batch.list()
    for batch in (listed, batch_of(batch_id)):
        assert (batch.state, batch.ended, batch.counts) == ("ended", 2, {"done": 2})
        assert batch.credits == 0.01
        assert "2 of 2" in repr(batch)
        assert batch.parts.store.reserved(batch_id) == 0
        assert [(item.state, item.credits, item.files) for item in batch.items("done")] == [("done", 0.005, ())] * 2
        assert list(batch.items("sent")) == []
        assert batch.to_frame()["state"].to_list() == ["done", "done"]
        with pytest.raises(GenwidgetError, match="has ended"):
            batch.stop()
    posts = len(keys_sent(sandbox))
    batch = batch_of(batch_id).resume().wait(PATIENCE_S)
    assert (batch.state, batch.counts, batch.credits) == ("ended", {"done": 2}, 0.01)
    assert len(keys_sent(sandbox)) == posts


def test_its_files_are_still_to_be_saved_and_who_resumes_it_saves_them(resume_runs, sandbox, tmp_path):
    batch = batch_of(resume_runs(2))
    assert (batch.state, batch.counts, batch.credits) == ("interrupted", {"saving": 2}, 0.01)
    assert [item.error for item in batch.items()] == [MESSAGES["batch_item_made"]] * 2
    assert batch.parts.store.reserved(batch.batch_id) == 0
    posts = len(keys_sent(sandbox))
    batch.resume().wait(PATIENCE_S)
    assert (batch.state, batch.counts, batch.credits) == ("ended", {"done": 2}, 0.01)
    assert [item.error for item in batch.items()] == [None] * 2
    assert len(files_of(batch)) == 2 == len(set((tmp_path / "pictures").glob("*.jpg")))
    assert len(keys_sent(sandbox)) == posts


@pytest.mark.parametrize("begin_anew", [Batch.retry_failed, lambda batch: batch.retry(1)])
def test_an_item_whose_run_failed_by_itself_is_begun_anew(resume_runs, sandbox, begin_anew):
    batch_id = resume_runs(2, save_to=None)
    ledger = runner.shared().ledger
    (first, _) = batch_of(batch_id).items()
    failed = "UPDATE runs SET state = 'failed', credits = NULL WHERE intent_id = ?"
    ledger.change(lambda one: one.execute(failed, (first.run_id,)).rowcount == 1).result()
    batch = batch_of(batch_id)
    assert (batch.state, batch.counts) == ("ended", {"failed": 1, "done": 1})
    assert next(batch.items("failed")).error == "The generation failed"
    posts = len(keys_sent(sandbox))
    begin_anew(batch).wait(PATIENCE_S)
    assert (batch.state, batch.counts) == ("ended", {"done": 2})
    assert len(keys_sent(sandbox)) == posts + 1
