"""The side panel on the kernel of an open notebook, through reloads, shutdowns and closing."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.panel import PROMPT, PlaygroundView
from tests.browser.side_panel import OWN_PATH, to_input, use_sandbox


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


def test_from_the_first_send_to_the_last_kernel(panel, panel_server, tmp_path):
    view = use_sandbox(panel.goto().show())
    view.send_and_end()
    expect(view.picture()).to_be_visible()
    panel.await_saved_layout()
    panel.goto(is_new=False)
    expect(panel.view().control("generation_prompt")).to_have_value(PROMPT)
    view = panel.await_another(panel.view(), panel_server.restart_own_kernel)
    expect(view.control("generation_prompt")).to_have_value(PROMPT)
    panel.open_beside("import genwidget")
    panel.run_all()
    panel.kernel.select_option(panel.name)
    use_sandbox(panel.view()).send_and_end()
    saved = panel.ask(f"str(genwidget.panel().runs[0].outputs[0].save({str(tmp_path)!r}))")
    assert Path(saved).stat().st_size > 1000
    panel.close()
    panel.page.wait_for_function("() => [...window.jupyterapp.serviceManager.sessions.running()].length === 1")
    assert set(panel_server.sessions()) == {panel.name}
    panel.command("notebook:shutdown-kernel")
    panel.page.wait_for_function("() => [...window.jupyterapp.serviceManager.sessions.running()].length === 0")
    assert panel_server.api("kernels") == []


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
    panel.await_saved_layout()
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


def test_closed_and_opened_again_it_is_on_the_notebook_that_it_was_on_while_that_has_a_kernel(panel, panel_server):
    panel.open("1")
    panel.show()
    panel.kernel.select_option(panel.name)
    panel.view().write_prompt("Kept by the kernel")
    panel.close()
    panel.page.wait_for_function("() => [...window.jupyterapp.serviceManager.sessions.running()].length === 1")
    expect(panel.show().control("generation_prompt")).to_have_value("Kept by the kernel")
    expect(panel.kernel.locator("option:checked")).to_have_text(panel.name)
    assert set(panel_server.sessions()) == {panel.name}
    panel.close()
    panel.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    panel.show()
    expect(panel.kernel.locator("option:checked")).to_have_text("Own kernel")
    assert set(panel_server.sessions()) == {OWN_PATH}


def test_a_notebook_that_was_renamed_while_the_panel_was_closed_is_found_after_a_reload(panel):
    panel.open("1")
    panel.show()
    panel.kernel.select_option(panel.name)
    panel.view().write_prompt("Kept by the kernel")
    panel.close()
    panel.await_saved_panel(wasClosed=True)
    panel.await_saved_layout()
    panel.goto(is_new=False)
    renamed = f"renamed {panel.name}"
    panel.page.evaluate("paths => window.jupyterapp.serviceManager.contents.rename(...paths)", [panel.name, renamed])
    panel.await_saved_panel(choice=renamed)
    expect(panel.show().control("generation_prompt")).to_have_value("Kept by the kernel")
    expect(panel.kernel.locator("option:checked")).to_have_text(renamed)


def test_closing_asks_for_its_own_kernel_while_it_is_on_a_notebook(panel, panel_server, sandbox):
    panel.open("1")
    view = use_sandbox(panel.show())
    sandbox.hold()
    view.send.click()
    expect(view.cancel).to_be_visible()
    panel.kernel.select_option(panel.name)
    panel.view()
    panel.root.get_by_role("button", name="Close panel").click()
    ask = panel.page.get_by_role("dialog", name="Close the playground")
    expect(ask).to_contain_text("A run is under way, and its kernel ends with the panel.")
    ask.get_by_role("button", name="Keep open").click()
    sandbox.let_go()
    panel.kernel.select_option("Own kernel")
    panel.view().expect_end("succeeded")
    panel.kernel.select_option(panel.name)
    panel.view()
    panel.close()
    panel.page.wait_for_function("() => [...window.jupyterapp.serviceManager.sessions.running()].length === 1")


def test_json_that_is_half_typed_is_there_again_after_another_kernel_and_asked_about_before_it_is_lost(panel):
    panel.open("1")
    view = panel.show()
    half = '{"generation_prompt": "half'
    view.root.get_by_role("button", name="Body as JSON").click()
    text = view.root.get_by_label("Body as JSON text")
    text.fill(half)
    panel.kernel.select_option(panel.name)
    panel.view()
    panel.kernel.select_option("Own kernel")
    view = panel.view()
    view.root.get_by_role("button", name="Body as JSON").click()
    expect(text).to_have_value(half)
    panel.root.get_by_role("button", name="Close panel").click()
    ask = panel.page.get_by_role("dialog", name="Close the playground")
    expect(ask).to_contain_text("The text of the body is no JSON yet")
    ask.get_by_role("button", name="Keep open").click()
    expect(text).to_have_value(half)
    view.root.get_by_role("button", name="Discard text").click()
    panel.close()
    expect(ask).to_have_count(0)


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
    panel.search_commands("Open Playground")
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
