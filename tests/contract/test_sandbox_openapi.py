"""The sandbox's OpenAPI document tells the truth about the sandbox."""

import jsonschema
import pytest

from genwidget.sandbox.faults.faults import ALTERED, PROVIDER_KINDS, REQUEST_KINDS
from genwidget.sandbox.http.app import API

UNKNOWN = "550e8400-e29b-41d4-a716-446655440000"


@pytest.fixture
def document(api):
    return api.get("/sandbox/openapi.json").json()


@pytest.fixture
def holds(document):
    """Check a reply against what the document says of a route's status."""

    def check(reply, path, method="get"):
        answer = document["paths"][path][method]["responses"][str(reply.status_code)]
        if "$ref" in answer:
            answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        schema = answer["content"]["application/json"]["schema"] | {"components": document["components"]}
        jsonschema.validate(reply.json(), schema, cls=jsonschema.Draft202012Validator)
        assert all(name.lower() in reply.headers for name in answer.get("headers", {}) if name.startswith("X-"))

    return check


def test_it_lists_exactly_the_operations_that_are_served(document):
    served = {(route.method.lower(), route.path) for route in API}
    listed = {(method, path) for path, item in document["paths"].items() if path.startswith("/v1/") for method in item}
    assert listed == served
    assert len(served) == 17


def test_it_names_the_scope_and_the_route_of_each_operation(document):
    for route in API:
        operation = document["paths"][route.path][route.method.lower()]
        assert (operation["operationId"], operation["x-scope"]) == (route.name, route.key_scope)


def test_it_knows_every_kind_of_fault(document):
    kinds = document["components"]["schemas"]["Fault"]["properties"]["kind"]["enum"]
    assert set(kinds) == {*REQUEST_KINDS, *PROVIDER_KINDS, ALTERED}


def test_its_server_is_the_sandbox_that_was_asked(document, sandbox):
    assert document["servers"] == [{"url": sandbox.url}]


def test_every_reading_route_answers_as_it_says(api, clock, sandbox, holds):
    sandbox.faults.add(kind="provider_error", provider="bfl", count=1)
    api.made("bfl/flux-1.1-pro")
    api.made("bytedance/seedance-1.5-pro", generation_duration=5, generation_generate_audio=True)
    clock.advance(60)
    for route in API:
        if route.method == "GET" and "{generation_id}" not in route.path:
            path = route.path.format(lab="bytedance", name="seedance-1.5-pro")
            holds(api.get(path), route.path)


def test_a_generation_answers_as_it_says_in_every_state(api, clock, sandbox, holds):
    generate, content = "/v1/generate/image/{lab}/{name}", "/v1/content/{generation_id}"
    cancel, helper = (
        "/v1/content/generation/cancel/{generation_id}",
        "/api/playground/generation-status/{generation_id}",
    )
    sandbox.faults.add(kind="provider_error", model_id="google/nano-banana")
    canceled, failed, done = api.made(key="a"), api.made("google/nano-banana"), api.made("bfl/flux-1.1-pro")
    holds(api.post(cancel.format(generation_id=canceled)), cancel, "post")
    holds(api.make(key="a"), generate, "post")
    for seconds in (0, 0.5, 1, 10):
        clock.advance(seconds)
        for generation_id in (canceled, failed, done):
            holds(api.get(content.format(generation_id=generation_id)), content)
            holds(api.get(helper.format(generation_id=generation_id)), helper)
    holds(api.make(), generate, "post")
    holds(api.delete(content.format(generation_id=done)), content, "delete")
    holds(api.get(content.format(generation_id=done)), content)


def test_refusals_answer_as_it_says(api, api_with, sandbox, holds):
    generate, content = "/v1/generate/image/{lab}/{name}", "/v1/content/{generation_id}"
    holds(api.get(f"/v1/content/{UNKNOWN}"), content)
    holds(api_with(None).get("/v1/status"), "/v1/status")
    holds(api.make(generation_ratio="7:5"), generate, "post")
    for kind in ("rate_limit", "server_error", "all_providers_failed", "replay_conflict"):
        sandbox.faults.add(kind=kind, count=1)
        holds(api.make(), generate, "post")
