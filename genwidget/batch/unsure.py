"""Items that were sent, and never answered until their key no longer held: a person decides what they are."""

from collections.abc import Sequence
from typing import Final

from genwidget.api.keys import ApiKey, KeyGiven
from genwidget.api.models import Generation
from genwidget.arguments import switch_of
from genwidget.batch.forgotten import forgotten_row
from genwidget.batch.lookup import place_and_key
from genwidget.batch.rows import BatchRow, ItemRow, ItemState
from genwidget.batch.store import BatchStore
from genwidget.errors import GenwidgetError, InvalidRequest
from genwidget.io_thread import wait_for
from genwidget.messages import render
from genwidget.runs.records import facts_of
from genwidget.runs.recovery import may_be_of
from genwidget.runs.run import Run
from genwidget.runs.runner import Runner


class UnsureItems:
    """The unsure items of one batch that is not running. Its methods block.

    Args:
        batch: its row.
        store: where its items are.
        runner: what asks the API.
        key: the API key that it was started with; None takes the sandbox's own, or the environment's.
    """

    def __init__(self, batch: BatchRow, store: BatchStore, runner: Runner, key: KeyGiven) -> None:
        self._batch: Final = batch
        self._store: Final = store
        self._runner: Final = runner
        self._key: Final = key

    def search(self, number: int) -> Sequence[Generation]:
        """Do what :meth:`genwidget.batch.batch.Batch.search` says; errors as there."""
        key = self._own_key()
        return self._find(self._run_of(self._item(number)), key)

    def adopt(self, number: int, generation_id: str) -> None:
        """Do what :meth:`genwidget.batch.batch.Batch.adopt` says; errors as there."""
        item, key = self._item(number), self._own_key()
        run = self._run_of(item)
        if not isinstance(generation_id, str) or not generation_id:
            raise InvalidRequest(render("batch_bad_generation"))
        if generation_id in self._runner.ledger.generation_ids():
            raise _not_its_own(item, generation_id, "batch_of_other_run")
        record = wait_for(self._runner.read_generation(run, generation_id, key))
        if not may_be_of(run, record):
            raise _not_its_own(item, generation_id, "batch_of_other_request")
        self._decide(item, generation_id=generation_id)
        row = self._runner.ledger.find(item.run_id)
        if row is not None:
            run.restate(facts_of(row))

    def send_again(self, number: int, although_found: bool) -> None:
        """Do what :meth:`genwidget.batch.batch.Batch.send_again` says; errors as there."""
        is_forced = switch_of(although_found, "although_found=")
        item, key = self._item(number), self._own_key()
        found = [] if is_forced else [one.generation_id for one in self._find(self._run_of(item), key)]
        if found:
            told = render("batch_may_be_made", number=f"{item.position + 1:,}", found=", ".join(found))
            raise GenwidgetError(told)
        self._decide(item, is_released=not is_forced)

    def _decide(self, item: ItemRow, *, generation_id: str | None = None, is_released: bool = False) -> None:
        reason = render("batch_decided")
        if not self._store.decide(self._batch, item, reason, generation_id=generation_id, is_released=is_released):
            now = self._store.item(item.batch_id, item.position) or item
            raise GenwidgetError(render("batch_not_unsure", number=f"{item.position + 1:,}", state=now.state))

    def _item(self, number: int) -> ItemRow:
        item = self._store.require(self._batch, number)
        if item.state is not ItemState.UNSURE:
            raise GenwidgetError(render("batch_not_unsure", number=f"{item.position + 1:,}", state=item.state))
        return item

    def _own_key(self) -> ApiKey:
        return place_and_key(self._batch, self._key)[1]

    def _find(self, run: Run, key: ApiKey) -> Sequence[Generation]:
        return wait_for(self._runner.search(run, key))

    def _run_of(self, item: ItemRow) -> Run:
        """Return the run of an item; one that was forgotten is in the ledger again then."""
        ledger = self._runner.ledger
        row = ledger.find(item.run_id)
        if row is None:
            row = forgotten_row(self._batch, item, self._runner.timing.now())
            ledger.begin(row)
        return self._runner.restore(row)


def _not_its_own(item: ItemRow, generation_id: str, code: str) -> GenwidgetError:
    number = f"{item.position + 1:,}"
    return GenwidgetError(render("batch_not_its_own", generation_id=generation_id, number=number, reason=render(code)))
