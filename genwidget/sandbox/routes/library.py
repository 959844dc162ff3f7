"""The routes of the library and of health."""

import time
from typing import Any, Final

from genwidget.catalogue import ModelSpec
from genwidget.sandbox import assumptions
from genwidget.sandbox.core.providers import PROVIDERS, Provider, Record, records
from genwidget.sandbox.http.context import Call
from genwidget.sandbox.http.responses import Reply

_LISTS: Final = ("generation_ratio", "generation_output_format")
_VIDEO_LISTS: Final = ("generation_duration", "generation_resolution")


def models(call: Call) -> Reply:
    """GET /v1/library/models."""
    entries = [_library_model(spec) for spec in call.service.catalogue.models]
    return call.succeed("library_models", {"models": entries, "models_total": len(entries)})


def _library_model(spec: ModelSpec) -> dict[str, Any]:
    number = spec.field("generation_output_number")
    schema: dict[str, Any] = {"generation_prompt": spec.field("generation_prompt") is not None}
    schema |= {name: _choices(spec, name) for name in _LISTS}
    schema["generation_output_number"] = number.maximum.value if number and number.maximum else 1
    schema["generation_input_file"] = spec.field("generation_input_file") is not None
    schema |= {name: _choices(spec, name) for name in _VIDEO_LISTS if spec.field(name) is not None}
    if spec.field("generation_generate_audio") is not None:
        schema["generation_generate_audio"] = True
    entry: dict[str, Any] = {"model_type": spec.model_type, "model_identifier": spec.model_id}
    pricing = _pricing(spec)
    if pricing is not None:
        entry["model_pricing"] = pricing
    return entry | {
        "model_supported_provider": list(spec.providers.value),
        "schema": schema,
        "specific_schema": [field.name for field in spec.fields if field.group == "specific"],
    }


def _choices(spec: ModelSpec, name: str) -> list[Any]:
    field = spec.field(name)
    return list(field.choices.value) if field and field.choices else []


def _pricing(spec: ModelSpec) -> float | dict[str, float] | None:
    """Return the price as the API writes it: a number, a table, or None (left out) where it is not known."""
    if spec.price is None:
        return None
    return spec.price.credits if spec.price.credits is not None else (dict(spec.price.table) or None)


def providers(call: Call) -> Reply:
    """GET /v1/library/providers."""
    entries = [_library_provider(one, call.service.catalogue.models) for one in PROVIDERS.values()]
    return call.succeed("library_providers", {"providers_total": len(entries), "providers": entries})


def _library_provider(one: Provider, specs: tuple[ModelSpec, ...]) -> dict[str, Any]:
    served = [spec for spec in specs if one.provider_id in spec.providers.value]
    return {
        "provider_id": one.provider_id,
        "provider_name": one.name,
        "provider_description": f"{one.name}, played by the sandbox.",
        "provider_website": one.website,
        "provider_docs": one.docs,
        "provider_status": "active",
        "babysea_implementation": {
            "delivery_method": one.delivery_method,
            "cancel_method": one.cancel_method,
            "webhook_verification": one.webhook_verification,
            "error_mapping": "bse_error_codes",
            "cost_tracking": "per_generation_usd",
            "schema_conversion": "unified_to_native",
            "failover_strategy": "sequential_provider_chain",
            "health_monitoring": "circuit_breaker",
            "supported_media_types": sorted({spec.model_type for spec in served}),
            "supported_models_total": len(served),
        },
    }


def health_providers(call: Call) -> Reply:
    """GET /v1/health/inference/providers."""
    window_ms = int(assumptions.HEALTH_WINDOW_S * 1000 / call.service.speed)
    with call.service.store.transaction() as db:
        known = records(db, call.now_ms - window_ms, call.now_ms)
    entries = [_health(provider, known.get(provider, Record())) for provider in PROVIDERS]
    data = {
        "service": "providers",
        "healthy": all(one["status"] != "degraded" for one in entries),
        "providers_total": len(entries),
        "providers": entries,
    }
    return call.succeed("health_providers", data)


def _health(provider: str, record: Record) -> dict[str, Any]:
    return {
        "provider": provider,
        "status": record.health,
        "failure_rate": round(record.failure_rate, 4),
        "window": {
            "total_attempts": record.attempts,
            "failures": record.failures,
            "successes": record.attempts - record.failures,
            "duration_seconds": assumptions.HEALTH_WINDOW_S,
        },
    }


def health_models(call: Call) -> Reply:
    """GET /v1/health/inference/models."""
    entries = [_model_health(spec) for spec in call.service.catalogue.models]
    data = {"service": "models", "healthy": True, "models_total": len(entries), "models": entries}
    return call.succeed("health_models", data)


def _model_health(spec: ModelSpec) -> dict[str, Any]:
    own = spec.providers.value
    return {
        "model_identifier": spec.model_id,
        "model_type": spec.model_type,
        "model_pricing": _pricing(spec),
        "providers": {
            provider: {"available": provider in own, "raw_model_id": f"sandbox:{spec.model_id}"}
            if provider in own
            else {"available": False, "raw_model_id": None}
            for provider in PROVIDERS
        },
    }


def health_storage(call: Call) -> Reply:
    """GET /v1/health/storage: whether the folder of outputs can be read, and how long that took."""
    started = time.perf_counter()
    healthy = call.service.store.files.is_dir()
    data: dict[str, Any] = {
        "service": "storage",
        "healthy": healthy,
        "latency_ms": round((time.perf_counter() - started) * 1000),
        "bucket": "sandbox-outputs",
    }
    if not healthy:
        data["error"] = "The folder of outputs is gone."
    return call.succeed("health_storage", data)


def health_cache(call: Call) -> Reply:
    """GET /v1/health/cache: the store answers for the cache that the sandbox does not have."""
    started = time.perf_counter()
    with call.service.store.transaction() as db:
        db.execute("SELECT 1").fetchone()
    data = {"service": "redis", "healthy": True, "latency_ms": round((time.perf_counter() - started) * 1000)}
    return call.succeed("health_cache", data)
