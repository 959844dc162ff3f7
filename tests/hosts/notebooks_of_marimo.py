"""marimo, as an app and as a notebook that is edited."""

import re
import secrets
from typing import ClassVar

from playwright.sync_api import expect

from tests.browser.servers import Server
from tests.hosts.host import PageHost
from tests.hosts.labs import VoilaHost

HEAD = """
import marimo

app = marimo.App(width="full")


@app.cell
def _():
    import os
    import pathlib
    import time

    import marimo as mo
    from genwidget import Playground

    return Playground, mo, os, pathlib, time

"""
SHOW = """
@app.cell
def _(Playground):
    {name} = Playground(region="sandbox")
    {name}
    return

"""
#: A button whose cell runs until a file is there.
BUSY = """
@app.cell
def _(mo, os, pathlib, time):
    def wait(_):
        started, seen = time.monotonic(), pathlib.Path(os.environ["BUSY_UNTIL"])
        while not seen.exists() and time.monotonic() - started < 120:
            sum(range(100_000))
            time.sleep(0.002)

    mo.ui.button(label="Be busy", on_click=wait)
    return


if __name__ == "__main__":
    app.run()
"""


class Marimo(Server):
    """marimo on one file."""

    def __init__(self, root, mode, python, text, **extra):
        super().__init__(root, **extra)
        self.mode = mode
        self.python = python
        self.environment["PATH"] = f"{python.parent}:{self.environment['PATH']}"
        self.environment["XDG_CONFIG_HOME"] = str(root / "config")
        # As a person chooses it in the settings: the cells run when the notebook is opened.
        (root / "config" / "marimo").mkdir()
        (root / "config" / "marimo" / "marimo.toml").write_text(
            "[runtime]\nauto_instantiate = true\n", encoding="utf-8"
        )
        self.file = self.notebooks / "notebook.py"
        self.file.write_text(text, encoding="utf-8")

    def command(self):
        own = ["--headless", "--no-token", "--host", "127.0.0.1", "--port", str(self.port)]
        own += ["--skip-update-check"] if self.mode == "edit" else []
        return [str(self.python), "-m", "marimo", "-y", self.mode, str(self.file), *own]

    def probe(self):
        return f"{self.url}/health"


class MarimoHost(PageHost):
    """A notebook of marimo; each test has a server of its own, since an edited notebook has one session."""

    mode: str
    is_served_while_busy = False
    notes: ClassVar = {"busy": VoilaHost.notes["busy"]}

    def open(self, count=1):
        self.seen = self.around.folder / secrets.token_hex(4)
        cells = [SHOW.format(name=name) for name in ("pg", "other")[:count]]
        self.server = Marimo(
            self.around.folder / secrets.token_hex(4),
            self.mode,
            self.around.python("hosts"),
            "".join([HEAD, *cells, BUSY]),
            **self.around.variables,
            BUSY_UNTIL=str(self.seen),
        )
        self.server.start()
        self.new_page().goto(self.server.url)
        return [self.view(self.within(place)) for place in range(count)]

    def within(self, place):
        return self.page.locator("marimo-anywidget").nth(place)

    def again(self):
        self.page.reload()
        return self.view(self.within(0))

    def make_busy(self, seen):
        seen.parent.mkdir(exist_ok=True)
        self.seen.unlink(missing_ok=True)
        self.seen.symlink_to(seen)
        self.page.get_by_role("button", name="Be busy").click()

    def expect_new(self, act):
        """Make a picture, do what brings a new kernel, and look for the run in the history of its playground."""
        (view,) = self.open()
        prompt = self.make(view)
        act()
        view = self.view(self.within(0))
        expect(view.lock).to_be_visible()
        view.root.get_by_role("button", name=re.compile("^History")).click()
        expect(view.root.get_by_role("table", name="History").get_by_text(prompt).first).to_be_visible()
        self.make(view)

    def close(self):
        super().close()
        self.server.stop()


class MarimoEditHost(MarimoHost):
    """A notebook that is edited."""

    name = "marimo edit"
    mode = "edit"
    notes: ClassVar = {
        **MarimoHost.notes,
        "restart": "marimo loads the page once more and runs the cells: a new playground, which has the earlier run",
    }

    def end_kernel(self):
        self.page.get_by_test_id("notebook-menu-dropdown").click()
        self.page.get_by_role("menuitem", name=re.compile("Restart kernel")).click()
        with self.page.expect_navigation():
            self.page.get_by_role("alertdialog").get_by_role("button", name=re.compile("Confirm|Restart")).click()

    def restart(self):
        self.expect_new(self.end_kernel)


class MarimoRunHost(MarimoHost):
    """An app."""

    name = "marimo run"
    mode = "run"
    is_kept = False
    notes: ClassVar = {
        **MarimoHost.notes,
        "reload": VoilaHost.notes["reload"],
        "restart": "nobody can restart the kernel: loaded once more the page has a new one, which has the earlier run",
    }

    def restart(self):
        self.expect_new(self.page_again)

    def page_again(self):
        self.page.reload()
