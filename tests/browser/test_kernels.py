"""Busy, restarted and absent kernels; and the notebook's own keys, which the widget must not let through."""

import pytest
from playwright.sync_api import expect

from tests.browser.panel import PROMPT, PlaygroundView

SHOW = 'from genwidget import Playground\npg = Playground(region="sandbox")\npg'
# Busy until the test has seen what it wanted, however slow the machine; half of the time it holds the interpreter.
BUSY = """
import pathlib, time
started, seen = time.monotonic(), pathlib.Path({seen!r})
while not seen.exists() and time.monotonic() - started < 120:
    sum(range(100_000))
    time.sleep(0.002)
"""

START = """
(code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  window.isBusy = true;
  kernel.requestExecute({ code }).done.then(() => { window.isBusy = false; });
}
"""


def test_while_a_cell_is_busy_a_run_goes_on_and_a_click_is_served_once(lab, sandbox, tmp_path):
    lab.open(SHOW)
    lab.run_all()
    view = PlaygroundView(lab.page).wait()
    lab.wait_for_subshell()
    view.lock_sandbox_key()
    view.write_prompt()
    sandbox.hold()
    view.send.click()
    expect(view.cancel).to_be_visible()
    seen = tmp_path / "seen"
    lab.page.evaluate(START, BUSY.format(seen=str(seen)))
    sandbox.let_go()
    view.expect_end("succeeded")
    view.write_prompt("A second seal")
    view.send.click()
    expect(view.picture("A second seal")).to_be_visible()
    assert lab.page.evaluate("() => window.isBusy") is True
    seen.touch()
    lab.page.wait_for_function("() => window.isBusy === false")
    assert [one["generation_prompt"] for one in sandbox.generations] == [PROMPT, "A second seal"]


#: Gives the focus to an element that can have it, and tells what it is.
FOCUS = """
(one) => {
  one.focus();
  return document.activeElement === one ? one.getAttribute("role") ?? one.tagName : null;
}
"""


def focusable(view):
    """Return every element of the widget that the keyboard reaches, text boxes left out, then those alone."""
    return view.root.locator(
        "button, select, [tabindex='0'], input[type='checkbox'], input[type='radio'], [role='switch']"
    )


def test_with_the_focus_on_any_control_no_key_changes_a_cell(lab, sandbox):
    lab.open("first = 1", SHOW, "last = 1")
    lab.run_all()
    view = PlaygroundView(lab.page).wait()
    view.lock_sandbox_key()
    view.write_prompt()
    view.send_and_end()
    before = lab.cell_sources()
    tried = set()
    for element in focusable(view).element_handles():
        kind = element.evaluate(FOCUS)
        if kind is None:
            continue
        lab.page.keyboard.type("abddx")
        tried.add(kind)
        assert lab.cell_sources() == before, element.evaluate("(one) => one.outerHTML.slice(0, 200)")
        lab.page.keyboard.press("Escape")
    assert {"BUTTON", "SELECT", "tab", "radio", "separator"} <= tried
    prompt = view.control("generation_prompt")
    prompt.focus()
    prompt.press("End")
    lab.page.keyboard.type("abddx")
    expect(prompt).to_have_value(f"{PROMPT}abddx")
    assert lab.cell_sources() == before


def test_a_reload_brings_the_same_run_back_and_an_empty_key_field(lab, sandbox):
    lab.open(SHOW)
    lab.run_all()
    view = PlaygroundView(lab.page).wait()
    view.lock_sandbox_key()
    view.write_prompt()
    view.send_and_end()
    lab.save()
    lab.page.reload()
    lab.wait_for_kernel()
    view = PlaygroundView(lab.page).wait()
    expect(view.unlock).to_be_visible()
    expect(view.picture()).to_be_visible()
    expect(view.key).to_have_value("")
    view.send_and_end()
    assert len(sandbox.generations) == 2


def test_boxes_links_and_observers_work_as_for_any_widget(lab, sandbox):
    lab.open(
        "import ipywidgets\n" + SHOW.removesuffix("pg") + "seen = []\n"
        "pg.observe(lambda change: seen.append(len(change.new[0].read())), 'outputs')\n"
        "other = Playground()\n"
        "where = ipywidgets.Text(value='us', description='Where', continuous_update=False)\n"
        "link = ipywidgets.jslink((where, 'value'), (other, 'region'))\n"
        "ipywidgets.VBox([where, pg, other])"
    )
    lab.run_all()
    view = PlaygroundView(lab.page).wait()
    expect(lab.page.get_by_role("region", name="Playground", exact=True)).to_have_count(2)
    lab.page.get_by_label("Where").fill("eu")
    lab.page.get_by_label("Where").press("Enter")
    lab.page.wait_for_function(
        "() => document.querySelectorAll('.gw')[1].textContent.includes('https://api.eu.babysea.ai')"
    )
    assert lab.ask("[pg.region, other.region]") == ["sandbox", "eu"]
    view.lock_sandbox_key()
    view.write_prompt()
    view.send_and_end()
    expect(view.picture()).to_be_visible()
    assert lab.ask("seen == [len(pg.outputs[0].read())]")


@pytest.mark.parametrize("level", [10, 30])
def test_a_kernel_that_logs_its_messages_takes_no_key_from_the_page(show, notebook, level):
    view = show(before="from ipykernel.kernelapp import IPKernelApp\napp = IPKernelApp.instance()")
    notebook.execute(f"app.log_level = {level}")
    try:
        view.key.focus()
        if level == 10:
            expect(view.root).to_contain_text("This kernel logs its messages at DEBUG")
            expect(view.key).to_be_disabled()
            expect(view.lock).to_be_disabled()
        else:
            view.lock_sandbox_key()
    finally:
        notebook.execute("app.log_level = 30")
    assert notebook.ask("pg.locked") is (level == 30)
