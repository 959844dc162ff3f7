"""No run of these tests touches the user's own ledger or sandbox."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from genwidget.sandbox.shared_server import state_dir
from genwidget.settings import data_dir

TESTS = {
    "in the test": "from genwidget.runs.ledger import Ledger\n"
    "    monkeypatch.delenv('GENWIDGET_DATA_DIR')\n"
    "    Ledger().rows()",
    "in a process of its own": "import os, subprocess, sys\n"
    "    environment = {k: v for k, v in os.environ.items() if not k.startswith('GENWIDGET_')}\n"
    "    program = 'from genwidget.runs.ledger import Ledger; Ledger().rows()'\n"
    "    subprocess.run([sys.executable, '-c', program], env=environment, check=True)",
    "nowhere": "from genwidget.runs.ledger import Ledger\n    Ledger().rows()",
}


@pytest.fixture(scope="session")
def early():
    """The folders of a fixture that is older than every test."""
    return data_dir(), state_dir()


def test_a_test_has_folders_of_its_own(tmp_path):
    assert [data_dir().parent, state_dir().parent] == [tmp_path, tmp_path]


def test_fixtures_of_the_session_have_none_of_the_users(early):
    assert {one.parent.parent for one in early} == {Path(tempfile.gettempdir())}


@pytest.mark.skipif(sys.platform != "linux", reason="the fence stands where platformdirs looks on Linux")
@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["one process", "a worker"])
@pytest.mark.parametrize("where", TESTS)
def test_a_run_in_which_the_users_folder_is_used_fails_and_says_so(where, workers, tmp_path):
    (tmp_path / "test_it.py").write_text(f"def test_it(monkeypatch):\n    {TESTS[where]}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # they take longer than the test
    done = subprocess.run(
        [*command, *workers, "--rootdir", tmp_path, tmp_path],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in done.stdout
    assert (done.returncode, "A test or a process of one has no GENWIDGET_DATA_DIR" in done.stdout) == (
        (0, False) if where == "nowhere" else (1, True)
    ), done.stdout
