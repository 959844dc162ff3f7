"""A kernel that ends in mid-run: the page says so by itself, although nobody touches it."""

import contextlib
import os
import re
import signal
import threading
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from genwidget.sandbox import Sandbox
from tests.browser.conftest import keep_screenshot, new_page
from tests.browser.limits import LIMIT_S
from tests.browser.panel import PlaygroundView
from tests.browser.side_panel import OWN_PATH, SidePanel, use_sandbox

SHOW = 'from genwidget import Playground\npg = Playground(region="sandbox")\npg'
#: Closes every document without asking, and every question of JupyterLab.
CLOSE_ALL = """
() => {
  for (const one of [...window.jupyterapp.shell.widgets("main")]) one.dispose();
  for (const one of document.querySelectorAll(".jp-Dialog .jp-Dialog-button")) one.click();
}
"""
#: How often the page changed in a second; a stopwatch changes it ten times, a countdown four.
CHANGES = """
(root) => new Promise((resolve) => {
  let changes = 0;
  const watcher = new MutationObserver((records) => { changes += records.length; });
  watcher.observe(root, { childList: true, subtree: true, characterData: true });
  setTimeout(() => { watcher.disconnect(); resolve(changes); }, 1000);
})
"""


@pytest.fixture
def sandbox(sandbox_port):
    """A sandbox in which a picture takes a minute."""
    with Sandbox(sandbox_port, speed=0.05) as one:
        yield one


def kill(kernel_id):
    """End the kernel's process at once, as running out of memory would."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if f"kernel-{kernel_id}" in (process / "cmdline").read_text(errors="replace"):
                os.kill(int(process.name), signal.SIGKILL)


def start_run(view, sandbox, moment):
    """Press Send, and wait until the run is where it is to be met; the prompt goes on being typed meanwhile."""
    if moment == "mid-POST":
        sandbox.faults.add(kind="hang", route="generate", count=1)
    view.send.click()
    if moment == "mid-POST":
        await_post(sandbox)
        expect(view.timeline.get_by_text("Sending request", exact=True)).to_be_visible()
    else:
        expect(view.timeline.get_by_text("Accepted", exact=True)).to_be_visible()


def posts(sandbox):
    return [one for one in sandbox.requests if one.method == "POST"]


def await_post(sandbox):
    """Wait until the sandbox has the paid request."""
    deadline, pause = time.monotonic() + LIMIT_S, threading.Event()
    while not posts(sandbox):
        assert time.monotonic() < deadline, "the request never came"
        pause.wait(0.05)


def expect_told(view):
    """The view says that it is not connected, looks dead, and can do nothing.

    How soon, by the page's own clock, is held by js/test/heartbeat.test.tsx; here the machine may be slow.
    """
    alert = view.root.get_by_role("alert").filter(has_text=re.compile("^Not connected"))
    expect(alert).to_contain_text("Run its cell again")
    for name in ("Send request", "Sending...", "Cancel", "Resume", "Lock API key", "Unlock API key"):
        expect(view.root.get_by_role("button", name=name, exact=True, disabled=False)).to_have_count(0)
    expect(view.root.locator(".gw-spin, .now, [aria-busy=true]")).to_have_count(0)
    # The page may have said by its own clock that the kernel no longer answers; the host's word that it has ended comes
    # when the host asks its server again, perhaps just now, and changes the sentence.
    end = time.monotonic() + LIMIT_S
    while (changes := view.root.evaluate(CHANGES)) > 0:
        assert time.monotonic() < end, f"it never stands still: {changes} changes in a second"


def ways(panel, server):
    """Return the ways in which the kernel of a notebook ends."""
    context = "window.jupyterapp.shell.currentWidget.sessionContext"
    kernel_id = server.sessions()[panel.name]["kernel"]["id"]
    return {
        "restarted from its menu": lambda: panel.page.evaluate(f"() => void {context}.session.kernel.restart()"),
        "restarted from elsewhere": lambda: server.api(f"kernels/{kernel_id}/restart", "POST"),
        "killed": lambda: kill(kernel_id),
        "shut down from its menu": lambda: panel.page.evaluate(f"() => void {context}.shutdown()"),
        "shut down from elsewhere": lambda: server.api(f"sessions/{server.sessions()[panel.name]['id']}", "DELETE"),
    }


@pytest.fixture(scope="module")
def shared_panel(chromium, panel_server):
    """One JupyterLab for the cells of this file; each test has a notebook and a kernel of its own in it."""
    page = new_page(chromium)
    yield SidePanel(page, panel_server).goto()
    page.close()


@pytest.fixture
def beside(shared_panel, panel_server, sandbox, request):
    """The file's JupyterLab, without the documents, kernels and questions of the test before."""
    shared_panel.page.evaluate(CLOSE_ALL)
    panel_server.end_all()
    yield shared_panel
    keep_screenshot(request, shared_panel.page)


@pytest.mark.parametrize(
    ("way", "moment"),
    [
        ("restarted from its menu", "mid-run"),
        ("restarted from elsewhere", "mid-POST"),
        ("killed", "mid-run"),
        ("shut down from its menu", "mid-POST"),
        ("shut down from elsewhere", "mid-run"),
    ],
)
def test_a_cells_view_tells_untouched_that_its_kernel_was(beside, panel_server, sandbox, way, moment):
    beside.open_beside(SHOW)
    beside.run_all()
    view = PlaygroundView(beside.page.locator(".jp-Notebook")).wait()
    view.lock_sandbox_key()
    view.write_prompt("Typed before")
    start_run(view, sandbox, moment)
    ways(beside, panel_server)[way]()
    expect_told(view)
    expect(view.control("generation_prompt")).to_have_value("Typed before")
    sent = posts(sandbox)
    view.control("generation_prompt").press("Control+Enter")
    expect(view.send).to_be_disabled()
    assert posts(sandbox) == sent


@pytest.mark.parametrize(
    ("way", "moment"), [("restarted", "mid-POST"), ("killed", "mid-run"), ("shut down", "mid-POST")]
)
def test_the_panel_tells_untouched_that_its_kernel_was(panel, panel_server, sandbox, way, moment):
    view = use_sandbox(panel.goto().show())
    start_run(view, sandbox, moment)
    kernel_id = panel_server.own_kernel()
    old = view.root.element_handle()
    if way == "restarted":
        panel_server.api(f"kernels/{kernel_id}/restart", "POST")
    elif way == "killed":
        kill(kernel_id)
    else:
        panel_server.api(f"sessions/{panel_server.sessions()[OWN_PATH]['id']}", "DELETE")
    panel.page.wait_for_function("(old) => !old.isConnected", arg=old)
    if way == "shut down":
        panel.expect_notice("The kernel of the playground has ended.", "Start a kernel")
    else:
        expect(panel.view().timeline).to_have_count(0)


def test_a_dashboard_tells_untouched_that_its_kernel_was_killed(page, voila_server, sandbox, tmp_path):
    own = tmp_path / "pid"
    name = voila_server.write(f"import os, pathlib\npathlib.Path({str(own)!r}).write_text(str(os.getpid()))\n{SHOW}")
    page.goto(voila_server.address(name))
    view = PlaygroundView(page).wait()
    view.lock_sandbox_key()
    view.write_prompt()
    start_run(view, sandbox, "mid-POST")
    os.kill(int(own.read_text()), signal.SIGKILL)
    expect_told(view)


def test_a_dashboard_whose_kernel_is_busy_is_not_told_that_it_has_ended(page, voila_server, sandbox, tmp_path):
    """Without subshells a busy main thread answers nothing; the run goes on, and its beats are heard."""
    flag = tmp_path / "go"
    busy = "import time, pathlib\ndef hold(_):\n    end = time.monotonic() + 14\n"
    busy += f"    pathlib.Path({str(flag)!r}).touch()\n    while time.monotonic() < end: time.sleep(0.01)\n"
    busy += "from ipywidgets import Button\nhold_on = Button(description='Hold on')\nhold_on.on_click(hold)\n"
    name = voila_server.write(busy + "from IPython.display import display\ndisplay(hold_on)\n" + SHOW)
    page.goto(voila_server.address(name))
    view = PlaygroundView(page).wait()
    view.lock_sandbox_key()
    view.write_prompt()
    start_run(view, sandbox, "mid-run")
    page.get_by_role("button", name="Hold on").click()
    deadline, pause = time.monotonic() + LIMIT_S, threading.Event()
    while not flag.exists():
        assert time.monotonic() < deadline
        pause.wait(0.05)
    watched = page.evaluate(
        """(root) => new Promise((resolve) => {
          let told = false;
          const watcher = new MutationObserver(() => { told ||= root.textContent.includes("Not connected"); });
          watcher.observe(root, { childList: true, subtree: true });
          setTimeout(() => { watcher.disconnect(); resolve(told); }, 12_000);
        })""",
        view.root.element_handle(),
    )
    assert watched is False
    expect(view.cancel).to_be_enabled()
