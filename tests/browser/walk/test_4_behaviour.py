"""How the rows of the seed behave where it leaves room: sending, its answer, and what stands where."""

import re

import pytest
from playwright.sync_api import expect

from genwidget.catalogue import Catalogue
from genwidget.sandbox import API_KEY
from tests.browser.walk.header import records, watch
from tests.browser.walk.test_1_seed import HINT, posts
from tests.browser.walk.view import MODELS
from tests.widget.conftest import eventually

CATALOGUE = Catalogue.load()


def test_b2_send_is_off_while_its_own_post_is_in_flight(host, view, kind, sandbox):
    sandbox.faults.add(kind="slow_drip", route="generate", duration_s=6, count=1)
    view.begin(kind).write(kind, f"B2 {kind}")
    view.click_send()
    view.turn("input")
    expect(view.root.get_by_role("button", name="Sending...", exact=True)).to_be_disabled()
    expect(view.root.get_by_role("button", name="Send request", exact=True).first).to_be_enabled()
    view.expect_answered()


def test_b2_a_missing_field_is_told_and_focused_and_nothing_is_sent(view, kind, sandbox):
    before = len(posts(sandbox))
    view.begin(kind)
    expect(view.send).to_be_enabled()
    expect(view.body.get_by_text("Fill required: generation_prompt", exact=True)).to_be_visible()
    view.send.click()
    expect(view.control("generation_prompt")).to_be_focused()
    view.expect_refusal("Missing required field: generation_prompt")
    assert len(posts(sandbox)) == before


def test_b3_the_stopwatch_is_the_posts_and_the_timeline_has_the_rest(host, view, kind, sandbox):
    sandbox.faults.add(kind="slow_drip", route="generate", duration_s=6, count=1)
    view.begin(kind).write(kind, f"B3 {kind}")
    watch(view)
    view.click_send()
    view.expect_output(kind, f"B3 {kind}")
    noted = records(view)
    moments = [one.at for one in noted if one.is_loading]
    changes = {one.time for one in noted if one.is_loading}
    assert len(changes) >= 5 * (moments[-1] - moments[0]) / 1000 * 0.8
    latency, whole = host.ask("[pg.runs[0].latency_ms, pg.runs[0].total_ms]")
    assert whole > latency >= 900
    assert noted[-1].time == f"{latency:,} ms"
    expect(view.unfold_timeline().last).to_contain_text(f"{whole:,} ms")


def expect_whole_frame(view):
    """Expect what stands in Response whatever happens."""
    view.turn("response")
    expect(view.response.get_by_role("heading", name="Response", exact=True)).to_be_visible()
    expect(view.response.locator("header").get_by_text("JSON", exact=True)).to_be_visible()
    expect(view.response.get_by_role("button", name="Copy response", exact=True)).to_be_visible()
    hint = view.response.get_by_text(HINT, exact=True)
    expect(hint).to_be_visible()
    assert hint.evaluate("(one) => { const p = one.closest('p'); return p.scrollWidth <= p.clientWidth; }")


@pytest.mark.parametrize("width", [1280, 360])
def test_b4_title_json_copy_and_hint_are_always_there(host, view, width, sandbox):
    host.resize(width)
    try:
        view.begin()
        expect_whole_frame(view)
        view.make("image", "B4")
        expect_whole_frame(view)
        expect(view.response.get_by_text(re.compile(r"^\d+ lines$")).first).to_be_visible()
        sandbox.faults.add(kind="all_providers_failed", route="generate")
        view.click_send()
        expect(view.alert).not_to_be_empty()
        expect_whole_frame(view)
        view.expect_status(502)
        lines = len(view.copied("Copy response").split("\n"))
        expect(view.response.get_by_text(f"{lines} lines", exact=True)).to_be_visible()
    finally:
        host.resize(1920)


def tops(*parts):
    return [part.first.bounding_box()["y"] for part in parts]


def test_b5_response_reads_from_alert_to_json(host, view, kind, sandbox):
    prompt = f"B5 {kind}"
    sandbox.faults.add(kind="provider_error")
    view.begin(kind).write(kind, prompt)
    view.click_send()
    view.expect_end("failed")
    fold = view.response.locator("button[aria-expanded]").filter(has_text="Timeline")
    expect(view.json).to_be_visible()
    order = tops(view.alert, fold, view.json)
    assert order == sorted(order)
    sandbox.faults.clear()
    view.make(kind, prompt)
    expect(view.timeline).to_have_count(0)
    order = tops(fold, view.output(kind, prompt), view.json)
    assert order == sorted(order)
    record, reply = (view.response.get_by_role("radio", name=name) for name in ("Record", "Reply"))
    expect(record).to_have_attribute("aria-checked", "true")
    expect(view.json).to_contain_text("generation_provider_used")
    reply.click()
    expect(view.json).to_contain_text("request_id")
    view.tab("Code").click()
    expect(view.response.get_by_role("region", name="Code")).to_contain_text(prompt)
    view.tab("Result").click()


def test_b6_an_answer_without_a_generation_is_shown_as_it_is(host, view, kind, sandbox):
    sandbox.faults.add(kind="foreign", route="generate")
    view.begin(kind).write(kind, "B6")
    before = len(sandbox.requests)
    view.click_send()
    expect(view.json).to_contain_text('"ok": true')
    expect(view.alert).to_have_count(0)
    expect(view.response.get_by_text("3 lines", exact=True)).to_be_visible()
    assert host.ask("pg.runs[0].state.value") == "answered"
    others = {"estimate", "library_models", "files", "billing"}  # the last row's picture may still be on its way
    assert {row.route for row in sandbox.requests[before:]} - others == {f"generate_{kind}"}


def test_b9_a_click_is_one_intent(host, view, kind, sandbox):
    prompt = f"B9 {kind}"
    view.begin(kind).write(kind, prompt)
    before = len(sandbox.generations)
    view.send.dblclick()
    view.expect_output(kind, prompt)
    assert len(sandbox.generations) == before + 1
    view.make(kind, f"{prompt} again")
    assert len({row.idempotency_key for row in posts(sandbox)[-2:]}) == 2
    assert len(sandbox.generations) == before + 2
    view.disclose("History")
    table = view.root.get_by_role("table", name="History")
    rows = table.get_by_role("row")
    rows.nth(2).get_by_role("button", name=re.compile("^Show")).click()
    expect(rows.nth(2)).to_have_attribute("aria-current", "true")
    view.turn("response")
    view.expect_output(kind, prompt)


def test_b10_cancel_is_a_button_of_its_own(host, view, kind, sandbox):
    sandbox.hold()
    view.begin(kind).write(kind, f"B10 {kind}")
    view.click_send()
    expect(view.cancel).to_be_enabled()
    view.turn("input")
    expect(view.send).to_have_text("Send request")
    view.turn("response")
    view.cancel.click()
    view.expect_end("canceled")
    expect(view.cancel).to_have_count(0)
    assert sandbox.generations[-1]["generation_status"] == "canceled"


def test_b14_another_region_unlocks_and_says_so(view):
    view.begin()
    view.choose("EU")
    expect(view.lock).to_be_visible()
    expect(view.status).to_contain_text("API key unlocked: a key belongs to one region. Lock a key for EU.")
    view.choose("Sandbox")
    view.lock_key(f"  {API_KEY}\t")
    expect(view.unlock).to_be_visible()


def test_b15_the_sandboxs_key_is_offered_and_locking_stays_ones_own_act(view):
    view.begin(is_locked=False)
    view.button("Use the sandbox key").click()
    expect(view.key).to_have_value(API_KEY)
    expect(view.lock).to_be_visible()
    expect(view.unlock).to_have_count(0)
    view.lock.click()
    expect(view.unlock).to_be_visible()


def test_b17_live_models_are_fetched_after_a_lock(host, view, sandbox):
    asked = [row for row in sandbox.requests if row.route == "library_models"]
    view.begin(is_locked=False).lock_sandbox_key()
    host.wait_for("all(one.is_live for one in pg.session.catalogue.models)")
    eventually(lambda: len([row for row in sandbox.requests if row.route == "library_models"]) > len(asked))
    view.unlock.click()
    sandbox.faults.add(kind="server_error", route="library")
    view.lock_sandbox_key()
    expect(view.status).to_contain_text("The live model list could not be fetched")
    view.turn("response")
    expect(view.alert).to_have_count(0)


def test_b18_the_generation_stands_in_response(host, view, kind):
    view.begin(kind).make(kind, f"B18 {kind}")
    generation_id = host.ask("pg.runs[0].generation_id")
    assert view.copied("Copy generation_id") == generation_id
    expect(view.response.get_by_text(generation_id, exact=True).first).to_be_visible()
    expect(view.response.get_by_text("Async response - subscribe to webhooks")).to_be_visible()


def test_b19_a_wrong_type_set_from_python_changes_nothing(host, view):
    view.begin().write_prompt("B19")
    said = host.execute("try: pg.model_type = 'audio'\nexcept Exception as error: print(type(error).__name__, error)")
    assert said.strip() == "TraitError Invalid model type"
    expect(view.tab("Image")).to_have_attribute("aria-selected", "true")
    expect(view.model).to_have_value(MODELS["image"])
    expect(view.control("generation_prompt")).to_have_value("B19")
    assert host.ask("[pg.model_type, pg.locked]") == ["image", True]
