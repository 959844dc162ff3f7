"""The sandbox's own routes: who it is, faults, requests, inputs and output files. None of them needs a key."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from genwidget.sandbox import assumptions
from genwidget.sandbox.core import credits as credit
from genwidget.sandbox.core import generations
from genwidget.sandbox.core.accounts import API_KEYS, MAIN_ACCOUNT, STATE_KEYS, key_text
from genwidget.sandbox.core.inputs import INPUTS_PATH, PICTURE_NAMES
from genwidget.sandbox.core.pricing import thousandths
from genwidget.sandbox.core.request_log import received
from genwidget.sandbox.faults.faults import ALTERED, PROVIDER_KINDS, REQUEST_KINDS, ROUTE_NAMES, fault_from_data
from genwidget.sandbox.http.context import Call
from genwidget.sandbox.http.responses import Refusal, Reply, encode
from genwidget.sandbox.media import png
from genwidget.sandbox.media.files import make_output

T = TypeVar("T")
MEDIA_TYPES: Final = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".mp4": "video/mp4"}
OPENAPI: Final = Path(__file__).with_name("openapi.json")


def index(call: Call) -> Reply:
    """GET /: says plainly what this is."""
    region = call.service.region
    data = {
        "sandbox": "This is genwidget's sandbox, not the API. It runs on this machine, costs nothing and calls nobody.",
        "region": region,
        "speed": call.service.speed,
        "keys": {name: key_text(region, name) for name in (*API_KEYS, *(set(STATE_KEYS) - {"wrong_region"}))},
        "routes": "/sandbox/openapi.json",
        "faults": {
            "path": "/sandbox/faults",
            "request_kinds": (*REQUEST_KINDS, ALTERED),
            "provider_kinds": PROVIDER_KINDS,
            "routes": sorted(ROUTE_NAMES),
        },
        "inputs": [f"{call.origin}{INPUTS_PATH}{name}" for name in PICTURE_NAMES],
        "own_prices": {
            "note": "Models whose price is not known are charged these, which are the sandbox's own.",
            "image": assumptions.OWN_IMAGE_PRICE,
            "video_per_second": assumptions.OWN_VIDEO_PRICES,
        },
        "refused_prompt": assumptions.REFUSED_PROMPT,
    }
    return Reply(200, json.dumps(data, indent=2).encode())


def openapi(call: Call) -> Reply:
    """GET /sandbox/openapi.json."""
    document = json.loads(OPENAPI.read_bytes())
    return Reply(200, encode(document | {"servers": [{"url": call.origin}]}))


def list_faults(call: Call) -> Reply:
    """GET /sandbox/faults."""
    return Reply(200, encode({"faults": call.service.faults.as_data()}))


def add_fault(call: Call) -> Reply:
    """POST /sandbox/faults: one fault as a JSON object."""
    data = _own_json(call)
    try:
        fault = call.service.faults.add(fault_from_data(data))
    except (TypeError, ValueError) as reason:
        raise Refusal("BSE2001", str(reason)) from None
    return Reply(201, encode({"fault_id": fault.fault_id}))


def clear_faults(call: Call) -> Reply:
    """DELETE /sandbox/faults, or the one of ``?fault_id=``."""
    fault_id = call.query.get("fault_id")
    call.service.faults.clear(None if fault_id is None else int(fault_id))
    return list_faults(call)


def add_credits(call: Call) -> Reply:
    """POST /sandbox/credits ``{"credits": 50}``: fills up the demo account."""
    amount = _own_json(call).get("credits")
    if (
        isinstance(amount, bool)
        or not isinstance(amount, int | float)
        or not 0 < amount <= assumptions.MAX_ADDED_CREDITS
    ):
        raise Refusal("BSE2001", details={"field": "credits"})
    with call.service.store.transaction() as db:
        credit.add(db, MAIN_ACCOUNT.account_id, thousandths(amount), call.now_ms)
        balance = credit.balance(db, MAIN_ACCOUNT.account_id, call.now_ms)
    return Reply(200, encode({"credit_balance": credit.to_credits(balance)}))


def _own_json(call: Call) -> dict[str, Any]:
    # A page of another origin can post without asking first, but not with this content type.
    if (call.header("content-type") or "").partition(";")[0].strip() != "application/json":
        raise Refusal("BSE2001", "The content type must be application/json.")
    try:
        data = json.loads(call.body)
        encode(data)  # what could not be written again, such as NaN, is no JSON
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise Refusal("BSE2001", "The body must be a JSON object.")
    return data


def list_requests(call: Call) -> Reply:
    """GET /sandbox/requests: what was received, oldest first, without keys."""
    return Reply(200, encode({"requests": [one.as_data() for one in received(call.service.store)]}))


async def input_file(call: Call) -> Reply:
    """GET /sandbox/inputs/{file}: a picture that a request may name as its input."""
    name = call.params["file"]
    content = await _in_pool(call, lambda: call.service.own_inputs.find(name))
    if content is None:
        raise Refusal("BSE2009", "There is no such input.", status=404)
    media_type = MEDIA_TYPES.get(Path(name).suffix, "image/png")
    return Reply(200, content, media_type, {"X-Content-Type-Options": "nosniff"})


async def add_input(call: Call) -> Reply:
    """POST /sandbox/inputs: a PNG, JPEG or WebP picture as it is; the answer has the link that a request may name."""
    # A page of another origin can post without asking first, but not with these content types.
    if (call.header("content-type") or "").partition(";")[0].strip() not in set(MEDIA_TYPES.values()):
        raise Refusal("BSE2001", "The content type must be that of the picture.")
    name = await _in_pool(call, lambda: call.service.own_inputs.keep(call.body))
    return Reply(201, encode({"url": f"{call.origin}{INPUTS_PATH}{name}"}))


async def output_file(call: Call) -> Reply:
    """GET /sandbox/files/{generation_id}/{file}: an output, made when it is first asked for, then kept."""
    generation_id, name = call.params["generation_id"].lower(), call.params["file"]
    with call.service.store.transaction() as db:
        row = generations.find(db, generation_id)
    if name not in generations.files_of(row, call.now_ms):
        raise Refusal(assumptions.CODE_GENERATION_NOT_FOUND, "There is no such file.")
    path = call.service.store.files / generation_id / name
    values, index_of_output = json.loads(row["body"]), int(name.partition(".")[0])
    content = await _in_pool(call, lambda: make_output(path, row["model_type"], values, generation_id, index_of_output))
    # Without Pillow every picture is a PNG file, whatever its name.
    media_type = "image/png" if content.startswith(png.SIGNATURE) else MEDIA_TYPES[path.suffix]
    return Reply(200, content, media_type, {"X-Content-Type-Options": "nosniff"})


async def _in_pool(call: Call, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(call.service.media_pool, work)
