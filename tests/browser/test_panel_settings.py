"""The panel's settings in JupyterLab's settings editor, and what each of them does."""

import json
import shutil
import time

import pytest
from playwright.sync_api import expect

from tests.browser.side_panel import OWN_PATH, PanelServer, SidePanel

PANEL = "genwidget-playground"
CHOSEN = {"side": "left", "openAtStart": True, "region": "eu", "kernel": "second"}


@pytest.fixture
def server(tmp_path, sandbox_port):
    """JupyterLab with two Python kernels, in which a person has chosen everything otherwise."""
    one = PanelServer(tmp_path, GENWIDGET_SANDBOX_URL=f"http://127.0.0.1:{sandbox_port}")
    kernels = tmp_path / "share" / "kernels"
    shutil.copytree(kernels / "python3", kernels / "second")
    chosen = tmp_path / "settings" / "genwidget"
    chosen.mkdir(parents=True)
    (chosen / "panel.jupyterlab-settings").write_text(json.dumps(CHOSEN), encoding="utf-8")
    yield one.start()
    one.stop()


def test_the_panel_opens_at_start_on_its_side_with_its_region_and_kernel(page, server, sandbox):
    panel = SidePanel(page, server).goto()
    view = panel.view()
    box = panel.root.bounding_box()
    assert box["x"] + box["width"] < page.viewport_size["width"] / 2
    expect(view.region("EU")).to_be_checked()
    assert server.sessions()[OWN_PATH]["kernel"]["name"] == CHOSEN["kernel"]


def test_another_side_moves_the_panel_at_once_and_for_good(page, server, sandbox):
    panel = SidePanel(page, server).goto()
    panel.view().write_prompt("Typed before")

    def expect_on_the_right():
        page.wait_for_function(
            f"() => document.querySelector('#{PANEL}').getBoundingClientRect().left > innerWidth / 2"
        )
        expect(panel.view().control("generation_prompt")).to_have_value("Typed before")

    panel.command("settingeditor:open", query="Playground")
    page.locator("select[id$='_side']").select_option("right")
    expect_on_the_right()
    end = time.monotonic() + 60
    while PANEL not in json.loads(panel.saved_workspace())["layout-restorer:data"]["right"].get("widgets", []):
        assert time.monotonic() < end, "where it stands was not written down"
    panel.goto(is_new=False)
    expect_on_the_right()


def test_the_settings_editor_has_each_setting(page, server, sandbox):
    panel = SidePanel(page, server).goto()
    panel.view()
    panel.command("settingeditor:open", query="Playground")
    editor = page.locator("#setting-editor, .jp-SettingsPanel").last
    for title in ("Side", "Open at start", "Default region", "Default kernel"):
        expect(editor.get_by_text(title, exact=True).first).to_be_visible()
