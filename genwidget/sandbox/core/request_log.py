"""The log of what a sandbox received: never a key, only the nine characters of it that may be shown."""

from dataclasses import asdict, dataclass
from typing import Any

from genwidget.sandbox.core.store import Store


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """One request. ``status`` is None where no answer was written; ``fault`` is the kind of the fault it met."""

    at: int  # milliseconds of the epoch
    method: str
    path: str
    route: str | None
    key_prefix: str | None
    idempotency_key: str | None
    status: int | None
    code: str | None
    is_replay: bool
    fault: str | None

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self)


def received(store: Store) -> list[ReceivedRequest]:
    """Return every request, oldest first."""
    with store.transaction() as db:
        rows = db.execute("SELECT * FROM requests ORDER BY seq").fetchall()
    return [
        ReceivedRequest(
            at=row["at"],
            method=row["method"],
            path=row["path"],
            route=row["route"],
            key_prefix=row["key_prefix"],
            idempotency_key=row["idempotency_key"],
            status=row["status"],
            code=row["code"],
            is_replay=bool(row["is_replay"]),
            fault=row["fault"],
        )
        for row in rows
    ]
