"""What ``make lite`` builds, and what it builds from."""

import sys
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
STORE = Path(sys.prefix) / "lite"
FOLDER = TREE / "build" / "lite"


@pytest.fixture(scope="session")
def store():
    assert STORE.is_dir(), "`make lite` fetches Pyodide and the wheels"
    return STORE


@pytest.fixture(scope="session")
def folder():
    assert (FOLDER / "static" / "pyodide").is_dir(), "`make lite` builds the page"
    return FOLDER
