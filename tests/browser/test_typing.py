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


def test_undo_in_the_prompt_is_the_fields_own(notebook, view):
    cells = notebook.cell_sources()
    prompt = view.control("generation_prompt")
    prompt.press_sequentially("A red fox")
    prompt.press("Control+z")
    expect(prompt).not_to_have_value("A red fox")
    assert notebook.cell_sources() == cells
