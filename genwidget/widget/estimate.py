"""What a playground asks of the API beside its runs: prices."""

from collections.abc import Mapping
from typing import Any

from genwidget.api.api import Api
from genwidget.api.models import Estimate
from genwidget.catalogue import ModelSpec
from genwidget.request.body import coerce


async def estimate(api: Api, spec: ModelSpec, values: Mapping[str, Any]) -> Estimate:
    """Return what a form would cost, in credits, and the balance where the key may read it.

    Raises:
        GenwidgetError: the API could not be asked.
    """
    body = {field.name: coerce(field, values.get(field.name)) for field in spec.fields}
    return await api.estimate(
        spec.model_id,
        count=body.get("generation_output_number") or 1,
        duration=body.get("generation_duration"),
        resolution=body.get("generation_resolution"),
        audio=body.get("generation_generate_audio"),
    )
