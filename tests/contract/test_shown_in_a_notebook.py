"""Runs, outputs and lists of runs as results of cells: executed by a kernel, saved, and turned into a page."""

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from genwidget.sandbox import Sandbox

SEND = """
from genwidget import Playground
pg = Playground(region="sandbox", values={"generation_prompt": "<script>alert(1)</script> a seal"})
pg.lock_key()
run = pg.send().wait(60)
print(run.state)
"""
CELLS = [SEND, "run", "run.outputs[0]", "pg.runs"]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in CELLS])
    with Sandbox(speed=50) as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENWIDGET_SANDBOX_URL", sandbox.url)
        patch.setenv("GENWIDGET_DATA_DIR", str(folder / "data"))
        NotebookClient(book, timeout=120, store_widget_state=False).execute(cwd=folder)
    nbformat.validate(book)
    return book


def data_of(notebook, place):
    (output,) = notebook.cells[place].outputs
    return output["data"]


def test_a_run_brings_its_link_its_state_and_its_cost_and_no_media(notebook):
    data = data_of(notebook, 1)
    assert set(data) == {"text/plain", "text/html"}
    for part in ('<img src="http://127.0.0.1:', ">succeeded<", ">0.005<", "&lt;script&gt;"):
        assert part in data["text/html"]
    assert "base64" not in data["text/html"]
    assert "<script" not in data["text/html"]


def test_an_output_brings_its_picture(notebook):
    data = data_of(notebook, 2)
    assert set(data) == {"text/plain", "image/png"}
    assert data["image/png"].startswith("iVBORw0KGgo")


def test_a_list_of_runs_is_a_table(notebook):
    data = data_of(notebook, 3)
    assert data["text/plain"] == "<Runs: 1>"
    assert data["text/html"].count("<tr>") == 2
    assert "<script" not in data["text/html"]


def test_the_saved_notebook_becomes_a_page_with_all_of_them(notebook):
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    assert page.count("<table>") == 2
    assert "data:image/png;base64,iVBORw0KGgo" in page
    assert "<script>alert(1)" not in page
