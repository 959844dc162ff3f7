"""Hosts, keys, envelopes, headers and limits, as the API's pages state them."""

import re
from datetime import datetime

import httpx
import pytest

from genwidget.sandbox import API_KEY, API_KEYS, STATE_KEYS, Limits, Sandbox
from genwidget.sandbox.core.accounts import PRESETS, key_text

UUID = "550e8400-e29b-41d4-a716-446655440000"
ROUTES = {
    "generation:write": [
        ("POST", "/v1/generate/image/bfl/flux-schnell"),
        ("POST", "/v1/generate/video/google/veo-2"),
    ],
    "generation:read": [("GET", f"/v1/content/{UUID}"), ("GET", "/v1/content/list")],
    "generation:delete": [
        ("DELETE", f"/v1/content/{UUID}"),
        ("POST", f"/v1/content/generation/cancel/{UUID}"),
    ],
    "account:read": [
        ("GET", "/v1/status"),
        ("GET", "/v1/usage"),
        ("GET", "/v1/user/account"),
        ("GET", "/v1/user/billing"),
    ],
    "health:read": [
        ("GET", "/v1/health/inference/providers"),
        ("GET", "/v1/health/inference/models"),
        ("GET", "/v1/health/storage"),
        ("GET", "/v1/health/cache"),
    ],
    "library:read": [
        ("GET", "/v1/library/providers"),
        ("GET", "/v1/library/models"),
        ("GET", "/v1/estimate/bfl/flux-schnell"),
    ],
}
OPERATIONS = [(scope, *route) for scope, routes in ROUTES.items() for route in routes]


def test_there_are_seventeen_operations():
    assert len(OPERATIONS) == 17


@pytest.mark.parametrize("preset", PRESETS)
def test_a_key_opens_the_routes_of_its_scopes_and_no_other(api_with, preset):
    client = api_with(API_KEYS[preset])
    for scope, method, path in OPERATIONS:
        reply = client.request(method, path)
        if scope in PRESETS[preset]:
            # An empty body and an unknown id are judged after the scope.
            assert reply.status_code in {200, 400, 404}, path
        else:
            assert reply.status_code == 403, path
            error = reply.json()["error"]
            assert (error["code"], error["type"], error["retryable"]) == ("BSE1003", "insufficient_permissions", False)


def test_the_full_key_is_the_one_of_the_preset():
    assert API_KEYS["full_access"] == API_KEY
    assert set(API_KEYS) == {"full_access", "generate_only", "read_only", "monitor_only"}


def test_every_key_has_the_documented_form_and_its_own_prefix():
    texts = [*API_KEYS.values(), *STATE_KEYS.values()]
    assert all(re.fullmatch(r"bye_[A-Za-z0-9_-]+", text) and len(text) == 42 for text in texts)
    assert len({text[:9] for text in texts}) == len(texts)


def test_without_a_key_authentication_is_required(api_with):
    assert api_with(None).error("GET", "/v1/status") == (401, "BSE1001", "authentication_required")


@pytest.mark.parametrize(
    "key",
    [
        "bye_unknown",
        "x",
        API_KEY[:-1],
        API_KEY + "1",
        *(STATE_KEYS[name] for name in ("expired", "revoked", "wrong_region")),
    ],
)
def test_a_wrong_an_ended_or_another_regions_key_fails(api_with, key):
    assert api_with(key).error("GET", "/v1/status") == (401, "BSE1002", "authentication_failed")


def test_another_scheme_than_bearer_fails(sandbox):
    reply = httpx.get(f"{sandbox.url}/v1/status", headers={"Authorization": f"Basic {API_KEY}"})
    assert reply.json()["error"]["code"] == "BSE1002"


def test_a_rotated_key_still_works(api_with):
    assert api_with(STATE_KEYS["rotated"]).get("/v1/status").status_code == 200


def test_a_key_bound_to_another_address_is_refused(api_with):
    assert api_with(STATE_KEYS["other_address"]).error("GET", "/v1/status") == (403, "BSE1007", "ip_not_allowed")


def test_a_key_whose_account_is_gone_is_not_found(api_with):
    assert api_with(STATE_KEYS["account_gone"]).error("GET", "/v1/status") == (404, "BSE1008", "account_not_found")


def test_a_sandbox_of_another_region_takes_that_regions_keys_only():
    with Sandbox(region="eu") as european, httpx.Client(base_url=european.url) as client:
        assert european.api_key == key_text("eu") != API_KEY
        codes = [
            client.get("/v1/status", headers={"Authorization": f"Bearer {key}"}).status_code
            for key in (european.api_key, API_KEY)
        ]
    assert codes == [200, 401]


def test_the_success_envelope_has_exactly_its_parts(api):
    envelope = api.get("/v1/status").json()
    assert list(envelope) == ["status", "request_id", "message", "timestamp", "data"]
    assert envelope["status"] == "success"
    assert re.fullmatch(r"req_[0-9a-f]{8}", envelope["request_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", envelope["timestamp"])
    assert datetime.fromisoformat(envelope["timestamp"]).timestamp() == 1_780_000_000


def test_a_paged_answer_has_its_numbers_beside_data(api):
    envelope = api.get("/v1/content/list").json()
    assert list(envelope) == ["status", "request_id", "message", "timestamp", "data", "total", "limit", "offset"]
    assert (envelope["total"], envelope["limit"], envelope["offset"]) == (0, 50, 0)


def test_the_error_envelope_has_exactly_its_parts(api):
    reply = api.get(f"/v1/content/{UUID}")
    envelope = reply.json()
    assert list(envelope) == ["status", "request_id", "error"]
    assert envelope["status"] == "error"
    assert list(envelope["error"]) == ["code", "type", "message", "retryable"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v1/status", "API connected successfully"),
        ("/v1/user/billing", "User billing data retrieved successfully"),
    ],
)
def test_documented_messages_are_exact(api, path, message):
    assert api.get(path).json()["message"] == message


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/nothing"),
        ("GET", "/v1/status/"),
        ("POST", "/v1/status"),
        ("HEAD", "/v1/status"),
        ("OPTIONS", "/v1/status"),
        ("PUT", f"/v1/content/{UUID}"),
        ("GET", "/v1/content/not-a-uuid"),
        ("GET", f"/v1/content/{UUID}0"),
        ("GET", "/v1/content/list?limit=ten"),
        ("GET", "/v1/usage?days="),
        ("GET", "/v1/estimate/bfl/flux-schnell?audio=yes"),
        ("GET", "/v1/estimate/bfl/flux-schnell?count=1.5"),
        ("POST", "/v1/generate/image/flux-schnell"),
        ("POST", "/v1/generate/image/bfl%2Fflux-schnell"),
        ("POST", "/v1/generate/image/bfl/flux/schnell"),
        ("POST", "/v1/generate/audio/bfl/flux-schnell"),
        ("POST", "/v1/image-generation/flux-schnell"),
    ],
)
def test_a_wrong_path_method_or_shape_gets_the_firewalls_page(api, method, path):
    reply = api.request(method, path)
    assert reply.status_code == 403
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert method == "HEAD" or "<title>403 Forbidden</title>" in reply.text


def test_another_host_name_gets_the_firewalls_page(api):
    assert api.get("/v1/status", headers={"Host": "evil.example:80"}).status_code == 403
    assert api.get("/v1/status", headers={"Host": f"localhost:{api.base_url.port}"}).status_code == 200


def test_rate_limit_headers_come_with_every_answer(api, api_with, clock):
    for reply in (api.get("/v1/status"), api.get(f"/v1/content/{UUID}"), api_with("bye_wrong").get("/v1/status")):
        limit, remaining, reset = (
            int(reply.headers[f"x-ratelimit-{name}"]) for name in ("limit", "remaining", "reset")
        )
        assert 0 <= remaining < limit
        assert clock() < reset <= clock() + 60
        assert "retry-after" not in reply.headers


def test_past_the_limit_429_says_when_to_come_back(clock):
    with (
        Sandbox(clock=clock, limits=Limits(reads_per_window=2)) as sandbox,
        httpx.Client(base_url=sandbox.url, headers={"Authorization": f"Bearer {API_KEY}"}) as client,
    ):
        assert [client.get("/v1/status").headers["x-ratelimit-remaining"] for _ in range(2)] == ["1", "0"]
        clock.advance(43)
        reply = client.get("/v1/user/account")
        assert reply.status_code == 429
        assert reply.headers["retry-after"] == "17"
        assert reply.headers["x-ratelimit-limit"] == "2"
        assert reply.json()["error"] == {
            "code": "BSE1005",
            "type": "rate_limit_exceeded",
            "message": "Rate limit exceeded. Please retry after the period indicated in the Retry-After header.",
            "retryable": True,
            "details": {"retry_after_seconds": 17, "limit": 2},
        }
        clock.advance(17)
        assert client.get("/v1/status").status_code == 200


def test_limits_are_per_account_not_per_key(clock):
    with (
        Sandbox(clock=clock, limits=Limits(reads_per_window=1)) as sandbox,
        httpx.Client(base_url=sandbox.url) as client,
    ):
        keys = (API_KEY, API_KEYS["read_only"], STATE_KEYS["other_account"])
        codes = [client.get("/v1/status", headers={"Authorization": f"Bearer {key}"}).status_code for key in keys]
    assert codes == [200, 429, 200]


def test_too_many_wrong_keys_are_answered_with_429(clock):
    with (
        Sandbox(clock=clock, limits=Limits(auth_failures_per_window=2)) as sandbox,
        httpx.Client(base_url=sandbox.url, headers={"Authorization": "Bearer bye_wrong"}) as client,
    ):
        replies = [client.get("/v1/status") for _ in range(3)]
        assert [reply.status_code for reply in replies] == [401, 401, 429]
        error = replies[-1].json()["error"]
        assert (error["code"], error["type"], error["retryable"]) == ("BSE1006", "auth_rate_limited", True)
        assert "retry-after" in replies[-1].headers


def test_a_body_over_100_kb_is_refused_and_one_of_100_kb_is_read(api):
    path = "/v1/generate/image/bfl/flux-schnell"
    padding = 100 * 1024 - len('{"x":""}')
    for size, expected in ((padding, (400, "BSE2001")), (padding + 1, (413, "BSE2010"))):
        assert api.error("POST", path, content='{"x":"' + "a" * size + '"}')[:2] == expected


def test_the_log_of_requests_never_has_a_key(api, sandbox):
    api.made(key="order-1")
    logged = sandbox.requests[-1]
    assert (logged.method, logged.path) == ("POST", "/v1/generate/image/bfl/flux-schnell")
    assert (logged.idempotency_key, logged.status, logged.key_prefix) == ("order-1", 200, API_KEY[:9])
    assert API_KEY not in str(sandbox.requests)
    assert API_KEY not in api.get("/sandbox/requests").text
    assert api.get("/sandbox/requests").json()["requests"][-1] == logged.as_data()


def test_the_root_says_plainly_what_this_is(sandbox):
    text = httpx.get(sandbox.url).json()["sandbox"]
    assert text == "This is genwidget's sandbox, not the API. It runs on this machine, costs nothing and calls nobody."
