"""JupyterLab's side panel, and a server whose kernels can be made to fail as they do out there."""

import contextlib
import json
import shutil
import sys
import time
from pathlib import Path

import httpx
from playwright.sync_api import expect

from tests.browser.lab import LabPage
from tests.browser.limits import LIMIT_S
from tests.browser.panel import PlaygroundView
from tests.browser.servers import LabServer, VoilaServer

LABEXTENSION = Path(__file__).parents[2] / "genwidget" / "labextension"
OWN_PATH = "genwidget-playground"

_IS_SAVED = """
async (name) => {
  const { workspaces } = window.jupyterapp.serviceManager;
  const { data } = await workspaces.fetch("default");
  const chosen = JSON.stringify(document.querySelector(`#${name} select`).value || null);
  const kept = JSON.stringify(data["genwidget:panel"] ?? {});
  return JSON.stringify(data["layout-restorer:data"] ?? {}).includes(name) && kept.includes(`"choice":${chosen}`);
}
"""

_PANEL = "genwidget:panel"
_WORKSPACE = "async () => JSON.stringify((await window.jupyterapp.serviceManager.workspaces.fetch('default')).data)"

# A kernel that looks for flags at its start: `broken` ends it at once, `bare` hides genwidget from it.
KERNEL = """
import importlib.abc, pathlib, sys

FLAGS = pathlib.Path({flags!r})

class Hider(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "genwidget" and (FLAGS / "bare").exists():
            raise ModuleNotFoundError("No module named 'genwidget'", name=name)

if (FLAGS / "broken").exists():
    sys.exit(1)
sys.meta_path.insert(0, Hider())
if {language!r} != "python":
    from ipykernel.ipkernel import IPythonKernel
    IPythonKernel.language_info = {{"name": {language!r}, "mimetype": "text/plain", "file_extension": ""}}
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()
"""


def share(root: Path) -> Path:
    """Return a Jupyter path with the panel as it is built now and the kernels of these tests."""
    if not LABEXTENSION.exists():
        raise FileNotFoundError(f"The panel is not built: {LABEXTENSION} is missing. Run: cd js && npm run build")
    shutil.copytree(LABEXTENSION, root / "share" / "labextensions" / "genwidget")
    for name, language in (("python3", "python"), ("other", "other")):
        folder = root / "share" / "kernels" / name
        folder.mkdir(parents=True)
        code = KERNEL.format(flags=str(root / "flags"), language=language)
        argv = [sys.executable, "-c", code, "-f", "{connection_file}"]
        (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": name, "language": language}))
    return root / "share"


class PanelServer(LabServer):
    """JupyterLab with the panel in it."""

    def __init__(self, root: Path, **extra):
        super().__init__(root, JUPYTER_PATH=str(share(root)), **extra)
        self.flags = root / "flags"
        self.flags.mkdir()

    def api(self, path, method="GET", root="api"):
        """Ask the server, as another browser or a script would."""
        headers = {"Authorization": f"token {self.token}"}
        answer = httpx.request(method, f"{self.url}/{root}/{path}", headers=headers, timeout=LIMIT_S)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def sessions(self):
        """Return the sessions that run, by path."""
        return {one["path"]: one for one in self.api("sessions")}

    def own_kernel(self):
        """Return the id of the kernel that the panel started."""
        return self.sessions()[OWN_PATH]["kernel"]["id"]

    def restart_own_kernel(self):
        self.api(f"kernels/{self.own_kernel()}/restart", "POST")

    def end_all(self):
        """End every session and kernel: each test begins with none."""
        for flag in self.flags.iterdir():
            flag.unlink()
        for session in self.api("sessions"):
            self.end(f"sessions/{session['id']}")
        for kernel in self.api("kernels"):
            self.end(f"kernels/{kernel['id']}")

    def end(self, path):
        """End one; a kernel that has died is dropped by the server at a time of its own, perhaps just now."""
        with contextlib.suppress(httpx.HTTPStatusError):
            self.api(path, "DELETE")


class PanelVoilaServer(VoilaServer):
    """Voila, which loads every labextension too."""

    def __init__(self, root: Path, **extra):
        super().__init__(root, JUPYTER_PATH=str(share(root)), **extra)


class SidePanel(LabPage):
    """One browser page on the panel."""

    def __init__(self, page, server):
        super().__init__(page, server)
        self.root = page.locator("#genwidget-playground")
        self.tab = page.get_by_role("tab", name="Playground", exact=True)
        self.kernel = self.root.get_by_role("combobox", name="Kernel", exact=True)
        self.notice = self.root.get_by_role("status")

    def goto(self, *, is_new=True):
        """Load JupyterLab; a new one has forgotten what was open."""
        reset = "&reset" if is_new else ""
        self.page.goto(f"{self.server.url}/lab?token={self.server.token}{reset}")
        expect(self.tab).to_be_visible()
        return self

    def show(self):
        """Open the panel and wait for its playground."""
        self.tab.click()
        return self.view()

    def view(self):
        """Return the playground in the panel, once its kernel has answered."""
        view = PlaygroundView(self.root)
        expect(view.root).to_be_visible()
        return view.wait()

    def await_another(self, view, act):
        """Do what ends the kernel of this view, and return the view of the playground that takes its place."""
        before = view.root.element_handle()
        act()
        self.page.wait_for_function("(view) => !view.isConnected", arg=before)
        return self.view()

    def button(self, name):
        return self.notice.get_by_role("button", name=name, exact=True)

    def expect_notice(self, sentence, *buttons):
        """Wait for a sentence in place of the playground; these buttons, and no others, lead out of it."""
        expect(self.notice.get_by_role("paragraph")).to_have_text(sentence)
        expect(self.notice.get_by_role("button")).to_have_text(list(buttons))
        expect(self.root.get_by_role("region", name="Playground", exact=True)).to_have_count(0)

    def record_notices(self):
        """Keep every sentence that stands in place of the playground from now on."""
        self.root.locator(".gw-panel-live").evaluate(
            """(live) => {
              const said = (window.genwidgetSaid = []);
              const record = () => live.querySelector("p") && said.push(live.querySelector("p").textContent);
              new MutationObserver(record).observe(live, { childList: true, subtree: true });
            }"""
        )

    def recorded_notices(self):
        return list(dict.fromkeys(self.page.evaluate("() => window.genwidgetSaid")))

    def close(self):
        self.root.get_by_role("button", name="Close panel").click()
        expect(self.root).to_be_hidden()

    def widen(self, width):
        """Drag the edge between the panel and the notebooks until the panel has this width in px."""
        box = self.root.bounding_box()
        is_right = box["x"] > self.page.viewport_size["width"] / 2 - box["width"] / 2
        at = box["x"] - 2 if is_right else box["x"] + box["width"] + 2
        to = at + (box["width"] - width if is_right else width - box["width"])
        self.page.mouse.move(at, box["y"] + 200)
        self.page.mouse.down()
        self.page.mouse.move(to, box["y"] + 200, steps=4)
        self.page.mouse.up()
        return self.root.bounding_box()["width"]

    def search_commands(self, text):
        """Open the command palette by keyboard, and type into it once it takes what is typed."""
        self.page.keyboard.press("Control+Shift+c")
        expect(self.page.locator(".lm-CommandPalette-input")).to_be_focused()
        self.page.keyboard.type(text)

    def await_saved_layout(self):
        """Wait until JupyterLab has written down what is open; a reload before that forgets it, as for any panel."""
        end = time.monotonic() + LIMIT_S
        while not self.page.evaluate(_IS_SAVED, "genwidget-playground"):  # wait_for_function takes a promise for true
            assert time.monotonic() < end, "what is open was not written down"

    def saved_workspace(self):
        """Return all that JupyterLab has written down of this workspace, as JSON."""
        return self.page.evaluate(_WORKSPACE)

    def await_saved_panel(self, **facts):
        """Wait until these facts of the panel are written down."""
        end = time.monotonic() + 30
        while not facts.items() <= self._saved_panel().items():
            assert time.monotonic() < end, "what was chosen was not written down"

    def _saved_panel(self):
        saved = json.loads(self.saved_workspace()).get(_PANEL, {})
        return {**saved, **saved.get("chosen", {}), "chosen": None}


def to_input(view):
    """Turn to the form: at this width it shares its place with the response, which a send brings forward."""
    view.root.get_by_role("tab", name="input", exact=True).click()


def use_sandbox(view):
    view.region("Sandbox").click()
    view.lock_sandbox_key()
    view.write_prompt()
    return view
