"""The API's JSON, decoded."""

import json
import time
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genwidget.api.http_response import HttpResponse, RateLimit
from genwidget.api.models import Created, Deleted, Generation, GenerationPage, LibraryModels
from genwidget.api.responses import (
    decode_data,
    decode_error,
    decode_json,
    identifier,
    rate_limit,
    retry_after_s,
    segment,
)
from genwidget.errors import (
    ApiError,
    Conflict,
    InsufficientCredits,
    InvalidJsonResponse,
    PermissionRefused,
    RateLimited,
    ServerFailed,
    UnexpectedReply,
)

CREATED = {
    "status": "success",
    "request_id": "req_1",
    "message": "Generation initialized",
    "timestamp": "2026-04-28T12:00:00.000Z",
    "data": {
        "model_identifier": "bfl/flux-schnell",
        "generation_provider_order": ["bfl", "replicate"],
        "generation_prediction_id": "abc123",
        "generation_id": "550e8400-e29b-41d4-a716-446655440000",
        "generation_initialized": True,
    },
}


def reply(body, status=200, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status, content, {name.replace("_", "-"): value for name, value in headers.items()})


def test_a_created_reply_keeps_its_data_and_what_stands_around_it():
    created = decode_data(Created, reply(CREATED, x_ratelimit_limit="60", idempotency_replayed="true"))
    assert created.generation_id == "550e8400-e29b-41d4-a716-446655440000"
    assert created.generation_provider_order == ("bfl", "replicate")
    assert created.meta.request_id == "req_1"
    assert created.meta.message == "Generation initialized"
    assert created.meta.replayed is True
    assert created.meta.rate_limit == RateLimit(limit=60)
    assert created.meta.json == CREATED


def test_the_second_success_shape_of_a_create_is_read():
    created = decode_data(Created, reply({"data": {"generation_id": "a", "generation_status": "canceled"}}))
    assert (created.generation_id, created.generation_status) == ("a", "canceled")


def test_a_record_keeps_the_keys_that_the_contract_does_not_name():
    record = decode_data(Generation, reply({"data": {"generation_id": "a", "generation_seed": 7}}))
    assert record.model_extra == {"generation_seed": 7}


def test_a_page_takes_its_counts_from_beside_the_data():
    page = decode_data(
        GenerationPage, reply({"data": {"generations": [{"generation_id": "a"}]}, "total": 9, "limit": 1, "offset": 0})
    )
    assert (page.total, page.limit, page.offset, page.generations[0].generation_id) == (9, 1, 0, "a")
    with pytest.raises(AttributeError):
        _ = page.generations[0].meta


def test_a_204_counts_as_an_empty_object():
    deleted = decode_data(Deleted, reply(b"", 204))
    assert (deleted.generation_id, deleted.files_deleted, deleted.meta.json) == (None, None, {})


def test_library_models_keep_their_schema_under_another_name():
    models = decode_data(
        LibraryModels,
        reply({"data": {"models": [{"model_type": "image", "model_identifier": "a/b", "schema": {"x": [1]}}]}}),
    )
    assert models.models[0].model_schema == {"x": [1]}


def test_json_of_another_shape_names_its_first_fault():
    with pytest.raises(UnexpectedReply) as caught:
        decode_data(Generation, reply({"data": {"generation_id": 42}}))
    assert str(caught.value) == "The API's response has an unexpected format: data.generation_id"
    assert caught.value.__context__ is None


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a":', b'{"a": NaN}', b"\xff\xfe", b"[" * 200_000])
def test_bytes_that_are_no_json_are_refused(body):
    with pytest.raises(InvalidJsonResponse) as caught:
        decode_json(body, status_code=200)
    assert str(caught.value) == "Invalid JSON response from server"
    assert caught.value.__context__ is None


def test_an_error_envelope_is_read_whole():
    envelope = {
        "status": "error",
        "request_id": "req_a1b2c3d4",
        "error": {
            "code": "BSE1005",
            "type": "rate_limit_exceeded",
            "message": "Rate limit exceeded. Please retry after the period indicated in the Retry-After header.",
            "retryable": True,
            "details": {"retry_after_seconds": 17, "limit": 60},
            "provider_errors": [{"provider": "replicate", "code": "BSE4006"}, 3],
        },
    }
    error = decode_error(reply(envelope, 429))
    assert type(error) is RateLimited
    assert str(error) == envelope["error"]["message"]
    assert (error.api_code, error.api_type, error.request_id) == ("BSE1005", "rate_limit_exceeded", "req_a1b2c3d4")
    assert (error.retryable, error.is_stated, error.retry_after_s) == (True, True, 17)
    assert error.provider_errors == [{"provider": "replicate", "code": "BSE4006"}]


@pytest.mark.parametrize(
    ("status", "body", "kind", "retryable"),
    [
        (502, b"<html>bad gateway</html>", ServerFailed, True),
        (500, b"", ServerFailed, True),
        (502, b'{"oops": 1}', ServerFailed, True),
        (403, b"<html>forbidden</html>", PermissionRefused, False),
        (429, b"<html>slow down</html>", RateLimited, False),
        (429, b"{}", RateLimited, True),
        (402, b'{"error": "no"}', InsufficientCredits, False),
        (409, b'{"error": {"code": "BSE2015", "retryable": "yes"}}', Conflict, False),
        (302, b"", ApiError, False),
    ],
)
def test_an_answer_that_is_no_envelope_still_becomes_an_error(status, body, kind, retryable):
    error = decode_error(reply(body, status))
    assert type(error) is kind
    assert str(error) == ("Invalid JSON response from server" if b"<html>" in body else f"HTTP {status}")
    assert error.retryable is retryable
    assert error.is_stated is False


def test_a_server_sentence_is_cut_where_it_becomes_a_page():
    assert len(str(decode_error(reply({"error": {"message": "x" * 5_000}}, 400)))) == 1_000


def test_an_id_is_taken_whole_or_not_at_all():
    assert identifier("x" * 10_000) == "x" * 10_000
    assert [identifier(one) for one in ("x" * 10_001, "", None, {}, 7, True)] == [None] * 6


def test_retry_after_is_read_with_and_without_a_window_and_else_from_the_details():
    assert retry_after_s({"retry-after": "17"}, {}) == 17
    assert retry_after_s({"retry-after": "17", "x-ratelimit-limit": "60"}, {}) == 17
    assert retry_after_s({}, {"retry_after_seconds": 9}) == 9
    assert retry_after_s({"retry-after": "soon"}, {"retry_after_seconds": 9}) == 9


SERVED = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("17", 17),
        (" 17 ", 17),
        ("0", 0),
        ("5.5", 5.5),
        ("0.25", 0.25),
        ("Wed, 21 Oct 2026 07:28:20 GMT", 20),
        ("Wednesday, 21-Oct-26 07:29:00 GMT", 60),
        ("Wed Oct 21 07:28:03 2026", 3),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 251609733119),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("1" * 16, None),
        ("1" * 400 + ".5", None),
        ("-5", None),
        ("-5.5", None),
        ("5.", None),
        (".5", None),
        ("1e3", None),
        ("nan", None),
        ("٣", None),
        ("٣.٣", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_of_any_fraction_or_a_date_by_the_clock_of_the_server(said, seconds):
    assert retry_after_s({"retry-after": said, "date": SERVED}, {}) == seconds


def test_a_date_without_one_of_the_server_is_by_the_clock_of_this_machine():
    until = datetime.fromtimestamp(time.time() + 1000, UTC)
    found = retry_after_s({"retry-after": format_datetime(until, usegmt=True)}, {})
    assert 900 < found <= 1000


@pytest.mark.parametrize("seconds", [10**400, 1e308, -1, True, "9", None, [9]])
def test_a_wait_that_cannot_be_is_not_told(seconds):
    body = json.dumps({"error": {"code": "BSE1005", "message": "no", "details": {"retry_after_seconds": seconds}}})
    error = decode_error(reply(body.encode(), 429))
    assert error.retry_after_s is None
    assert error.next_step == "Try again in a moment."


def test_the_window_is_read_from_three_headers():
    headers = {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "59", "x-ratelimit-reset": "1780000000"}
    assert rate_limit(headers) == RateLimit(60, 59, 1780000000)
    assert rate_limit({"retry-after": "1"}) is None


def test_an_id_cannot_leave_its_path_segment():
    assert segment("../list?x#y/z") == "..%2Flist%3Fx%23y%2Fz"
    assert (segment("."), segment(".."), segment("..."), segment("\ud800")) == ("%2E", "%2E%2E", "...", "%EF%BF%BD")
    for one in ("..", ".", "../..", "/", "\0", "%2e%2e"):
        path = f"/v1/content/{segment(one)}"
        assert httpx.URL(f"https://api.example{path}").raw_path.decode() == path


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["error", "code", "message", "data"]), inner),
    )
)
def test_no_json_body_makes_reading_an_error_fail(body):
    assert isinstance(decode_error(reply(body, 400)), ApiError)
