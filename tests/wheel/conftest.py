"""The browser and page fixtures of the browser tests serve here too."""

from tests.browser.conftest import chromium, page, playwright, pytest_runtest_makereport

__all__ = ["chromium", "page", "playwright", "pytest_runtest_makereport"]
