"""What every test needs: an asyncio backend, and folders of its own."""

import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    """No test reads or writes the user's ledger, cache or sandbox state."""
    monkeypatch.setenv("GENWIDGET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GENWIDGET_SANDBOX_DIR", str(tmp_path / "sandbox"))
