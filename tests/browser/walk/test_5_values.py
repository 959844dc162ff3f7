"""What was typed: kept, judged, and sent as the page says."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.walk.test_1_seed import posts
from tests.browser.walk.view import MODELS

#: What is typed into each kind's model, by field; each value differs from its default.
TYPED = {
    "image": {
        "generation_prompt": "Typed for the picture",
        "generation_ratio": "9:16",
        "generation_guidance_scale": "7.5",
        "generation_moderation": True,
    },
    "video": {
        "generation_prompt": "Typed for the film",
        "generation_ratio": "9:16",
        "generation_duration": "7",
        "generation_generate_audio": True,
    },
}
OTHER = {"image": "google/nano-banana", "video": "google/veo-2"}
BUSY = "import time\nend = time.monotonic() + 2\nwhile time.monotonic() < end: sum(range(1000))"


def type_all(view, kind):
    for field, value in TYPED[kind].items():
        view.put(field, value)


def expect_all(view, kind):
    view.turn("input")
    for field, value in TYPED[kind].items():
        if isinstance(value, bool):
            expect(view.control(field)).to_have_attribute("aria-checked", str(value).lower())
        else:
            expect(view.control(field)).to_have_value(value)


def test_b11_values_survive_another_type_and_back(view, kind):
    view.begin(kind)
    type_all(view, kind)
    other = "video" if kind == "image" else "image"
    view.type(other)
    view.type(kind)
    expect(view.model).to_have_value(MODELS[kind])
    expect_all(view, kind)


def test_b11_values_survive_another_model_and_back(view, kind):
    view.begin(kind)
    type_all(view, kind)
    view.pick(OTHER[kind])
    expect(view.control("generation_prompt")).to_have_value(TYPED[kind]["generation_prompt"])
    view.pick(MODELS[kind])
    expect_all(view, kind)


def test_b11_values_survive_another_region_and_back(view, kind):
    view.begin(kind)
    type_all(view, kind)
    view.choose("EU")
    expect_all(view, kind)
    view.choose("Sandbox")
    expect_all(view, kind)


def test_b11_values_survive_a_send_that_is_refused(view, kind, sandbox):
    sandbox.faults.add(kind="all_providers_failed", route="generate")
    view.begin(kind)
    type_all(view, kind)
    view.click_send()
    expect(view.alert).not_to_be_empty()
    expect_all(view, kind)
    view.control("generation_prompt").fill("")
    view.send.click()
    view.control("generation_prompt").fill(TYPED[kind]["generation_prompt"])
    expect_all(view, kind)


def test_b11_values_survive_a_kernel_that_was_busy(host, view, kind):
    view.begin(kind)
    host.link.start(BUSY)
    type_all(view, kind)
    other = "video" if kind == "image" else "image"
    view.type(other)
    view.type(kind)
    expect_all(view, kind)
    wanted = {name: str(value) for name, value in TYPED[kind].items()}
    host.wait_for(f"{{name: str(pg.values.get(name)) for name in {wanted!r}}} == {wanted!r}")
    expect_all(view, kind)
    assert host.ask("pg.model_id") == MODELS[kind]


def test_b12_the_body_holds_whatever_has_a_value(host, view, kind, sandbox):
    before = len(posts(sandbox))
    view.begin(kind).write(kind, f"B12 {kind}")
    view.control("generation_ratio").select_option("9:16")
    host.wait_for("pg.values['generation_ratio'] == '9:16'")
    other = {"image": "generation_duration", "video": "generation_guidance_scale"}[kind]
    host.execute(f"pg.values = {{**pg.values, {other!r}: 2, 'generation_promt': 'x', 'generation_input_file': []}}")
    sentence = f"{MODELS[kind]} has no field {other}; it is left out of the request"
    expect(view.body.get_by_text(sentence)).to_be_visible()
    misspelt = f"{MODELS[kind]} has no field generation_promt."
    expect(view.body.get_by_text(f"{misspelt} Did you mean generation_prompt?")).to_be_visible()
    view.click_send()
    expect(view.body.get_by_role("button", name="Leave out generation_promt")).to_be_focused()
    assert len(posts(sandbox)) == before
    view.root.page.keyboard.press("Enter")
    host.wait_for("'generation_promt' not in pg.values")
    shown = json.loads(view.copied("Copy request"))
    assert shown["generation_provider_order"] == "fastest", "a default is sent too"
    assert other not in shown
    assert None not in shown.values()
    assert "generation_input_file" not in shown
    view.click_send()
    view.expect_output(kind, f"B12 {kind}")
    assert host.ask("pg.runs[0].request") == shown


def test_b13_a_documented_bound_refuses(view, kind, sandbox):
    before = len(posts(sandbox))
    view.begin(kind)
    view.write_prompt("x" * 5001)
    said = "Must be at most 5,000 characters, 5,001 now"
    view.expect_wrong("generation_prompt", said)
    view.send.click()
    view.expect_refusal(f"generation_prompt: {said}")
    assert len(posts(sandbox)) == before


def test_b13_an_inferred_bound_warns_and_lets_send(host, sandbox):
    # The sandbox's live list documents what was only inferred: without that list it stays so.
    sandbox.faults.add(kind="server_error", route="library")
    view = host.open()
    for kind, field, value, warning, status in (
        ("image", "generation_seed", 2**31, "2,147,483,647 is the highest value known", 422),
        ("video", "generation_provider_order", "fal", "the values known are fastest | byteplus, replicate, fal", 200),
    ):
        view.begin(kind).write(kind, f"B13 {kind}")
        host.settle(f"B13 {kind}")
        host.execute(f"pg.values = {{**pg.values, {field!r}: {value!r}}}")
        expect(view.body.get_by_text(f"May be refused: {warning} (inferred)", exact=True)).to_be_visible()
        before = len(posts(sandbox))
        view.click_send()
        view.expect_answered()
        view.expect_status(status)
        assert len(posts(sandbox)) == before + 1


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("generation_guidance_scale", "1e400", "Cannot be sent exactly: 1e400 would become Infinity"),
        ("generation_guidance_scale", "20.5", "Must be at most 20"),
        ("generation_num_inference_steps", "0", "Must be at least 1"),
    ],
)
def test_p6_numbers_are_checked_before_they_are_sent(view, sandbox, field, text, said):
    before = len(posts(sandbox))
    view.begin().write("image", "P6")
    view.put(field, text)
    view.expect_wrong(field, said)
    view.send.click()
    view.expect_refusal(f"{field}: {said}")
    assert len(posts(sandbox)) == before


def test_p6_links_choices_and_texts_are_checked_before_they_are_sent(host, view, sandbox):
    before = len(posts(sandbox))
    long = "https://a.example/" + "x" * 10_000
    view.begin("video").write("video", "P6")
    host.settle("P6")
    for field, value, said in (
        ("generation_input_file", ["ftp://a"], "Must be a link that begins with http:// or https://"),
        ("generation_input_file_last_content", long, f"Must be at most 10,000 characters, {len(long):,} now"),
        ("generation_ratio", 7, "Must be text"),
    ):
        host.execute(f"kept = pg.values; pg.values = {{**kept, {field!r}: {value!r}}}")
        view.turn("input")
        expect(view.body.get_by_text(said, exact=True)).to_be_visible()
        view.send.click()
        view.expect_refusal(f"{field}: {said}")
        host.execute("pg.values = kept")
    assert len(posts(sandbox)) == before
