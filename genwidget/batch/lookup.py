"""A batch of the ledger: its row, where it goes now, its key, its limit, and what is known of it."""

from genwidget.api.keys import ApiKey, KeyGiven, public_key, resolve_key
from genwidget.api.regions import Target, is_official, resolve
from genwidget.batch.rows import BatchRow, BatchState
from genwidget.batch.status import Status
from genwidget.batch.store import BatchStore
from genwidget.errors import KeyNotLocked, NoSuchBatch, ResumeRefused
from genwidget.messages import render
from genwidget.runs.spend_limit import SpendLimit, read_credits


def status_of(row: BatchRow, store: BatchStore) -> Status:
    """Return what the ledger knows of a batch.

    Raises:
        LedgerError: it cannot be read.
    """
    return Status(BatchState(row.state), row.reason, store.counts(row.batch_id), store.credits(row.batch_id))


def limits_of(row: BatchRow) -> tuple[SpendLimit, ...]:
    """Return what a batch may spend; none where that is not limited."""
    if row.spend_limit is None:
        return ()
    return (SpendLimit(f"batch:{row.batch_id}", read_credits(float(row.spend_limit), "limit")),)


def find_batch(store: BatchStore, batch_id: str) -> BatchRow:
    """Return the row of a batch by its id, or how that begins.

    Raises:
        NoSuchBatch: there is none, or several, or its plan was not stored whole.
    """
    if not isinstance(batch_id, str) or not batch_id:
        raise NoSuchBatch(render("batch_no_id" if batch_id is None or isinstance(batch_id, str) else "batch_bad_id"))
    row = store.find(batch_id)
    if row is None:
        found = store.starting_with(batch_id)
        if len(found) > 1:
            raise NoSuchBatch(render("batch_many", batch_id=batch_id))
        row = found[0] if found else None
    if row is None:
        raise NoSuchBatch(batch_id=batch_id)
    if row.state == BatchState.STORING:
        raise NoSuchBatch(render("batch_not_stored", batch_id=row.batch_id))
    return row


def place_and_key(row: BatchRow, given: KeyGiven) -> tuple[Target, ApiKey]:
    """Return where a batch goes now, and its key.

    Raises:
        KeyNotLocked, ResumeRefused: there is no key, or another one.
    """
    is_sandbox = row.region_id == "sandbox"
    target = resolve("sandbox") if is_sandbox else row.target
    base_url = None if is_sandbox or is_official(row.api_url) else row.api_url
    if given is not None:
        found: ApiKey | None = resolve_key("us", base_url, given)
    else:
        found = (public_key(row.key_fingerprint) if is_sandbox else None) or resolve_key("us", base_url)
    if found is None:
        raise KeyNotLocked(render("key_absent"))
    found = found.at(target.api_url)
    if found.fingerprint != row.key_fingerprint:
        raise ResumeRefused(render("batch_other_key", batch_id=row.batch_id))
    return target, found
