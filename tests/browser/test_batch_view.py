"""A batch in a cell of JupyterLab: page, Python and the sandbox's count say the same, by keys and by pointer."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.panel import PlaygroundView

PLAN = """
from genwidget import sweep
batch = sweep("bfl/flux-1.1-pro", prompt=["A seal", "A fox"], generation_seed=[1, 2, 3]).run(region="sandbox")
batch
"""


@pytest.fixture
def sheet(notebook, sandbox):
    notebook.show(PLAN)
    view = notebook.page.locator(".gw-sheet")
    expect(view.get_by_text(re.compile("ended · 6 of 6"))).to_be_visible()
    return view


def test_a_batch_is_a_sheet_whose_ratings_and_picks_python_has(notebook, sandbox, sheet):
    grid = sheet.get_by_role("grid")
    expect(sheet.locator("[role=gridcell] img")).to_have_count(6)
    assert sheet.get_by_role("columnheader").all_text_contents() == ["1", "2", "3"]
    assert sheet.get_by_role("rowheader").all_text_contents() == ["A seal", "A fox"]
    assert len(sandbox.generations) == 6
    grid.focus()
    notebook.page.keyboard.press("ArrowDown")
    notebook.page.keyboard.press("ArrowRight")
    notebook.page.keyboard.press("5")
    expect(sheet.locator("[aria-selected=true]")).to_have_accessible_name(re.compile("Item 5, .*rated 5"))
    sheet.get_by_role("gridcell", name=re.compile("^Item 2,")).click()
    sheet.get_by_role("button", name="Reject").click()
    expect(sheet.locator("[aria-selected=true]")).to_have_accessible_name(re.compile("Item 2, .*rejected"))
    expect(sheet.get_by_role("button", name="Reject")).to_have_attribute("aria-pressed", "true")
    assert notebook.ask("[item.number for item in batch.picks]") == [5]
    with notebook.page.expect_download() as saved:
        sheet.get_by_role("button", name="Save picks").click()
    assert saved.value.suggested_filename.endswith("-picks.zip")


def test_its_stars_are_in_sight_with_its_head_on_a_laptop(notebook, sheet):
    before = notebook.page.viewport_size
    notebook.page.set_viewport_size({"width": 1366, "height": 768})
    sheet.evaluate("(one) => one.scrollIntoView({ block: 'start' })")
    expect(sheet.get_by_role("heading", name="Batch")).to_be_in_viewport(ratio=1)
    expect(sheet.get_by_role("button", name="Rate 1")).to_be_in_viewport(ratio=1)
    notebook.page.set_viewport_size(before)


def test_its_code_plans_the_same_items_again_as_it_stands(notebook, sandbox, sheet):
    sheet.get_by_role("button", name="Code", exact=True).click()
    expect(sheet.get_by_role("region", name="Code")).to_contain_text("sweep(")
    sheet.get_by_role("button", name="Copy code").click()
    expect(sheet.get_by_text("Copy code: copied", exact=True)).to_be_attached()
    code = notebook.page.evaluate("() => navigator.clipboard.readText()")
    before = [one["generation_prompt"] for one in sandbox.generations]
    notebook.execute(code)
    after = [one["generation_prompt"] for one in sandbox.generations][len(before) :]
    assert sorted(after) == sorted(before)


def test_an_output_is_opened_and_two_are_compared(notebook, sheet):
    page = notebook.page
    sheet.get_by_role("grid").focus()
    page.keyboard.press("Space")
    dialog = page.get_by_role("dialog", name="Item 1 in full size")
    expect(dialog.locator("img")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("c")
    compared = page.get_by_role("dialog", name="Items 1 and 2")
    expect(compared.locator("img")).to_have_count(2)
    compared.get_by_role("slider").focus()
    page.keyboard.press("Home")
    expect(compared.locator("img").first).to_have_css("clip-path", "inset(0px 100% 0px 0px)")
    page.keyboard.press("Escape")
    expect(sheet.get_by_role("grid")).to_be_focused()


def test_a_saved_notebook_has_no_picture_of_it(notebook, sheet):
    expect(sheet.locator("[role=gridcell] img")).to_have_count(6)
    saved = json.loads(notebook.save().read_text(encoding="utf-8"))
    states = saved["metadata"].get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    outputs = [output for cell in saved["cells"] for output in cell["outputs"]]
    assert len(outputs) == 1
    assert "image" not in json.dumps(outputs)
    for one in states.values():
        assert not one.get("buffers")


PLAYGROUND = "from genwidget import Playground\nPlayground(region='sandbox')"
LOOK = """
(one) => {
  const names = ["border", "padding", "margin", "font", "color", "backgroundColor", "display", "position"];
  const style = getComputedStyle(one);
  return names.map((name) => style[name]).join(" | ");
}
"""
TAG = "(one) => one.cloneNode(false).outerHTML"
#: Keeps how each element of a root looks.
KEEP = (
    f"(root) => {{ window.looks = [...root.querySelectorAll('*')].map((one) => [one, ({TAG})(one), ({LOOK})(one)]); }}"
)
#: What looks otherwise since, of the elements that are still there with the same attributes.
CHANGED = f"""
() => window.looks.filter(([one, tag]) => one.isConnected && ({TAG})(one) === tag)
  .map(([one, tag, look]) => [tag, look, ({LOOK})(one)]).filter(([_, before, now]) => before !== now)
"""


def test_a_batch_beside_a_playground_leaves_its_look_alone(lab, sandbox):
    lab.open(PLAYGROUND, PLAN)
    lab.command("notebook:run-cell-and-select-next")
    PlaygroundView(lab.page).wait()
    lab.page.locator(".gw").evaluate(KEEP)
    assert lab.page.evaluate("() => window.looks.length") > 100
    lab.command("notebook:run-cell")
    expect(lab.page.locator(".gw-sheet [role=gridcell] img")).to_have_count(6)
    assert lab.page.evaluate(CHANGED) == []
