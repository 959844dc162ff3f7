"""Scripted trouble really happens on the wire, and never loses or doubles what was accepted."""

import json
import threading

import httpx
import pytest

from genwidget.catalogue import Catalogue
from genwidget.sandbox import Sandbox
from genwidget.sandbox.faults.faults import AFTER_WORK, PROVIDER_KINDS, REQUEST_KINDS

CUTS = (httpx.RemoteProtocolError, httpx.ReadError)


def test_drop_breaks_the_connection_before_anything_is_done(api, sandbox):
    sandbox.faults.add(kind="drop", route="generate", count=1)
    with pytest.raises(CUTS):
        api.make(key="intent-1")
    assert sandbox.generations == []
    assert api.make(key="intent-1").status_code == 200


def test_accept_then_drop_keeps_the_generation_for_the_same_key(api, sandbox):
    sandbox.faults.add(kind="accept_then_drop", route="generate", count=3)
    for _ in range(3):
        with pytest.raises(CUTS):
            api.make(key="intent-1")
    reply = api.make(key="intent-1")
    assert reply.headers["idempotency-replayed"] == "true"
    assert [one["generation_id"] for one in sandbox.generations] == [reply.json()["data"]["generation_id"]]
    assert [one["kind"] for one in sandbox.credit_events if one["generation_id"]] == ["reserve"]
    assert [(one.status, one.fault) for one in sandbox.requests] == [(None, "accept_then_drop")] * 3 + [(200, None)]


def test_hang_accepts_and_never_answers_and_the_key_is_busy_meanwhile(api, sandbox, wait_until):
    sandbox.faults.add(kind="hang", route="generate", count=1)
    failures = []
    hanging = threading.Thread(target=impatient, args=(sandbox, failures))
    hanging.start()
    wait_until(lambda: sandbox.generations)
    reply = api.make(key="intent-1")
    assert reply.status_code == 409
    assert reply.json()["error"] == {
        "code": "BSE2016",
        "type": "idempotency_key_in_progress",
        "message": (
            "A request with this Idempotency-Key is still being processed. Retry once the original request completes."
        ),
        "retryable": True,
    }
    hanging.join()
    assert failures == [httpx.ReadTimeout]
    # When the first client has gone, its answer is there for whoever asks with the same key.
    wait_until(lambda: api.make(key="intent-1").status_code == 200)
    assert len(sandbox.generations) == 1


def impatient(sandbox, failures):
    headers = {"Authorization": f"Bearer {sandbox.api_key}", "Idempotency-Key": "intent-1"}
    body = {"generation_prompt": "A baby seal playing on Arctic ice"}
    try:
        httpx.post(f"{sandbox.url}/v1/generate/image/bfl/flux-schnell", json=body, headers=headers, timeout=0.7)
    except httpx.HTTPError as reason:
        failures.append(type(reason))


def test_a_stop_ends_what_hangs_at_once(wait_until):
    sandbox = Sandbox().start()
    sandbox.faults.add(kind="hang")
    failures = []

    def ask():
        try:
            httpx.get(f"{sandbox.url}/v1/status", headers={"Authorization": f"Bearer {sandbox.api_key}"}, timeout=60)
        except httpx.HTTPError as reason:
            failures.append(type(reason))

    asking = threading.Thread(target=ask)
    asking.start()
    wait_until(lambda: sandbox.requests)
    sandbox.stop()
    asking.join(2)
    assert not asking.is_alive()
    assert failures
    assert failures[0] in CUTS


def test_html_is_a_gateways_page(api, sandbox):
    sandbox.faults.add(kind="html", count=1)
    reply = api.make()
    assert (reply.status_code, reply.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert "x-ratelimit-limit" not in reply.headers
    assert sandbox.generations == []


def test_html_403_is_the_firewalls_page(api, sandbox):
    sandbox.faults.add(kind="html_403", count=1)
    reply = api.make()
    assert reply.status_code == 403
    assert reply.content == api.get("/v1/nothing").content


def test_html_can_come_after_the_work_was_done(api, sandbox):
    sandbox.faults.add(kind="html", after_work=True, count=1)
    assert api.make(key="intent-1").status_code == 502
    assert len(sandbox.generations) == 1


def test_rate_limit_has_all_its_headers(api, clock, sandbox):
    sandbox.faults.add(kind="rate_limit", retry_after_s=3, count=1)
    reply = api.make()
    assert reply.status_code == 429
    assert reply.headers["retry-after"] == "3"
    assert reply.headers["x-ratelimit-limit"] == "60"
    assert reply.headers["x-ratelimit-remaining"] == "0"
    assert int(reply.headers["x-ratelimit-reset"]) == clock() + 3
    assert reply.json()["error"]["code"] == "BSE1005"
    assert reply.json()["error"]["details"] == {"retry_after_seconds": 3, "limit": 60}


def test_server_error_is_an_envelope(api, sandbox):
    sandbox.faults.add(kind="server_error", count=1)
    assert api.error("GET", "/v1/status") == (500, "BSE5001", "internal_error")


def test_replay_conflict_is_a_409_to_be_tried_again(api, sandbox):
    sandbox.faults.add(kind="replay_conflict", count=1)
    reply = api.make(key="intent-1")
    assert (reply.status_code, reply.json()["error"]["code"]) == (409, "BSE2016")
    assert sandbox.generations == []


def test_all_providers_failed_lists_each_of_them(api, sandbox):
    sandbox.faults.add(kind="all_providers_failed", count=1)
    reply = api.make()
    assert reply.status_code == 502
    errors = reply.json()["error"]["provider_errors"]
    assert [one["provider"] for one in errors] == ["bfl", "replicate", "cloudflare"]
    assert all(list(one) == ["provider", "code", "type", "message", "retryable"] for one in errors)


def failed_providers(reply):
    return [one["provider"] for one in reply.json()["error"].get("provider_errors", [])]


@pytest.mark.parametrize("spec", Catalogue.load().models, ids=lambda spec: spec.model_id)
def test_all_providers_failed_names_those_of_the_model_alone(api, sandbox, spec):
    sandbox.faults.add(kind="all_providers_failed", count=1)
    reply = api.request("POST", spec.endpoint_path, json={"generation_prompt": "A baby seal"})
    assert failed_providers(reply) == list(spec.providers.value)


def test_all_providers_failed_follows_the_order_that_is_asked_for(api, sandbox):
    sandbox.faults.add(kind="all_providers_failed", count=4)
    assert failed_providers(api.make(generation_provider_order="Cloudflare, replicate")) == ["cloudflare", "replicate"]
    assert failed_providers(api.make(generation_provider_order="openai")) == ["bfl", "replicate", "cloudflare"]
    assert failed_providers(api.make(generation_provider_order=3)) == ["bfl", "replicate", "cloudflare"]
    assert failed_providers(api.get("/v1/status")) == []


def test_foreign_is_json_of_nobody_we_know(api, sandbox):
    sandbox.faults.add(kind="foreign", count=1)
    assert api.make().json() == {"ok": True}
    assert sandbox.generations == []


def test_not_json_says_json_and_is_none(api, sandbox):
    sandbox.faults.add(kind="not_json", count=1)
    reply = api.make(key="intent-1")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        reply.json()
    assert len(sandbox.generations) == 1


def test_wrong_types_keep_every_name(api, sandbox):
    right = api.make(key="intent-1").json()["data"]
    sandbox.faults.add(kind="wrong_types", count=1)
    wrong = api.make(key="intent-1").json()["data"]
    assert list(wrong) == list(right)
    assert all(type(wrong[name]) is not type(right[name]) for name in right)


def test_oversize_streams_more_than_ten_mebibytes_of_json(api, sandbox):
    sandbox.faults.add(kind="oversize", count=1)
    reply = api.make()
    assert len(reply.content) > 10 * 1024 * 1024
    assert "content-length" not in reply.headers
    assert reply.json()["answer"]["data"]["generation_id"] == sandbox.generations[0]["generation_id"]


def test_a_client_may_leave_in_the_middle_of_oversize(api, sandbox):
    sandbox.faults.add(kind="oversize", count=1, size_bytes=200 * 1024 * 1024)
    with api.stream("GET", "/v1/status") as reply:
        next(reply.iter_raw())
    assert api.get("/v1/status").status_code == 200


def test_slow_drip_writes_all_of_it_bit_by_bit(api, sandbox):
    sandbox.faults.add(kind="slow_drip", duration_s=0.4, count=1)
    with api.stream("GET", "/v1/status") as reply:
        parts = list(reply.iter_raw())
    assert len(parts) > 5
    assert json.loads(b"".join(parts))["status"] == "success"


def test_a_client_that_leaves_a_slow_drip_can_ask_again_with_its_key(api, sandbox, wait_until):
    sandbox.faults.add(kind="slow_drip", duration_s=3600, count=1)
    with pytest.raises(httpx.ReadTimeout):
        api.post(
            "/v1/generate/image/bfl/flux-schnell",
            json={"generation_prompt": "A baby seal playing on Arctic ice"},
            headers={"Idempotency-Key": "intent-1"},
            timeout=0.3,
        )
    wait_until(lambda: api.make(key="intent-1").status_code == 200, 2)
    assert len(sandbox.generations) == 1


def test_cut_json_promises_more_than_it_sends(api, sandbox):
    sandbox.faults.add(kind="cut_json", count=1)
    with pytest.raises(CUTS):
        api.get("/v1/status")
    assert api.get("/v1/status").status_code == 200


def test_altered_plants_a_difference_in_an_answer(api, sandbox):
    sandbox.faults.add(
        kind="altered",
        route="status",
        status=203,
        headers={"x-ratelimit-limit": None, "X-New": "1"},
        patch={"message": "Changed", "data": {"apikey_name": None, "apikey_prefix": "bye_other"}},
    )
    reply = api.get("/v1/status")
    assert reply.status_code == 203
    assert "x-ratelimit-limit" not in reply.headers
    assert reply.headers["x-new"] == "1"
    envelope = reply.json()
    assert (envelope["status"], envelope["message"]) == ("success", "Changed")
    assert "apikey_name" not in envelope["data"]
    assert envelope["data"]["apikey_prefix"] == "bye_other"


def test_altered_can_take_the_place_of_a_whole_body(api, sandbox):
    data = {"kind": "altered", "route": "library", "content": "<p>", "headers": {"Content-Type": "text/html"}}
    api.post("/sandbox/faults", json=data).raise_for_status()
    reply = api.get("/v1/library/models")
    assert (reply.status_code, reply.headers["content-type"], reply.text) == (200, "text/html", "<p>")


@pytest.mark.parametrize("status", [204, 304])
def test_altered_to_a_status_without_a_body_sends_none(api, status):
    api.post("/sandbox/faults", json={"kind": "altered", "route": "status", "status": status}).raise_for_status()
    reply = api.get("/v1/status")
    assert (reply.status_code, reply.content, reply.headers["content-length"]) == (status, b"", "0")


def test_all_providers_failed_is_answered_after_work_too_where_there_is_no_body(api, sandbox):
    sandbox.faults.add(kind="all_providers_failed", after_work=True)
    reply = api.post("/v1/generate/image/bfl/flux-schnell", timeout=5)
    assert (reply.status_code, reply.json()["error"]["type"]) == (502, "all_providers_failed")


def test_a_fault_hits_its_route_and_model_only(api, sandbox):
    sandbox.faults.add(kind="server_error", route="generate", model_id="google/nano-banana")
    assert api.get("/v1/status").status_code == 200
    assert api.make().status_code == 200
    assert api.make("google/nano-banana").status_code == 500


def test_a_fault_without_a_route_leaves_the_sandboxs_own_routes_alone(api, clock, sandbox):
    generation_id = api.made()
    clock.advance(5)
    url = api.record(generation_id)["generation_output_file"][0]
    sandbox.faults.add(kind="server_error")
    assert api.get("/v1/status").status_code == 500
    assert api.get(f"/api/playground/generation-status/{generation_id}").status_code == 200
    assert api.get(url).status_code == 200
    sandbox.faults.add(kind="html", route="helper")
    assert api.get(f"/api/playground/generation-status/{generation_id}").status_code == 502


def test_a_fault_of_every_route_can_still_be_cleared_over_http(api, sandbox):
    api.post("/sandbox/faults", json={"kind": "server_error", "route": "*"}).raise_for_status()
    assert [api.get(path).status_code for path in ("/v1/status", "/sandbox/inputs/blue.png")] == [500, 500]
    assert api.delete("/sandbox/faults").json() == {"faults": []}
    assert api.get("/v1/status").status_code == 200


@pytest.mark.parametrize("fault", [{"kind": "wrong_types"}, {"kind": "altered", "patch": {"data": None}}], ids=str)
def test_a_fault_that_changes_names_and_values_leaves_a_file_as_it_is(api, fault):
    before = api.get("/sandbox/inputs/blue.png")
    api.post("/sandbox/faults", json=fault | {"route": "inputs"}).raise_for_status()
    after = api.get("/sandbox/inputs/blue.png")
    assert (after.status_code, after.content) == (200, before.content)


def test_skip_lets_the_first_ones_pass(api, sandbox):
    sandbox.faults.add(kind="server_error", skip=2, count=1)
    assert [api.get("/v1/status").status_code for _ in range(4)] == [200, 200, 500, 200]


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_a_probability_is_drawn_from_the_seed(probability):
    runs = []
    for seed in (1, 1, 2):
        with (
            Sandbox(seed=seed) as sandbox,
            httpx.Client(base_url=sandbox.url, headers={"Authorization": f"Bearer {sandbox.api_key}"}) as client,
        ):
            sandbox.faults.add(kind="server_error", probability=probability)
            runs.append([client.get("/v1/status").status_code for _ in range(40)])
    assert runs[0] == runs[1]
    assert (runs[0] == runs[2]) == (probability in {0.0, 1.0})
    assert abs(runs[0].count(500) / 40 - probability) < 0.2


def test_one_of_several_kinds_is_drawn(api, sandbox):
    sandbox.faults.add(kind="html", one_of=("html", "server_error", "rate_limit"))
    assert {api.get("/v1/status").status_code for _ in range(40)} == {502, 500, 429}


def test_faults_are_data_over_http(api, sandbox):
    reply = api.post("/sandbox/faults", json={"kind": "server_error", "route": "status", "count": 1})
    assert reply.status_code == 201
    assert [one.kind for one in sandbox.faults.all()] == ["server_error"]
    assert api.get("/v1/status").status_code == 500
    listed = api.get("/sandbox/faults").json()["faults"]
    assert [(one["kind"], one["hits"], one["matches"]) for one in listed] == [("server_error", 1, 1)]
    kept = api.post("/sandbox/faults", json={"kind": "provider_error", "provider": "bfl"}).json()["fault_id"]
    api.post("/sandbox/faults", json={"kind": "hang"})
    assert len(api.delete(f"/sandbox/faults?fault_id={kept}").json()["faults"]) == 2
    assert api.delete("/sandbox/faults").json() == {"faults": []}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "missing name: kind"),
        ({"kind": "thunder"}, "unknown fault kind: thunder"),
        ({"kind": "hang", "route": "nowhere"}, "unknown route: nowhere"),
        ({"kind": "hang", "times": 3}, "unknown name: times"),
        ({"kind": "hang", "count": "3"}, "count cannot be '3'. It is a whole number, at least 0, or None."),
        ({"kind": "hang", "count": True}, "count cannot be True. It is a whole number, at least 0, or None."),
        ({"kind": "hang", "skip": None}, "skip cannot be None. It is a whole number, at least 0."),
        ({"kind": "provider_error", "provider": "blf"}, "unknown provider: blf. Did you mean bfl?"),
        (
            {"kind": "hang", "model_id": "bfl/flux-schnel"},
            "unknown model: bfl/flux-schnel. Did you mean bfl/flux-schnell?",
        ),
        ({"kind": "hang", "probability": 2}, "probability cannot be 2. It is a number from 0 to 1."),
        ({"kind": "hang", "provider": "bfl"}, "hang hits a request, not a provider"),
        ({"kind": "provider_error", "route": "generate"}, "a provider's fault has no route"),
        ({"kind": "altered", "status": 199}, "status cannot be 199. It is a whole number from 200 to 599, or None."),
        ({"kind": "altered", "status": 600}, "status cannot be 600. It is a whole number from 200 to 599, or None."),
        ({"kind": "altered", "headers": {"X-Note": "two\nlines"}}, "no header: X-Note"),
        ({"kind": "altered", "headers": {"X-Note": "\u2603"}}, "no header: X-Note"),
        ({"kind": "altered", "headers": {"X Note": "a"}}, "no header: X Note"),
        ({"kind": "hang", "one_of": ["provider_error"]}, "one_of mixes kinds of requests and of providers"),
    ],
)
def test_a_fault_that_could_never_happen_is_refused(api, sandbox, data, message):
    reply = api.post("/sandbox/faults", json=data)
    assert (reply.status_code, reply.json()["error"]["message"]) == (400, message)
    assert sandbox.faults.all() == []


@pytest.mark.parametrize(
    "patch",
    ['{"a": NaN}', '{"a": 1e999}', '{"a": "\\ud800"}', '{"a": ' + "[" * 9_999 + "]" * 9_999 + "}"],
    ids=range(4),
)
def test_a_fault_that_could_not_be_listed_is_refused(api, sandbox, patch):
    content = f'{{"kind": "altered", "route": "status", "patch": {patch}}}'
    reply = api.post("/sandbox/faults", content=content, headers={"Content-Type": "application/json"})
    assert (reply.status_code, reply.json()["error"]["message"]) == (400, "The body must be a JSON object.")
    assert api.get("/sandbox/faults").json() == {"faults": []}
    assert api.get("/v1/status").status_code == 200


def test_a_page_elsewhere_cannot_add_faults_by_a_plain_form(api, sandbox):
    reply = api.post("/sandbox/faults", content='{"kind": "hang"}', headers={"Content-Type": "text/plain"})
    assert reply.status_code == 400
    assert sandbox.faults.all() == []


def test_every_kind_is_tried_here_or_with_the_providers():
    assert set(PROVIDER_KINDS) == {"provider_error", "provider_hang", "provider_late"}
    assert set(REQUEST_KINDS) - AFTER_WORK == {
        "drop",
        "html",
        "html_403",
        "rate_limit",
        "server_error",
        "replay_conflict",
        "all_providers_failed",
        "foreign",
    }
