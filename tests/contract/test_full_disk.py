"""A disk that is full from any write of a batch on: nothing is lost or paid twice, and a sentence says what to do."""

import json
import logging
from collections import Counter

import httpx
import pytest

from genwidget.batch import driver
from genwidget.batch.batch import Batch
from genwidget.errors import BatchStopped, GenwidgetError
from genwidget.runs import runner
from genwidget.runs.ledger import writer
from genwidget.sandbox import API_KEY
from genwidget.sandbox.assumptions import OPENING_BALANCE
from tests.contract.full_disk import FullDisk
from tests.contract.test_batch import PATIENCE_S, make_sandbox, plan, sandbox, world  # noqa: F401 - fixtures

COUNT = 2
#: What a person reads of a disk that is full, as SQLite or the system says it.
FULL = ("disk is full", "No space left on device")
ADVICE = "room"


@pytest.fixture
def disk(monkeypatch):
    """Waits are short: what could not be written is tried again at once."""
    for module, name in ((driver, "RETRY_S"), (driver, "GATHER_S"), (writer, "LONGEST_PAUSE_S")):
        monkeypatch.setattr(module, name, 0.01)
    return FullDisk(monkeypatch)


def live(disk, wait_until, folder, url, first):
    """Carry one batch through its life with a disk that is full from a write on; return it, and what was told."""
    disk.begin(first)
    told = []

    def begin():
        return plan(COUNT).run(base_url=url, save_to=folder)

    try:
        batch = begin()
    except GenwidgetError as error:
        told.append(f"{error.message} {error.next_step}")
        disk.make_room()
        batch = begin()
    wait_until(lambda: batch.state != "running" or is_told(batch.reason or ""), PATIENCE_S)
    told.append(batch.reason or "")
    disk.make_room()
    for _ in range(4):
        try:
            batch.wait(PATIENCE_S)
        except BatchStopped as stopped:
            told.append(f"{stopped.message} {stopped.next_step}")
            batch.resume()
        else:
            break
    return batch, told


def is_told(text):
    return any(one in text for one in FULL)


def charged(server):
    """Return what the account has paid, as the sandbox counts it."""
    reply = httpx.get(f"{server.url}/v1/user/billing", headers={"Authorization": f"Bearer {API_KEY}"})
    return OPENING_BALANCE - reply.json()["data"]["billing_credit_balance"]


def files_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("part", range(4))
def test_every_single_write_may_find_the_disk_full(disk, sandbox, world, wait_until, tmp_path, caplog, part):  # noqa: F811
    caplog.set_level(logging.ERROR)
    world().ledger.rows(1)  # the file is there, as it is where something was sent before
    _, _ = live(disk, wait_until, tmp_path / "dry", sandbox.url, None)
    total, silent = disk.count, {}
    for first in range(1 + part, total + 1, 4):
        world()
        before, paid, spent = (
            len(sandbox.generations),
            charged(sandbox),
            runner.shared().ledger.spending(is_sandbox=True).spent,
        )
        folder = tmp_path / f"from {first}"
        batch, told = live(disk, wait_until, folder, sandbox.url, first)
        where = f"write {first} of {total}, {disk.what}: {told}"
        if disk.is_refused.is_set() and not any(is_told(one) and ADVICE in one for one in told):
            silent[first] = where
        assert batch.counts == {"done": COUNT}, where
        world()
        again = Batch.open(batch.batch_id)
        items = list(again.items())
        assert (again.state, again.counts, again.reason) == ("ended", {"done": COUNT}, None), where
        assert len(sandbox.generations) - before == len({item.generation_id for item in items}) == COUNT, where
        now, cost = runner.shared().ledger.spending(is_sandbox=True), round(sum(item.credits for item in items), 6)
        assert now.reserved == 0, where
        assert round(float(now.spent - spent), 6) == round(charged(sandbox) - paid, 6) == cost > 0, where
        names = sorted(path.name for item in items for path in item.files)
        assert files_in(folder) == sorted([*names, *(f"{name}.json" for name in names)]), where
        for item in items:
            (path,) = item.files
            assert path.read_bytes().endswith(b"\xff\xd9"), where
            assert (
                json.loads(path.with_name(f"{path.name}.json").read_bytes())["generation_id"] == item.generation_id
            ), where
    assert silent == {}
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
    assert Counter(one["generation_status"] for one in sandbox.generations).keys() == {"succeeded"}
