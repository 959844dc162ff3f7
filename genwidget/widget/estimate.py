"""What a playground asks of the API beside its runs: prices."""

from collections.abc import Mapping
from typing import Any

from genwidget.api.api import Api
from genwidget.catalogue import ModelSpec
from genwidget.request.body import coerce


async def estimate(api: Api, spec: ModelSpec, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ``estimate`` trait: what a form would cost, in credits, and whether the balance covers it.

    Raises:
        GenwidgetError: the API could not be asked.
    """
    body = {field.name: coerce(field, values.get(field.name)) for field in spec.fields}
    found = await api.estimate(
        spec.model_id,
        count=body.get("generation_output_number") or 1,
        duration=body.get("generation_duration"),
        resolution=body.get("generation_resolution"),
        audio=body.get("generation_generate_audio"),
    )
    return {
        "model_id": spec.model_id,
        "credits": found.cost_total_consumed,
        "balance": found.credit_balance,
        "can_afford": found.credit_balance_can_afford,
        "known": True,
    }
