"""Starts a plan: everything is checked and stored before the first byte leaves."""

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from genwidget import platform
from genwidget.api.keys import ApiKey, KeyGiven, resolve_key
from genwidget.api.regions import Target, check_base_url, find_region, resolve
from genwidget.arguments import switch_of
from genwidget.batch.axes import as_text
from genwidget.batch.batch import Batch
from genwidget.batch.estimate import find_prices
from genwidget.batch.files import prepare_folder
from genwidget.batch.given import as_integer, as_path
from genwidget.batch.plan import Plan
from genwidget.batch.rows import BatchRow, BatchState, ItemRow
from genwidget.batch.shared import NoteRun
from genwidget.batch.stop_if import StopIf, check_stop_if
from genwidget.batch.store import BatchStore
from genwidget.errors import ConfigurationError, InvalidRequest, KeyNotLocked, LedgerError
from genwidget.messages import render
from genwidget.request.pricing import Priced
from genwidget.runs import runner
from genwidget.runs.entries import Limits
from genwidget.runs.spend_limit import read_credits
from genwidget.settings import Settings


def start(  # noqa: PLR0913 - keywords, as of `Plan.run`
    plan: Plan,
    *,
    region: str,
    key: KeyGiven,
    base_url: str | None,
    limit: float | None,
    allow_unknown: bool,
    save_to: str | Path | None,
    stop_after_failures: int | None,
    stop_if: StopIf | None,
    reuse: bool,
    place: tuple[Target, ApiKey] | None = None,
    limits: Limits = (),
    note_run: NoteRun | None = None,
) -> Batch:
    """Store a plan and run it; arguments and errors as of :meth:`genwidget.batch.plan.Plan.run`, but for three.

    ``place`` is where it goes and with which key, instead of region, key and URL. ``limits`` are what may be spent
    beside its own limit, and ``note_run`` takes each run that it begins, for as long as this process carries it.
    """
    plan.require()
    if not Settings.from_environment().store_bodies:
        raise ConfigurationError(render("batch_no_bodies"))
    check_stop_if(stop_if)
    is_reusing, allows_unknown = switch_of(reuse, "reuse="), switch_of(allow_unknown, "allow_unknown=")
    most = None if stop_after_failures is None else as_integer(stop_after_failures, "batch_bad_stop_after", least=1)
    within = None if limit is None else str(read_credits(limit, "limit"))
    origin = None if base_url is None else check_base_url(base_url)
    found = resolve_key(find_region(region).region_id, origin, key) if place is None else place[1]
    if found is None:
        raise KeyNotLocked(render("key_absent"))
    if save_to is not None and not platform.can_start_threads():
        raise ConfigurationError(render("batch_no_saving"))
    folder = None if save_to is None else str(prepare_folder(as_path(save_to, "save_to=")))
    target = resolve(region, origin) if place is None else place[0]
    found = found.at(target.api_url)
    carrier = runner.shared()
    store, now = BatchStore(carrier.ledger), carrier.timing.now()
    row = BatchRow(
        batch_id=f"b_{secrets.token_hex(8)}",
        created_at=now,
        updated_at=now,
        state=BatchState.STORING,
        region_id=target.region_id,
        api_url=target.api_url,
        helper_url=target.helper_url,
        is_own_origin=target.is_own_origin,
        key_fingerprint=found.fingerprint,
        count=len(plan),
        folder=folder,
        spend_limit=within,
        stop_after_failures=most,
        is_reusing=is_reusing,
        allows_unknown=allows_unknown,
        has_stop_if=stop_if is not None,
        axes=as_text(plan.axes),
    )
    api = carrier.api(target, found, Settings.from_environment())
    store.create(row, _items(plan, row.batch_id, find_prices(plan.survey(), api)))
    stored = store.find(row.batch_id)
    if stored is None:  # it was written, into a file that is another one since
        raise LedgerError(render("ledger_gone", path=carrier.ledger.path))
    batch = Batch(stored, store, carrier, stop_if=stop_if, limits=limits, note_run=note_run)
    batch.launch(target, found, is_reopened=False)
    return batch


def _items(plan: Plan, batch_id: str, prices: Mapping[Priced, float]) -> Iterator[ItemRow]:
    count = 0
    for item in plan:
        request = item.verdict.request
        if request is None or item.number > len(plan):
            raise InvalidRequest(render("batch_changed"))
        yield ItemRow(
            batch_id=batch_id,
            position=item.number - 1,
            source_row=item.draft.row,
            place=item.draft.place,
            model_type=request.model_type,
            model_id=request.model_id,
            path=request.path,
            body=request.encoded,
            price=prices.get(Priced.of_body(request.model_id, request.body), request.price),
        )
        count = item.number
    if count < len(plan):
        raise InvalidRequest(render("batch_changed"))
