"""Run the notebooks anew and keep what is stable of their outputs: ``python -m tests.notebooks.execute [NAME...]``.

Models of widgets have random ids and hold the whole page, so no view and no widget state is kept.
"""

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"
NAMES = ("01-quickstart.ipynb", "02-headless.ipynb", "03-sweep.ipynb")
#: The tag by which nbval too passes over what a cell puts out: a path, an address, a picture.
UNSTABLE = "nbval-ignore-output"
VIEW = "application/vnd.jupyter.widget-view+json"


def strip(notebook):
    """Take out what differs from run to run."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata.pop("execution", None)
        if UNSTABLE in cell.metadata.get("tags", []):
            cell.outputs, cell.execution_count = [], None
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(VIEW, None)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"GENWIDGET_DATA_DIR": folder, "GENWIDGET_SANDBOX_DIR": folder}
        for name in sys.argv[1:] or NAMES:
            notebook = nbformat.read(FOLDER / name, as_version=4)
            NotebookClient(notebook, timeout=120, store_widget_state=False).execute(cwd=folder)
            strip(notebook)
            nbformat.write(notebook, FOLDER / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
