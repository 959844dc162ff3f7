"""What a body may say, model by model, and each documented code with its cause."""

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from genwidget.catalogue import Catalogue
from genwidget.sandbox.core.inputs import picture
from genwidget.sandbox.http.responses import ERRORS
from genwidget.sandbox.media import png

PRO = "bfl/flux-1.1-pro"
SEEDREAM = "bytedance/seedream-4"
PATH = "/v1/generate/image/bfl/flux-schnell"
MODELS = [spec.model_id for spec in Catalogue.load().models]


@pytest.fixture
def sandbox(kept):
    return kept[0]


@pytest.fixture
def clock(kept):
    return kept[1]


def body_of(spec):
    return {"generation_prompt": "A baby seal", **({"generation_duration": 5} if spec.model_type == "video" else {})}


@pytest.mark.parametrize("model_id", MODELS)
def test_every_model_takes_its_defaults_and_each_of_its_choices(api, clock, model_id):
    spec = Catalogue.load().find(model_id)
    bodies = [body_of(spec) | spec.defaults()]
    for field in spec.fields:
        values = list(field.choices.value) if field.choices else []
        values += [fact.value for fact in (field.minimum, field.maximum) if fact]
        bodies += [body_of(spec) | {field.name: value} for value in values]
    for body in bodies:
        reply = api.post(spec.endpoint_path, json=body)
        assert reply.status_code == 200, (body, reply.text)
        clock.advance(60)


@pytest.mark.parametrize("model_id", MODELS)
def test_every_model_refuses_what_is_outside_its_bounds(api, model_id):
    spec = Catalogue.load().find(model_id)
    for field in spec.fields:
        wrong = []
        if field.choices and field.name != "generation_provider_order":
            wrong.append("none of them" if field.type == "string" else 12345)
        if field.minimum:
            wrong.append(field.minimum.value - 1)
        if field.maximum:
            wrong.append(field.maximum.value + 1)
        if field.max_length:
            wrong.append("x" * (field.max_length.value + 1))
        if field.max_items:
            wrong.append(["https://example.com/a.png"] * (field.max_items.value + 1))
        for value in wrong:
            reply = api.post(spec.endpoint_path, json=body_of(spec) | {field.name: value})
            assert reply.status_code == 422, (field.name, value, reply.text)
            error = reply.json()["error"]
            assert (error["code"], error["type"]) == ("BSE2008", "parameter_out_of_range")
            assert error["details"] == {"field": field.name}


@pytest.mark.parametrize("model_id", MODELS)
def test_every_model_refuses_each_wrong_type(api, model_id):
    spec = Catalogue.load().find(model_id)
    others = {"string": [1, True, []], "number": ["1", True, []], "boolean": [0, "false"], "array": ["x", {}, [1]]}
    for field in spec.fields:
        for value in others[field.type]:
            reply = api.post(spec.endpoint_path, json=body_of(spec) | {field.name: value})
            assert reply.status_code == 400, (field.name, value, reply.text)
            assert reply.json()["error"]["details"] == {"field": field.name}


def test_a_missing_required_field_is_named(api):
    reply = api.post(PATH, json={})
    assert reply.status_code == 400
    assert reply.json()["error"] == {
        "code": "BSE2001",
        "type": "invalid_input",
        "message": "The request body contains invalid parameters.",
        "retryable": False,
        "details": {"field": "generation_prompt"},
    }
    video = api.post("/v1/generate/video/google/veo-2", json={"generation_prompt": "x"})
    assert video.json()["error"]["details"] == {"field": "generation_duration"}


@pytest.mark.parametrize("prompt", ["", "   ", None])
def test_an_empty_prompt_is_a_missing_one(api, prompt):
    reply = api.post(PATH, json={"generation_prompt": prompt})
    assert (reply.status_code, reply.json()["error"]["details"]) == (400, {"field": "generation_prompt"})


def test_an_unknown_field_is_refused_by_name(api):
    reply = api.make(generation_steps=3)
    assert (reply.status_code, reply.json()["error"]["details"]) == (400, {"field": "generation_steps"})


def test_the_number_that_the_library_states_is_taken_by_every_model(api):
    entries = api.get("/v1/library/models").json()["data"]["models"]
    film = next(one for one in entries if one["model_identifier"] == "google/veo-2")
    stated = {"generation_output_number": film["schema"]["generation_output_number"]}
    body = {"generation_prompt": "A seal", "generation_duration": 5} | stated
    assert api.post("/v1/generate/video/google/veo-2", json=body).status_code == 200
    refused = api.post("/v1/generate/video/google/veo-2", json=body | {"generation_output_number": 2})
    assert refused.json()["error"]["details"] == {"field": "generation_output_number"}


def test_a_null_counts_as_left_out(api):
    assert api.make(generation_ratio=None).status_code == 200


def test_a_prompt_is_counted_in_code_points(api):
    assert api.make(generation_prompt="🦭" * 5000).status_code == 200
    assert api.make(generation_prompt="🦭" * 5001).status_code == 422


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b'{"generation_prompt": NaN}',
        b"\xff\xfe",
        b'{"generation_prompt": "\\ud800"}',
        b"[" * 50_000,
    ],
)
def test_a_body_that_is_no_json_object_is_refused(api, content):
    assert api.error("POST", PATH, content=content) == (400, "BSE2001", "invalid_input")


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"1" + b"0" * 400, b"1.5"])
def test_a_number_that_cannot_be_is_refused(api, number):
    path = "/v1/generate/image/bfl/flux-1.1-pro"
    content = b'{"generation_prompt": "x", "generation_seed": ' + number + b"}"
    assert api.error("POST", path, content=content)[:2] in {(400, "BSE2001"), (422, "BSE2008")}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/generate/image/bfl/flux-unknown",
        "/v1/generate/video/bfl/flux-schnell",
        "/v1/generate/image/google/veo-2",
    ],
)
def test_an_unknown_model_or_one_of_the_other_type_is_not_found(api, path):
    assert api.error("POST", path, json={"generation_prompt": "x"}) == (404, "BSE3001", "model_not_found")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a.png",
        "http://93.184.216.34/a.png",
        "https://example.com:8443/a?b=c#d",
        "https://[2606:4700:4700::1111]/a.png",
    ],
)
def test_a_public_input_is_taken(api, url):
    assert api.make(SEEDREAM, generation_input_file=[url]).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/a.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "example.com/a.png",
        "https://",
        "",
        "https://localhost/a.png",
        "http://LOCALHOST:80/a.png",
        "http://sub.localhost/a.png",
        "http://intranet/a.png",
        "http://printer.local/a.png",
        "http://metadata.google.internal/computeMetadata/v1/",
        "http://127.0.0.1/a.png",
        "http://127.1/a.png",
        "http://2130706433/a.png",
        "http://0x7f.0.0.1/a.png",
        "http://0177.0.0.1/a.png",
        "http://0.0.0.0/a.png",
        "http://10.0.0.5/a.png",
        "http://172.16.0.1/a.png",
        "http://192.168.1.1/a.png",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/a.png",
        "http://224.0.0.1/a.png",
        "http://[::1]/a.png",
        "http://[::ffff:127.0.0.1]/a.png",
        "http://[fd00::1]/a.png",
        "http://[fe80::1]/a.png",
        "http://[2002:7f00:1::]/a.png",
        "http://localhost./a.png",
        "https://user:pass@example.com/a.png",
        "https://example.com\\@127.0.0.1/a.png",
        "https://exa mple.com/a.png",
        "https://example.com:99999/a.png",
        "http://[::1/a.png",
    ],
)
def test_an_input_that_is_not_public_is_refused(api, url):
    reply = api.make(SEEDREAM, generation_input_file=["https://example.com/fine.png", url])
    assert reply.status_code == 422
    error = reply.json()["error"]
    assert (error["code"], error["type"]) == ("BSE2009", "file_download_error")
    assert error["details"] == {"field": "generation_input_file"}


def test_a_last_frame_is_checked_as_well(api):
    reply = api.make(
        "bytedance/seedance-1-pro", generation_duration=5, generation_input_file_last_content="http://127.0.0.1/a.png"
    )
    assert reply.json()["error"]["details"] == {"field": "generation_input_file_last_content"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("floe.png", None),
        ("blue.png", None),
        ("too-large.png", "BSE2002"),
        ("too-small.png", "BSE2003"),
        ("gif-inside.png", "BSE2004"),
        ("broken.png", "BSE2005"),
        ("too-heavy.png", "BSE2007"),
        ("nothing.png", "BSE2009"),
        ("../faults", "BSE2009"),
    ],
)
def test_the_own_inputs_show_each_way_to_be_refused(api, sandbox, name, expected):
    url = f"{sandbox.url}/sandbox/inputs/{name}"
    reply = api.make(SEEDREAM, generation_input_file=[url])
    if expected is None:
        assert reply.status_code == 200
        assert api.record(reply.json()["data"]["generation_id"])["generation_input_file"] == [url]
    else:
        assert (reply.status_code, reply.json()["error"]["code"]) == (422, expected)


def test_what_the_sandbox_made_is_an_input_as_what_the_api_made_is(api, sandbox, clock):
    picture_id, film_id = api.made(), api.made("google/veo-2", generation_duration=5)
    url = f"{sandbox.url}/sandbox/files/{picture_id}/1.png"

    def refused(link):
        reply = api.make(SEEDREAM, generation_input_file=[link])
        return None if reply.status_code == 200 else reply.json()["error"]["code"]

    assert refused(url) == "BSE2009", "it is not made yet"
    clock.advance(3_600)
    assert api.record(picture_id)["generation_output_file"] == [url]
    assert refused(url) is None
    assert refused(url.replace("127.0.0.1", "localhost")) is None
    assert refused(f"{sandbox.url}/sandbox/files/{film_id}/1.mp4") == "BSE2004"
    assert refused(url.replace("1.png", "2.png")) == "BSE2009"
    assert refused(url.replace(picture_id, "0" * 36)) == "BSE2009"
    api.delete(f"/v1/content/{picture_id}")
    assert refused(url) == "BSE2009"


def test_the_own_inputs_can_be_fetched(api):
    reply = api.get("/sandbox/inputs/floe.png")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/png")
    assert reply.content.startswith(b"\x89PNG")
    assert api.get("/sandbox/inputs/nothing.png").status_code == 404


def post_input(sandbox, content, media_type="image/png"):
    return httpx.post(
        f"{sandbox.url}/sandbox/inputs", content=content, headers={"Content-Type": media_type}, timeout=60
    )


def test_a_picture_that_was_uploaded_is_an_input_and_can_be_fetched(api, sandbox):
    content = picture("blue.png")
    reply = post_input(sandbox, content)
    url = reply.json()["url"]
    assert (reply.status_code, url.startswith(f"{sandbox.url}/sandbox/inputs/")) == (201, True)
    assert post_input(sandbox, content).json()["url"] == url
    fetched = httpx.get(url)
    assert (fetched.content, fetched.headers["content-type"]) == (content, "image/png")
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert api.make(SEEDREAM, generation_input_file=[url]).status_code == 200


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (picture("blue.png"), "text/plain", 400),
        (picture("blue.png"), "application/x-www-form-urlencoded", 400),
        (picture("broken.png"), "image/png", 422),
        (picture("gif-inside.png"), "image/png", 422),
        (picture("too-small.png"), "image/png", 422),
        (picture("too-heavy.png"), "image/png", 413),
    ],
    ids=range(6),
)
def test_what_can_be_no_input_is_not_kept(sandbox, content, media_type, status):
    assert post_input(sandbox, content, media_type).status_code == status


def test_an_input_whose_name_is_longer_than_any_file_has_is_none(api, sandbox):
    post_input(sandbox, picture("blue.png"))
    reply = api.make(SEEDREAM, generation_input_file=[f"{sandbox.url}/sandbox/inputs/{'a' * 300}"])
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "BSE2009")


def test_a_picture_whose_header_says_more_pixels_than_a_reader_takes_has_too_many(sandbox):
    reply = post_input(sandbox, png.encode((20_000, 20_000), []))
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "BSE2002")


def test_a_picture_with_a_text_that_no_reader_takes_cannot_be_read(sandbox):
    content = picture("blue.png")
    text = b"zTXt" + b"Comment\0\0" + zlib.compress(bytes(8 * 1024 * 1024))
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    reply = post_input(sandbox, content[:33] + chunk + content[33:])
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "BSE2005")


def test_the_same_picture_may_be_uploaded_many_times_at_once(sandbox):
    contents = [picture("blue.png") + bytes([number]) * 3_000_000 for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda number: post_input(sandbox, contents[number // 8]), range(8 * len(contents))))
    assert {reply.status_code for reply in replies} == {201}
    urls = [reply.json()["url"] for reply in replies]
    assert [httpx.get(url).content for url in dict.fromkeys(urls)] == contents


def test_only_inputs_of_the_own_origin_are_taken(api, sandbox):
    reply = api.make(SEEDREAM, generation_input_file=[f"{sandbox.url}/sandbox/files/x/1.png"])
    assert reply.json()["error"]["code"] == "BSE2009"


def test_a_prompt_against_the_policy_is_refused(api):
    reply = api.make(generation_prompt="something [sandbox:policy] refuses")
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "BSE2006")


@pytest.mark.parametrize(
    ("code", "kind", "status", "retryable"),
    [
        ("BSE1001", "authentication_required", 401, False),
        ("BSE1002", "authentication_failed", 401, False),
        ("BSE1003", "insufficient_permissions", 403, False),
        ("BSE1004", "insufficient_credits", 402, False),
        ("BSE1005", "rate_limit_exceeded", 429, True),
        ("BSE1006", "auth_rate_limited", 429, True),
        ("BSE1007", "ip_not_allowed", 403, False),
        ("BSE1008", "account_not_found", 404, False),
        ("BSE1009", "concurrency_limit_exceeded", 429, True),
        ("BSE2001", "invalid_input", 400, False),
        ("BSE2002", "file_too_large", 422, False),
        ("BSE2003", "file_too_small", 422, False),
        ("BSE2004", "unsupported_file_format", 422, False),
        ("BSE2005", "file_load_error", 422, False),
        ("BSE2006", "content_policy_violation", 422, False),
        ("BSE2007", "file_size_exceeded", 422, False),
        ("BSE2008", "parameter_out_of_range", 422, False),
        ("BSE2009", "file_download_error", 422, False),
    ],
)
def test_the_error_table_is_the_documented_one(code, kind, status, retryable):
    assert ERRORS[code] == (kind, status, retryable)


def test_the_two_idempotency_codes_have_their_status():
    assert {code: ERRORS[code][1:] for code in ("BSE2015", "BSE2016")} == {
        "BSE2015": (409, False),
        "BSE2016": (409, True),
    }
