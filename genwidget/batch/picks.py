"""What a person thinks of a batch's items: their ratings, which lie with their runs, and the picks among them."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from genwidget.batch.batch_item import BatchItem
from genwidget.batch.store import PAGE, BatchStore

#: The least rating of a pick; 0 is rejected.
LEAST: Final = 1


def picks_of(store: BatchStore, items: Iterable[BatchItem]) -> list[BatchItem]:
    """Return the items that were rated and not rejected, the best first, then in order.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    rated = [(rating, item) for item, rating in _rated(store, items) if rating >= LEAST]
    return [item for _, item in sorted(rated, key=lambda one: -one[0])]


def _rated(store: BatchStore, items: Iterable[BatchItem]) -> Iterator[tuple[BatchItem, int]]:
    left = iter(items)
    while page := list(islice(left, PAGE)):
        ratings = store.ledger.ratings(item.run_id for item in page)
        yield from ((item, ratings[item.run_id]) for item in page if item.run_id in ratings)
