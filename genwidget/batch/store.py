"""Batches and their items in the ledger. What reads blocks; what writes returns a future."""

import json
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from decimal import Decimal
from itertools import islice
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any, Final, TypeVar

from genwidget.batch.given import index_of
from genwidget.batch.rows import MAY_COST, REPEATABLE, BatchRow, BatchState, ItemRow, ItemState
from genwidget.errors import InvalidRequest, LedgerError
from genwidget.messages import render
from genwidget.runs.ledger import LARGEST, Ledger, fit
from genwidget.runs.spend_limit import MACHINE, to_credits

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

StateT = TypeVar("StateT", BatchState, ItemState)

_BATCH: Final = tuple(one.name for one in fields(BatchRow))
_ITEM: Final = tuple(one.name for one in fields(ItemRow))
#: What changes of an item.
_OUTCOME: Final = (
    "round",
    "state",
    "intent_id",
    "generation_id",
    "credits",
    "files",
    "reason",
    "ended_at",
)
#: How many items are written in one transaction, and read at once.
CHUNK: Final = 2_000
PAGE: Final = 200

# The names are this module's own; values are bound.
_INSERT_BATCH: Final = f"INSERT INTO batches ({', '.join(_BATCH)}) VALUES ({', '.join('?' * len(_BATCH))})"  # noqa: S608
_INSERT_ITEM: Final = f"INSERT INTO batch_items ({', '.join(_ITEM)}) VALUES ({', '.join('?' * len(_ITEM))})"  # noqa: S608
_UPDATE_ITEM: Final = (
    f"UPDATE batch_items SET {', '.join(f'{name} = ?' for name in _OUTCOME)} "  # noqa: S608
    "WHERE batch_id = ? AND position = ?"
)
_NOTE_FILES: Final = (
    "UPDATE batch_items SET files = ? WHERE batch_id = ? AND position = ? AND state IN ('done', 'unsaved') AND "
    "(files IS NULL OR (SELECT folder FROM batches WHERE batches.batch_id = batch_items.batch_id) IS NULL)"
)
#: Of an unsure item, by its batch, its position and its round.
_IF_UNSURE: Final = "WHERE batch_id = ? AND position = ? AND round = ? AND state = 'unsure'"
_BEGIN_ANEW: Final = (
    "UPDATE batch_items SET state = 'planned', round = round + 1, intent_id = NULL, reason = NULL, ended_at = NULL "  # noqa: S608
    f"{_IF_UNSURE}"
)
_ADOPT_ITEM: Final = (
    f"UPDATE batch_items SET state = 'expired', generation_id = ?, reason = NULL, ended_at = NULL {_IF_UNSURE}"  # noqa: S608
)
#: Its run is one that was accepted and not followed to its end.
_ADOPT_RUN: Final = (
    "UPDATE runs SET state = 'expired', generation_id = ?, error_code = NULL, status_code = NULL, credits = NULL "
    "WHERE intent_id = ? AND state IN ('lost', 'sending', 'waiting')"
)
_OF_OTHERS: Final = (
    "SELECT 1 FROM runs WHERE generation_id = ? AND intent_id != ? UNION ALL "
    "SELECT 1 FROM batch_items WHERE generation_id = ? AND NOT (batch_id = ? AND position = ?)"
)
_COUNTED: Final = (
    "SELECT COALESCE(SUM(spent + reserved), 0) FROM spending "
    "WHERE scope = ? AND intent_id IN (SELECT value FROM json_each(?)) "
    "AND intent_id NOT IN (SELECT intent_id FROM runs "
    "WHERE state IN ('succeeded', 'failed', 'canceled', 'answered', 'refused'))"
)
_SELECT_BATCH: Final = f"SELECT {', '.join(_BATCH)} FROM batches"  # noqa: S608
_SELECT_ITEM: Final = f"SELECT {', '.join(_ITEM)} FROM batch_items"  # noqa: S608


class BatchStore:
    """The batches of one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def create(self, batch: BatchRow, items: Iterable[ItemRow]) -> None:
        """Write a batch whole: until the last item is down it is ``storing``, and nothing of it is sent.

        Raises:
            LedgerError: the file cannot be used. What was written is a plan that was never sent.
        """
        self._do(lambda one: one.execute(_INSERT_BATCH, _values(batch, _BATCH)))
        left = iter(items)
        while some := list(islice(left, CHUNK)):
            self._do(_inserting(some))
        update = "UPDATE batches SET state = ? WHERE batch_id = ?"
        self._do(lambda one: one.execute(update, (BatchState.RUNNING, batch.batch_id)))

    def find(self, batch_id: str) -> BatchRow | None:
        """Return a batch, or None.

        Raises:
            LedgerError: the file, or the row, cannot be read.
        """
        found = self.ledger.query(f"{_SELECT_BATCH} WHERE batch_id = ?", batch_id)
        return _batch(found[0]) if found else None

    def starting_with(self, beginning: str) -> list[BatchRow]:
        """Return the batches whose id begins so, as far as their rows can be read; else as of :meth:`find`."""
        return self._batches("WHERE substr(batch_id, 1, length(?1)) = ?1", beginning)

    def newest(self, limit: int) -> list[BatchRow]:
        """Return the newest batches first, as far as their rows can be read; else as of :meth:`find`."""
        return self._batches("ORDER BY created_at DESC, rowid DESC LIMIT ?", min(limit, LARGEST))

    def claim(self, batch: BatchRow, holder: str) -> bool:
        """Take a batch for this process; False where another that is alive has it.

        Raises:
            LedgerError: the file cannot be used.
        """
        number = self.ledger.own_number()

        def claim(connection: Connection) -> bool:
            if not self._is_free(connection, batch.batch_id):
                return False
            changes = "UPDATE batches SET owner = ?, holder = ?, asked = NULL, state = ?, reason = NULL"
            connection.execute(f"{changes} WHERE batch_id = ?", (number, holder, BatchState.RUNNING, batch.batch_id))
            return True

        return self.ledger.change(claim).result()

    def set(self, batch_id: str, **changes: Any) -> "Future[bool]":
        """Change columns of a batch."""
        statement = f"UPDATE batches SET {', '.join(f'{name} = ?' for name in changes)} WHERE batch_id = ?"  # noqa: S608
        values = (*map(fit, changes.values()), batch_id)
        return self.ledger.change(lambda one: one.execute(statement, values).rowcount == 1, "NORMAL")

    def write(self, items: Sequence[ItemRow]) -> "Future[bool]":
        """Write what has come of items."""

        def write(connection: Connection) -> bool:
            connection.executemany(
                _UPDATE_ITEM, [(*_values(one, _OUTCOME), one.batch_id, one.position) for one in items]
            )
            return True

        return self.ledger.change(write, "NORMAL")

    def note_files(self, batch_id: str, files: "Mapping[int, Sequence[Path]]") -> "Future[bool]":
        """Write down where the files of items are that were saved beside the batch, by the items' positions.

        Items that have files in the batch's own folder keep those.
        """

        def note(connection: Connection) -> bool:
            connection.executemany(
                _NOTE_FILES, [(json.dumps([str(one) for one in paths]), batch_id, at) for at, paths in files.items()]
            )
            return True

        return self.ledger.change(note, "NORMAL")

    def has_unknown_files(self, batch_id: str) -> bool:
        """Tell whether there is an item that is done and whose files are not known.

        Raises:
            LedgerError: the file cannot be used.
        """
        statement = "SELECT 1 FROM batch_items WHERE batch_id = ? AND state = 'done' AND files IS NULL LIMIT 1"
        return bool(self.ledger.query(statement, batch_id))

    def plan_again(self, batch_id: str, states: Collection[str], only: int | None = None) -> int:
        """Let items of some ends be begun anew, each in its next round; return how many.

        Args:
            batch_id: the batch's.
            states: the ends.
            only: the position of the one item that is; None for all.

        Raises:
            LedgerError: the file cannot be used.
        """
        taken = [state for state in states if state in {*REPEATABLE, ItemState.UNSAVED}]
        marks = ", ".join("?" * len(taken))
        counts: list[int] = []

        def plan(connection: Connection) -> bool:
            found = connection.execute(
                "UPDATE batch_items SET state = 'planned', round = round + 1, intent_id = NULL, generation_id = NULL, "  # noqa: S608
                "credits = NULL, files = NULL, reason = NULL, ended_at = NULL "
                f"WHERE batch_id = ? AND state IN ({marks}) AND (position = ? OR ? IS NULL)",
                (batch_id, *taken, only, only),
            )
            counts.append(found.rowcount)
            return True

        self.ledger.change(plan).result()
        return counts[-1]

    def decide(
        self, batch: BatchRow, item: ItemRow, reason: str, *, generation_id: str | None, is_released: bool = False
    ) -> bool:
        """Take what a person decided of an unsure item; False, and nothing has changed, where it is unsure no more.

        Nor where another process has the batch, or has taken its run up, or has a run of that generation.

        Args:
            batch: the batch, which is stopped then.
            item: the item, as it was read.
            reason: why the batch is stopped, as a sentence.
            generation_id: what its run has made; None lets it be begun anew.
            is_released: whether what is reserved for its run is free again.

        Raises:
            LedgerError: the file cannot be used.
        """
        place = batch.batch_id, item.position
        own = (*place, item.round)

        def decide(connection: Connection) -> bool:
            if not self._is_free(connection, batch.batch_id):
                return False
            if generation_id is None:
                changed = connection.execute(_BEGIN_ANEW, own).rowcount
            elif connection.execute(_OF_OTHERS, (generation_id, item.run_id, generation_id, *place)).fetchone():
                return False
            else:
                changed = connection.execute(_ADOPT_RUN, (generation_id, item.run_id)).rowcount
                changed = changed and connection.execute(_ADOPT_ITEM, (generation_id, *own)).rowcount
            if changed != 1:
                return False
            if is_released:
                connection.execute("UPDATE spending SET reserved = 0 WHERE intent_id = ?", (item.run_id,))
            changes = "UPDATE batches SET state = ?, reason = ?, owner = NULL, holder = NULL WHERE batch_id = ?"
            connection.execute(changes, (BatchState.STOPPED, reason, batch.batch_id))
            return True

        return self.ledger.change(decide).result()

    def counts(self, batch_id: str) -> dict[ItemState, int]:
        """Return how many items there are in each state.

        Raises:
            LedgerError: the file, or a row, cannot be read.
        """
        statement = "SELECT state, COUNT(*) FROM batch_items WHERE batch_id = ? GROUP BY state"
        return {_state(ItemState, _text(state)): count for state, count in self.ledger.query(statement, batch_id)}

    def credits(self, batch_id: str) -> float:
        """Return what the items that ended have cost, as far as known.

        Raises:
            LedgerError: the file cannot be used.
        """
        ((total,),) = self.ledger.query("SELECT TOTAL(credits) FROM batch_items WHERE batch_id = ?", batch_id)
        return float(total)

    def reserved(self, batch_id: str) -> Decimal:
        """Return what items may have cost of which it is not known: what is reserved for their runs, or spent.

        A run that was taken up by itself, and has ended, tells what it has cost.

        Raises:
            LedgerError: the file, or a row, cannot be read.
        """
        # Of a process that was killed, items may still be planned that it had just sent.
        items = (*self.items(batch_id, MAY_COST), *self.page(batch_id, -1, [ItemState.PLANNED]))
        run_ids = json.dumps([item.run_id for item in items if item.credits is None])
        ((units,),) = self.ledger.query(_COUNTED, MACHINE, run_ids)
        return to_credits(units)

    def items(self, batch_id: str, states: Collection[str] | None = None) -> Iterator[ItemRow]:
        """Yield the items, by position, as they are when their page is read.

        Raises:
            LedgerError: the file, or a row, cannot be read.
        """
        last = -1
        while page := self.page(batch_id, last, states):
            yield from page
            last = page[-1].position

    def page(self, batch_id: str, after: int, states: Collection[str] | None = None) -> list[ItemRow]:
        """Return the next items after a position; errors as of :meth:`items`."""
        wanted = "" if states is None else f"AND state IN ({', '.join('?' * len(states))}) "
        statement = f"{_SELECT_ITEM} WHERE batch_id = ? {wanted}AND position > ? ORDER BY position LIMIT {PAGE}"
        return [_item(found) for found in self.ledger.query(statement, batch_id, *(states or ()), after)]

    def item(self, batch_id: str, position: int) -> ItemRow | None:
        """Return an item, or None; errors as of :meth:`items`."""
        found = self.ledger.query(f"{_SELECT_ITEM} WHERE batch_id = ? AND position = ?", batch_id, position)
        return _item(found[0]) if found else None

    def require(self, batch: BatchRow, number: int) -> ItemRow:
        """Return an item by its number, from 1.

        Raises:
            InvalidRequest: there is none.
            LedgerError: the file, or the row, cannot be read.
        """
        found = index_of(number)
        if found is None:
            raise InvalidRequest(render("batch_bad_number"))
        item = self.item(batch.batch_id, found - 1) if 0 < found <= batch.count else None
        if item is None:
            raise InvalidRequest(render("batch_no_item", number=found, count=f"{batch.count:,}"))
        return item

    def at(self, batch_id: str, positions: Iterable[int]) -> list[ItemRow]:
        """Return the items at some positions, those that there are; errors as of :meth:`items`."""
        where = "WHERE batch_id = ? AND position IN (SELECT value FROM json_each(?)) ORDER BY position"
        found = self.ledger.query(f"{_SELECT_ITEM} {where}", batch_id, json.dumps(list(positions)))
        return [_item(one) for one in found]

    def places(self, batch_id: str) -> list[int]:
        """Return the place of each item among all combinations, in order; none where it is its position.

        Raises:
            LedgerError: the file cannot be used.
        """
        of_batch = "FROM batch_items WHERE batch_id = ?"
        if self.ledger.query(f"SELECT 1 {of_batch} AND typeof(place) != 'integer' LIMIT 1", batch_id):
            return []
        return [place for (place,) in self.ledger.query(f"SELECT place {of_batch} ORDER BY position", batch_id)]

    def success_of(self, item: ItemRow, request_hash: str, api_url: str | None, fingerprint: str) -> list[str]:
        """Return the runs of the same request from before its batch that succeeded, and that no item has taken.

        The newest comes first.

        Raises:
            LedgerError: the file cannot be used.
        """
        return self._successes(
            *(item.path, request_hash, api_url, fingerprint),
            "AND created_at < (SELECT created_at FROM batches WHERE batch_id = ?) AND intent_id NOT IN "
            "(SELECT intent_id FROM batch_items WHERE batch_id = ? AND intent_id IS NOT NULL)",
            *(item.batch_id, item.batch_id),
        )

    def successes(self, path: str, request_hash: str, api_url: str | None, fingerprint: str) -> list[str]:
        """Return the runs of a request that succeeded, the newest first; ``api_url`` is None for the sandbox.

        Raises:
            LedgerError: the file cannot be used.
        """
        return self._successes(path, request_hash, api_url, fingerprint)

    def _successes(
        self, path: str, request_hash: str, api_url: str | None, fingerprint: str, further: str = "", *values: str
    ) -> list[str]:
        host, value = ("region_id", "sandbox") if api_url is None else ("api_url", api_url)
        found = self.ledger.query(
            "SELECT intent_id FROM runs WHERE request_hash = ? AND path = ? AND state = 'succeeded' "  # noqa: S608
            f"AND is_deleted IS NOT 1 AND {host} = ? AND key_fingerprint = ? {further} ORDER BY created_at DESC",
            *(request_hash, path, value, fingerprint, *values),
        )
        return [_text(one) for (one,) in found]

    def was_begun(self, run_id: str) -> bool:
        """Tell whether a run was ever about to be sent, although it may have been forgotten since.

        Raises:
            LedgerError: the file cannot be used.
        """
        return bool(self.ledger.query("SELECT 1 FROM spending WHERE intent_id = ? LIMIT 1", run_id))

    def _is_free(self, connection: Connection, batch_id: str) -> bool:
        """Tell, within a transaction, whether no other process that is alive has a batch."""
        found = connection.execute("SELECT owner FROM batches WHERE batch_id = ?", (batch_id,)).fetchone()
        return found is not None and not self.ledger.lives_elsewhere(found[0])

    def _batches(self, condition: str, *values: object) -> list[BatchRow]:
        read = []
        for found in self.ledger.query(f"{_SELECT_BATCH} {condition}", *values):
            with suppress(LedgerError):
                read.append(_batch(found))
        return read

    def _do(self, change: Callable[[Connection], object]) -> None:
        self.ledger.change(lambda connection: change(connection) is not None).result()


def _inserting(items: Sequence[ItemRow]) -> Callable[[Connection], object]:
    return lambda connection: connection.executemany(_INSERT_ITEM, [_values(one, _ITEM) for one in items])


def _values(row: BatchRow | ItemRow, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(_bindable(getattr(row, name)) for name in names)


def _bindable(value: Any) -> Any:
    if isinstance(value, tuple):
        return json.dumps(value) if value else None
    return fit(value)


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _batch(values: Sequence[Any]) -> BatchRow:
    row = BatchRow(**_read(BatchRow, _BATCH, values))
    _state(BatchState, row.state)
    return row


def _state(kind: type[StateT], text: str) -> StateT:
    try:
        return kind(text)
    except ValueError:
        raise LedgerError(render("batch_unreadable")) from None


def _item(values: Sequence[Any]) -> ItemRow:
    found = dict(zip(_ITEM, values, strict=True))
    body = found.pop("body")
    read = _read(ItemRow, tuple(found), tuple(found.values()))
    read["files"] = _files(read["files"])
    read["state"] = _state(ItemState, read["state"])
    if not isinstance(body, bytes):
        raise LedgerError(render("batch_unreadable"))
    return ItemRow(body=body, **read)


def _read(kind: type, names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """Return values as their columns have them; a file outlives its writers, so each is looked at."""
    return {name: _as(_KINDS[kind][name], value) for name, value in zip(names, values, strict=True)}


_KINDS: Final[dict[type, dict[str, str]]] = {
    kind: {one.name: str(one.type) for one in fields(kind)} for kind in (BatchRow, ItemRow)
}


def _as(kind: str, value: Any) -> Any:
    is_number = any(name in kind for name in ("int", "float", "bool"))
    if value is None or (is_number and not (isinstance(value, int | float) and math.isfinite(value))):
        if "None" in kind or kind.startswith("tuple"):
            return None
        raise LedgerError(render("batch_unreadable"))
    if is_number:
        return bool(value) if "bool" in kind else value
    return _text(value)


def _files(value: str | None) -> tuple[str, ...]:
    try:
        found = json.loads(value or "[]")
    except ValueError:
        return ()
    return tuple(map(str, found)) if isinstance(found, list) else ()
