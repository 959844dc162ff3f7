"""Copies of a ledger whose own file ends with its process: whatever others do meanwhile, no row is lost."""

import random
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genwidget import platform
from genwidget.errors import LedgerError
from genwidget.runs.ledger import Ledger
from genwidget.runs.ledger.copies import Copies
from genwidget.runs.ledger.file import MIGRATIONS, LedgerFile
from genwidget.runs.ledger.merging import merge
from genwidget.runs.ledger.row import COLUMNS
from genwidget.runs.spend_limit import MACHINE, Spending, SpendLimit
from tests.ledger_rows import a_row


class Kernels:
    """Kernels that share a folder of copies, each with a disk of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.kept = folder / "kept"
        self.made = []

    def start(self):
        ledger = Ledger(self.folder / str(len(self.made)) / "ledger.sqlite3", kept=self.kept)
        self.made.append(ledger)
        return ledger

    def copies(self):
        return sorted(path.name for path in self.kept.iterdir())


@pytest.fixture
def kernels(tmp_path):
    one = Kernels(tmp_path)
    yield one
    for ledger in one.made:
        ledger.close()


def states(ledger):
    return {row.intent_id: row.state for row in ledger.rows()}


def test_a_later_kernel_has_the_rows_of_an_earlier_one(kernels):
    kernels.start().begin(a_row())
    assert kernels.start().find("i1") == a_row()


def test_a_row_is_kept_before_its_change_is_over(kernels):
    kernels.start().begin(a_row())
    assert len(kernels.copies()) == 1
    assert states(kernels.start()) == {"i1": "sending"}


def test_what_a_run_has_cost_is_kept_and_counted_once(kernels):
    limits = [SpendLimit("playground:1", 10)]
    first = kernels.start()
    first.begin(a_row(price=3), limits)
    second = kernels.start()
    assert second.spending(MACHINE, is_sandbox=True).reserved == 3
    first.record(a_row(state="succeeded", credits=2, updated_at=2.5))
    assert first.drain()
    second.begin(a_row("i2", price=1), limits)
    for ledger in (second, kernels.start()):
        found = ledger.spending(MACHINE, is_sandbox=True)
        assert (found.spent, found.reserved) == (2, 1)


def test_a_change_that_cannot_be_kept_is_not_made(kernels, monkeypatch):
    ledger = kernels.start()
    ledger.rows()
    kernels.kept.write_text("a file where a folder is to be")
    with pytest.raises(LedgerError, match="Nothing was sent"):
        ledger.begin(a_row())
    assert ledger.rows() == []
    kernels.kept.unlink()
    assert ledger.begin(a_row())


def test_an_older_copy_takes_nothing_back(kernels):
    first = kernels.start()
    first.begin(a_row())
    second = kernels.start()
    second.rows()
    first.record(a_row(state="succeeded", updated_at=2.5))
    assert first.drain()
    second.begin(a_row("i2"))
    assert states(second) == {"i1": "succeeded", "i2": "sending"}
    assert states(kernels.start()) == states(second)


def test_a_rating_is_kept_although_its_row_is_no_newer(kernels):
    first = kernels.start()
    first.begin(a_row())
    second = kernels.start()
    second.rows()
    assert first.rate("i1", 4).result()
    second.begin(a_row("i2"))
    assert second.ratings(["i1"]) == {"i1": 4}
    assert kernels.start().ratings(["i1"]) == {"i1": 4}


@pytest.mark.parametrize("is_told_first", [True, False])
@pytest.mark.parametrize("state", ["accepted", "expired", "canceled"])
def test_what_came_back_in_one_kernel_is_not_counted_in_another(kernels, state, is_told_first):
    first = kernels.start()
    row = a_row(price=3, credits=3, state="accepted", generation_id="g1", updated_at=2.0)
    first.begin(row)
    second = kernels.start()
    second.rows()

    def tell():
        assert second.mark_refunded("g1", row.region_id, row.api_url).result(10)

    def end():
        first.record(replace(row, state=state, updated_at=3.0))
        assert first.drain()

    for step in (tell, end) if is_told_first else (end, tell):
        step()
    for at, ledger in enumerate((first, second, kernels.start())):
        ledger.begin(a_row(f"another{at}"))
        assert (ledger.find("i1").state, ledger.find("i1").credits) == (state, 0)
        assert ledger.spending(is_sandbox=True) == Spending()


@settings(max_examples=50)  # each writes to a disk
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["told", "accepted", "expired", "canceled", "merge"]), st.integers(0, 1)), max_size=8
    )
)
def test_what_came_back_stays_so_in_whatever_order_files_are_merged(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("data")
    ledgers = [Ledger(folder / str(at) / "ledger.sqlite3") for at in (0, 1)]
    row = a_row(price=3, credits=3, state="accepted", generation_id="g1")
    try:
        for ledger in ledgers:
            ledger.begin(row, [SpendLimit("playground:1", 10)])
        for at, (step, number) in enumerate([*steps, ("merge", 0), ("merge", 1)]):
            ledger, path = ledgers[number], ledgers[1 - number].path
            if step == "merge":
                with closing(LedgerFile(ledger.path).open()) as connection:
                    merge(connection, path)
            elif step == "told":
                assert ledger.mark_refunded("g1", row.region_id, row.api_url).result(10)
            else:
                ledger.record(replace(row, state=step, updated_at=2.0 + at))
                assert ledger.drain()
        is_told = "told" in dict(steps)
        for ledger in ledgers:
            found = [ledger.spending(scope, is_sandbox=True) for scope in (MACHINE, "playground:1")]
            assert ledger.find("i1").credits == (0 if is_told else 3)
            assert found[0] == found[1]
            assert found[0].used == (0 if is_told else 3)
    finally:
        for ledger in ledgers:
            ledger.close()


def test_of_another_generation_of_a_run_nothing_came_back(kernels):
    first = kernels.start()
    row = a_row(price=3, credits=3, state="accepted", generation_id="g1", updated_at=2.0)
    first.begin(row)
    second = kernels.start()
    assert second.mark_refunded("g1", row.region_id, row.api_url).result(10)
    first.record(replace(row, generation_id="g2", state="succeeded", updated_at=3.0))
    assert first.drain()
    second.begin(a_row("i2"))
    assert second.find("i1").credits == 3
    assert second.spending(is_sandbox=True).spent == 3


def put_batch(ledger, batch_state, updated_at, **item):
    values = {"round": 0, "state": "planned", "intent_id": None, "ended_at": None, **item}

    def put(connection):
        connection.execute(
            "INSERT OR REPLACE INTO batches (batch_id, created_at, updated_at, state, region_id, api_url, helper_url, "
            "is_own_origin, key_fingerprint, count) VALUES ('b1', 1, ?, ?, 'sandbox', '', '', 1, '', 1)",
            (updated_at, batch_state),
        )
        connection.execute(
            "INSERT OR REPLACE INTO batch_items (batch_id, position, model_type, model_id, path, body, round, state, "
            "intent_id, ended_at) VALUES ('b1', 0, '', '', '', '', :round, :state, :intent_id, :ended_at)",
            values,
        )
        return True

    ledger.change(put).result()


def test_of_a_batch_the_newest_is_taken_and_of_its_items_what_has_come_furthest(kernels):
    first = kernels.start()
    put_batch(first, "running", 1)
    second = kernels.start()
    second.rows()
    put_batch(first, "running", 1, state="sent", intent_id="i1")
    put_batch(first, "ended", 2, state="done", intent_id="i1", ended_at=2)
    second.begin(a_row("i2"))
    for ledger in (second, kernels.start()):
        assert ledger.query("SELECT b.state, i.state, i.ended_at FROM batches AS b JOIN batch_items AS i") == [
            (b"ended", b"done", 2)
        ]
    put_batch(second, "running", 3, round=1)
    first.begin(a_row("i3"))
    assert first.query("SELECT b.state, i.state FROM batches AS b JOIN batch_items AS i") == [(b"running", b"planned")]


@pytest.mark.parametrize("seed", range(20))
def test_no_row_is_lost_however_the_steps_of_kernels_interleave(tmp_path, seed):
    chance = random.Random(seed)  # noqa: S311 - the same at each run
    kept = tmp_path / "kept"
    files = [LedgerFile(tmp_path / str(number) / "ledger.sqlite3") for number in range(3)]
    copies = [Copies(kept, file.path.with_name("copy")) for file in files]
    connections = [file.open() for file in files]
    written, steps = set(), [0, 0, 0]
    for _ in range(60):
        at = chance.randrange(3)
        connection = connections[at]
        if steps[at] == 0:
            copies[at].gather(connection)
        else:
            intent = f"{at}-{len(written)}"
            row = a_row(intent)
            names = COLUMNS
            marks = ", ".join("?" * len(names))
            statement = f"INSERT INTO runs ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
            connection.execute(statement, [getattr(row, name) for name in names])
            copies[at].keep(connection)
            written.add(intent)
        steps[at] = 1 - steps[at]
    for connection in connections:
        connection.close()
    late = LedgerFile(tmp_path / "late" / "ledger.sqlite3")
    with closing(late.open()) as connection:
        Copies(kept, late.path.with_name("copy")).gather(connection)
        found = {intent.decode() for (intent,) in connection.execute("SELECT intent_id FROM runs")}
    assert found == written
    assert len(list(kept.iterdir())) <= 3, "each kernel leaves one copy at most"


@pytest.mark.parametrize("content", [b"", b"no base64 \xff", b"bm8gbGVkZ2Vy"])
def test_a_copy_that_cannot_be_read_is_said_and_left_alone(kernels, caplog, content):
    kernels.kept.mkdir()
    (kernels.kept / "broken.txt").write_bytes(content)
    ledger = kernels.start()
    ledger.begin(a_row())
    ledger.begin(a_row("i2"))
    assert states(ledger) == {"i1": "sending", "i2": "sending"}
    if content:
        assert [record.message.count("broken.txt") for record in caplog.records] == [1]
    assert "broken.txt" in kernels.copies() or not content


def test_a_copy_of_a_newer_version_is_left_alone(kernels, monkeypatch, caplog):
    first = kernels.start()
    first.change(lambda connection: bool(connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}"))).result()
    (theirs,) = kernels.copies()
    second = kernels.start()
    second.begin(a_row())
    assert theirs in kernels.copies()
    assert "newer genwidget" in caplog.text


def test_the_page_is_told_where_nothing_outlives_the_kernel(tmp_path, monkeypatch):
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    assert ledger.note is None
    monkeypatch.setattr(platform, "is_disk_kept", lambda: False)
    assert "no access to the browser's storage" in ledger.note
    monkeypatch.setattr(platform, "_DRIVE", tmp_path)
    assert Ledger(tmp_path / "ledger.sqlite3").note is None
