"""A key that a person means for the notebook reaches the notebook, and never Send."""

import pytest
from playwright.sync_api import expect

from tests.browser.panel import PlaygroundView

CELLS = "import genwidget\npg = genwidget.Playground(region='sandbox')\npg", "x = 1"
FOCUSED = "() => document.activeElement.closest('.jp-Cell, .gw, .jp-Notebook').className"
ACTIVE = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"


@pytest.fixture
def view(panel):
    """A playground in the first cell, ready to send."""
    panel.open(*CELLS)
    panel.run_all()
    view = PlaygroundView(panel.page.locator(".jp-Notebook")).wait()
    view.lock_sandbox_key()
    view.write_prompt()
    return view


def margin(panel, cell):
    """What a person presses to select a cell."""
    return panel.page.locator(".jp-Notebook .jp-CodeCell").nth(cell).locator(".jp-InputPrompt")


@pytest.mark.parametrize("cell", [0, 1])
def test_after_a_press_on_a_cells_margin_keys_are_the_notebooks(panel, view, sandbox, cell):
    view.send_and_end()
    view.send.focus()
    sent = len(sandbox.generations)
    margin(panel, cell).click()
    panel.page.keyboard.press("b")
    expect(panel.page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(3)
    panel.page.keyboard.press("Enter")
    expect(panel.page.locator(".jp-Notebook .jp-Cell .cm-focused")).to_be_visible()
    assert panel.page.evaluate(ACTIVE) == cell + 1
    assert len(sandbox.generations) == sent


def test_after_a_press_on_a_cells_margin_ctrl_enter_runs_the_cell(panel, view, sandbox):
    view.control("generation_prompt").click()
    margin(panel, 1).click()
    panel.page.keyboard.press("Control+Enter")
    panel.wait_until("'x' in globals() and len(In) > 3")
    assert sandbox.generations == []


def test_escape_leaves_a_field_for_its_cell_and_what_is_open_first(panel, view, sandbox):
    view.control("generation_prompt").press("Escape")
    panel.page.keyboard.press("a")
    expect(panel.page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(3)
    model = view.model
    model.click()
    model.press("Escape")
    expect(model).to_have_attribute("aria-expanded", "false")
    expect(model).to_be_focused()
    model.press("Escape")
    expect(model).not_to_be_focused()
    assert "jp-Cell" in panel.page.evaluate(FOCUSED)


def test_a_press_within_the_playground_and_a_selection_in_an_editor_stay(panel, view):
    field = view.control("generation_prompt")
    field.focus()
    view.root.get_by_role("heading", name="Request").first.click()
    editor = panel.page.locator(".jp-Notebook .jp-CodeCell").nth(1).locator(".cm-content")
    field.focus()
    editor.click()
    expect(editor).to_be_focused()


def test_escape_empties_a_search_before_it_leaves_it(panel, view):
    view.send_and_end()
    view.root.get_by_role("button", name="History").click()
    search = view.root.get_by_role("searchbox").first
    search.fill("seal")
    search.press("Escape")
    expect(search).to_have_value("")
    expect(search).to_be_focused()
    search.press("Escape")
    expect(search).not_to_be_focused()
