"""JupyterLite: the page that needs no install, from a server that only hands out files."""

import base64
import json
import os
import shutil
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

from playwright.sync_api import expect

from tests.browser.lab import _SET_CELLS, LabPage
from tests.hosts.host import CELLS
from tests.hosts.labs import LabHost
from tests.hosts.unattended import Quiet

FOLDER = Path(__file__).parents[2] / "build" / "lite"
#: Keeps the browser's only Python for some seconds.
BUSY = """
async () => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const code = "import time\\nend = time.monotonic() + 4\\nwhile time.monotonic() < end: pass";
  window.isBusy = true;
  kernel.requestExecute({ code }).done.then(() => { window.isBusy = false; });
}
"""
BYTES = """
async (picture) => {
  const content = new Uint8Array(await (await fetch(picture.src)).arrayBuffer());
  return btoa(Array.from(content, (one) => String.fromCharCode(one)).join(""));
}
"""


class LiteHost(LabHost):
    """A cell of JupyterLite; its Python is the browser's, and its sandbox has no socket."""

    name = "JupyterLite"
    is_kept = False
    notes: ClassVar = {
        "busy": "the browser's Python has one thread: run and click wait until the cell ends, and are then served once",
        "reload": "each load of the page has a new kernel: form, key and picture begin anew",
    }

    def start(self):
        folder = self.around.folder / "lite"
        shutil.copytree(FOLDER, folder, copy_function=os.link)
        settings = json.loads((folder / "jupyter-lite.json").read_text(encoding="utf-8"))
        settings["jupyter-config-data"]["exposeAppInBrowser"] = True
        (folder / "jupyter-lite.json").unlink()  # one file with that of the build
        (folder / "jupyter-lite.json").write_text(json.dumps(settings), encoding="utf-8")
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/lab/index.html?path=01-quickstart.ipynb"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def open(self, count=1):
        self.lab = LabPage(self.new_page(), self.server)
        self.page.goto(self.address)
        self.lab.wait_for_kernel()
        self.page.evaluate(_SET_CELLS, list(CELLS[:count]))
        return self.run(count)

    def run(self, count=1):
        self.lab.run_all()
        return self.views(count)

    def again(self):
        self.lab.command("docmanager:save")
        expect(self.page.locator(".jp-mod-dirty")).to_have_count(0)
        self.page.reload()
        self.lab.wait_for_kernel()
        return self.run()[0]

    def made(self, prompt):
        return self.lab.ask("[run.prompt for run in pg.runs]").count(prompt)

    def busy(self):
        (view,) = self.open()
        view.lock_sandbox_key()
        view.write_prompt("A seal that waits")
        self.page.evaluate(BUSY)
        view.send.click()
        self.page.wait_for_function("() => !window.isBusy")
        expect(view.picture("A seal that waits")).to_be_visible()
        assert self.made("A seal that waits") == 1

    def served(self, prompt):
        picture = self.page.locator(".gw-out img").first
        return base64.b64decode(picture.evaluate(BYTES))
