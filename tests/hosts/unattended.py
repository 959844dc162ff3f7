"""Programs that run a notebook with nobody watching: what they write is what a reader gets."""

import subprocess
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import nbformat
from playwright.sync_api import expect

from tests.browser.panel import PlaygroundView
from tests.browser.servers import isolated_environment
from tests.browser.test_one_page import FAULTS
from tests.hosts.host import NOT_CONNECTED, Host

PROMPT = "A seal that nobody watches"
BUSY_PROMPT = "A seal beside a busy cell"
OTHER_PROMPT = "A seal of the other playground"
CELLS = (
    f'from genwidget import Playground\npg = Playground("sandbox", values={{"generation_prompt": {PROMPT!r}}})\npg',
    "pg.lock_key()\nprint(pg.locked)",
    'run = pg.send().wait()\nsaved = run.outputs[0].save(f"{run.generation_id}.png")\nprint(saved)',
    f"""import time
pg.values = {{**pg.values, "generation_prompt": {BUSY_PROMPT!r}}}
beside, end = pg.send(), time.monotonic() + 60
while not beside.is_terminal and time.monotonic() < end:
    sum(range(100_000))
print(beside.state.value)""",
    f"""other = Playground("sandbox", values={{"generation_prompt": {OTHER_PROMPT!r}}})
other.lock_key()
print(other.send().wait().state.value)
other""",
    "print(len(pg.runs))",
)
#: What stands where no widget can be drawn.
FALLBACK = "It needs a running kernel: run this cell."
#: Where a page that was written asks for the widgets' scripts, and the packages of npm that answer here.
SCRIPTS = {
    "require.min": "requirejs/require.js",
    "html-manager": "@jupyter-widgets/html-manager/dist/embed-amd.js",
    "anywidget": "anywidget/dist/index.js",
}
BY_CELLS = "by the notebook's cells, while it is run; whoever reads it has no kernel"


class UnattendedHost(Host):
    """A program that runs a notebook twice, each time with a kernel of its own."""

    notes: ClassVar = dict.fromkeys(("lock", "send", "busy", "files"), BY_CELLS)
    #: The end of the file that is written.
    ending = ".ipynb"

    def start(self):
        self.folder = self.around.folder / type(self).__name__
        self.environment = isolated_environment(self.folder, **self.around.variables)
        self.environment["PATH"] = f"{self.around.python('hosts').parent}:{self.environment['PATH']}"
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in CELLS],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        )
        nbformat.write(notebook, self.folder / "notebook.ipynb")
        before = len(self.sandbox.generations)
        self.run("first")
        self.sent = [one["generation_prompt"] for one in self.sandbox.generations[before:]]
        self.run("second")

    def run(self, name):
        """Run the notebook and write what came of it under this name."""
        command = [str(self.around.python("hosts")), "-m", *self.command(name)]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == 0, done.stderr[-4000:]

    def command(self, name):
        raise NotImplementedError

    def printed(self, name, place):
        """Return what a cell has printed."""
        raise NotImplementedError

    def text(self, name):
        return (self.folder / f"{name}{self.ending}").read_text(encoding="utf-8")

    def lock(self):
        assert self.printed("first", 1) == "True"

    def send(self):
        assert self.sent.count(PROMPT) == 1

    def busy(self):
        assert self.printed("first", 3) == "succeeded"
        assert self.sent.count(BUSY_PROMPT) == 1

    def files(self):
        content = (self.folder / self.printed("first", 2)).read_bytes()
        assert content.startswith(b"\x89PNG")

    def restart(self):
        first, second = (int(self.printed(name, len(CELLS) - 1)) for name in ("first", "second"))
        assert second > first >= 2

    def two(self):
        assert self.printed("first", 4) == "succeeded"
        assert self.sent.count(OTHER_PROMPT) == 1


class PapermillHost(UnattendedHost):
    """papermill."""

    name = "papermill"
    notes: ClassVar = {
        **UnattendedHost.notes,
        "show": "no page: a sentence stands in its place in the notebook",
        "reload": "no page",
        "restart": "each time the notebook is run it has a new kernel, whose playground has the earlier runs",
        "two": BY_CELLS,
    }

    def command(self, name):
        return ["papermill", "--no-progress-bar", "notebook.ipynb", f"{name}.ipynb"]

    def outputs(self, name, place):
        return nbformat.reads(self.text(name), as_version=4).cells[place].outputs

    def printed(self, name, place):
        return "".join(one["text"] for one in self.outputs(name, place) if one["output_type"] == "stream").strip()

    def show(self):
        (shown,) = [one for one in self.outputs("first", 0) if "data" in one]
        assert FALLBACK in shown["data"]["text/html"]

    def reload(self):
        assert self.text("first").count("image/png") == 0


class SavedHost(UnattendedHost):
    """nbconvert, which writes a page."""

    ending = ".html"
    options = ()

    def start(self):
        super().start()
        handler = partial(Quiet, directory=self.folder)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def command(self, name):
        return ["nbconvert", "--to", "html", "--execute", *self.options, "--output", name, "notebook.ipynb"]

    def open(self):
        self.page = self.around.browser.new_page()
        self.page.route(lambda address: "127.0.0.1" not in address, self.answer)
        self.page.goto(f"http://127.0.0.1:{self.server.server_address[1]}/first.html")
        return self.page.locator(".jp-CodeCell")

    def answer(self, route):
        """Answer for the hosts of scripts with the same packages of npm."""
        packages = self.around.environments / "hosts" / "node_modules"
        path = next((path for word, path in SCRIPTS.items() if word in route.request.url), None)
        if path is None:
            route.abort()
        else:
            route.fulfill(path=packages / path, content_type="text/javascript")

    def printed(self, name, place):
        page = self.around.browser.new_page()
        page.route("**/*", lambda route: route.abort() if "127.0.0.1" not in route.request.url else route.continue_())
        page.goto(f"http://127.0.0.1:{self.server.server_address[1]}/{name}.html")
        texts = page.locator(".jp-CodeCell").nth(place).locator(".jp-OutputArea-output pre").all_inner_texts()
        page.close()
        return texts[0].strip()

    def close(self):
        if getattr(self, "page", None) is not None:
            self.page.close()
            self.page = None


class StatelessHost(SavedHost):
    """nbconvert that keeps no state of widgets."""

    name = "nbconvert, without state"
    options = ("--ExecutePreprocessor.store_widget_state=False",)
    notes: ClassVar = {
        **PapermillHost.notes,
        "show": "no widget in the page: a sentence stands in its place",
        "reload": "no widget in the page: it is as it was written",
    }

    def show(self):
        cells = self.open()
        expect(cells.first.locator(".jp-OutputArea-output")).to_contain_text(FALLBACK)
        expect(self.page.get_by_role("region", name="Playground", exact=True)).to_have_count(0)

    def reload(self):
        self.show()
        self.page.reload()
        expect(self.page.locator(".jp-CodeCell").first.locator(".jp-OutputArea-output")).to_contain_text(FALLBACK)


class StatefulHost(SavedHost):
    """nbconvert as it is: the page has the state of widgets."""

    name = "nbconvert, with state"
    notes: ClassVar = {
        **PapermillHost.notes,
        "show": "drawn with the form as it was saved; it says that it is not connected, and nothing can be pressed",
        "reload": "drawn again as it was saved",
        "two": "by the notebook's cells; both are drawn as they were saved",
    }

    def views(self):
        cells = self.page.locator(".jp-CodeCell")
        return PlaygroundView(cells.nth(0)), PlaygroundView(cells.nth(4))

    def show(self):
        self.open()
        self.expect_saved()

    def expect_saved(self):
        for view, prompt in zip(self.views(), (BUSY_PROMPT, OTHER_PROMPT), strict=True):
            expect(view.control("generation_prompt")).to_have_value(prompt, timeout=45_000)
            expect(view.root.get_by_role("alert").filter(has_text=NOT_CONNECTED)).to_be_visible(timeout=45_000)
            for name in ("Send request", "Lock API key", "Unlock API key", "Cancel"):
                expect(view.root.get_by_role("button", name=name, exact=True, disabled=False)).to_have_count(0)

    def reload(self):
        self.open()
        self.page.reload()
        self.expect_saved()

    def two(self):
        super().two()
        self.open()
        self.expect_saved()
        found = self.page.evaluate(FAULTS)
        assert [found["twice"], found["lost"]] == [[], []]


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *arguments):
        pass
