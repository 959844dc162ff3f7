"""What of a plan was made before, and is taken instead of paying again."""

from collections import Counter
from collections.abc import Iterable

from genwidget.api.regions import Target
from genwidget.batch.store import BatchStore
from genwidget.request.pricing import Priced
from genwidget.request.validation import Request


def find_reusable(requests: Iterable[Request], store: BatchStore, target: Target, fingerprint: str) -> Counter[Priced]:
    """Return how many requests have a stored success each, by their prices: one success is taken once.

    Args:
        requests: what would be sent.
        store: of the ledger that has the successes.
        target: where they would go.
        fingerprint: of the key.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    api_url = None if target.region_id == "sandbox" else target.api_url
    left: dict[tuple[str, str], int] = {}
    found: Counter[Priced] = Counter()
    for request in requests:
        same = request.path, request.sha256
        if same not in left:
            left[same] = len(store.successes(*same, api_url, fingerprint))
        if left[same]:
            left[same] -= 1
            found[Priced.of_body(request.model_id, request.body)] += 1
    return found
