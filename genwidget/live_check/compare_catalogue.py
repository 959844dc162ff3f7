"""The live list of models beside the shipped catalogue, fact by fact. Nothing in it is of an account."""

import math
from dataclasses import dataclass
from typing import Any, Final

from genwidget.api.models import Estimate, LibraryModel
from genwidget.catalogue import Catalogue, FieldSpec, ModelSpec
from genwidget.live_check.report import Findings

WHERE: Final = "GET /v1/library/models"
#: Names of the library's ``schema``, and of our fields: these list values, those are there or not.
_LISTS: Final = ("generation_ratio", "generation_output_format", "generation_duration", "generation_resolution")
_SWITCHES: Final = ("generation_prompt", "generation_input_file", "generation_generate_audio")


def compare_library(models: tuple[LibraryModel, ...], catalogue: Catalogue, findings: Findings) -> None:
    """Note for each shipped model what the API says otherwise, then the models that do not ship."""
    served = {model.model_identifier: model for model in models}
    shipped = {spec.model_id for spec in catalogue.models}
    for spec in catalogue.models:
        live = served.get(spec.model_id)
        if live is None and spec.sandbox_only:
            continue
        differences = ["the API does not list it"] if live is None else _differences(spec, live)
        findings.compare(WHERE, spec.model_id, differences, "type, price, providers, values and names of fields")
    new = [name for name in served if name not in shipped]
    told = [f"{len(new)} that do not ship: {', '.join(sorted(new))}"] if new else []
    findings.compare(WHERE, "other models", told, "none")


def _differences(spec: ModelSpec, live: LibraryModel) -> list[str]:
    expected, found = _expected(spec), _found(live)
    nothing = _Assumed(None, "")
    return [
        f"{name} is {_rendered(found.get(name))}; we assume {expected.get(name, nothing)}"
        for name in dict.fromkeys((*expected, *found))
        if expected.get(name, nothing).value != found.get(name)
    ]


@dataclass(frozen=True, slots=True)
class _Assumed:
    """A value, and on what grounds it is assumed."""

    value: Any
    standing: str

    def __str__(self) -> str:
        return f"{_rendered(self.value)} ({self.standing})" if self.standing else _rendered(self.value)


def _expected(spec: ModelSpec) -> dict[str, _Assumed]:
    """Return what we assume, without what is empty."""
    number = spec.field("generation_output_number")
    most = number.maximum if number else None
    facts = {
        "model_type": _Assumed(spec.model_type, "documented"),
        "model_supported_provider": _Assumed(list(spec.providers.value), spec.providers.standing),
        "generation_output_number": _Assumed(most.value, most.standing) if most else _Assumed(1, "inferred"),
    }
    if spec.price is not None:
        price = spec.price.table if spec.price.credits is None else spec.price.credits
        facts["model_pricing"] = _Assumed(price, spec.price.standing)
    for name in (*_LISTS, *_SWITCHES):
        if (field := spec.field(name)) is not None:
            facts[name] = _values(field)
    specific = sorted(field.name for field in spec.fields if field.group == "specific")
    facts["specific_schema"] = _Assumed(specific, "")
    return {name: fact for name, fact in facts.items() if fact.value}


def _values(field: FieldSpec) -> _Assumed:
    """Return what the library says of a field that we have: its values, or only that it is there."""
    if field.name in _SWITCHES:
        return _Assumed(value=True, standing=field.required.standing)
    return _Assumed(None, "") if field.choices is None else _Assumed(list(field.choices.value), field.choices.standing)


def _found(live: LibraryModel) -> dict[str, Any]:
    facts = {
        "model_type": live.model_type,
        "model_pricing": live.model_pricing,
        "model_supported_provider": list(live.model_supported_provider),
        **live.model_schema,
        "specific_schema": sorted(live.specific_schema),
    }
    return {name: value for name, value in facts.items() if value}


def _rendered(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "nothing" if value is None else str(value)


_THOUSANDTH: Final = 0.0005  # credits have three decimals


def estimate_differences(estimate: Estimate, model_id: str, count: int) -> list[str]:
    """Return what is different of an estimate of so many generations."""
    spec = Catalogue.load().find(model_id)
    price = spec.price.credits if spec is not None and spec.price is not None else None
    each = estimate.cost_per_generation
    told = []
    if estimate.model_identifier != model_id:
        told.append(f"model_identifier is {estimate.model_identifier}")
    if estimate.assets_count != count:
        told.append(f"assets_count is {estimate.assets_count} of {count} asked for")
    if price is not None and not math.isclose(each, price, abs_tol=_THOUSANDTH):
        told.append(f"cost_per_generation is {each:g}; we assume {price:g}")
    if not math.isclose(estimate.cost_total_consumed, each * count, abs_tol=_THOUSANDTH):
        told.append(f"cost_total_consumed is {estimate.cost_total_consumed:g}; we assume {each * count:g}")
    balance = estimate.credit_balance
    if balance is None:
        return told
    if estimate.credit_balance_can_afford is not (balance >= estimate.cost_total_consumed):
        told.append("credit_balance_can_afford does not follow from the balance")
    # Decimal credits: 12.48 / 0.052 is 240, which floats put just below.
    if each and estimate.credit_balance_max_affordable != math.floor(balance / each + 1e-9):
        told.append("credit_balance_max_affordable is not the balance by the cost")
    return told
