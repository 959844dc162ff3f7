"""The row of an item's run that was forgotten although the item was begun: its idempotency key may have been sent."""

from genwidget.batch.rows import BatchRow, ItemRow, ItemState
from genwidget.request.validation import Request
from genwidget.runs.ledger import Row
from genwidget.runs.state import RunState


def forgotten_row(batch: BatchRow, item: ItemRow, now: float) -> Row:
    """Return the row of a run that was forgotten, as far as its item tells it.

    Nobody knows when it was sent, so it counts as lost since the batch was begun: its key is not sent where that could
    be paid for twice. Where its generation is known, it counts as expired, and is only asked about.
    """
    target = batch.target
    request = Request(item.model_type, item.model_id, item.path, item.values)
    is_known = item.generation_id is not None and item.state is not ItemState.UNSURE
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
        state=RunState.EXPIRED if is_known else RunState.LOST,
        generation_id=item.generation_id if is_known else None,
        price=item.price,
        updated_at=now,
    )
