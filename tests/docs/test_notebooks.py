"""The notebooks, run from top to bottom where a newcomer runs them; nbval compares what the numbered ones put out."""

import subprocess
import sys

import nbformat
import pytest

from tests.docs.fences import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
VIEW = "application/vnd.jupyter.widget-view+json"
#: What a reader has before them at the end.
ENDS_IN = {
    "01-quickstart.ipynb": "image/png",
    "02-headless.ipynb": None,
    "03-sweep.ipynb": None,
    "dashboard.ipynb": VIEW,
}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_from_top_to_bottom_and_ends_as_it_is_meant_to(path, execute):
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    last = execute(cells)[-1][-1]
    kind = ENDS_IN[path.name]
    assert last.output_type == "stream" if kind is None else kind in last.data


def test_the_sweep_runs_unattended_with_parameters_of_its_own(environment, tmp_path):
    made = tmp_path / "made.ipynb"
    command = [
        sys.executable,
        "-m",
        "papermill",
        "--no-progress-bar",
        str(ROOT / "notebooks" / "03-sweep.ipynb"),
        str(made),
    ]
    given = ["-p", "folder", "other", "-y", "seeds: [7]"]
    own = {"GENWIDGET_DATA_DIR": str(tmp_path), "GENWIDGET_SANDBOX_DIR": str(tmp_path)}
    done = subprocess.run(
        [*command, *given],
        cwd=tmp_path,
        env=environment | own,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    cells = nbformat.read(made, as_version=4).cells
    texts = "".join(output.get("text", "") for cell in cells for output in cell.get("outputs", []))
    assert "ended {'done': 4}" in texts
    assert "2 of 4 pictures are wide" in texts
    assert len(list((tmp_path / "other").glob("*.jpg"))) == 4


def test_no_notebook_holds_a_picture_or_the_state_of_a_widget():
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        assert "widgets" not in notebook.metadata
        assert "image/png" not in path.read_text(encoding="utf-8")
