"""On the screens of laptops Send and the bar are in sight together, wherever the playground stands."""

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
    """The file's notebook; its window is wide again after the test."""
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
