"""The form's tools by keyboard alone: the body as JSON, what is pasted, earlier prompts, a reset of one field, undo."""

import json
import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.walk.keys import Keys
from tests.browser.walk.view import MODELS

KEY = "bye_pastedKeyThatNobodyMayKeep1"
BODY = json.dumps({"generation_prompt": "A fox", "generation_seed": 5, "generation_mood": "calm"})
LINK = f"https://api.eu.babysea.ai/v1/generate/image/{MODELS['image']}"
CURL = f"curl {LINK} -H 'Authorization: Bearer {KEY}' -d '{BODY}'"
LEFT_OUT = f"Left out, as {MODELS['image']} does not take them: generation_mood."
#: A picture as a file manager copies it: what a page writes into the clipboard is drawn anew, without its recipe.
PASTE_PICTURE = """(target, bytes) => {
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([new Uint8Array(bytes)], "seal.png", { type: "image/png" }));
  target.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""
#: What stands before the caret.
BEFORE_CARET = "(area) => area.value.slice(0, area.selectionStart)"
SAVED = "list(pg.runs[0].outputs[0].save(%r, embed=True).read_bytes())"


def value(host, field):
    return host.ask(f"pg.values.get({field!r})")


def wait_for_value(host, field, wanted):
    host.wait_for(f"pg.values.get({field!r}) == {wanted!r}")


def paste(keys, text):
    """Put a text into the clipboard and press what pastes it, where the focus is."""
    keys.view.page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    keys.keyboard.press("ControlOrMeta+v")


def send(view, sandbox):
    """Send by key, and return what the sandbox made of it."""
    made = len(sandbox.generations)
    view.page.keyboard.press("ControlOrMeta+Enter")
    view.expect_answered()
    view.turn("response")
    view.expect_end("succeeded")
    assert len(sandbox.generations) == made + 1
    return sandbox.generations[-1]


def test_the_form_and_its_json_follow_each_other_and_the_caret_stays(host, view, sandbox):
    keys = Keys(view.begin("image"))
    made = len(sandbox.generations)
    keys.write(view.control("generation_prompt"), "A seal")
    keys.press(view.button("Body as JSON"))
    area = view.body.get_by_role("textbox", name="Body as JSON text", exact=True)
    expect(area).to_have_value(re.compile('"generation_prompt": "A seal"'))
    keys.to(area)
    keys.keyboard.press("ControlOrMeta+Home")
    for _ in range(area.input_value().index("A seal") + len("A seal")):
        keys.keyboard.press("ArrowRight")
    keys.keyboard.type(" at night")
    wait_for_value(host, "generation_prompt", "A seal at night")
    assert area.evaluate(BEFORE_CARET).endswith('"A seal at night')
    host.execute("pg.values = {**pg.values, 'generation_seed': 7}")
    expect(area).to_have_value(re.compile('"generation_seed": 7'))
    expect(area).to_be_focused()
    assert area.evaluate(BEFORE_CARET).endswith('"A seal at night')
    keys.keyboard.type('"')
    expect(view.body.get_by_role("button", name=re.compile("Nothing is sent until this is mended"))).to_be_visible()
    assert value(host, "generation_prompt") == "A seal at night"
    keys.keyboard.press("Backspace")
    expect(area).not_to_have_attribute("aria-invalid", "true")
    assert area.evaluate(BEFORE_CARET).endswith('"A seal at night')
    keys.press(view.button("Body as JSON"))
    expect(view.control("generation_prompt")).to_have_value("A seal at night")
    expect(view.control("generation_seed")).to_have_value("7")
    assert len(sandbox.generations) == made
    keys.to(view.control("generation_prompt"))
    sent = send(view, sandbox)
    assert (sent["generation_prompt"], sent["generation_seed"]) == ("A seal at night", 7)


@pytest.mark.parametrize(
    ("text", "told"), [(BODY, [LEFT_OUT]), (CURL, [LEFT_OUT, "The API key in it was left out"])], ids=["json", "curl"]
)
def test_a_pasted_request_fills_the_form_and_says_what_it_left_out(host, view, sandbox, text, told):
    keys = Keys(view.begin("image"))
    made = len(sandbox.generations)
    prompt = view.control("generation_prompt")
    keys.write(prompt, "To be undone")
    expect(view.button("Earlier prompts")).to_be_visible()
    paste(keys, text)
    expect(prompt).to_have_value("A fox")
    expect(prompt).to_be_focused()
    for sentence in ("Filled in 2 fields.", *told):
        expect(view.body.get_by_text(sentence)).to_be_visible()
    wait_for_value(host, "generation_prompt", "A fox")
    assert value(host, "generation_seed") == 5
    assert value(host, "generation_mood") is None
    keys.press(view.button("Undo fill"))
    wait_for_value(host, "generation_prompt", "To be undone")
    expect(prompt).to_have_value("To be undone")
    assert len(sandbox.generations) == made
    keys.to(prompt)
    paste(keys, text)
    expect(prompt).to_have_value("A fox")
    sent = send(view, sandbox)
    assert (sent["generation_prompt"], sent["generation_seed"]) == ("A fox", 5)


@pytest.mark.parametrize("is_picture", [False, True], ids=["recipe", "picture"])
def test_a_pasted_recipe_alone_or_in_a_picture_fills_the_form(host, view, sandbox, tmp_path, is_picture):
    word = f"Of a recipe {secrets.token_hex(4)}"
    view.begin("image")
    view.control("generation_seed").fill("11")
    view.make("image", word)
    recipe, picture = host.ask("dict(pg.runs[0].recipe)"), host.ask(SAVED % str(tmp_path))
    keys = Keys(view.begin("image"))
    made = len(sandbox.generations)
    prompt = view.control("generation_prompt")
    keys.to(prompt)
    expect(view.button("Earlier prompts")).to_be_visible()
    if is_picture:
        prompt.evaluate(PASTE_PICTURE, picture)
    else:
        paste(keys, json.dumps(recipe))
    expect(prompt).to_have_value(word)
    expect(view.body.get_by_text(re.compile(r"^Filled in \d+ fields\.$"))).to_be_visible()
    wait_for_value(host, "generation_prompt", word)
    assert value(host, "generation_seed") == 11
    assert len(sandbox.generations) == made
    keys.to(prompt)
    assert send(view, sandbox)["generation_prompt"] == word


def test_earlier_prompts_come_back_by_the_arrow_keys(host, view, sandbox):
    view.begin("image")
    word = secrets.token_hex(4)
    for which in ("first", "second"):
        view.make("image", f"The {which} {word}")
    keys = Keys(view.begin("image"))
    made = len(sandbox.generations)
    prompt = view.control("generation_prompt")
    keys.to(prompt)
    expect(view.button("Earlier prompts")).to_be_visible()
    for key, which in (("ArrowUp", "second"), ("ArrowUp", "first"), ("ArrowDown", "second")):
        keys.keyboard.press(key)
        wait_for_value(host, "generation_prompt", f"The {which} {word}")
        expect(prompt).to_have_value(f"The {which} {word}")
        expect(prompt).to_be_focused()
    keys.keyboard.press("ArrowDown")
    expect(prompt).to_have_value("")
    keys.keyboard.press("ArrowUp")
    expect(prompt).to_have_value(f"The second {word}")
    assert len(sandbox.generations) == made
    assert send(view, sandbox)["generation_prompt"] == f"The second {word}"


def test_one_field_is_reset_alone_and_each_change_undone_and_done_again(host, view, sandbox):
    keys = Keys(view.begin("image"))
    made = len(sandbox.generations)
    keys.write(view.control("generation_prompt"), "To be kept")
    moderation = view.body.get_by_role("switch", name="generation_moderation", exact=True)
    before = moderation.get_attribute("aria-checked")
    after = "false" if before == "true" else "true"
    keys.press(moderation, "Space")
    wait_for_value(host, "generation_moderation", after == "true")
    for key, wanted in (("ControlOrMeta+z", before), ("ControlOrMeta+Shift+z", after)):
        keys.keyboard.press(key)
        expect(moderation).to_have_attribute("aria-checked", wanted)
        wait_for_value(host, "generation_moderation", wanted == "true")
        expect(moderation).to_be_focused()
    keys.press(view.button("Reset generation_moderation"))
    expect(moderation).to_be_focused()
    wait_for_value(host, "generation_moderation", before == "true")
    expect(view.button("Reset generation_moderation")).to_have_count(0)
    assert value(host, "generation_prompt") == "To be kept"
    keys.press(view.button("Reset to defaults"))
    wait_for_value(host, "generation_prompt", None)
    keys.press(view.button("Undo reset"))
    wait_for_value(host, "generation_prompt", "To be kept")
    expect(view.button("Reset to defaults")).to_be_focused()
    assert len(sandbox.generations) == made
