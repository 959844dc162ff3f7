"""What a server may answer: a kind, a name that says what it is, and the bytes or the writer that answer so."""

import functools
import gzip
import json
import zlib
from http import HTTPStatus
from itertools import product
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from genwidget.api import models
from genwidget.api.client import Client
from tests.contract.test_raw_answers import ANSWERS
from tests.hostile.server import GENERATION_ID, dripping, endless, envelope, http, repeated
from tests.odd import ODD

TRUE_DATA = {"generation_id": GENERATION_ID, "generation_status": "succeeded"}
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

ENDLESS = {
    "says nothing": dripping(again=b""),
    "a status line without end": endless(b"HTTP/1.1 200 ", again=b"x" * 65_536),
    "a header without end": endless(OK + b"X: ", again=b"x" * 65_536),
    "headers without end": endless(OK, again=b"X: x\r\n" * 10_000),
    "1xx without end": endless(again=b"HTTP/1.1 102 Processing\r\n\r\n" * 1_000),
    "a body without end": endless(OK + b"\r\n"),
    "a body of one long string": endless(OK + b'\r\n"', again=b"x" * 65_536),
    "chunks without end": endless(CHUNKED, again=b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    "chunks of one byte without end": endless(CHUNKED, again=b"1\r\n \r\n" * 10_000),
    "a chunk extension without end": endless(CHUNKED + b"1;x=", again=b"x" * 65_536),
    "a chunk's length without end": endless(CHUNKED, again=b"0" * 65_536),
    "trailers without end": endless(CHUNKED + b"2\r\n{}\r\n0\r\n", again=b"X: x\r\n" * 10_000),
    "more than was said, without end": endless(OK + b"Content-Length: 2\r\n\r\n{}"),
    "a status line in drops": dripping(again=b"H"),
    "headers in drops": dripping(OK, again=b"X: x\r\n"),
    "a body in drops": dripping(OK + b"Content-Length: 99999\r\n\r\n", again=b" "),
    "chunks in drops": dripping(CHUNKED, again=b"1\r\n \r\n"),
    "1xx in drops": dripping(again=b"HTTP/1.1 102 Processing\r\n\r\n"),
    "a head, then nothing": dripping(OK + b"Content-Length: 9\r\n\r\n", again=b""),
}


def _gzipped(layers):
    content = b"0" * 50_000_000
    for _ in range(layers):
        content = gzip.compress(content, 1)
    return content


def _compressed():
    zeros = zlib.compress(b"0" * 50_000_000, 1)
    bombs = {
        "gzip": _gzipped(1),
        "gzip, gzip": _gzipped(2),
        "x-gzip": _gzipped(1),
        "deflate": zeros,
        "GZIP": _gzipped(1),
    }
    bombs |= dict.fromkeys(("br", "zstd", "compress", "rubbish", "identity, gzip"), zeros)
    return {coding: http(200, bomb, Content_Encoding=coding) for coding, bomb in bombs.items()}


SIZE = 10 * 1024 * 1024 - 1_000
#: Bodies of nearly the limit: what comes first, the part that comes many times, how often, what comes last.
LARGE = {
    **{
        f"many {name}": (b"[", part + b",", SIZE // (len(part) + 1), b"1]")
        for name, part in {
            "lists": b"[]",
            "objects": b"{}",
            "full lists": b"[0]",
            "full objects": b'{"a":1}',
            "texts": b'"ab"',
            "digits": b"1",
            "numbers": b"999",
            "decimals": b"1.5",
            "empty texts": b'""',
            "deeper": b'[[{"a":[]}]]',
            "escapes": rb'"\u00e9"',
            "wide texts": '"\U0001f600"'.encode(),
            "hidden": '"\u202e"'.encode(),
        }.items()
    },
    "three million small values": (b"[", b"12,", 3_000_000, b"1]"),
    "one text": (b'"', b"x", SIZE, b'"'),
    "one wide text": ('"\U0001f600'.encode(), b"x", SIZE, b'"'),
    "one wide text of signs": (b'"', "\U0001f600".encode(), SIZE // 4, b'"'),
    "one text of escapes": (b'"', rb"\u00e9", SIZE // 6, b'"'),
    "names": (b"{", b'"aaaaaaaaaaaaaaaaaa":0,', 400_000, b'"b":0}'),
    "a number": (b"", b"9", 1_000_000, b""),
    "open brackets": (b"", b"[", SIZE, b""),
    "levels": (b"[" * 150, b"1,", 2_000_000, b"1" + b"]" * 150),
    "blanks": (b"[", b" \n", SIZE // 2, b"]"),
}


def _large_bodies():
    found = {}
    start = json.dumps(envelope({**TRUE_DATA, "more": 0})).encode()
    before, _, after = start.partition(b'"more": 0')
    for name, (beginning, part, count, end) in LARGE.items():
        found[f"{name}, in a record"] = repeated(before + b'"more": ' + beginning, part, count, end + after)
        found[f"{name}, alone"] = repeated(beginning, part, count, end)
        begun = b'{"error": {"message": "no", "details": ' + beginning
        found[f"{name}, in an error"] = repeated(begun, part, count, end + b"}}", status=422)
    for name, value in {
        "links": [f"https://f.example/{n}.png" for n in range(10_000)],
        "no links": ["x"] * 10_000,
    }.items():
        found[f"outputs: 10,000 {name}"] = http(200, envelope(TRUE_DATA | {"generation_output_file": value}))
    begun, _, ended = json.dumps(envelope(TRUE_DATA | {"generation_output_file": "*"})).encode().partition(b'"*"')
    for name, part in {"numbers": b"1,", "texts": b'"",', "objects": b"{},"}.items():
        found[f"outputs: many {name}"] = repeated(begun + b"[", part, 2_000_000, b"1]" + ended)
    providers = {
        "generation_provider_order": ["p"] * 50_000,
        "attempts": [{"provider": "p", "outcome": "failed"}] * 50_000,
    }
    found["50,000 providers and tries"] = http(200, envelope(TRUE_DATA | providers))
    return found


STATUSES = sorted({*(int(one) for one in HTTPStatus), 299, 399, 499, 520, 599})
ERROR = {"error": {"code": "BSE9999", "type": "t", "message": "The server's own words."}, "request_id": "r"}
BODIES = {
    "an envelope": (ERROR, "application/json"),
    "other JSON": ({"ok": True}, "application/json"),
    "a page": (b"<!doctype html><title>Some page</title>", "text/html"),
    "nothing": (b"", "text/plain"),
    "bytes": (bytes(range(256)), "application/octet-stream"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"." * 100, "image/png"),
    "an odd type": (b"{}", "\u202e/\x01;charset=utf-7"),
}

#: A value of each kind of JSON, in the place of any other.
WRONG = [None, True, 0, -1, 1.5, "", "x", [], {}, [[]], [None], {"x": {}}, [1] * 1_000]


def example(kind: Any) -> Any:
    """Return a value that a reply's type takes."""
    if get_origin(kind) is Annotated:
        return example(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        return example(next(one for one in get_args(kind) if one is not NoneType))
    if get_origin(kind) is tuple:
        return [example(get_args(kind)[0])]
    if get_origin(kind) is dict:
        return {"name": example(get_args(kind)[1])}
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {field.alias or name: example(field.annotation) for name, field in kind.model_fields.items()}
    return {str: "text", int: 1, float: 1.5, bool: True, Any: "any"}[kind]


def places(value, path=()):
    """Yield the path of each value inside a value."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from places(one, (*path, name))


def put(value, path, new):
    """Return a value with another one at a path."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


MODELS = {
    kind.__name__: kind
    for kind in vars(models).values()
    if isinstance(kind, type) and issubclass(kind, models.Data) and kind is not models.Data
}
#: The endpoints that read each type of reply, and with which arguments they are asked.
ENDPOINTS = {
    "get_generation": (models.Generation, ("g1",)),
    "list_generations": (models.GenerationPage, ()),
    "cancel_generation": (models.Canceled, ("g1",)),
    "delete_generation": (models.Deleted, ("g1",)),
    "library_models": (models.LibraryModels, ()),
    "library_providers": (models.LibraryProviders, ()),
    "estimate": (models.Estimate, ("bfl/flux-schnell",)),
    "status": (models.Status, ()),
    "usage": (models.Usage, ()),
    "account": (models.Account, ()),
    "billing": (models.Billing, ()),
    "health_providers": (models.ProvidersHealth, ()),
    "health_models": (models.ModelsHealth, ()),
    "health_storage": (models.ServiceHealth, ()),
    "health_cache": (models.ServiceHealth, ()),
    "generate": (models.Created, ("bfl/flux-schnell", {"generation_prompt": "A seal"})),
    "generation_status": (models.GenerationStatus, ("g1",)),
    "wait": (models.Generation, (GENERATION_ID,)),
}
#: Not endpoints of their own: they call one of those, or none.
NO_ENDPOINTS = {
    "aclose",
    "attempts",
    "blocking",
    "each_generation",
    "generate_and_wait",
    "known_models",
    "learn",
    "over",
    "report_change",
    "save",
    "send",
    "target",
}
assert {name for name in vars(Client) if not name.startswith("_")} <= {*ENDPOINTS, *NO_ENDPOINTS}

STAGE_MODELS = {"post": models.Created, "poll": models.Generation, "helper": models.GenerationStatus}


def data_of(kind):
    data = example(kind)
    return data | {name: value for name, value in TRUE_DATA.items() if name in data}


def bodies_of(kind):
    """Yield each reply of a type with one value that is of a wrong kind, or odd: the kind, a name, and the data."""
    data = data_of(kind)
    for path in places(data):
        where = ".".join(map(str, path))
        for value in WRONG:
            yield "a wrong value", f"{where} is {_told(value)[:20]!r}", put(data, path, value)
        if not isinstance(_at(data, path), dict | list):
            for name, value in ODD.items():
                yield "an odd value", f"{where} is odd: {name}", put(data, path, value)
    for name, value in ODD.items():
        yield "a name more", name, {**data, "more": value, _told(value)[:200]: value}
    for value in [*WRONG, *ODD.values()]:
        yield "other data", f"all of it is {_told(value)[:20]!r}", value


def _at(value, path):
    for part in path:
        value = value[part]
    return value


def raw_answers():
    """Yield what breaks HTTP, has no end, is compressed, is too large, or has any status: kind, name, answer."""
    yield from (("raw", name, raw) for name, (raw, _) in ANSWERS.items())
    yield from (("endless", name, writer) for name, writer in ENDLESS.items())
    yield from (("compressed", coding, raw) for coding, raw in _compressed().items())
    yield from (("large", name, writer) for name, writer in _large_bodies().items())
    for status, (name, (body, media_type)) in product(STATUSES, BODIES.items()):
        yield "a status", f"{status}, {name}", http(status, body, media_type)
    for name, value in ODD.items():
        odd = _one_line(value)
        yield "a header", name, http(429, ERROR, Retry_After=odd, X_RateLimit_Limit=odd)
        yield "a place", name, http(302, b"", Location=odd)


def error_answers():
    """Yield error envelopes with one wrong or odd value each: kind, name, answer."""
    part = {"code": "BSE1", "type": "t", "message": "m", "retryable": False, "provider_errors": [{"provider": "p"}]}
    body = {"status": "error", "request_id": "r", "error": {**part, "details": {"retry_after_seconds": 1}}}
    for path in places(body):
        for value in [*WRONG, *ODD.values()]:
            for status in (400, 503):
                name = f"{status}, {'.'.join(map(str, path))} is {_told(value)[:20]!r}"
                yield "an error", name, functools.partial(http, status, put(body, path, value))


def _one_line(value):
    return "".join(one for one in _told(value)[:500] if one.isprintable() and one.isascii())


def _told(value):
    """Return a value as text; of an integer that Python refuses to write, how long it is."""
    try:
        return str(value)
    except ValueError:
        return f"{value.bit_length()} bits"
