"""What the API answers, as frozen types. The names are the wire's own, to the letter.

What a server may leave out may be None; what it adds is kept in ``model_extra``. Texts are fit to show but for
prompts, which are somebody's own; numbers are finite, and none is larger than anything that is counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from genwidget.text import MAX_NUMBER, shown

#: A text of the API: one line, nothing hidden.
Text = Annotated[str, AfterValidator(shown)]
#: A whole number of things, and any other number: credits, seconds.
Count = Annotated[int, Field(ge=0, le=MAX_NUMBER)]
Amount = Annotated[float, Field(ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False)]

_ItemT = TypeVar("_ItemT")
#: The most names in an object whose names are the server's own.
MAX_NAMES: Final = 1_000


def _refuse_many(value: Any) -> Any:
    if isinstance(value, dict) and len(value) > MAX_NAMES:
        raise ValueError("too many names")
    return value


# pydantic keeps an error for each wrong item, of about a kilobyte; a server may send millions.
#: A list; its first wrong item ends the reading.
Many = Annotated[tuple[_ItemT, ...], Field(fail_fast=True)]
#: An object whose names are the server's own, such as providers.
Named = Annotated[dict[Text, _ItemT], BeforeValidator(_refuse_many)]


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The account's window, from the reply's headers; ``reset`` is Unix time in seconds."""

    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None


@dataclass(frozen=True, slots=True)
class Phases:
    """Whole milliseconds of one exchange; None where a phase did not happen (a reused connection has no connect)."""

    connect_ms: int | None = None
    tls_ms: int | None = None
    send_ms: int | None = None
    first_byte_ms: int | None = None
    body_ms: int | None = None
    reused: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer, read within its limit; ``content`` is free of the key."""

    status_code: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    latency_ms: int = 0
    phases: Phases = Phases()

    @property
    def is_success(self) -> bool:
        """Tell whether the status is 2xx."""
        return self.status_code // 100 == 2  # noqa: PLR2004 - 2xx

    @property
    def is_replayed(self) -> bool:
        """Tell whether the API answered with what it had answered to the same idempotency key before."""
        return self.headers.get("idempotency-replayed", "").lower() == "true"


@dataclass(frozen=True, slots=True)
class Meta:
    """What stands around the data of a typed reply."""

    status_code: int
    request_id: str | None
    message: str | None
    timestamp: str | None
    rate_limit: RateLimit | None
    replayed: bool
    latency_ms: int
    phases: Phases
    json: Any = field(repr=False)
    content: bytes = field(repr=False)


class Data(BaseModel):
    """Base of typed replies: frozen; keys that the contract does not name are kept in ``model_extra``."""

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())

    _meta: Meta | None = PrivateAttr(default=None)

    @property
    def meta(self) -> Meta:
        """Status, request id, rate limit, timing and the whole JSON of the reply.

        Raises:
            AttributeError: this object is a part of a reply, such as one row of a list.
        """
        if self._meta is None:
            raise AttributeError("Only a whole reply has meta")
        return self._meta


DataT = TypeVar("DataT", bound=Data)


class Created(Data):
    """The reply to a paid POST; ``generation_status`` is there only when it was canceled before it finished."""

    generation_id: Text
    model_identifier: Text | None = None
    generation_provider_order: Many[Text] = ()
    generation_prediction_id: Text | None = None
    generation_initialized: bool | None = None
    generation_status: Text | None = None


class Generation(Data):
    """The server's record of one generation; times are ISO 8601 in UTC, metrics are seconds."""

    account_id: Text | None = None
    generation_id: Text
    model_identifier: Text | None = None
    generation_provider_order: Many[Text] | None = None
    generation_provider_used: Text | None = None
    generation_prediction_id: Text | None = None
    generation_status: Text | None = None
    generation_prompt: str | None = None
    generation_ratio: Text | None = None
    generation_output_format: Text | None = None
    generation_output_number: Count | None = None
    generation_input_file: Many[Text] | None = None
    generation_output_file: Many[Text] | None = None
    generation_duration: Amount | None = None
    generation_resolution: Text | None = None
    generation_generate_audio: bool | None = None
    generation_audio_mode: Text | None = None
    generation_created_at: Text | None = None
    generation_started_at: Text | None = None
    generation_completed_at: Text | None = None
    generation_metrics_total_time: Amount | None = None
    generation_metrics_predict_time: Amount | None = None
    generation_error: Text | None = None
    generation_error_code: Text | None = None
    generation_removed: bool | None = None


class GenerationPage(Data):
    """One page of the content list, newest first as far as known."""

    generations: Many[Generation]
    total: Count | None = None
    limit: Count | None = None
    offset: Count | None = None


class Canceled(Data):
    """The reply to a cancel."""

    generation_id: Text
    generation_status: Text | None = None
    provider_cancel_sent: bool | None = None
    credits_refunded: bool | None = None


class Deleted(Data):
    """The reply to a delete; both are None after a 204."""

    generation_id: Text | None = None
    files_deleted: Count | None = None


class Attempt(Data):
    """One provider's try at a generation; ``outcome`` is used, failed, cancelled, discarded or pending."""

    provider: Text
    outcome: Text | None = None
    started_at: Text | None = None
    ended_at: Text | None = None


class GenerationStatus(Data):
    """What the status helper knows: the record's state and every attempt so far."""

    generation_id: Text
    generation_status: Text
    generation_provider_order: Many[Text] = ()
    generation_provider_used: Text | None = None
    attempts: Many[Attempt] = ()
