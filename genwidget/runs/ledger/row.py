"""A row of the ledger, and what of a file's content is one."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Self

from genwidget.api.keys import is_public
from genwidget.messages import render
from genwidget.runs.state import RunState
from genwidget.text import LAST_MOMENT, encodable, number

_STATES: Final = frozenset(one.value for one in RunState)
#: What SQLite takes as an integer.
LARGEST: Final = 2**63 - 1
#: 0 is rejected.
RATINGS: Final = range(6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One intent and what came of it. Times are Unix seconds; ``body`` is None where bodies are not stored.

    ``is_deleted`` says that the generation was deleted at the API, so that its record and files are gone.
    ``rating`` is what a person thinks of it: 1 to 5, 0 for rejected, None where nobody has said.

    The ledger itself sets the last three: ``owner`` is the process that wrote the row last, as
    :mod:`genwidget.runs.ledger.owner` numbers them; ``is_carried_elsewhere`` says that the run is live and that this is
    another process, which was alive when the row was read.
    """

    intent_id: str
    idempotency_key: str
    request_hash: str
    body: bytes | None
    region_id: str
    api_url: str
    helper_url: str
    is_own_origin: bool
    model_type: str
    model_id: str
    path: str
    key_fingerprint: str
    created_at: float
    state: str
    generation_id: str | None = None
    status_code: int | None = None
    latency_ms: int | None = None
    total_ms: int | None = None
    error_code: str | None = None
    credits: float | None = None
    provider: str | None = None
    price: float | None = None
    updated_at: float
    is_deleted: bool = False
    rating: int | None = None
    owner: int | None = field(default=None, compare=False)
    is_carried_elsewhere: bool = field(default=False, compare=False)
    read_at: float = field(default=0.0, compare=False)

    @property
    def came_back(self) -> bool:
        """Whether its generation costs nothing, by what came back or by its price."""
        return self.generation_id is not None and self.credits == 0


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key at the host that it is for: its fingerprint, and the API's origin, or None for any sandbox's."""

    fingerprint: str
    api_url: str | None

    @classmethod
    def of(cls, fingerprint: str, region_id: str, api_url: str) -> Self:
        """Return the use of a key; the sandbox has another port in each process."""
        return cls(fingerprint, None if region_id == "sandbox" else api_url)

    @property
    def is_of_sandbox(self) -> bool:
        """Whether what is sent so costs no money: to the region ``sandbox``, or to its URL with one of its own keys."""
        return self.api_url is None or is_public(self.fingerprint)


@dataclass(frozen=True, slots=True)
class SentTo:
    """What a request asks and of whom: a model, at the API's origin, or None for any sandbox's."""

    model_type: str
    model_id: str
    api_url: str | None

    @classmethod
    def of(cls, model_type: str, model_id: str, region_id: str, api_url: str) -> Self:
        """Return it of a region; the sandbox has another port in each process."""
        return cls(model_type, model_id, None if region_id == "sandbox" else api_url)


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows, and how many more there are that this version cannot read."""

    rows: list[Row]
    unreadable: int


@dataclass(frozen=True, slots=True)
class Found:
    """A page of rows.

    Attributes:
        rows: each with the number of its run.
        after: what the next page begins behind; None where there is none.
        unreadable: how many more there are on the page that this version cannot read.
    """

    rows: list[tuple[int, Row]]
    after: int | None
    unreadable: int


COLUMNS: Final = tuple(one.name for one in fields(Row) if one.name not in {"is_carried_elsewhere", "read_at"})
#: What changes after a row was begun.
OUTCOME: Final = (
    "state",
    "generation_id",
    "status_code",
    "latency_ms",
    "total_ms",
    "error_code",
    "credits",
    "provider",
    "price",
    "updated_at",
    "owner",
)

_TEXTS: Final = (
    "intent_id",
    "idempotency_key",
    "request_hash",
    "region_id",
    "api_url",
    "helper_url",
    "model_type",
    "model_id",
    "path",
    "key_fingerprint",
    "state",
)
_NEEDED: Final = (*_TEXTS, "is_own_origin", "created_at", "updated_at")
_TEXTS_OR_NONE: Final = ("generation_id", "error_code", "provider")
_INTEGERS_OR_NONE: Final = ("status_code", "latency_ms", "total_ms", "owner")
_NUMBERS_OR_NONE: Final = ("credits", "price")


def row_of(values: Sequence[object], read_at: float) -> Row | None:
    """Return the row of values in the order of :data:`COLUMNS`, texts as bytes; None where this is no row of ours.

    A file outlives its writers: another version, another program or a failing disk may have left anything there. What
    says which run this is must be readable. What may be absent is absent where it cannot be read.
    """
    found = dict(zip(COLUMNS, values, strict=True))
    read: dict[str, Any] = {name: _text(found[name]) for name in (*_TEXTS, *_TEXTS_OR_NONE)}
    read |= {name: _integer(found[name]) for name in _INTEGERS_OR_NONE}
    read |= {name: _number(found[name]) for name in _NUMBERS_OR_NONE}
    read |= {name: _moment(found[name]) for name in ("created_at", "updated_at")}
    read["is_own_origin"] = {0: False, 1: True}.get(found["is_own_origin"])  # type: ignore[call-overload]
    read["rating"] = _integer(found["rating"]) if found["rating"] in RATINGS else None
    read["is_deleted"] = found["is_deleted"] == 1
    read["body"] = found["body"] if isinstance(found["body"], bytes) else None
    if any(read[name] is None for name in _NEEDED) or read["state"] not in _STATES:
        return None
    return Row(**read, read_at=read_at)


def unreadable(count: int) -> str:
    """Return the sentence for rows that could not be read."""
    return render("rows_unreadable_one") if count == 1 else render("rows_unreadable", count=count)


def bindable(row: Row, names: Sequence[str], owner: int | None) -> tuple[object, ...]:
    """Return values as SQLite takes them, whatever a server has put into them: no value keeps a row from its file."""
    values: Mapping[str, object] = {name: getattr(row, name) for name in names} | {"owner": owner}
    return tuple(fit(values[name]) for name in names)


def fit(value: object) -> object:
    """Return a value as SQLite takes it: a text that can be encoded, no integer of over 64 bits."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, int) and abs(value) > LARGEST:
        return None
    return value


def _text(value: object) -> str | None:
    if not isinstance(value, bytes):
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def _moment(value: object) -> float | None:
    return number(value, high=LAST_MOMENT)
