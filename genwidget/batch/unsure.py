"""Items that were sent, and never answered until their key no longer held: a person decides what they are."""

from collections.abc import Sequence
from typing import Final

from genwidget.api.keys import ApiKey, KeyGiven
from genwidget.api.models import Generation
from genwidget.batch.lookup import place_and_key
from genwidget.batch.rows import BatchRow, ItemRow, ItemState
from genwidget.batch.store import BatchStore
from genwidget.errors import GenwidgetError
from genwidget.io_thread import wait_for
from genwidget.messages import render
from genwidget.request.validation import Request
from genwidget.runs.ledger import Row
from genwidget.runs.records import facts_of
from genwidget.runs.recovery import may_be_of
from genwidget.runs.run import Run
from genwidget.runs.runner import Runner
from genwidget.runs.state import RunState


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
        item, key = self._item(number), self._own_key()
        found = [one.generation_id for one in self._find(self._run_of(item), key)]
        if found and not although_found:
            raise GenwidgetError(render("batch_may_be_made", number=f"{number:,}", found=", ".join(found)))
        self._decide(item, is_released=not found)

    def _decide(self, item: ItemRow, *, generation_id: str | None = None, is_released: bool = False) -> None:
        reason = render("batch_decided")
        if not self._store.decide(self._batch, item, reason, generation_id=generation_id, is_released=is_released):
            now = self._store.item(item.batch_id, item.position) or item
            raise GenwidgetError(render("batch_not_unsure", number=f"{item.position + 1:,}", state=now.state))

    def _item(self, number: int) -> ItemRow:
        is_number = isinstance(number, int) and not isinstance(number, bool)
        item = self._store.item(self._batch.batch_id, number - 1) if is_number else None
        if item is None:
            raise GenwidgetError(render("batch_no_item", number=number, count=f"{self._batch.count:,}"))
        if item.state is not ItemState.UNSURE:
            raise GenwidgetError(render("batch_not_unsure", number=f"{number:,}", state=item.state))
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
            row = self._row_of(item)
            ledger.begin(row)
        return self._runner.restore(row)

    def _row_of(self, item: ItemRow) -> Row:
        """Return the row of a run that was forgotten, as far as its item tells it."""
        batch, target = self._batch, self._batch.target
        request = Request(item.model_type, item.model_id, item.path, item.values)
        return Row(
            intent_id=item.run_id,
            idempotency_key=item.idempotency_key,
            request_hash=request.sha256,
            body=item.body,
            region_id=target.region_id,
            api_url=target.api_url,
            helper_url=target.helper_url,
            is_own_origin=target.is_own_origin,
            model_type=item.model_type,
            model_id=item.model_id,
            path=item.path,
            key_fingerprint=batch.key_fingerprint,
            created_at=batch.created_at,
            state=RunState.LOST,
            price=item.price,
            updated_at=self._runner.timing.now(),
        )


def _not_its_own(item: ItemRow, generation_id: str, code: str) -> GenwidgetError:
    number = f"{item.position + 1:,}"
    return GenwidgetError(render("batch_not_its_own", generation_id=generation_id, number=number, reason=render(code)))
