"""Notebook 7: code goes into a cell below the one whose output the playground is, and runs there."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.lab import LabPage
from tests.browser.notebook_7 import NotebookServer
from tests.browser.panel import PROMPT, PlaygroundView

CELLS = (
    'from genwidget import Playground\npg = Playground("sandbox", "bfl/flux-schnell")\npg.lock_key()\npg',
    "after = 1",
)


@pytest.fixture(scope="module")
def notebook_server(tmp_path_factory, sandbox_port):
    root = tmp_path_factory.mktemp("notebook")
    server = NotebookServer(root, GENWIDGET_SANDBOX_URL=f"http://127.0.0.1:{sandbox_port}")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def notebook(page, notebook_server, sandbox):
    """A notebook whose first cell shows a playground, and which has a cell below it."""
    one = LabPage(page, notebook_server).open(*CELLS)
    one.run_all()
    return one


def test_code_goes_into_a_cell_below_the_playgrounds_and_ends_in_a_file(notebook):
    view = PlaygroundView(notebook.page.locator(".jp-Notebook")).wait()
    view.write_prompt(PROMPT)
    view.response.get_by_role("tab", name="Code").click()
    expect(view.response.get_by_role("region", name="Code")).to_contain_text(PROMPT)
    view.response.get_by_role("button", name="Insert below").click()
    first, inserted, last = notebook.cell_sources()
    assert [first, last] == list(CELLS)
    assert "client.generate_and_wait(" in inserted
    assert notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex") == 1
    notebook.command("notebook:run-cell")
    printed = notebook.page.locator(".jp-Notebook .jp-CodeCell").nth(1).locator(".jp-OutputArea-output pre")
    expect(printed).to_be_visible()
    assert Path(notebook.server.notebooks, printed.inner_text().strip()).stat().st_size > 1000


def test_a_sweep_goes_into_a_cell_below_and_its_pictures_are_saved(notebook, sandbox):
    view = PlaygroundView(notebook.page.locator(".jp-Notebook")).wait()
    view.write_prompt(PROMPT)
    view.response.get_by_role("tab", name="Code").click()
    view.root.get_by_role("button", name="Sweep", exact=True).click()
    sweep = view.root.get_by_role("group", name="Sweep", exact=True)
    sweep.get_by_role("button", name="bfl/flux-1.1-pro", exact=True).click()
    code = view.response.get_by_role("region", name="Code")
    expect(code).to_contain_text('["bfl/flux-schnell", "bfl/flux-1.1-pro"]')
    view.response.get_by_role("button", name="Insert below").click()
    notebook.command("notebook:run-cell")
    printed = notebook.page.locator(".jp-Notebook .jp-CodeCell").nth(1).locator(".jp-OutputArea-output pre").last
    expect(printed).to_contain_text("2 done")
    assert len([*Path(notebook.server.notebooks, "pictures").glob("*.png")]) == 2
    assert len(sandbox.generations) == 2


def test_a_key_after_a_press_on_the_cells_margin_is_the_notebooks(notebook, sandbox):
    view = PlaygroundView(notebook.page.locator(".jp-Notebook")).wait()
    view.write_prompt(PROMPT)
    view.send.focus()
    cells = notebook.page.locator(".jp-Notebook .jp-CodeCell")
    cells.first.locator(".jp-InputPrompt").click()
    notebook.page.keyboard.press("b")
    expect(cells).to_have_count(len(CELLS) + 1)
    notebook.page.keyboard.press("Enter")
    expect(cells.nth(1).locator(".cm-content")).to_be_focused()
    assert sandbox.generations == []
