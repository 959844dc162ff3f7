"""Driving JupyterLab: notebooks are made of cells, run through the exposed app, and asked from inside the page."""

import json
import secrets

import nbformat
from playwright.sync_api import Page, expect

from tests.browser.limits import LIMIT_S

THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")

_KERNEL_IS_READY = """
() => {
  const session = window.jupyterapp?.shell.currentWidget?.sessionContext;
  return !!session && session.isReady && session.session?.kernel?.status === "idle";
}
"""

_ASK = """
async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code, store_history: false, allow_stdin: false });
  let text = "", failure = null;
  future.onIOPub = (message) => {
    if (message.header.msg_type === "stream") text += message.content.text;
    if (message.header.msg_type === "error") failure = message.content.ename + ": " + message.content.evalue;
  };
  await future.done;
  return { text, failure };
}
"""

_SET_CELLS = """
async (sources) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const shared = notebook.model.sharedModel;
  shared.transact(() => {
    shared.deleteCellRange(0, shared.cells.length);
    shared.insertCells(0, sources.map((source) => ({ cell_type: "code", source, metadata: {}, outputs: [] })));
  });
  notebook.activeCellIndex = 0;
}
"""

_CELL_SOURCES = """
() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells.map((cell) => cell.getSource())
"""


class KernelFailure(AssertionError):
    """Code that a test ran in the kernel raised."""


class LabPage:
    """One browser page on one notebook of a Lab server."""

    def __init__(self, page: Page, server):
        self.page = page
        self.server = server
        self.name = ""

    def open(self, *cells, metadata=None):
        """Open a new notebook with these cells; none has run yet."""
        return self.load(self.write(*cells, metadata=metadata))

    def open_beside(self, *cells):
        """Open a new notebook in the page as it is, as a person does in the file browser."""
        self.name = self.write(*cells)
        self.command("docmanager:open", path=self.name)
        self.wait_for_kernel()

    def write(self, *cells, metadata=None):
        """Write a new notebook where the server finds it, and return its name."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
            | (metadata or {}),
        )
        name = f"test-{secrets.token_hex(4)}.ipynb"
        nbformat.write(notebook, self.server.notebooks / name)
        return name

    def load(self, name):
        """Open a notebook of the server's folder and wait for its kernel."""
        self.name = name
        self.page.goto(self.server.address(name))
        self.wait_for_kernel()
        return self

    def wait_for_kernel(self):
        self.page.wait_for_function(_KERNEL_IS_READY)

    def wait_until(self, condition, imports="time"):
        """Wait until an expression holds in the kernel; an AssertionError with it where it never does."""
        self.execute(
            f"import {imports}\n_end = time.monotonic() + {LIMIT_S}\nwhile not ({condition}):\n"
            f"    assert time.monotonic() < _end, {condition!r}\n    time.sleep(0.05)"
        )

    def wait_for_subshell(self):
        """Wait until widgets' messages have a thread of their own; JupyterLab makes it soon after the first widget."""
        self.wait_until("any(t.name.startswith('subshell') for t in threading.enumerate())", "threading, time")

    def command(self, name, **arguments):
        """Run a command of the app, as its menus do."""
        self.page.evaluate(
            "([name, arguments]) => window.jupyterapp.commands.execute(name, arguments).then(() => null)",
            [name, arguments],
        )

    def set_theme(self, theme):
        self.command("apputils:change-theme", theme=theme)
        expect(self.page.locator(f'body[data-jp-theme-name="{theme}"]')).to_be_attached()

    def run_all(self):
        """Run every cell and wait for the last to end."""
        self.command("notebook:run-all-cells")

    def show(self, *sources):
        """Replace the cells by these and run them."""
        self.page.evaluate(_SET_CELLS, list(sources))
        self.run_all()

    def start(self, *sources):
        """Replace the cells by these and run them, without waiting for their end."""
        self.page.evaluate(_SET_CELLS, list(sources))
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")

    def ask(self, expression):
        """Return the value of a Python expression in the kernel; it must be JSON."""
        return json.loads(self.execute(f"import json as _json; print(_json.dumps({expression}))"))

    def execute(self, code):
        """Run code in the kernel and return what it printed."""
        answer = self.page.evaluate(_ASK, code)
        if answer["failure"]:
            raise KernelFailure(answer["failure"])
        return answer["text"]

    def cell_sources(self):
        """Return the text of every cell."""
        return self.page.evaluate(_CELL_SOURCES)

    def save(self):
        self.command("docmanager:save")
        expect(self.page.locator(".jp-mod-dirty")).to_have_count(0)
        return self.server.notebooks / self.name
