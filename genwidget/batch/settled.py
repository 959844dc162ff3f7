"""What has become of items that no process carries: their runs may have been taken up by themselves, and have ended."""

import heapq
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from genwidget.batch.item_worker import ENDS, FOR_ALL_CODES
from genwidget.batch.rows import BEGUN, ENDED, BatchRow, BatchState, ItemRow, ItemState
from genwidget.batch.status import Status
from genwidget.batch.store import BatchStore
from genwidget.messages import render
from genwidget.runs.ledger import Ledger, Row
from genwidget.runs.records import facts_of
from genwidget.runs.state import RunState

#: Of a process that was killed, items may still be planned that it had just sent.
_MAY_HAVE_RUN: Final = BEGUN | {ItemState.PLANNED}
_SENTENCES: Final = {RunState.FAILED: "generation_failed", RunState.CANCELED: "generation_canceled"}


class Settled(NamedTuple):
    """An item as its batch has it, and as its run tells it."""

    before: ItemRow
    after: ItemRow


def settle(items: Sequence[ItemRow], batch: BatchRow, ledger: Ledger) -> list[ItemRow]:
    """Return items of a batch that no process carries, with what their runs tell. Blocks.

    The ledger keeps them as they are, so that who resumes the batch fetches their files.

    Raises:
        LedgerError: it cannot be read.
    """
    ids = [item.run_id for item in items if item.state in _MAY_HAVE_RUN]
    rows = {row.intent_id: row for row in ledger.find_all(ids)} if ids else {}
    return [
        _settled(item, rows[item.run_id], batch) if item.state in _MAY_HAVE_RUN and item.run_id in rows else item
        for item in items
    ]


def all_settled(batch: BatchRow, store: BatchStore) -> list[Settled]:
    """Return the items of a batch that no process carries of which their runs tell more, in order; errors as above."""
    if batch.state == BatchState.ENDED:
        return []
    # Items are begun in order, and few at once: those that were just sent are among the first that are planned.
    found = (*store.items(batch.batch_id, BEGUN), *store.page(batch.batch_id, -1, [ItemState.PLANNED]))
    items = sorted(found, key=lambda item: item.position)
    pairs = map(Settled, items, settle(items, batch, store.ledger))
    return [one for one in pairs if one.before != one.after]


def settled_status(batch: BatchRow, store: BatchStore) -> Status:
    """Return what is known of a batch that no process carries; errors as of :func:`settle`."""
    changed = all_settled(batch, store)
    counts = Counter(store.counts(batch.batch_id))
    counts.subtract(Counter(one.before.state for one in changed))
    counts.update(Counter(one.after.state for one in changed))
    more = sum((one.after.credits or 0.0) - (one.before.credits or 0.0) for one in changed)
    has_ended = bool(changed) and all(state in ENDED for state, count in counts.items() if count)
    state, reason = (BatchState.ENDED, None) if has_ended else (BatchState(batch.state), batch.reason)
    return Status(state, reason, counts, store.credits(batch.batch_id) + more)


def settled_items(batch: BatchRow, store: BatchStore, states: Collection[str] | None) -> Iterator[ItemRow]:
    """Yield the items of a batch that no process carries, of some states or of all, by position; errors as above."""
    changed = {one.after.position: one.after for one in all_settled(batch, store)}
    others = (item for item in store.items(batch.batch_id, states) if item.position not in changed)
    wanted = [item for item in changed.values() if states is None or item.state in states]
    return heapq.merge(others, wanted, key=lambda item: item.position)


def _settled(item: ItemRow, row: Row, batch: BatchRow) -> ItemRow:
    cost = 0.0 if item.intent_id is not None else row.credits
    state = RunState(row.state)
    if state is RunState.SUCCEEDED:
        if item.state is ItemState.SAVING:
            return item
        now = ItemState.DONE if batch.folder is None else ItemState.SAVING
        ended_at, reason = (row.updated_at, None) if now is ItemState.DONE else (None, render("batch_item_made"))
        return replace(item, state=now, generation_id=row.generation_id, credits=cost, reason=reason, ended_at=ended_at)
    # What was recalled, or met what all items would meet, is planned: it is begun again with its batch.
    was_recalled = state is RunState.CANCELED and (item.state is ItemState.PLANNED or row.generation_id is None)
    if state not in ENDS or was_recalled or (state is RunState.REFUSED and row.error_code in {None, *FOR_ALL_CODES}):
        return item
    error = facts_of(row).error
    reason = error.message if error is not None else render(_SENTENCES.get(state, "cli_no_generation"))
    return replace(
        item, state=ENDS[state], generation_id=row.generation_id, credits=cost, reason=reason, ended_at=row.updated_at
    )
