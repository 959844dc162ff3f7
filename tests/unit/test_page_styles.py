"""Hosts without JupyterLab's style sheet (VS Code, Colab, marimo) show the page in colours and fonts of its own."""

import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "js" / "src"
USED = re.compile(r"var\(\s*(--jp-[\w-]+)\s*(,?)")
FILES = [
    one for one in sorted(SOURCES.rglob("*")) if one.suffix in {".css", ".ts", ".tsx"} and USED.search(one.read_text())
]


def test_there_are_such_files():
    assert {one.name for one in FILES} >= {"sidebar.css"}


@pytest.mark.parametrize("path", FILES, ids=lambda one: one.relative_to(SOURCES).as_posix())
def test_every_variable_of_jupyterlab_has_a_fallback(path):
    assert [name for name, comma in USED.findall(path.read_text(encoding="utf-8")) if not comma] == []
