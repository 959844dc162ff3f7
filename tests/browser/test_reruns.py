"""What the browser still holds of playgrounds that nobody can see any more, counted in its heap."""

import time

import pytest
from playwright.sync_api import expect

from tests.browser.limits import LIMIT_S
from tests.browser.panel import PlaygroundView

SHOW = 'from genwidget import Playground\npg = Playground(region="sandbox")\npg'
#: In the kernel it is run thirty times: tests/widget/test_views.py.
RERUNS = 9
#: What is alive: pages, frames on the screen or off it, and models that hold a catalogue.
COUNT = """
function () {
  const found = { pages: 0, frames: 0, models: 0 };
  const has = (one, ...names) => names.every((name) => Object.getOwnPropertyDescriptor(one, name));
  const look = (one) => {
    if (one instanceof HTMLElement) found.frames += one.classList.contains("gw");
    else if (has(one, "root", "store", "form")) found.pages += 1;
    else if (has(one, "widget_manager", "attributes")) found.models += one.attributes.catalogue ? 1 : 0;
  };
  for (const one of this) {
    try { look(one); } catch {}  // a few of the browser's own refuse to be looked at
  }
  return found;
}
"""


@pytest.fixture
def heap(page):
    """Ask what is alive in the page's heap."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")

    def count():
        session.send("HeapProfiler.collectGarbage")
        prototype = session.send("Runtime.evaluate", {"expression": "Object.prototype"})["result"]["objectId"]
        alive = session.send("Runtime.queryObjects", {"prototypeObjectId": prototype, "objectGroup": "alive"})
        counted = session.send(
            "Runtime.callFunctionOn",
            {"objectId": alive["objects"]["objectId"], "functionDeclaration": COUNT, "returnByValue": True},
        )
        session.send("Runtime.releaseObjectGroup", {"objectGroup": "alive"})
        return counted["result"]["value"]

    return count


def test_a_cell_that_is_run_again_and_again_leaves_one_page_and_one_model(lab, heap):
    lab.open(SHOW)
    lab.run_all()
    PlaygroundView(lab.page).wait()
    assert heap() == {"pages": 1, "frames": 1, "models": 1}
    for turn in range(RERUNS):
        lab.run_all()
        if turn % 3:  # and now and then the next run comes before the view is drawn
            PlaygroundView(lab.page).wait()
            expect(lab.page.get_by_role("region", name="Playground", exact=True)).to_have_count(1)
    PlaygroundView(lab.page).wait()
    end = time.monotonic() + LIMIT_S
    while (alive := heap()) != {"pages": 1, "frames": 1, "models": 1}:
        assert time.monotonic() < end, alive
    PlaygroundView(lab.page).lock_sandbox_key()
    counts = "[sum(isinstance(one, Playground) for one in _instances.values()), pg.locked]"
    lab.execute("from ipywidgets.widgets.widget import _instances")
    assert lab.ask(counts) == [1, True]


def test_an_earlier_playground_can_be_shown_again_whole(lab, sandbox):
    lab.open("from genwidget import Playground\nmade = globals().get('made', [])", SHOW + "\nmade.append(pg)\npg")
    lab.run_all()
    view = PlaygroundView(lab.page).wait()
    view.lock_sandbox_key()
    view.write_prompt("The first")
    lab.run_all()
    expect(PlaygroundView(lab.page).wait().control("generation_prompt")).to_have_value("")
    lab.show("made[0]")
    view = PlaygroundView(lab.page).wait()
    expect(view.control("generation_prompt")).to_have_value("The first")
    view.send_and_end()
    expect(view.picture("The first")).to_be_visible()
