"""What every test needs: an asyncio backend, and folders of its own.

The folders of the environment are set before anything is collected, so that a fixture of the session, a thread that
outlives its test and every process that tests start have them too. A process that is given neither finds the fence in
the place of the user's data, and one that steps on it fails the whole run.
"""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import hypothesis
import pytest

# No example is a failure for being slow: how long it takes is the machine's. `make fuzz` draws more of them, and anew.
hypothesis.settings.register_profile("drawn", deadline=None)
hypothesis.settings.register_profile("fuzz", deadline=None, max_examples=500, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "drawn"))

# A shell that starts the tests in the background has SIGINT ignored, in every process that they start too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

FOLDER = Path(tempfile.mkdtemp(prefix="genwidget-tests-"))
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
#: Where platformdirs finds the user's data, on Linux; that of a worker is that of the run which started it.
FENCE = Path(os.environ["XDG_DATA_HOME"]) if IS_WORKER else FOLDER / "fence"
os.environ |= {
    "GENWIDGET_DATA_DIR": str(FOLDER / "data"),
    "GENWIDGET_SANDBOX_DIR": str(FOLDER / "sandbox"),
    "XDG_DATA_HOME": str(FENCE),
}


def pytest_sessionfinish(session):
    """Fail a run in which something took the user's own data folder, and tidy up."""
    if not IS_WORKER and (FENCE / "genwidget").exists():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        session.config.stash[FENCED] = sorted(str(one.relative_to(FENCE)) for one in FENCE.rglob("*"))
    shutil.rmtree(FOLDER, ignore_errors=True)


FENCED = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter, config):
    if found := config.stash.get(FENCED, []):
        terminalreporter.section("the user's own data folder was used", red=True)
        terminalreporter.write_line(f"A test or a process of one has no GENWIDGET_DATA_DIR: {', '.join(found)}")


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    """Each test has a ledger and a sandbox's state of its own."""
    monkeypatch.setenv("GENWIDGET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GENWIDGET_SANDBOX_DIR", str(tmp_path / "sandbox"))
