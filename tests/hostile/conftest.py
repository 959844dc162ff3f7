"""The counts stand at the end of the run's report, where nobody has to ask for them."""

import pytest

LINES = pytest.StashKey[list[str]]()


@pytest.fixture
def tell(request):
    """Take the lines that the end of the report shows."""
    return request.config.stash.setdefault(LINES, []).extend


def pytest_terminal_summary(terminalreporter, config):
    if lines := config.stash.get(LINES, []):
        terminalreporter.section("whatever a server may answer")
        terminalreporter.write("".join(f"{line}\n" for line in lines))
