"""The playground in JupyterLab's own themes: its colours come from them."""

import pytest
from playwright.sync_api import expect

from tests.browser.lab import THEMES
from tests.browser.panel import AXE, AXE_FAULTS


@pytest.fixture
def themed(notebook):
    """The shared notebook; it is light again after the test."""
    yield notebook
    notebook.set_theme(THEMES[0])


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_before_during_and_after_a_run(show, themed, sandbox, theme):
    themed.set_theme(theme)
    view = show()
    themed.page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    assert view.root.evaluate(AXE_FAULTS) == []
    view.lock_sandbox_key()
    sandbox.hold()
    view.write_prompt()
    view.send.click()
    expect(view.cancel).to_be_visible()
    assert view.root.evaluate(AXE_FAULTS) == []
    view.cancel.click()
    view.expect_end("canceled")
    sandbox.let_go()
    view.send_and_end()
    expect(view.picture()).to_be_visible()
    for name in ("Manage content", "History"):
        view.root.locator("button[aria-expanded]").filter(has_text=name).click()
    assert view.root.evaluate(AXE_FAULTS) == []
    view.write_prompt("")
    view.send.click()
    view.expect_alert("Missing required field: generation_prompt")
    assert view.root.evaluate(AXE_FAULTS) == []
