"""Items that were sent, and not answered until their key no longer held: a person decides, nothing is paid twice."""

import asyncio
import dataclasses
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from genwidget.api.transport import Timing
from genwidget.batch.batch import Batch
from genwidget.batch.lookup import find_batch
from genwidget.batch.store import BatchStore
from genwidget.batch.sweep import sweep
from genwidget.cli import main
from genwidget.errors import BatchStopped, GenwidgetError
from genwidget.io_thread import IoThread
from genwidget.runs import recovery, runner
from genwidget.runs.ledger import Ledger
from genwidget.sandbox import API_KEY, Fault, Limits, Sandbox
from tests.faults.small_pictures import SMALL

MODEL = "bfl/flux-schnell"
PATIENCE_S = 120
DAY_S = 25 * 3600
NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def sandbox(monkeypatch):
    monkeypatch.setattr("genwidget.sandbox.media.sizes.PICTURE_PIXELS", SMALL)
    with Sandbox(speed=50, limits=Limits(generate_per_window=100_000, images_at_once=1_000)) as running:
        yield running


@pytest.fixture
def later(monkeypatch, tmp_path):
    """Begin another process's runner on the same ledger, a day later where that is wanted."""
    monkeypatch.setenv("BABYSEA_API_KEY", API_KEY)
    ahead_s, made = [0.0], []

    def begin(seconds=0.0):
        for one, thread in made:
            one.close()
            thread.close()
        ahead_s[0] += seconds
        timing = Timing(
            clock=time.monotonic,
            sleep=lambda _: asyncio.sleep(0.01),
            jitter=lambda: 0.5,
            now=lambda: time.time() + ahead_s[0],
        )
        thread = IoThread()
        one = runner.Runner(thread, ledger=Ledger(tmp_path / "ledger.sqlite3"), timing=timing)
        made.append((one, thread))
        monkeypatch.setattr(runner, "shared", lambda: one)

    begin()
    yield begin
    for one, thread in made:
        one.close()
        thread.close()


@pytest.fixture
def make_unsure(later, sandbox, tmp_path):
    """Return a batch whose one item lost its answers, with or without a generation, a day ago."""

    def make(fault="accept_then_drop", *, is_forgotten=False):
        sandbox.faults.add(Fault(fault, route="generate"))
        plan = sweep(MODEL, prompt="A seal", output_format="jpg")
        batch = plan.run(base_url=sandbox.url, save_to=tmp_path / "pictures", limit=0.005).wait(PATIENCE_S)
        assert batch.counts == {"lost": 1}
        sandbox.faults.clear()
        if is_forgotten:
            assert runner.shared().ledger.forget(next(batch.items()).run_id)
        later(DAY_S)
        batch = Batch.open(batch.batch_id).resume().wait(PATIENCE_S)
        assert batch.counts == {"unsure": 1}
        return batch

    return make


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_nothing_is_sent_again_where_the_clock_was_set_back(later, sandbox, tmp_path, is_forgotten):
    sandbox.faults.add(Fault("accept_then_drop", route="generate"))
    batch = sweep(MODEL, prompt="A seal", output_format="jpg").run(base_url=sandbox.url).wait(PATIENCE_S)
    assert batch.counts == {"lost": 1}
    sandbox.faults.clear()
    if is_forgotten:
        assert runner.shared().ledger.forget(next(batch.items()).run_id)
    before = keys_sent(sandbox)
    later(-2 * DAY_S)
    batch = Batch.open(batch.batch_id).resume().wait(PATIENCE_S)
    assert batch.counts == {"unsure": 1}
    assert keys_sent(sandbox) == before
    assert len(sandbox.generations) == 1


def keys_sent(sandbox):
    return [one.idempotency_key for one in sandbox.requests if one.method == "POST"]


def reserved_and_spent(batch):
    found = runner.shared().ledger.spending(f"batch:{batch.batch_id}", is_sandbox=True)
    return float(found.reserved), float(found.spent)


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_a_generation_is_adopted_saved_and_counted_and_nothing_is_sent(make_unsure, sandbox, is_forgotten):
    batch = make_unsure(is_forgotten=is_forgotten)
    (there,) = sandbox.generations
    posts = keys_sent(sandbox)
    (found,) = batch.search(1)
    assert found.generation_id == there["generation_id"]
    assert batch.adopt(1, found.generation_id) is batch
    assert (batch.state, batch.counts) == ("stopped", {"expired": 1})
    assert batch.reason == "Items that were unsure have been decided."
    batch = Batch.open(batch.batch_id).resume().wait(PATIENCE_S)
    assert (batch.state, batch.counts, batch.credits) == ("ended", {"done": 1}, 0.005)
    (item,) = batch.items()
    assert (item.generation_id, [path.exists() for path in item.files]) == (found.generation_id, [True])
    assert keys_sent(sandbox) == posts
    assert reserved_and_spent(batch) == (0.0, 0.005)


def test_an_item_that_was_forgotten_is_sent_again_with_its_key_for_no_longer_than_that_holds(
    later, sandbox, tmp_path, monkeypatch
):
    sandbox.faults.add(Fault("accept_then_drop", route="generate"))
    batch = sweep(MODEL, prompt="A seal", output_format="jpg").run(base_url=sandbox.url).wait(PATIENCE_S)
    assert batch.counts == {"lost": 1}
    sandbox.faults.clear()
    assert runner.shared().ledger.forget(next(batch.items()).run_id)
    later()
    posts, carrier = len(keys_sent(sandbox)), runner.shared()

    def now():
        """Tell of the next day once it was said that it is too early."""
        return time.time() + DAY_S * (len(keys_sent(sandbox)) > posts)

    monkeypatch.setattr(carrier, "_timing", dataclasses.replace(carrier.timing, now=now))
    sandbox.faults.add(Fault("rate_limit", route="generate", count=1))
    batch = Batch.open(batch.batch_id).resume().wait(PATIENCE_S)
    assert (batch.counts, len(keys_sent(sandbox))) == ({"unsure": 1}, posts + 1)
    (made_there,) = sandbox.generations
    assert made_there["generation_id"] in next(batch.items()).error


def change(statement, *values):
    ledger = runner.shared().ledger
    assert ledger.change(lambda file: file.execute(statement, values).rowcount == 1).result(PATIENCE_S)


def test_an_item_whose_process_ended_before_it_was_called_sent_is_not_paid_twice_once_it_was_forgotten(
    make_unsure, later, sandbox
):
    batch = make_unsure()
    posts = keys_sent(sandbox)
    assert runner.shared().ledger.forget(next(batch.items()).run_id)
    change("UPDATE batch_items SET state = 'planned', reason = NULL, ended_at = NULL")
    later()
    batch = Batch.open(batch.batch_id).resume().wait(PATIENCE_S)
    assert (batch.counts, keys_sent(sandbox)) == ({"unsure": 1}, posts)


def test_an_item_that_is_being_saved_is_only_asked_about_once_it_was_forgotten(later, sandbox, tmp_path):
    plan = sweep(MODEL, prompt="A seal", output_format="jpg")
    batch = plan.run(base_url=sandbox.url, save_to=tmp_path / "pictures").wait(PATIENCE_S)
    (item,), posts = batch.items(), keys_sent(sandbox)
    assert runner.shared().ledger.forget(item.run_id)
    change("UPDATE batch_items SET state = 'saving', files = NULL, ended_at = NULL")
    later(DAY_S)
    batch = Batch.open(batch.batch_id).resume().wait(PATIENCE_S)
    (again,) = batch.items()
    assert (batch.counts, again.files, again.generation_id) == ({"done": 1}, item.files, item.generation_id)
    assert keys_sent(sandbox) == posts


def test_an_item_whose_stored_success_was_forgotten_is_made_and_counted(later, sandbox, tmp_path):
    plan = sweep(MODEL, prompt="A seal", output_format="jpg")
    plan.run(base_url=sandbox.url).wait(PATIENCE_S)
    batch = plan.run(base_url=sandbox.url, reuse=True).wait(PATIENCE_S)
    (item,) = batch.items()
    assert (batch.counts, batch.credits, len(sandbox.generations)) == ({"done": 1}, 0.0, 1)
    assert runner.shared().ledger.forget(item.run_id)
    change("UPDATE batch_items SET state = 'saving', ended_at = NULL WHERE batch_id = ?", batch.batch_id)
    later(DAY_S)
    batch = Batch.open(batch.batch_id).resume().wait(PATIENCE_S)
    assert (batch.counts, batch.credits, len(sandbox.generations)) == ({"done": 1}, 0.005, 2)


def test_what_made_nothing_is_sent_again_with_another_key_and_what_was_reserved_is_free(make_unsure, sandbox):
    batch = make_unsure("drop")
    assert (tuple(batch.search(1)), list(sandbox.generations)) == ((), [])
    posts = keys_sent(sandbox)
    batch.send_again(1)
    assert (batch.state, batch.counts, keys_sent(sandbox)) == ("stopped", {"planned": 1}, posts)
    assert reserved_and_spent(batch) == (0.0, 0.0)
    batch.resume().wait(PATIENCE_S)
    assert (batch.counts, len(sandbox.generations)) == ({"done": 1}, 1)
    assert keys_sent(sandbox)[-1] not in posts
    assert reserved_and_spent(batch) == (0.0, 0.005)


def test_what_may_have_been_made_is_not_sent_again_by_accident(make_unsure, sandbox):
    batch = make_unsure()
    (there,) = sandbox.generations
    with pytest.raises(GenwidgetError, match=f"may have made: {there['generation_id']}. Adopt it"):
        batch.send_again(1)
    assert batch.counts == {"unsure": 1}
    batch.send_again(1, although_found=True)
    assert reserved_and_spent(batch) == (0.005, 0.0), "it may be charged for"
    with pytest.raises(BatchStopped, match="limit"):
        batch.resume().wait(PATIENCE_S)
    assert len(sandbox.generations) == 1
    batch.resume(limit=0.01).wait(PATIENCE_S)
    assert (batch.counts, len(sandbox.generations)) == ({"done": 1}, 2)
    assert reserved_and_spent(batch) == (0.005, 0.005)


def test_a_list_that_cannot_be_read_lets_nothing_be_sent_again(make_unsure, sandbox):
    batch = make_unsure("drop")
    sandbox.faults.add(Fault("not_json", route="list"))
    with pytest.raises(GenwidgetError):
        batch.send_again(1)
    assert batch.counts == {"unsure": 1}


def test_a_list_that_is_not_read_to_its_end_lets_nothing_be_sent_again_by_accident(make_unsure, sandbox, monkeypatch):
    batch = make_unsure("drop")
    sweep(MODEL, prompt="An otter", output_format="jpg").run(base_url=sandbox.url).wait(PATIENCE_S)
    sweep(MODEL, prompt="A walrus", output_format="jpg").run(base_url=sandbox.url).wait(PATIENCE_S)
    monkeypatch.setattr(recovery, "MOST_RECORDS", 1)
    with pytest.raises(GenwidgetError, match="among 1 of the content list"):
        batch.send_again(1)
    assert batch.counts == {"unsure": 1}
    assert batch.send_again(1, although_found=True).counts == {"planned": 1}


def test_only_what_the_item_can_have_made_is_adopted(make_unsure, sandbox):
    other = sweep("qwen/image", prompt="A seal", output_format="jpg").run(base_url=sandbox.url).wait(PATIENCE_S)
    batch = make_unsure()
    theirs, own = sorted(one["generation_id"] for one in sandbox.generations)
    if next(other.items()).generation_id != theirs:
        theirs, own = own, theirs
    with pytest.raises(GenwidgetError, match=f"The generation {theirs} is not of item 1: another run made it."):
        batch.adopt(1, theirs)
    assert runner.shared().ledger.forget(next(other.items()).run_id)
    with pytest.raises(GenwidgetError, match=f"The generation {theirs} is not of item 1: its model, its prompt or"):
        batch.adopt(1, theirs)
    with pytest.raises(GenwidgetError, match=r"(?i)not found"):
        batch.adopt(1, NOWHERE)
    for number in (0, 2, True, None, "1"):
        with pytest.raises(GenwidgetError, match=r"The batch has no item|The number of an item is a whole number"):
            batch.search(number)
    assert batch.counts == {"unsure": 1}
    batch.adopt(1, own)


def test_one_decision_stands(make_unsure, sandbox):
    batch = make_unsure()
    (there,) = sandbox.generations
    batch.adopt(1, there["generation_id"])
    for decide in (batch.adopt, batch.send_again, batch.search):
        with pytest.raises(GenwidgetError, match=r"Item 1 is expired\. Only an item that is unsure can be decided\."):
            decide(*(1, there["generation_id"])[: 2 if decide == batch.adopt else 1])


def test_of_two_decisions_at_once_one_alone_is_taken(make_unsure, sandbox):
    batch = make_unsure("drop")
    store = BatchStore(runner.shared().ledger)
    both = [Batch(find_batch(store, batch.batch_id), store, runner.shared()) for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        ends = [one.exception(60) for one in [pool.submit(one.send_again, 1) for one in both]]
    assert sum(end is None for end in ends) == 1
    batch = Batch.open(batch.batch_id).resume().wait(PATIENCE_S)
    assert (batch.counts, len(sandbox.generations)) == ({"done": 1}, 1)


def test_a_decision_of_a_batch_that_runs_is_refused(make_unsure, sandbox):
    batch = make_unsure("drop")
    sandbox.faults.add(Fault("not_json", route="generate"))
    batch.send_again(1).resume()
    for decide in (lambda: batch.search(1), lambda: batch.adopt(1, NOWHERE), lambda: batch.send_again(1)):
        with pytest.raises(GenwidgetError, match=r"is running\. Wait for its end first\."):
            decide()
    batch.stop()
    batch.wait(PATIENCE_S)


@pytest.fixture
def shell(capsys):
    def go(*arguments):
        code = main(["batch", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return go


def test_a_shell_finds_adopts_and_resumes(make_unsure, sandbox, shell):
    batch = make_unsure()
    (there,) = sandbox.generations
    code, _, err = shell("resume", batch.batch_id)
    assert code == 1
    assert err[-1] == (
        f"Decide each unsure item with: genwidget batch find {batch.batch_id} ITEM, then genwidget batch adopt "
        f"{batch.batch_id} ITEM GENERATION or genwidget batch again {batch.batch_id} ITEM"
    )
    code, out, _ = shell("find", batch.batch_id, 1)
    assert (code, out[0].split()) == (0, ["generation", "created", "status", "prompt"])
    assert out[1].split()[0] == there["generation_id"]
    assert out[1].split()[-3:] == ["succeeded", "A", "seal"]
    code, out, _ = shell("find", "--json", batch.batch_id, 1)
    assert (code, there["generation_id"] in "".join(out)) == (0, True)
    code, _, err = shell("again", batch.batch_id, 1)
    assert (code, there["generation_id"] in err[-1]) == (1, True)
    assert shell("adopt", batch.batch_id, 1, there["generation_id"])[0] == 0
    code, out, _ = shell("resume", batch.batch_id)
    assert (code, len(out), len(sandbox.generations)) == (0, 1, 1)


def test_a_shell_sends_again_what_was_never_made(make_unsure, sandbox, shell):
    batch = make_unsure("drop")
    assert shell("find", batch.batch_id, 1)[:2] == (0, ["generation  created  status  prompt"])
    code, _, err = shell("again", batch.batch_id, 1)
    assert (code, err) == (0, [f"Go on with: genwidget batch resume {batch.batch_id}"])
    assert len(sandbox.generations) == 0
    code, out, _ = shell("resume", batch.batch_id)
    assert (code, len(out), len(sandbox.generations)) == (0, 1, 1)
