"""The whole main job in every host without a mouse."""

import pytest
from playwright.sync_api import expect

from tests.browser.walk.keys import Keys
from tests.browser.walk.view import MODELS

CHOICES = {"image": ("generation_ratio", "3:4"), "video": ("generation_resolution", "480p")}


@pytest.fixture
def opened(host):
    """A playground that was just opened, with the focus wherever the host leaves it."""
    return host.open()


def choose_and_lock(keys, view, kind):
    """Region, type, model and key, in this order."""
    keys.choose(view.root.get_by_role("radiogroup", name="Region"), view.region("Sandbox"), "ArrowRight")
    keys.choose(
        view.root.get_by_role("tablist", name="Type"), view.tab(kind.capitalize()), "ArrowRight", "aria-selected"
    )
    keys.write(view.model, MODELS[kind])
    keys.keyboard.press("Enter")
    expect(view.model).to_have_value(MODELS[kind])
    keys.press(view.button("Use the sandbox key"))
    expect(view.key).to_be_focused()
    keys.press(view.lock, "Space")
    expect(view.unlock).to_be_visible()
    expect(view.unlock).to_be_focused()


def fill_in(keys, view, kind, prompt):
    keys.turn("input")
    keys.write(view.control("generation_prompt"), prompt)
    field, wanted = CHOICES[kind]
    keys.to(view.control(field))
    keys.keyboard.type(wanted)
    expect(view.control(field)).to_have_value(wanted)
    if kind == "image":
        keys.press(view.body.get_by_role("switch", name="generation_moderation"), "Space")
        keys.press(view.control("generation_num_inference_steps"), "ArrowUp")
        expect(view.control("generation_num_inference_steps")).to_have_value("29")
    else:
        keys.press(view.body.get_by_role("switch", name="generation_generate_audio"), "Space")
        keys.write(view.body.get_by_role("textbox", name="generation_input_file 1"), "https://a.example/1.png")
        keys.press(view.button("Add generation_input_file"))
        expect(view.body.get_by_role("textbox", name="generation_input_file 2")).to_be_focused()
        keys.press(view.button("Remove generation_input_file 1"))


def read_response(keys, view, kind, prompt):
    keys.turn("response")
    if kind == "image":
        keys.press(view.button("Enlarge output 1"))
        expect(view.root.get_by_role("dialog", name="Output 1")).to_be_visible()
        keys.keyboard.press("Escape")
        expect(view.root.get_by_role("dialog")).to_have_count(0)
    else:
        keys.to(view.output(kind, prompt))
    record = view.response.get_by_role("radiogroup", name="JSON shown")
    keys.choose(record, view.response.get_by_role("radio", name="Reply"), "ArrowLeft")
    keys.press(view.button("Search JSON").first)
    keys.keyboard.type("generation_id")
    expect(view.response.get_by_text("1 of ")).to_be_visible()
    keys.keyboard.press("Escape")
    keys.press(view.button("Copy response"))
    expect(view.status).to_contain_text("Copy response: copied")
    keys.choose(
        view.response.get_by_role("tablist", name="Response views"), view.tab("Code"), "ArrowRight", "aria-selected"
    )
    expect(view.response.get_by_role("region", name="Code")).to_contain_text(prompt)
    keys.keyboard.press("ArrowLeft")


def manage_and_end(keys, view):
    keys.press(view.root.get_by_role("button", name="Manage content"))
    info = view.group("Content Info")
    keys.press(info.get_by_role("button", name="Send request"))
    expect(info.get_by_text("200", exact=True)).to_be_visible()
    content = view.group("Delete Content")
    keys.press(content.get_by_role("button", name="Send request"))
    expect(content.get_by_role("button", name="Keep")).to_be_focused()
    keys.press(content.get_by_role("button", name="Delete", exact=True))
    expect(content.get_by_text("200", exact=True)).to_be_visible()
    history = view.root.locator("button[aria-expanded]").filter(has_text="History")
    keys.press(history)
    expect(view.root.get_by_role("table", name="History")).to_be_visible()
    keys.press(view.unlock)
    expect(view.lock).to_be_visible()


def test_the_main_job_is_done_by_keyboard_alone(opened, kind, sandbox):
    view, prompt, keys = opened, f"By keyboard alone, {kind}", Keys(opened)
    keys.enter()
    choose_and_lock(keys, view, kind)
    fill_in(keys, view, kind, prompt)
    keys.press(view.send)
    view.expect_end("succeeded")
    view.expect_output(kind, prompt)
    assert sandbox.generations[-1]["generation_prompt"] == prompt
    read_response(keys, view, kind, prompt)
    manage_and_end(keys, view)


def test_a_run_is_canceled_and_the_form_reset_by_keyboard_alone(host, view, sandbox):
    keys = Keys(view.begin("image"))
    sandbox.hold()
    keys.write(view.control("generation_prompt"), "To be canceled")
    keys.keyboard.press("ControlOrMeta+Enter")
    keys.press(view.cancel)
    view.expect_end("canceled")
    keys.turn("input")
    keys.press(view.button("Reset to defaults"))
    expect(view.control("generation_prompt")).to_have_value("")
