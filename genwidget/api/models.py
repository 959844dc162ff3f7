"""Pydantic models of the API's replies."""

from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from genwidget.api.http_response import Meta
from genwidget.text import MAX_NUMBER, number, shown

#: A text of the API: one line, nothing hidden.
Text = Annotated[str, AfterValidator(shown)]
# One past the bounds, or that is no number, is None where it may be, and else makes a reply that cannot be read.
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


def _none_for_impossible(value: Any, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    try:
        return read(value)
    except ValidationError:
        if info.context is EXACTLY:
            raise
        return None


#: Reads a reply to the letter, as a context of pydantic's: an optional number that cannot be is an error.
EXACTLY: Final = {"exactly": True}
#: None in the place of a value that cannot be read: the rest of the reply can be shown, and its JSON has the value.
NoneForImpossible: Final = WrapValidator(_none_for_impossible)
CountOrNone = Annotated[Count | None, NoneForImpossible]
AmountOrNone = Annotated[Amount | None, NoneForImpossible]

# pydantic keeps an error for each wrong item, of about a kilobyte; a server may send millions.
#: A list; its first wrong item ends the reading.
Many = Annotated[tuple[_ItemT, ...], Field(fail_fast=True)]
#: An object whose names are the server's own, such as providers.
Named = Annotated[dict[Text, _ItemT], BeforeValidator(_refuse_many)]
#: Credits, or credits by what they depend on, such as a resolution.
Pricing = Annotated[Amount | Named[Amount] | None, NoneForImpossible]


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
    generation_output_number: CountOrNone = None
    generation_input_file: Many[Text] | None = None
    generation_output_file: Many[Text] | None = None
    generation_duration: AmountOrNone = None
    generation_resolution: Text | None = None
    generation_generate_audio: bool | None = None
    generation_audio_mode: Text | None = None
    generation_created_at: Text | None = None
    generation_started_at: Text | None = None
    generation_completed_at: Text | None = None
    generation_metrics_total_time: AmountOrNone = None
    generation_metrics_predict_time: AmountOrNone = None
    generation_error: Text | None = None
    generation_error_code: Text | None = None
    generation_removed: bool | None = None


class GenerationPage(Data):
    """One page of the content list, newest first as far as known."""

    generations: Many[Generation]
    total: CountOrNone = None
    limit: CountOrNone = None
    offset: CountOrNone = None


class Canceled(Data):
    """The reply to a cancel."""

    generation_id: Text
    generation_status: Text | None = None
    provider_cancel_sent: bool | None = None
    credits_refunded: bool | None = None


class Deleted(Data):
    """The reply to a delete; both are None after a 204."""

    generation_id: Text | None = None
    files_deleted: CountOrNone = None


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


class Status(Data):
    """Who the key belongs to."""

    account_id: Text
    apikey_id: Text
    apikey_name: Text | None = None
    apikey_prefix: Text | None = None
    apikey_created_at: Text | None = None
    apikey_last_used_at: Text | None = None
    apikey_expires_at: Text | None = None


class EndpointUsage(Data):
    """One endpoint's counts."""

    endpoint: Text
    total_requests: Count
    success_count: Count
    client_error_count: Count
    server_error_count: Count
    error_codes: Named[Count] = Field(default_factory=dict)


class ProviderUsage(Data):
    """One provider's counts; costs are credits."""

    provider: Text
    total_submissions: Count
    used_count: Count
    cancelled_count: Count
    discarded_count: Count
    failed_count: Count
    total_estimated_cost: Amount
    wasted_estimated_cost: Amount


class Usage(Data):
    """Counts over a period of days; costs are credits."""

    account_id: Text
    usage_period_days: Count
    usage_credit_balance: AmountOrNone = None
    usage_total_requests: Count
    usage_total_success: Count
    usage_total_client_errors: Count
    usage_total_server_errors: Count
    usage_total_generations: Count
    usage_total_provider_submissions: Count
    usage_total_estimated_cost: Amount
    usage_endpoints: Many[EndpointUsage] = ()
    usage_providers: Many[ProviderUsage] = ()


class Account(Data):
    """The account behind the key."""

    account_id: Text
    account_name: Text | None = None
    account_email: Text | None = None
    account_is_personal: bool | None = None
    account_picture_url: Text | None = None
    account_created_at: Text | None = None


class Billing(Data):
    """Plan and balance; one credit is one USD."""

    account_id: Text
    billing_plan: Text | None = None
    billing_credit_balance: Amount
    billing_subscription_status: Text | None = None
    billing_cancel_at_period_end: bool | None = None
    billing_currency: Text | None = None
    billing_period_starts_at: Text | None = None
    billing_period_ends_at: Text | None = None
    billing_created_at: Text | None = None
    billing_updated_at: Text | None = None


class Estimate(Data):
    """What a generation would cost, in credits; the three ``credit_*`` are None when the balance is not known."""

    model_identifier: Text
    model_type: Text
    assets_count: Count
    cost_per_generation: Amount
    cost_total_consumed: Amount
    cost_per_second: AmountOrNone = None
    duration_seconds: AmountOrNone = None
    resolution: Text | None = None
    credit_balance: AmountOrNone = None
    credit_balance_can_afford: bool | None = None

    @property
    def price(self) -> float | None:
        """What it costs in all, in credits; None where that is less than nothing, which is no price."""
        return number(self.cost_total_consumed)

    credit_balance_max_affordable: CountOrNone = None


class LibraryModel(Data):
    """One model of the live library; ``schema`` is ``model_schema`` here, since pydantic owns that name."""

    model_type: Text
    model_identifier: Text
    model_pricing: Pricing = None
    model_supported_provider: Many[Text] = ()
    model_schema: dict[Text, Any] = Field(default_factory=dict, alias="schema")
    specific_schema: Many[Text] = ()


class LibraryModels(Data):
    """The live library."""

    models: Many[LibraryModel]
    models_total: CountOrNone = None


class LibraryProvider(Data):
    """One inference provider."""

    provider_id: Text
    provider_name: Text | None = None
    provider_description: Text | None = None
    provider_website: Text | None = None
    provider_docs: Text | None = None
    provider_status: Text | None = None
    babysea_implementation: dict[Text, Any] = Field(default_factory=dict)


class LibraryProviders(Data):
    """All inference providers."""

    providers: Many[LibraryProvider]
    providers_total: CountOrNone = None


class ProviderWindow(Data):
    """A provider's recent attempts."""

    total_attempts: Count
    failures: Count
    successes: Count
    duration_seconds: Amount


class ProviderHealth(Data):
    """One provider: healthy, recovering, degraded or unknown."""

    provider: Text
    status: Text
    failure_rate: AmountOrNone = None
    window: ProviderWindow | None = None


class ProvidersHealth(Data):
    """The health of all providers."""

    service: Text
    healthy: bool
    providers_total: Count
    providers: Many[ProviderHealth]


class ModelAtProvider(Data):
    """Whether a provider serves a model, and under which name."""

    available: bool
    raw_model_id: Text | None = None


class ModelHealth(Data):
    """Where one model is served."""

    model_identifier: Text
    model_type: Text
    model_pricing: Pricing = None
    providers: Named[ModelAtProvider] = Field(default_factory=dict)


class ModelsHealth(Data):
    """The health of all models."""

    service: Text
    healthy: bool
    models_total: Count
    models: Many[ModelHealth]


class ServiceHealth(Data):
    """The health of the storage or the cache."""

    service: Text
    healthy: bool
    latency_ms: AmountOrNone = None
    bucket: Text | None = None
    error: Text | None = None
