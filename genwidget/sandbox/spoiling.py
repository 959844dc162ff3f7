"""What stands in an answer's place when a fault asks for another one."""

import json
import math
from collections.abc import Callable
from typing import Any, Final

from genwidget.sandbox import choices
from genwidget.sandbox.envelope import GATEWAY_PAGE, Refusal, Reply, edge_page, encode, refusal
from genwidget.sandbox.faults import Fault
from genwidget.sandbox.limits import Allowance

#: Answers that stand whole in the place of the one that was made.
_INSTEAD: Final[dict[str, Callable[[], Reply]]] = {
    "html": lambda: Reply(502, GATEWAY_PAGE, "text/html; charset=utf-8"),
    "html_403": edge_page,
    "foreign": lambda: Reply(200, b'{"ok":true}'),
    "not_json": lambda: Reply(200, b"Everything went well, but this is no JSON."),
}
_SAMPLE_LIMIT: Final = 60  # requests and seconds; the documented sample's number
_REFUSALS: Final = frozenset({"rate_limit", "server_error", "replay_conflict", "all_providers_failed"})
_SILENT: Final = frozenset({"drop", "accept_then_drop", "hang"})


def reply_instead(fault: Fault, reply: Reply | None, now_s: float) -> Reply | None:
    """Return what is written under a fault; None where nothing is. ``reply`` is None where no work was done."""
    if fault.kind in _SILENT:
        return None
    if fault.kind in _INSTEAD:
        return _INSTEAD[fault.kind]()
    if fault.kind in _REFUSALS:
        made = refusal(_refusal(fault))
        made.headers = _rate_headers(fault, now_s) | made.headers
        return made
    # A fault that spoils an answer, asked for before any work was done, spoils an error.
    made = refusal(Refusal(choices.CODE_INTERNAL_ERROR)) if reply is None else reply
    return _with_wrong_types(made) if fault.kind == "wrong_types" else made


def _with_wrong_types(reply: Reply) -> Reply:
    envelope = json.loads(reply.content)
    name = "data" if "data" in envelope else "error"
    return Reply(reply.status, encode(envelope | {name: _wrong(envelope.get(name))}), headers=reply.headers)


def _rate_headers(fault: Fault, now_s: float) -> dict[str, str]:
    is_limit = fault.kind == "rate_limit"
    wait = fault.retry_after_s if is_limit else _SAMPLE_LIMIT
    remaining = 0 if is_limit else _SAMPLE_LIMIT - 1
    return Allowance(_SAMPLE_LIMIT, remaining, math.ceil(now_s + wait), wait, is_exceeded=is_limit).headers


def _refusal(fault: Fault) -> Refusal:
    if fault.kind == "rate_limit":
        wait = fault.retry_after_s
        details = {"retry_after_seconds": wait, "limit": _SAMPLE_LIMIT}
        return Refusal("BSE1005", details=details, headers={"Retry-After": str(wait)})
    if fault.kind == "replay_conflict":
        return Refusal("BSE2016")
    if fault.kind == "server_error":
        return Refusal(choices.CODE_INTERNAL_ERROR)
    codes = (choices.CODE_PROVIDER_ERROR, choices.CODE_PROVIDER_TIMEOUT)
    errors = [provider_error(provider, codes[n % 2]) for n, provider in enumerate(("bfl", "replicate", "fal"))]
    return Refusal(choices.CODE_ALL_PROVIDERS_FAILED, provider_errors=errors)


def provider_error(provider: str, code: str) -> dict[str, Any]:
    """Return one entry of ``provider_errors``."""
    return {"provider": provider, **json.loads(refusal(Refusal(code)).content)["error"]}


def _wrong(value: Any) -> Any:
    """Return a value of another type, all the way down."""
    match value:
        case dict():
            return {name: _wrong(one) for name, one in value.items()}
        case list():
            return "a list"
        case bool():
            return str(value).lower()
        case str():
            return len(value)
        case int() | float():
            return str(value)
        case _:
            return [value]
