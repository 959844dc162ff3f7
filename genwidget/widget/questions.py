"""What a playground asks of the API beside its runs: prices, and records of runs of earlier kernels."""

from collections.abc import Mapping
from typing import Any

from genwidget.api import Api
from genwidget.body import read
from genwidget.catalogue import ModelSpec
from genwidget.endpoints import read_sent
from genwidget.replies import Generation
from genwidget.run import Run
from genwidget.wire import segment


async def estimate(api: Api, spec: ModelSpec, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ``estimate`` trait: what a form would cost, in credits, and whether the balance covers it.

    Raises:
        GenwidgetError: the API could not be asked.
    """
    body = {field.name: read(field, values.get(field.name)) for field in spec.fields}
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


async def fetch_record(api: Api, run: Run) -> None:
    """Give a run of an earlier kernel its generation's record.

    Raises:
        GenwidgetError: the API could not be asked, or has no such generation.
    """
    sent = await api.send("GET", f"/v1/content/{segment(str(run.generation_id))}")
    record = read_sent(Generation, sent).meta.json["data"]
    assert sent.reply is not None, "what was read was answered"
    run.advance(generation=record, raw_record=sent.reply.content)
