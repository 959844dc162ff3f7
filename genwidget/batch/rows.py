"""A batch and its items as the ledger has them."""

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from genwidget.api.regions import Target
from genwidget.errors import LedgerError
from genwidget.messages import render
from genwidget.text import load_json

#: Names that intents and idempotency keys of items are made from.
_NAMESPACE: Final = uuid.UUID("6f1f1c9e-0a55-5c1a-9f4f-3a7f0f2f6b0e")


class ItemState(StrEnum):
    """Where an item is."""

    PLANNED = "planned"  # nothing was sent
    SENT = "sent"  # its run is under way, or was when its process ended
    SAVING = "saving"  # its generation succeeded; not all of its files are on the disk
    DONE = "done"
    FAILED = "failed"  # the generation failed; nothing was charged
    REFUSED = "refused"  # the API, or a rule of ours, said no; nothing was made
    CANCELED = "canceled"
    ANSWERED = "answered"  # 2xx without a generation
    UNSAVED = "unsaved"  # its generation succeeded; its files could no longer be fetched
    UNSURE = "unsure"  # sent, never answered, and its idempotency key no longer holds
    LOST = "lost"  # sent several times with one key, and never answered
    EXPIRED = "expired"  # accepted, and not followed to its end
    UNREACHED = "unreached"  # the API was not reached

    @property
    def is_ended(self) -> bool:
        """Tell whether nothing more is done about it by itself."""
        return self in ENDED


ENDED: Final = frozenset(
    {
        ItemState.DONE,
        ItemState.FAILED,
        ItemState.REFUSED,
        ItemState.CANCELED,
        ItemState.ANSWERED,
        ItemState.UNSAVED,
        ItemState.UNSURE,
    }
)
#: Begun and not ended: each is taken up again before anything new is sent.
BEGUN: Final = frozenset(ItemState) - ENDED - {ItemState.PLANNED}
#: Of these it may not be known what they have cost, though they may have been charged.
MAY_COST: Final = (BEGUN - {ItemState.UNREACHED}) | {ItemState.UNSURE}
#: Ends after which the same item can be begun anew, with another idempotency key.
REPEATABLE: Final = (ItemState.FAILED, ItemState.REFUSED, ItemState.CANCELED, ItemState.ANSWERED)
#: Of these, those that nobody wanted.
RETRIED: Final = (ItemState.FAILED, ItemState.REFUSED, ItemState.ANSWERED)


class BatchState(StrEnum):
    """Where a batch is."""

    STORING = "storing"  # its plan is being written; nothing was sent
    RUNNING = "running"
    STOPPED = "stopped"  # by a person, a limit, or an error that all items would meet
    ENDED = "ended"  # every item has


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """A batch. Times are Unix seconds.

    Attributes:
        reason: why it stopped, as a sentence.
        count: how many items it has.
        folder: where files go; None where they are not saved.
        spend_limit: in credits, as decimal text; None where there is none.
        stop_after_failures: after how many items that failed it stops.
        is_reusing: whether stored successes of the same request, from before, are taken instead of paying again.
        allows_unknown: whether items are sent whose price is not known, although there is a limit.
        has_stop_if: whether a function decides that it stops; the function itself is in no file.
        asked: what another process asks of the one that carries it: ``stop`` or ``cancel``.
        owner: the process that carries it, as :mod:`genwidget.runs.ledger.owner` numbers them; None where none does.
        holder: the same for people.
        axes: what was varied, as JSON (:mod:`genwidget.batch.axes`); None where nothing is known of it.
    """

    batch_id: str
    created_at: float
    updated_at: float
    state: str
    reason: str | None = None
    region_id: str
    api_url: str
    helper_url: str
    is_own_origin: bool
    key_fingerprint: str
    count: int
    folder: str | None = None
    spend_limit: str | None = None
    stop_after_failures: int | None = None
    is_reusing: bool = False
    allows_unknown: bool = False
    has_stop_if: bool = False
    asked: str | None = None
    owner: int | None = None
    holder: str | None = None
    axes: str | None = None

    @property
    def target(self) -> Target:
        """Where its items go."""
        return Target(self.region_id, self.api_url, self.helper_url, is_own_origin=self.is_own_origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """An item of a batch.

    Attributes:
        position: from 0.
        round: how often it was begun anew, from 1; each round has an intent and an idempotency key of its own.
        source_row: its row in the table that the plan was made from, from 1.
        body: the bytes that are sent.
        price: what it is expected to cost, in credits.
        intent_id: its run's, where that is not the one of its round: a stored success that is used again.
        credits: what it cost, in credits, where known.
        files: the names of its files, in the order of its outputs.
        reason: why it did not end in files, as a sentence.
        ended_at: Unix seconds.
        place: its place among all combinations of the axes, from 0; None where that is its position.
    """

    batch_id: str
    position: int
    round: int = 1
    state: ItemState = ItemState.PLANNED
    source_row: int | None = None
    model_type: str
    model_id: str
    path: str
    body: bytes
    price: float | None = None
    intent_id: str | None = None
    generation_id: str | None = None
    credits: float | None = None
    files: tuple[str, ...] = ()
    reason: str | None = None
    ended_at: float | None = None
    place: int | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The body as an object.

        Raises:
            LedgerError: the ledger has something else in its place.
        """
        try:
            values = load_json(self.body.decode())
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise LedgerError(render("batch_unreadable"))
        return values

    @property
    def run_id(self) -> str:
        """The id of its run, made from the batch's id, the position and the round."""
        return self.intent_id or _name(self, "intent")

    @property
    def idempotency_key(self) -> str:
        """Made from the same; written down with the run before its first byte leaves."""
        return _name(self, "key")


def _name(item: ItemRow, kind: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{item.batch_id}/{item.position}/{item.round}/{kind}"))
