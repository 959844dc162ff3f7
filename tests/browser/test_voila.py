"""The same notebooks, served by Voila."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.panel import PlaygroundView

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.mark.parametrize("name", ["01-quickstart.ipynb", "dashboard.ipynb"])
def test_the_notebook_shows_the_widget_and_sends(page, voila_server, sandbox, name):
    voila_server.copy_in(NOTEBOOKS / name)
    page.goto(voila_server.address(name))
    view = PlaygroundView(page).wait()
    before = len(sandbox.generations)
    expect(page.locator(".jp-CodeCell .jp-InputArea")).to_have_count(0)
    if view.lock.count():
        view.lock_sandbox_key()
    view.write_prompt("A seal in a dashboard")
    view.send_and_end()
    expect(view.picture("A seal in a dashboard")).to_be_visible()
    made = [one["generation_prompt"] for one in sandbox.generations[before:]]
    assert made == ["A seal in a dashboard"]


def test_a_dashboard_has_one_title_and_one_bar(page, voila_server, sandbox):
    voila_server.copy_in(NOTEBOOKS / "dashboard.ipynb")
    page.goto(voila_server.address("dashboard.ipynb"))
    PlaygroundView(page).wait()
    expect(page).to_have_title("Playground")
    expect(page.get_by_role("heading", name="Playground")).to_have_count(1)
    expect(page.get_by_text("Playground", exact=True)).to_have_count(1)
