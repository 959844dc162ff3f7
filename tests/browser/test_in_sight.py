"""On the screens of laptops Send and the bar are in sight together, wherever it stands; zoomed, what has the focus."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.panel import PlaygroundView

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SIZES = ({"width": 1000, "height": 700}, {"width": 1366, "height": 768})

#: What of a view lies outside of what its scrollers and the window show; an empty list where all is in sight.
_OUT_OF_SIGHT = """
(root) => ["[role=combobox]", "input[type=password]", ".gw-btn.main"].flatMap((what) => {
  const one = root.querySelector(what);
  const box = one.getBoundingClientRect();
  const boxes = [{ top: 0, bottom: innerHeight }];
  for (let around = one.parentElement; around; around = around.parentElement) {
    const { overflowY } = getComputedStyle(around);
    if (overflowY !== "visible" && around.clientHeight > 0) boxes.push(around.getBoundingClientRect());
  }
  const top = Math.max(...boxes.map((each) => each.top));
  const bottom = Math.min(...boxes.map((each) => each.bottom));
  const isSeen = box.top >= top - 1 && box.bottom <= bottom + 1;
  return isSeen ? [] : [`${what}: ${box.top} to ${box.bottom}, of ${top} to ${bottom}`];
})
"""


def expect_in_sight(view):
    """Bring the top of the view to the top of its place, and see that Send is in sight with the bar."""
    view.root.evaluate("(root) => root.scrollIntoView({ block: 'start' })")
    expect(view.send).to_be_visible()
    assert view.root.evaluate(_OUT_OF_SIGHT) == []


@pytest.fixture
def sized(notebook):
    """The shared notebook; its window is wide again after the test."""
    before = notebook.page.viewport_size
    yield notebook
    notebook.page.set_viewport_size(before)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_in_a_cell(show, sized, size):
    sized.page.set_viewport_size(size)
    view = show()
    expect_in_sight(view)
    view.lock_sandbox_key()
    expect_in_sight(view)


def test_the_first_cell_of_the_quickstart_shows_the_playground_down_to_its_prompt_on_a_laptop(lab, lab_server, sandbox):
    lab.page.set_viewport_size({"width": 1366, "height": 768})
    lab.load(lab_server.copy_in(NOTEBOOKS / "01-quickstart.ipynb"))
    lab.page.locator(".jp-CodeCell .cm-content").first.click()
    lab.page.keyboard.press("Shift+Enter")
    prompt = PlaygroundView(lab.page).wait().control("generation_prompt")
    expect(prompt).to_be_in_viewport(ratio=1)  # with no scroll by the person, and none of our own


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_in_voila(page, voila_server, sandbox, size):
    page.set_viewport_size(size)
    voila_server.copy_in(NOTEBOOKS / "dashboard.ipynb")
    page.goto(voila_server.address("dashboard.ipynb"))
    expect_in_sight(PlaygroundView(page).wait())


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_in_the_side_panel(panel, size):
    """At the width that JupyterLab gives a panel, and at half of the window."""
    panel.page.set_viewport_size(size)
    view = panel.goto().show()
    expect_in_sight(view)
    view.region("Sandbox").click()
    view.lock_sandbox_key()
    expect_in_sight(view)
    width = size["width"] // 2
    assert abs(panel.widen(width) - width) < 20
    expect_in_sight(view)


#: Whether the point in the middle of what has the focus shows something else; its name if so.
_COVERED = """
() => {
  const one = document.activeElement;
  const box = one.getBoundingClientRect();
  const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
  const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  const seen = document.elementFromPoint(x, y);
  const owns = one.contains(seen) || seen?.closest("label")?.control === one || seen?.contains(one);
  return owns ? "" : `${one.id || one.getAttribute("aria-label") || one.textContent}: ${seen?.outerHTML.slice(0, 80)}`;
}
"""


def test_at_a_zoom_of_200_percent(show, sized):
    """A window of 1366 x 768 px has half of that then: whatever Tab reaches is seen, and no bar lies over it."""
    sized.page.set_viewport_size({"width": 683, "height": 384})
    view = show()
    view.lock_sandbox_key()
    view.root.locator("button, input").first.focus()
    covered, stops = [], 0
    while view.root.evaluate("(root) => root.contains(document.activeElement)"):
        covered += [one] if (one := sized.page.evaluate(_COVERED)) else []
        sized.page.keyboard.press("Tab")
        stops += 1
    assert stops > 15
    assert covered == []
