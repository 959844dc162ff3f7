"""What the API answers about the account, the library and its own health. The names are the wire's own."""

from typing import Any

from pydantic import Field

from genwidget.replies import Data


class Status(Data):
    """Who the key belongs to."""

    account_id: str
    apikey_id: str
    apikey_name: str | None = None
    apikey_prefix: str | None = None
    apikey_created_at: str | None = None
    apikey_last_used_at: str | None = None
    apikey_expires_at: str | None = None


class EndpointUsage(Data):
    """One endpoint's counts."""

    endpoint: str
    total_requests: int
    success_count: int
    client_error_count: int
    server_error_count: int
    error_codes: dict[str, int] = Field(default_factory=dict)


class ProviderUsage(Data):
    """One provider's counts; costs are credits."""

    provider: str
    total_submissions: int
    used_count: int
    cancelled_count: int
    discarded_count: int
    failed_count: int
    total_estimated_cost: float
    wasted_estimated_cost: float


class Usage(Data):
    """Counts over a period of days; costs are credits."""

    account_id: str
    usage_period_days: int
    usage_credit_balance: float | None = None
    usage_total_requests: int
    usage_total_success: int
    usage_total_client_errors: int
    usage_total_server_errors: int
    usage_total_generations: int
    usage_total_provider_submissions: int
    usage_total_estimated_cost: float
    usage_endpoints: tuple[EndpointUsage, ...] = ()
    usage_providers: tuple[ProviderUsage, ...] = ()


class Account(Data):
    """The account behind the key."""

    account_id: str
    account_name: str | None = None
    account_email: str | None = None
    account_is_personal: bool | None = None
    account_picture_url: str | None = None
    account_created_at: str | None = None


class Billing(Data):
    """Plan and balance; one credit is one USD."""

    account_id: str
    billing_plan: str | None = None
    billing_credit_balance: float
    billing_subscription_status: str | None = None
    billing_cancel_at_period_end: bool | None = None
    billing_currency: str | None = None
    billing_period_starts_at: str | None = None
    billing_period_ends_at: str | None = None
    billing_created_at: str | None = None
    billing_updated_at: str | None = None


class Estimate(Data):
    """What a generation would cost, in credits; the three ``credit_*`` are None when the balance is not known."""

    model_identifier: str
    model_type: str
    assets_count: int
    cost_per_generation: float
    cost_total_consumed: float
    cost_per_second: float | None = None
    duration_seconds: float | None = None
    resolution: str | None = None
    credit_balance: float | None = None
    credit_balance_can_afford: bool | None = None
    credit_balance_max_affordable: int | None = None


class LibraryModel(Data):
    """One model of the live library; ``schema`` is ``model_schema`` here, since pydantic owns that name."""

    model_type: str
    model_identifier: str
    model_pricing: float | dict[str, float] | None = None
    model_supported_provider: tuple[str, ...] = ()
    model_schema: dict[str, Any] = Field(default_factory=dict, alias="schema")
    specific_schema: tuple[str, ...] = ()


class LibraryModels(Data):
    """The live library."""

    models: tuple[LibraryModel, ...]
    models_total: int | None = None


class LibraryProvider(Data):
    """One inference provider."""

    provider_id: str
    provider_name: str | None = None
    provider_description: str | None = None
    provider_website: str | None = None
    provider_docs: str | None = None
    provider_status: str | None = None
    babysea_implementation: dict[str, Any] = Field(default_factory=dict)


class LibraryProviders(Data):
    """All inference providers."""

    providers: tuple[LibraryProvider, ...]
    providers_total: int | None = None


class ProviderWindow(Data):
    """A provider's recent attempts."""

    total_attempts: int
    failures: int
    successes: int
    duration_seconds: float


class ProviderHealth(Data):
    """One provider: healthy, recovering, degraded or unknown."""

    provider: str
    status: str
    failure_rate: float | None = None
    window: ProviderWindow | None = None


class ProvidersHealth(Data):
    """The health of all providers."""

    service: str
    healthy: bool
    providers_total: int
    providers: tuple[ProviderHealth, ...]


class ModelAtProvider(Data):
    """Whether a provider serves a model, and under which name."""

    available: bool
    raw_model_id: str | None = None


class ModelHealth(Data):
    """Where one model is served."""

    model_identifier: str
    model_type: str
    model_pricing: float | dict[str, float] | None = None
    providers: dict[str, ModelAtProvider] = Field(default_factory=dict)


class ModelsHealth(Data):
    """The health of all models."""

    service: str
    healthy: bool
    models_total: int
    models: tuple[ModelHealth, ...]


class ServiceHealth(Data):
    """The health of the storage or the cache."""

    service: str
    healthy: bool
    latency_ms: float | None = None
    bucket: str | None = None
    error: str | None = None
