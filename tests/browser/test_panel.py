"""The side panel on a kernel of its own, through reloads, restarts and deaths."""

import contextlib
import os
import re
import signal
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.lab import THEMES
from tests.browser.panel import AXE, AXE_FAULTS, PlaygroundView
from tests.browser.side_panel import OWN_PATH, PanelVoilaServer, to_input, use_sandbox

MISSING = (
    "genwidget is not installed in this kernel. In the kernel's environment and a clone of genwidget, run the command "
    "below. Then try again."
)
GONE = "The kernel of the playground has ended."


def test_without_a_notebook_it_starts_a_kernel_and_a_send_ends_in_a_picture(panel, panel_server):
    view = use_sandbox(panel.goto().show())
    view.send_and_end()
    expect(view.picture()).to_be_visible()
    assert list(panel_server.sessions()) == [OWN_PATH]
    expect(panel.kernel.get_by_role("option")).to_have_text(["Own kernel"])


def test_the_launcher_and_the_command_palette_open_it(panel):
    panel.goto().page.get_by_role("button", name="Playground", exact=True).click()
    panel.view()
    panel.close()
    panel.search_commands("Open Playground")
    panel.page.get_by_role("menuitem", name="Open Playground").click()
    panel.view()
    expect(panel.kernel).to_be_focused()


def test_a_reload_brings_back_the_kernel_the_values_and_the_run(panel, panel_server):
    view = use_sandbox(panel.goto().show())
    view.send_and_end()
    to_input(view)
    view.write_prompt("Not sent yet")
    kernel = panel_server.own_kernel()
    panel.await_saved_layout()
    panel.goto(is_new=False)
    view = panel.view()
    to_input(view)
    expect(view.control("generation_prompt")).to_have_value("Not sent yet")
    expect(view.unlock).to_be_visible()
    expect(view.key).to_have_value("")
    assert panel_server.own_kernel() == kernel
    view.root.get_by_role("tab", name="response", exact=True).click()
    expect(view.picture()).to_be_visible()
    to_input(view)
    view.send_and_end()
    expect(view.picture("Not sent yet")).to_be_visible()


def test_folding_the_sidebar_up_keeps_everything(panel, panel_server):
    view = panel.goto().show()
    view.write_prompt("Kept")
    panel.tab.click()
    expect(panel.root).to_be_hidden()
    view = panel.show()
    expect(view.control("generation_prompt")).to_have_value("Kept")
    assert list(panel_server.sessions()) == [OWN_PATH]


def fill_in(view):
    """Choose and type what is to be kept, and lock a key, which is not."""
    use_sandbox(view).pick_model("bfl/flux-2-pro")
    view.write_prompt("Kept by the page")
    view.control("generation_seed").fill("7")


def expect_kept(view):
    """The form is as it was, in the page and in the kernel; the key has gone with the kernel."""
    expect(view.region("Sandbox")).to_be_checked()
    expect(view.lock).to_be_visible()
    expect(view.model).to_have_value("bfl/flux-2-pro")
    expect(view.control("generation_prompt")).to_have_value("Kept by the page")
    expect(view.control("generation_seed")).to_have_value("7")
    view.lock_sandbox_key()
    view.send_and_end()
    expect(view.picture("Kept by the page")).to_be_visible()


def test_closing_and_opening_it_again_keeps_the_form_and_no_key(panel, panel_server):
    fill_in(panel.goto().show())
    kernel = panel_server.own_kernel()
    panel.close()
    panel.page.wait_for_function("() => [...window.jupyterapp.serviceManager.sessions.running()].length === 0")
    view = panel.show()
    assert panel_server.own_kernel() != kernel
    expect_kept(view)


def test_a_restart_from_elsewhere_brings_a_live_playground_back(panel, panel_server):
    view = panel.goto().show()
    fill_in(view)
    expect_kept(panel.await_another(view, panel_server.restart_own_kernel))


def test_a_kernel_that_crashes_is_restarted_and_the_playground_is_back(panel, panel_server):
    view = panel.goto().show()
    fill_in(view)
    expect_kept(panel.await_another(view, lambda: kill(panel_server.own_kernel())))


def kill(kernel_id):
    """End the kernel's process at once, as running out of memory would."""
    name = f"kernel-{kernel_id}"
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if name in (process / "cmdline").read_text(errors="replace"):
                os.kill(int(process.name), signal.SIGKILL)


def test_a_kernel_that_dies_for_good_leaves_a_sentence_and_restart(panel, panel_server):
    panel.goto().show()
    (panel_server.flags / "broken").touch()
    kill(panel_server.own_kernel())
    panel.expect_notice("The kernel has died.", "Restart")
    (panel_server.flags / "broken").unlink()
    panel.button("Restart").click()
    panel.view()
    assert list(panel_server.sessions()) == [OWN_PATH]


def test_a_kernel_ended_elsewhere_leaves_a_sentence_and_a_way_to_start_another(panel, panel_server):
    panel.goto().show()
    panel_server.api(f"sessions/{panel_server.sessions()[OWN_PATH]['id']}", "DELETE")
    panel.expect_notice(GONE, "Start a kernel")
    panel.button("Start a kernel").click()
    use_sandbox(panel.view()).send_and_end()


def test_a_kernel_that_is_missing_after_a_reload_is_not_started_unasked(panel, panel_server):
    panel.goto().show()
    panel.await_saved_layout()
    panel_server.end_all()
    panel.goto(is_new=False)
    panel.expect_notice(GONE, "Start a kernel")
    assert panel_server.sessions() == {}
    panel.button("Start a kernel").click()
    panel.view()


def test_after_a_reload_without_its_kernel_it_begins_where_it_was_and_nothing_typed_was_written_down(
    panel, panel_server
):
    view = panel.goto().show()
    view.region("APAC").click()
    view.pick_model("qwen/image")
    view.write_prompt("Nobody else's business")
    panel.await_saved_panel(region="jp", model_id="qwen/image")
    panel.await_saved_layout()
    assert "business" not in panel.saved_workspace()
    panel_server.end_all()
    panel.goto(is_new=False)
    panel.button("Start a kernel").click()
    view = panel.view()
    expect(view.region("APAC")).to_be_checked()
    expect(view.model).to_have_value("qwen/image")
    expect(view.control("generation_prompt")).to_have_value("")


def test_a_kernel_that_only_starts_is_not_called_busy(panel):
    panel.goto().page.locator("#genwidget-playground .gw-panel-live").wait_for(state="attached")
    panel.record_notices()
    panel.show()
    assert panel.recorded_notices()[0] == "Starting a kernel…"
    assert set(panel.recorded_notices()) <= {"Starting a kernel…", "Connecting to the kernel…"}


def test_a_kernel_without_genwidget_is_told_apart_and_tried_again(panel, panel_server):
    (panel_server.flags / "bare").touch()
    panel.goto().tab.click()
    panel.expect_notice(MISSING, "Try again")
    expect(panel.notice.get_by_role("code")).to_have_text('pip install ".[sandbox]"')
    (panel_server.flags / "bare").unlink()
    panel.button("Try again").click()
    panel.view()


def test_closing_ends_the_kernel_it_started_and_no_other(panel, panel_server):
    panel.open("1 + 1")
    panel.show()
    assert set(panel_server.sessions()) == {OWN_PATH, panel.name}
    panel.kernel.select_option(panel.name)
    panel.view()
    panel.close()
    panel.page.wait_for_function("() => [...window.jupyterapp.serviceManager.sessions.running()].length === 1")
    assert set(panel_server.sessions()) == {panel.name}
    assert panel.ask("'alive'") == "alive"


def test_closing_asks_before_it_ends_a_kernel_that_follows_a_run(panel, panel_server, sandbox):
    view = use_sandbox(panel.goto().show())
    sandbox.hold()
    view.send.click()
    expect(view.cancel).to_be_visible()
    to_input(view)
    view.write_prompt("Canceled, while the first goes on")
    view.send.click()
    expect(view.response.get_by_text("Canceled, while")).to_be_visible()
    view.cancel.click()
    view.expect_end("canceled")
    ask = panel.page.get_by_role("dialog", name="Close the playground")
    panel.root.get_by_role("button", name="Close panel").click()
    expect(ask).to_contain_text("A run is under way, and its kernel ends with the panel.")
    ask.get_by_role("button", name="Keep open").click()
    expect(ask).to_have_count(0)
    expect(panel.root.get_by_role("button", name="Close panel")).to_be_focused()
    panel.root.get_by_role("button", name="Close panel").click()
    ask.get_by_role("button", name="Close the playground").click()
    expect(panel.root).to_be_hidden()
    panel.page.wait_for_function("() => [...window.jupyterapp.serviceManager.sessions.running()].length === 0")
    sandbox.let_go()
    use_sandbox(panel.show())
    expect(panel.root.get_by_text("1 run was under way when its kernel ended")).to_be_visible()


def test_a_server_without_python_kernels_is_told(panel):
    panel.page.route("**/api/kernelspecs*", lambda route: route.fulfill(json={"default": "", "kernelspecs": {}}))
    panel.goto().tab.click()
    panel.expect_notice("No Python kernel is installed on this server.", "Try again")


def test_at_300_px_it_scrolls_down_only(panel):
    view = use_sandbox(panel.goto().show())
    view.send_and_end()
    sizes = panel.root.evaluate(
        """(root) => {
          const body = root.querySelector(".gw-panel-body");
          return [root.clientWidth, root.scrollWidth - root.clientWidth, body.scrollWidth - body.clientWidth,
                  body.scrollHeight > body.clientHeight];
        }"""
    )
    assert sizes == [300, 0, 0, True]


def test_axe_finds_nothing_in_its_frame_in_any_theme(panel, panel_server):
    (panel_server.flags / "bare").touch()
    panel.goto().tab.click()
    panel.expect_notice(MISSING, "Try again")
    panel.page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    for theme in THEMES:
        panel.set_theme(theme)
        assert panel.root.evaluate(AXE_FAULTS) == [], theme


def test_upstream_still_offers_what_the_panel_leans_on():
    """``registerWidgetManager`` is kept for compatibility only; js/src/sidebar/widget-manager.ts rests on it."""
    scripts = Path(sys.prefix, "share/jupyter/labextensions/@jupyter-widgets/jupyterlab-manager/static").glob("*.js")
    assert any(re.search(r"\bregisterWidgetManager\b", one.read_text(encoding="utf-8")) for one in scripts)


def test_voila_hears_nothing_of_it(page, tmp_path_factory):
    server = PanelVoilaServer(tmp_path_factory.mktemp("voila-panel")).start()
    said, loaded = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("response", lambda response: loaded.append(response.url))
    try:
        notebook = Path(__file__).parents[2] / "notebooks" / "01-quickstart.ipynb"
        server.copy_in(notebook)
        page.goto(server.address(notebook.name))
        PlaygroundView(page).wait()
    finally:
        server.stop()
    assert any("labextensions/genwidget/static/remoteEntry" in url for url in loaded)
    assert [text for text in said if "genwidget" in text] == []


_MOVE = """
(area) => {
  const { shell } = window.jupyterapp;
  const panel = ["left", "right", "main"].flatMap((one) => [...shell.widgets(one)])
    .find((one) => one.id === "genwidget-playground");
  shell.move(panel, area);
  shell.activateById(panel.id);
}
"""


def main_tab(panel):
    """Return the panel's tab among the documents."""
    return panel.page.get_by_role("main").get_by_role("tab", name="Playground", exact=True)


@pytest.mark.parametrize("way", ["its own button", "the tab's icon"])
def test_among_the_documents_closing_closes_its_tab_and_folds_no_sidebar(panel, panel_server, way):
    panel.goto().show()
    files = panel.page.get_by_role("region", name="File Browser Section").first
    panel.page.evaluate(_MOVE, "main")
    expect(main_tab(panel)).to_have_count(1)
    panel.view()
    for side in ("Left", "Right"):
        panel.page.evaluate(f"() => window.jupyterapp.shell.expand{side}()")
    shown = panel.page.evaluate("() => [jupyterapp.shell.leftCollapsed, jupyterapp.shell.rightCollapsed]")
    assert shown == [False, False]
    expect(files).to_be_visible()
    if way == "its own button":
        panel.root.get_by_role("button", name="Close panel").click()
    else:
        main_tab(panel).locator(".lm-TabBar-tabCloseIcon").click()
    expect(main_tab(panel)).to_have_count(0)
    expect(panel.root).to_have_count(0)
    panel.page.wait_for_function("() => [...window.jupyterapp.serviceManager.sessions.running()].length === 0")
    assert panel_server.sessions() == {}
    shown = panel.page.evaluate("() => [jupyterapp.shell.leftCollapsed, jupyterapp.shell.rightCollapsed]")
    assert shown == [False, False]
    panel.command("genwidget:open")
    expect(main_tab(panel)).to_have_count(1)
    panel.view()
    panel.page.evaluate(_MOVE, "left")
    panel.view()
    panel.close()
    expect(panel.tab).to_be_visible()
    assert panel.page.evaluate("() => jupyterapp.shell.rightCollapsed") is False
