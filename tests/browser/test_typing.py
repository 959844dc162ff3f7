"""Keys in the text fields of a cell's playground: JupyterLab has others for them, and must not take them."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def view(show):
    return show(is_locked=True)


@pytest.mark.parametrize("key", ["Enter", "Shift+Enter", "NumpadEnter"])
def test_enter_makes_a_new_line_in_the_prompt(notebook, view, key):
    cells = notebook.cell_sources()
    prompt = view.control("generation_prompt")
    prompt.press_sequentially("A red fox")
    prompt.press(key)
    prompt.press_sequentially("in snow")
    expect(prompt).to_have_value("A red fox\nin snow")
    assert notebook.cell_sources() == cells


def test_enter_makes_a_new_line_in_the_body_as_json(view):
    view.control("generation_prompt").fill("A red fox")
    view.root.get_by_role("button", name="Body as JSON").click()
    body = view.root.get_by_label("Body as JSON text")
    body.press("Control+a")
    body.press_sequentially("{")
    body.press("Enter")
    body.press_sequentially("}")
    expect(body).to_have_value("{\n}")


def test_enter_makes_a_new_value_in_a_sweep(view):
    view.control("generation_prompt").fill("A red fox")
    view.root.get_by_role("button", name="Sweep", exact=True).click()
    sweep = view.root.get_by_role("group", name=re.compile("^Sweep"))
    sweep.get_by_role("combobox").first.select_option("generation_prompt")
    lines = sweep.get_by_role("textbox").first
    lines.press_sequentially("A fox")
    lines.press("Enter")
    lines.press_sequentially("A seal")
    expect(view.root.get_by_role("button", name="Send 2")).to_be_visible()


def test_undo_in_the_form_is_its_own_from_the_first_change_on_and_changes_no_cell(notebook, view):
    cells = notebook.cell_sources()
    prompt, ratio = view.control("generation_prompt"), view.control("generation_ratio")
    before = ratio.input_value()
    ratio.select_option("16:9")
    prompt.press_sequentially("A red fox")
    expect(view.root.get_by_role("button", name="Earlier prompts")).to_be_visible()
    prompt.press("Control+z")
    expect(prompt).not_to_have_value("A red fox")
    # more often than there are changes, which leaves what can be done again
    for _ in range(14):
        view.root.page.keyboard.press("Control+z")
    expect(prompt).to_have_value("")
    expect(ratio).to_have_value(before)
    for _ in range(14):
        view.root.page.keyboard.press("Control+y")
    expect(prompt).to_have_value("A red fox")
    expect(ratio).to_have_value("16:9")
    assert notebook.cell_sources() == cells
