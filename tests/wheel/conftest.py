"""The browser and page fixtures of the browser tests serve here too."""

from tests.browser.conftest import chromium, page, playwright, pytest_runtest_makereport

__all__ = ["chromium", "page", "playwright", "pytest_runtest_makereport"]


def pytest_addoption(parser):
    parser.addoption("--environment", help="the folder of an environment that has the wheel, in place of a new one")
