"""The side panel: on a kernel of its own or a notebook's, through reloads, restarts and deaths."""

import contextlib
import os
import re
import signal
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.panel import PROMPT, PlaygroundView
from tests.browser.side_panel import OWN_PATH, PanelServer, PanelVoilaServer, SidePanel

AXE = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"
MISSING = "genwidget is not installed in this kernel. Install it there, then try again."
GONE = "The kernel of the playground has ended."


@pytest.fixture(scope="module")
def panel_server(tmp_path_factory, sandbox_port):
    sandbox_url = f"http://127.0.0.1:{sandbox_port}"
    server = PanelServer(tmp_path_factory.mktemp("panel"), GENWIDGET_SANDBOX_URL=sandbox_url)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def panel(page, panel_server, sandbox):
    """A page on JupyterLab with no kernel running."""
    panel_server.end_all()
    return SidePanel(page, panel_server)


def to_input(view):
    """Turn to the form: at this width it shares its place with the response, which a send brings forward."""
    view.root.get_by_role("tab", name="input", exact=True).click()


def use_sandbox(view):
    view.region("Sandbox").click()
    view.lock_sandbox_key()
    view.write_prompt()
    return view


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
    panel.page.keyboard.press("Control+Shift+c")
    panel.page.keyboard.type("Open Playground")
    panel.page.get_by_role("menuitem", name="Open Playground").click()
    panel.view()
    expect(panel.kernel).to_be_focused()


def test_a_reload_brings_back_the_kernel_the_values_and_the_run(panel, panel_server):
    view = use_sandbox(panel.goto().show())
    view.send_and_end()
    to_input(view)
    view.write_prompt("Not sent yet")
    kernel = panel_server.own_kernel()
    await_saved_layout(panel)
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


def await_saved_layout(panel):
    """Wait until JupyterLab has written down what is open; a reload before that forgets it, as for any panel."""
    panel.page.wait_for_function(
        """async (name) => {
          const { workspaces } = window.jupyterapp.serviceManager;
          const { data } = await workspaces.fetch("default");
          return JSON.stringify(data["layout-restorer:data"] ?? {}).includes(name) && "genwidget:panel" in data;
        }""",
        arg="genwidget-playground",
    )


def test_folding_the_sidebar_up_keeps_everything(panel, panel_server):
    view = panel.goto().show()
    view.write_prompt("Kept")
    panel.tab.click()
    expect(panel.root).to_be_hidden()
    view = panel.show()
    expect(view.control("generation_prompt")).to_have_value("Kept")
    assert list(panel_server.sessions()) == [OWN_PATH]


def test_a_restart_from_elsewhere_brings_a_live_playground_back(panel, panel_server):
    view = panel.goto().show()
    view.write_prompt("Lost with the kernel")
    panel_server.api(f"kernels/{panel_server.own_kernel()}/restart", "POST")
    expect(view.control("generation_prompt")).to_have_value("", timeout=45_000)
    use_sandbox(panel.view()).send_and_end()


def test_a_kernel_that_crashes_is_restarted_and_the_playground_is_back(panel, panel_server):
    view = panel.goto().show()
    view.write_prompt("Lost with the kernel")
    kill(panel_server.own_kernel())
    expect(view.control("generation_prompt")).to_have_value("", timeout=45_000)
    use_sandbox(panel.view()).send_and_end()


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
    panel.expect_notice("The kernel has died.", "Restart", limit_s=60)
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
    await_saved_layout(panel)
    panel_server.end_all()
    panel.goto(is_new=False)
    panel.expect_notice(GONE, "Start a kernel")
    assert panel_server.sessions() == {}
    panel.button("Start a kernel").click()
    panel.view()


def test_a_kernel_without_genwidget_is_told_apart_and_tried_again(panel, panel_server):
    (panel_server.flags / "bare").touch()
    panel.goto().tab.click()
    panel.expect_notice(MISSING, "Try again")
    expect(panel.notice.get_by_role("code")).to_have_text("pip install genwidget")
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


def test_a_server_without_python_kernels_is_told(panel):
    panel.page.route("**/api/kernelspecs*", lambda route: route.fulfill(json={"default": "", "kernelspecs": {}}))
    panel.goto().tab.click()
    panel.expect_notice("No Python kernel is installed on this server.", "Try again")


def test_on_a_notebooks_kernel_a_cell_has_the_playground_on_show(panel, panel_server, tmp_path):
    panel.open("x = 1")
    panel.run_all()
    before = panel.ask("[len(In), sorted(set(globals()) - {'_json'})]")
    panel.show()
    panel.kernel.select_option(panel.name)
    view = use_sandbox(panel.view())
    assert panel.ask("[len(In), sorted(set(globals()) - {'_json'})]") == before
    view.send_and_end()
    panel.execute("import genwidget")
    assert panel.ask("genwidget.panel().values['generation_prompt']") == PROMPT
    saved = panel.ask(f"str(genwidget.panel().runs[0].outputs[0].save({str(tmp_path)!r} + '/seal.png'))")
    assert Path(saved).stat().st_size > 1000
    to_input(view)
    panel.execute("genwidget.panel().values = {**genwidget.panel().values, 'generation_prompt': 'From the cell'}")
    expect(view.control("generation_prompt")).to_have_value("From the cell")


def test_a_cell_and_the_panel_show_one_playground(panel):
    panel.open("import genwidget\ngenwidget.panel()")
    panel.run_all()
    cell = PlaygroundView(panel.page.locator(".jp-Notebook")).wait()
    panel.tab.click()
    panel.view()
    panel.kernel.select_option(panel.name)
    view = panel.view()
    cell.write_prompt("Typed in the cell")
    expect(view.control("generation_prompt")).to_have_value("Typed in the cell")


def test_a_reload_returns_to_the_notebooks_kernel(panel):
    panel.open("1")
    panel.show()
    panel.kernel.select_option(panel.name)
    panel.view().write_prompt("In the notebook")
    await_saved_layout(panel)
    panel.goto(is_new=False)
    expect(panel.view().control("generation_prompt")).to_have_value("In the notebook")
    expect(panel.kernel.locator("option:checked")).to_have_text(panel.name)


def test_each_kernel_keeps_its_own_playground(panel):
    panel.open("1")
    panel.show().write_prompt("Mine")
    panel.kernel.select_option(panel.name)
    panel.view().write_prompt("The notebook's")
    panel.kernel.select_option("Own kernel")
    expect(panel.view().control("generation_prompt")).to_have_value("Mine")
    panel.kernel.select_option(panel.name)
    expect(panel.view().control("generation_prompt")).to_have_value("The notebook's")


def test_a_busy_kernel_is_waited_for(panel):
    panel.open("1")
    panel.show()
    panel.start("import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)")
    panel.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'busy'"
    )
    panel.kernel.select_option(panel.name)
    panel.expect_notice("The kernel is busy. The playground appears when it is free.")
    (panel.server.notebooks / "go").touch()
    panel.view()
    (panel.server.notebooks / "go").unlink()


def test_a_notebook_that_is_closed_can_be_opened_again_with_its_playground(panel):
    panel.open("1")
    panel.show()
    panel.kernel.select_option(panel.name)
    panel.view().write_prompt("Kept by the kernel")
    panel.save()
    panel.command("application:close")
    panel.expect_notice(f"{panel.name} is not open.", "Open it", "Use own kernel")
    expect(panel.kernel.locator("option:checked")).to_have_text(f"{panel.name} (not open)")
    panel.button("Open it").click()
    expect(panel.view().control("generation_prompt")).to_have_value("Kept by the kernel")


def test_a_notebook_whose_kernel_was_shut_down_gets_another(panel):
    panel.open("1")
    panel.show()
    panel.kernel.select_option(panel.name)
    panel.view()
    panel.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    panel.expect_notice(f"{panel.name} has no kernel.", "Start a kernel", "Use own kernel")
    panel.button("Start a kernel").click()
    use_sandbox(panel.view()).send_and_end()


def test_a_kernel_of_another_language_is_refused(panel):
    panel.open("1", metadata={"kernelspec": {"name": "other", "display_name": "other", "language": "other"}})
    panel.show()
    panel.kernel.select_option(panel.name)
    panel.expect_notice(f"The kernel of {panel.name} does not speak Python.", "Use own kernel")
    panel.button("Use own kernel").click()
    panel.view()


def test_it_works_by_keyboard_alone_and_no_key_reaches_the_notebook(panel):
    panel.open("first = 1", "last = 1")
    cells = panel.cell_sources()
    panel.page.keyboard.press("Control+Shift+c")
    panel.page.keyboard.type("Open Playground")
    panel.page.keyboard.press("Enter")
    panel.view()
    expect(panel.kernel).to_be_focused()
    for key in ("a", "b", "d", "d", "x"):
        panel.page.keyboard.press(key)
    panel.kernel.focus()
    panel.page.keyboard.press("ArrowDown")
    expect(panel.kernel.locator("option:checked")).to_have_text(panel.name)
    panel.view()
    panel.page.keyboard.press("Tab")
    expect(panel.root.get_by_role("button", name="Close panel")).to_be_focused()
    panel.page.keyboard.press("Enter")
    expect(panel.root).to_be_hidden()
    assert panel.cell_sources() == cells


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


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_axe_finds_nothing_in_its_frame(panel, panel_server, theme):
    (panel_server.flags / "bare").touch()
    panel.goto().command("apputils:change-theme", theme=theme)
    panel.tab.click()
    panel.expect_notice(MISSING, "Try again")
    panel.page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    found = panel.page.evaluate("async () => (await axe.run('#genwidget-playground')).violations.map((one) => one.id)")
    assert found == []


def test_upstream_still_offers_what_the_panel_leans_on():
    """``registerWidgetManager`` is kept for compatibility only; without it js/src/panel/manager.ts is at an end."""
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
