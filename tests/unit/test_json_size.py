"""The memory that decoded JSON takes is known before it is decoded: never far less than it really takes."""

import json
import sys
import tracemalloc

import pytest

from genwidget.api.http_response import HttpResponse
from genwidget.api.json_size import SMALL, decoded_size
from genwidget.api.responses import MAX_DECODED, decode_error, decode_json
from genwidget.errors import InputRefused, ResponseTooLarge, ServerFailed


def many(part, size=1_000_000):
    return f"[{','.join([part] * (size // (len(part) + 1)))}]"


TEXTS = {
    **{part: many(part) for part in ("1", "12", "999", "-7", "1.5", "true", "[]", "{}", "[0]", "[[]]", '""', '"a"')},
    **{part: many(part) for part in ('"ab"', '{"a":1}', '{"a":{"b":[]}}', '"\\u00e9a"', '"\\""', "1e5", "1E5", '"é"')},
    "six members": many('{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}'),
    "names": "{" + ",".join(f'"{at:x}":0' for at in range(120_000)) + "}",
    "long names": "{" + ",".join(f'"{at:020}":"{at}"' for at in range(30_000)) + "}",
    "one string": json.dumps("x" * 1_000_000),
    "one wide string": json.dumps("x" * 1_000_000 + "\U0001f600", ensure_ascii=False),
    "two bytes a letter": json.dumps("\u4e2d" * 1_000_000, ensure_ascii=False),
    "wide strings": json.dumps(["x" * 100 + "\U0001f600"] * 10_000, ensure_ascii=False),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_estimate_is_not_below_what_it_takes(name):
    text = TEXTS[name]
    tracemalloc.start()
    try:
        value = json.loads(text)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert value is not None
    assert decoded_size(text.encode()) >= 0.95 * (taken + sys.getsizeof(text))


def test_a_small_text_is_not_weighed():
    assert decoded_size(b"[" * (SMALL - 1)) == 0


@pytest.mark.parametrize(
    "part", ["12", "1", '""', '"a string of some length"', '{"a longer name": "and a value of some length"}']
)
def test_a_body_of_many_megabytes_may_be_read(part):
    count = {"12": 3_000_000, '""': 3_000_000}.get(part, 100_000)
    content = f"[{','.join([part] * count)}]".encode()
    assert len(decode_json(content, status_code=200)) == count


@pytest.mark.parametrize("part", ["[]", "{}", "[0]", '{"a":1}', '"ab"', "1.5"])
def test_one_that_would_take_more_is_refused(part):
    with pytest.raises(ResponseTooLarge) as caught:
        decode_json(many(part, 10_000_000).encode(), status_code=200, may_have_started=True)
    assert (caught.value.may_have_started, caught.value.status_code) == (True, 200)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(("status", "kind"), [(422, InputRefused), (500, ServerFailed)])
def test_a_refusal_that_would_take_more_is_told_by_its_status(status, kind):
    error = decode_error(HttpResponse(status, many("[]", 2 * MAX_DECODED // 10).encode()))
    assert (type(error), str(error), error.body) == (kind, "Response too large", None)
