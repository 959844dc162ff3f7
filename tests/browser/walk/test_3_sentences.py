"""Each sentence of an error, from its cause in the running program."""

import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.walk.test_1_seed import posts
from tests.browser.walk.view import MODELS

FORM = {"region": "sandbox", "model_type": "image", "model_id": MODELS["image"], "values": {"generation_prompt": "S15"}}


def tampered(**form):
    """Return a ``send`` that no page of ours makes."""
    ids = {"id": str(uuid.uuid4()), "intent_id": str(uuid.uuid4())}
    return {**ids, "kind": "send", **FORM, **form}


def test_s15_please_lock_your_api_key_first(view, sandbox):
    before = len(posts(sandbox))
    view.begin(is_locked=False).write_prompt("S15")
    view.control("generation_prompt").press("Control+Enter")
    view.expect_refusal("Please lock your API key first")
    assert len(posts(sandbox)) == before


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"model_type": "audio"}, "Invalid model type"),
        ({"model_id": "nobody/nothing"}, "Unknown model"),
        ({"model_id": "bfl/../flux-schnell"}, "Invalid endpoint path"),
        ({"model_id": "bfl/flux%2fschnell"}, "Invalid endpoint path"),
    ],
    ids=["type", "model", "path", "encoded path"],
)
def test_s15_a_page_that_was_tampered_with(host, view, sandbox, form, sentence):
    before = len(posts(sandbox))
    view.begin()
    host.send_to_playground(tampered(**form))
    view.expect_refusal(sentence)
    assert len(posts(sandbox)) == before


def test_s15_invalid_api_key_format(view):
    view.begin(is_locked=False).lock_key("bye_with a space")
    view.expect_key_refused("Invalid API key format", "bye_with a space")
    expect(view.lock).to_be_visible()


def test_s15_missing_required_field(view, kind, sandbox):
    before = len(posts(sandbox))
    view.begin(kind).send.click()
    expect(view.control("generation_prompt")).to_be_focused()
    view.expect_refusal("Missing required field: generation_prompt")
    assert len(posts(sandbox)) == before


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("oversize", "Response too large"),
        ("not_json", "Invalid JSON response from server"),
        ("hang", "Request timed out"),
    ],
)
def test_s15_an_answer_that_cannot_be_read(view, sandbox, fault, sentence):
    sandbox.faults.add(kind=fault, route="generate")
    before = len(posts(sandbox))
    view.begin().write("image", "S15")
    view.click_send()
    expect(view.alert).to_have_text(sentence)
    expect(view.resume).to_be_visible()
    assert len(posts(sandbox)) == before + 1, "not retried by itself"


def test_b1_the_checks_run_in_one_order(host, view, sandbox):
    before = len(posts(sandbox))
    view.begin(is_locked=False)
    wrong = {"model_type": "audio", "model_id": "..", "values": {"generation_seed": "no number"}}
    host.send_to_playground(tampered(**wrong))
    view.expect_refusal("Please lock your API key first")
    view.lock_sandbox_key()
    for name, value, sentence in (
        (None, None, "Invalid model type"),
        ("model_type", "image", "Invalid endpoint path"),
        ("model_id", "nobody/nothing", "Unknown model"),
        ("model_id", MODELS["image"], "Missing required field: generation_prompt"),
        ("values", {"generation_prompt": "B1", "generation_seed": "no number"}, "generation_seed: Must be a number"),
    ):
        wrong |= {name: value} if name else {}
        host.send_to_playground(tampered(**wrong))
        view.expect_refusal(sentence)
    assert len(posts(sandbox)) == before


def test_b7_an_api_error_is_told_in_the_servers_words(host, view, kind, sandbox):
    view.begin(kind).write(kind, "[sandbox:policy]")
    view.click_send()
    view.expect_status(422)
    said = host.ask("pg.response['error']")
    expect(view.alert).to_have_text(said["message"])
    expect(view.response.get_by_text(said["code"], exact=True).first).to_be_visible()
    expect(view.response.get_by_text(host.ask("pg.response['request_id']"), exact=True).first).to_be_visible()


def test_b7_errors_of_providers_stand_beside_it(view, sandbox):
    sandbox.faults.add(kind="all_providers_failed", route="generate")
    view.begin().write("image", "B7")
    view.click_send()
    rows = view.response.get_by_role("table", name="provider_errors").get_by_role("row")
    expect(rows).to_have_count(4)
    expect(rows.nth(1)).to_contain_text("bfl")


@pytest.mark.parametrize(
    ("fault", "sentence", "can_resume"),
    [
        ({"kind": "altered", "status": 418, "content": "{}"}, "HTTP 418", False),
        ({"kind": "drop"}, "{host} closed the connection without a response", True),
        ({"kind": "accept_then_drop"}, "{host} closed the connection without a response", True),
    ],
    ids=["no message", "no answer", "no answer after work"],
)
def test_b7_what_has_no_words_of_the_server(view, sandbox, fault, sentence, can_resume):
    sandbox.faults.add(**fault, route="generate")
    view.begin().write("image", "B7")
    view.click_send()
    expect(view.alert).to_have_text(sentence.format(host=sandbox.url.removeprefix("http://")))
    started = view.response.get_by_text("the generation may have started")
    expect(started).to_have_count(1 if can_resume else 0)
    expect(view.resume).to_have_count(1 if can_resume else 0)


@pytest.mark.parametrize(
    ("kind", "fault"),
    [("image", "oversize"), ("image", "not_json"), ("image", "accept_then_drop"), ("video", "accept_then_drop")],
)
def test_b8_resume_repeats_a_lost_post_with_its_own_idempotency_key(view, kind, sandbox, fault):
    sandbox.faults.add(kind=fault, route="generate", count=3 if fault == "accept_then_drop" else 1)
    before, made = len(posts(sandbox)), len(sandbox.generations)
    prompt = f"B8 {kind} {fault}"
    view.begin(kind).write(kind, prompt)
    view.click_send()
    view.resume.click()
    view.expect_output(kind, prompt)
    sent = posts(sandbox)[before:]
    assert len({post.idempotency_key for post in sent}) == 1
    assert len(sent) == (4 if fault == "accept_then_drop" else 2)
    assert [one["generation_prompt"] for one in sandbox.generations[made:]] == [prompt]
