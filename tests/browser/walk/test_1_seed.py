"""The rows of the seed, as a person goes through them."""

import pytest
from playwright.sync_api import expect

from genwidget.api.regions import REGIONS
from genwidget.catalogue import Catalogue
from genwidget.sandbox import API_KEY
from tests.browser.walk.view import MODELS

CATALOGUE = Catalogue.load()
#: What was typed for a model comes back with it, so only one that no row has chosen shows its plain defaults.
NOT_SEEN_BEFORE = {"image": ("qwen/image", "bytedance/seedream-4"), "video": ("kling/v1.5-pro", "google/veo-2")}
HINT = "Async response - subscribe to webhooks for real-time status and output delivery"


def posts(sandbox):
    return [row for row in sandbox.requests if row.route in {"generate_image", "generate_video"}]


def test_s1_three_panels_stand_side_by_side(host, view):
    host.widen()
    boxes = [panel.bounding_box() for panel in (view.schema, view.body, view.response)]
    host.narrow()
    rights = [box["x"] + box["width"] for box in boxes]
    assert all(right <= box["x"] + 1 for right, box in zip(rights, boxes[1:], strict=False))
    assert len({round(box["y"]) for box in boxes}) == 1


def test_s2_schema_shows_the_path_and_the_fields(host, view, kind):
    spec = CATALOGUE.find(MODELS[kind])
    view.begin(kind).turn("schema")
    expect(view.schema).to_contain_text(spec.endpoint_path)
    expect(view.schema.get_by_role("heading", level=4)).to_have_text([field.name for field in spec.fields])


def test_s3_the_body_is_filled_in_and_reset(host, view, kind):
    view.begin(kind).write_prompt("To be taken back")
    ratio = view.control("generation_ratio")
    before = ratio.input_value()
    ratio.select_option("9:16")
    host.wait_for("pg.values.get('generation_prompt') == 'To be taken back'")
    view.button("Reset to defaults").click()
    expect(view.control("generation_prompt")).to_have_value("")
    expect(ratio).to_have_value(before)


def test_s4_response_shows_progress_then_json_or_an_error(host, view, kind, sandbox):
    sandbox.faults.add(kind="slow_drip", route="generate", duration_s=4, count=1)
    view.begin(kind).write(kind, f"S4 {kind}")
    view.click_send()
    expect(view.timeline).to_be_visible()
    view.expect_output(kind, f"S4 {kind}")
    expect(view.json).to_contain_text("generation_id")
    sandbox.faults.add(kind="rate_limit", route="generate", retry_after_s=7200)
    view.click_send()
    expect(view.alert).to_have_text(
        "Rate limit exceeded. Please retry after the period indicated in the Retry-After header."
    )
    expect(view.json).to_contain_text("BSE1005")


def test_s5_everything_works_in_its_order(host, view, kind):
    view.begin(is_locked=False)
    view.choose("EU")
    view.choose("US")
    view.choose("Sandbox")
    view.type(kind)
    view.pick(MODELS[kind])
    view.lock_sandbox_key()
    view.make(kind, f"S5 {kind}")


def test_s6_a_model_brings_its_fields_and_defaults(host, view, kind):
    view.begin(kind)
    for model_id in NOT_SEEN_BEFORE[kind]:
        view.pick(model_id)
        fields = host.ask(f"[m['fields'] for m in pg.catalogue['models'] if m['model_id'] == {model_id!r}][0]")
        labels = view.body.locator(".gw-row .lab > :first-child")
        expect(labels).to_have_text([field["name"] for field in fields])
        for name, value in CATALOGUE.find(model_id).defaults().items():
            if isinstance(value, bool):
                expect(view.control(name)).to_have_attribute("aria-checked", str(value).lower())
            else:
                expect(view.control(name)).to_have_value(str(value))


def test_s7_the_lock_says_what_it_does(host, view):
    view.begin(is_locked=False)
    expect(view.lock).to_have_attribute("title", "Lock API key")
    view.lock_sandbox_key()
    expect(view.unlock).to_have_attribute("title", "Unlock API key")
    expect(view.lock).to_have_count(0)


def test_s8_nothing_is_sent_before_a_key_is_locked(host, view, kind):
    view.begin(kind, is_locked=False).write_prompt("S8")
    expect(view.send).to_be_disabled()
    expect(view.lock).to_be_disabled()
    view.button("Use the sandbox key").click()
    expect(view.send).to_be_disabled()
    view.lock.click()
    expect(view.send).to_be_enabled()


def test_s9_what_is_missing_is_named(host, view, kind):
    view.begin(kind)
    expect(view.body.get_by_text("Fill required: generation_prompt", exact=True)).to_be_visible()
    view.write_prompt("S9")
    expect(view.body.get_by_text("Fill required")).to_have_count(0)


def test_s10_sending_is_one_post_to_the_regions_host(host, view, kind, sandbox):
    before = len(posts(sandbox))
    view.begin(kind).make(kind, f"S10 {kind}")
    (post,) = posts(sandbox)[before:]
    assert [post.method, post.path] == ["POST", f"/v1/generate/{kind}/{MODELS[kind]}"]
    assert post.key_prefix == API_KEY[:9]
    assert sandbox.generations[-1]["generation_prompt"] == f"S10 {kind}"


def test_s10_the_host_is_the_regions(view):
    view.begin().write_prompt("S10")
    for region in REGIONS.values():
        view.choose(region.label)
        view.turn("response")
        view.tab("Code").click()
        code = view.response.get_by_role("region", name="Code")
        view.response.get_by_role("radio", name="cURL").click()
        expect(code).to_contain_text(f"{region.api_url or 'http://127.0.0.1'}")
        expect(code).to_contain_text(f"/v1/generate/image/{MODELS['image']}")
        view.tab("Result").click()


def test_s12_the_hint_stands_whole(host, view):
    view.begin().turn("response")
    hint = view.response.get_by_text(HINT, exact=True)
    expect(hint).to_be_visible()
    assert hint.evaluate("(one) => { const p = one.closest('p'); return p.scrollWidth <= p.clientWidth; }")


@pytest.fixture
def order(kind):
    spec = CATALOGUE.find(MODELS[kind])
    return list(spec.providers.value)


def test_s13_the_timeline_follows_the_order_and_shows_a_hop(host, view, kind, order, sandbox):
    sandbox.faults.add(kind="provider_error", provider=order[0], count=1)
    view.begin(kind).put("generation_provider_order", ", ".join(order))
    view.make(kind, f"S13 {kind}")
    entries = view.unfold_timeline()
    expect(entries.filter(has_text=order[0]).filter(has_text="failed")).to_have_count(1)
    expect(entries.filter(has_text=order[1]).filter(has_not_text="inferred").first).to_be_visible()
    told = host.ask("[entry.provider for entry in pg.runs[0].timeline if entry.provider]")
    assert list(dict.fromkeys(told)) == order[:2]


def test_s14_the_status_helper_betters_the_timeline(host, view, kind, order, sandbox):
    view.begin(kind).put("generation_provider_order", ", ".join(order))
    view.make(kind, f"S14 {kind}")
    generation_id = host.ask("pg.runs[0].generation_id")
    asked = [row for row in sandbox.requests if row.path.endswith(f"/generation-status/{generation_id}")]
    assert {row.path for row in asked} == {f"/api/playground/generation-status/{generation_id}"}
    started = view.unfold_timeline().filter(has_text=order[0]).filter(has_text="started")
    expect(started).to_have_count(1)
    expect(started.filter(has_text="inferred")).to_have_count(0)


def test_s16_a_generation_has_its_tools_at_hand(host, view, kind):
    view.begin(kind).make(kind, f"S16 {kind}")
    generation_id = host.ask("pg.runs[0].generation_id")
    expect(view.response.get_by_text("Async response - subscribe to webhooks")).to_be_visible()
    view.response.get_by_role("button", name="Content Info", exact=True).click()
    here = view.response.get_by_role("group", name="Content Info of this generation")
    expect(here.get_by_text("200", exact=True)).to_be_visible()
    expect(here.get_by_role("region", name="Content Info response")).to_contain_text(generation_id)
    here.get_by_role("button", name="Manage content").click()
    field = view.group("Content Info").get_by_label("generation_id", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_value(generation_id)
    remove = view.response.get_by_role("button", name="Delete Content", exact=True)
    remove.click()
    expect(view.response.get_by_role("button", name="Keep", exact=True)).to_be_focused()
    view.root.page.keyboard.press("Enter")
    expect(remove).to_be_focused()
    record = host.execute(
        "from genwidget import Client\nfrom genwidget.sandbox import API_KEY\n"
        "with Client.blocking('sandbox', API_KEY) as client:\n"
        f"    print(client.get_generation({generation_id!r}).generation_status)"
    )
    assert record.strip() == "succeeded"
    remove.click()
    view.response.get_by_role("button", name="Delete", exact=True).click()
    expect(view.response.get_by_text("This generation was deleted")).to_be_visible()
    expect(remove).to_have_count(0)
    assert host.ask("pg.runs[0].is_deleted")
