"""What the page is told once: models, sentences, rules and regions, all as data."""

from collections.abc import Mapping
from typing import Any

from genwidget import __version__
from genwidget.api.regions import REGIONS, is_sandbox_installed
from genwidget.catalogue import Catalogue, FieldSpec, ModelSpec
from genwidget.messages import MESSAGES
from genwidget.widget.dashboard import is_dashboard
from genwidget.widget.key_store import sandbox_key
from genwidget.widget.rules import RULES

_BOUNDS = ("default", "choices", "minimum", "maximum", "max_length", "max_items")


def is_sandbox_offered(region_id: str, wish: bool | None, environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether the page offers the sandbox: as wished; else everywhere but in a dashboard, which has visitors."""
    if wish is not None:
        return wish
    return region_id == "sandbox" or not is_dashboard(environment)


def offer(catalogue: Catalogue, *, sandbox_offered: bool) -> dict[str, Any]:
    """Return the ``catalogue`` trait."""
    return {
        "models": [_model(spec) for spec in catalogue.models if sandbox_offered or not spec.sandbox_only],
        "messages": MESSAGES,
        "rules": RULES,
        "regions": [
            {"region_id": region.region_id, "label": region.label, "api_url": region.api_url}
            for region in REGIONS.values()
            if sandbox_offered or region.region_id != "sandbox"
        ],
        "sandbox_key": sandbox_key() if sandbox_offered and is_sandbox_installed() else None,
        "sandbox_offered": sandbox_offered,
        "version": __version__,
    }


def _model(spec: ModelSpec) -> dict[str, Any]:
    price = spec.price
    return {
        "model_id": spec.model_id,
        "model_type": spec.model_type,
        "providers": list(spec.providers.value),
        "price": None
        if price is None
        else {"kind": price.kind, "credits": price.credits, "table": price.table, "known": price.is_known},
        "sandbox_only": spec.sandbox_only,
        "live": spec.is_live,
        "required": list(spec.required_names),
        "fields": [_field(field) for field in spec.fields],
    }


def _field(field: FieldSpec) -> dict[str, Any]:
    facts = field.facts
    return {
        "name": field.name,
        "type": field.type,
        "group": field.group,
        "description": field.description,
        "required": field.required.value,
        **{name: facts[name].value if name in facts else None for name in _BOUNDS},
        "is_url": field.is_url,
        "standing": {name: fact.standing for name, fact in facts.items()},
    }
