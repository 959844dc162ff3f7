"""What every test needs: an asyncio backend, and folders of its own."""

import os

import hypothesis
import pytest

# No example is a failure for being slow: how long it takes is the machine's. `make fuzz` draws more of them, and anew.
hypothesis.settings.register_profile("drawn", deadline=None)
hypothesis.settings.register_profile("fuzz", deadline=None, max_examples=2_000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "drawn"))


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    """No test reads or writes the user's ledger, cache or sandbox state."""
    monkeypatch.setenv("GENWIDGET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GENWIDGET_SANDBOX_DIR", str(tmp_path / "sandbox"))
