"""What stands in an answer's place when a fault asks for another one."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from genwidget.sandbox import assumptions
from genwidget.sandbox.core.limits import Allowance
from genwidget.sandbox.faults.faults import ALL_FAILED, ALTERED, Fault
from genwidget.sandbox.http.responses import GATEWAY_PAGE, Refusal, Reply, edge_page, encode, refusal

#: Answers that stand whole in the place of the one that was made.
_INSTEAD: Final[dict[str, Callable[[], Reply]]] = {
    "html": lambda: Reply(502, GATEWAY_PAGE, "text/html; charset=utf-8"),
    "html_403": edge_page,
    "foreign": lambda: Reply(200, b'{"ok":true}'),
    "not_json": lambda: Reply(200, b"Everything went well, but this is no JSON."),
}
_SAMPLE_LIMIT: Final = 60  # requests and seconds; the documented sample's number
_REFUSALS: Final = frozenset({"rate_limit", "server_error", "replay_conflict", ALL_FAILED})
_WITHOUT_BODY: Final = frozenset({204, 304})
_SILENT: Final = frozenset({"drop", "accept_then_drop", "hang"})


def reply_instead(fault: Fault, reply: Reply | None, now_s: float, providers: Sequence[str] = ()) -> Reply | None:
    """Return what is written under a fault; None where nothing is.

    Args:
        fault: what happens.
        reply: the answer; None where no work was done.
        now_s: seconds of the epoch.
        providers: those that have failed where all have, in the order in which they were tried.
    """
    if fault.kind in _SILENT:
        return None
    if fault.kind in _INSTEAD:
        return _INSTEAD[fault.kind]()
    if fault.kind in _REFUSALS:
        made = refusal(_refusal(fault, providers))
        made.headers = _rate_headers(fault, now_s) | made.headers
        return made
    # A fault that spoils an answer, asked for before any work was done, spoils an error.
    made = refusal(Refusal(assumptions.CODE_INTERNAL_ERROR)) if reply is None else reply
    if fault.kind == ALTERED:
        return _altered(made, fault)
    return _with_wrong_types(made) if fault.kind == "wrong_types" and _is_json(made) else made


def _is_json(reply: Reply) -> bool:
    """Tell whether an answer has names and values that a fault can change: a file has none."""
    return reply.media_type == "application/json"


def _altered(reply: Reply, fault: Fault) -> Reply:
    content = reply.content
    if fault.content is not None:
        content = fault.content.encode()
    elif fault.patch is not None and _is_json(reply):
        content = encode(_merged(json.loads(content), fault.patch))
    headers = dict(reply.headers)
    for name, value in (fault.headers or {}).items():
        headers = {one: kept for one, kept in headers.items() if one.lower() != name.lower()}
        if value is not None:
            headers[name] = value
    status = fault.status or reply.status
    return Reply(status, b"" if status in _WITHOUT_BODY else content, reply.media_type, headers, reply.code)


def _merged(value: Any, patch: Any) -> Any:
    """Return a value with a JSON merge patch on it (RFC 7396)."""
    if not isinstance(patch, Mapping):
        return patch
    kept = dict(value) if isinstance(value, dict) else {}
    for name, one in patch.items():
        if one is None:
            kept.pop(name, None)
        else:
            kept[name] = _merged(kept.get(name), one)
    return kept


def _with_wrong_types(reply: Reply) -> Reply:
    envelope = json.loads(reply.content)
    name = "data" if "data" in envelope else "error"
    return Reply(reply.status, encode(envelope | {name: _wrong(envelope.get(name))}), headers=reply.headers)


def _rate_headers(fault: Fault, now_s: float) -> dict[str, str]:
    is_limit = fault.kind == "rate_limit"
    wait = fault.retry_after_s if is_limit else _SAMPLE_LIMIT
    remaining = 0 if is_limit else _SAMPLE_LIMIT - 1
    return Allowance(_SAMPLE_LIMIT, remaining, math.ceil(now_s + wait), wait, is_exceeded=is_limit).headers


def _refusal(fault: Fault, providers: Sequence[str]) -> Refusal:
    if fault.kind == "rate_limit":
        wait = fault.retry_after_s
        details = {"retry_after_seconds": wait, "limit": _SAMPLE_LIMIT}
        return Refusal("BSE1005", details=details, headers={"Retry-After": str(wait)})
    if fault.kind == "replay_conflict":
        return Refusal("BSE2016")
    if fault.kind == "server_error":
        return Refusal(assumptions.CODE_INTERNAL_ERROR)
    codes = (assumptions.CODE_PROVIDER_ERROR, assumptions.CODE_PROVIDER_TIMEOUT)
    errors = [provider_error(provider, codes[n % 2]) for n, provider in enumerate(providers)]
    return Refusal(assumptions.CODE_ALL_PROVIDERS_FAILED, provider_errors=errors or None)


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
