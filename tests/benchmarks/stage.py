"""A real JupyterLab in a real browser, whose own page measures up to the frame that shows what is awaited."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Error, sync_playwright

from tests.benchmarks.row import CannotMeasureError
from tests.browser.lab import LabPage
from tests.browser.servers import LabServer, chromium_path, root_flags

LIMIT_MS = 60_000
#: What the page measures with. `shown` resolves in the frame after the one in which the condition first holds: then it
#: is on the screen. Moments are milliseconds of the epoch, as the servers' are.
_TOOLS: Final = """
window.bench = {
  sent: 0,
  now: () => performance.timeOrigin + performance.now(),
  frame: () => new Promise((done) => requestAnimationFrame(() => done())),
  async shown(condition, limit = LIMIT_MS) {
    const end = bench.now() + limit;
    let frames = 0;
    while (!condition()) {
      if (bench.now() > end) throw new Error("not within the limit");
      await bench.frame();
      frames += 1;
    }
    const sent = bench.sent;
    await bench.frame();
    return { at: bench.now(), frames, sent };
  },
  type(input, text) {
    const kind = input instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(input, text);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  },
  async cells(sources) {
    const notebook = jupyterapp.shell.currentWidget.content;
    const shared = notebook.model.sharedModel;
    shared.transact(() => {
      shared.deleteCellRange(0, shared.cells.length);
      shared.insertCells(0, sources.map((source) => ({ cell_type: "code", source, metadata: {}, outputs: [] })));
    });
    notebook.activeCellIndex = 0;
    await bench.frame();
    await bench.frame();
    const began = bench.now();
    jupyterapp.commands.execute("notebook:run-all-cells");
    return began;
  },
  async longestFrame(step, count) {
    let before = performance.now(), longest = 0;
    for (let number = 0; number < count; number += 1) {
      step(number);
      await bench.frame();
      const now = performance.now();
      longest = Math.max(longest, now - before);
      before = now;
    }
    return longest;
  },
};
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (...all) { bench.sent += 1; return send.apply(this, all); };
"""


TOOLS: Final = _TOOLS.replace("LIMIT_MS", str(LIMIT_MS))


class Stage(LabPage):
    """A notebook in JupyterLab, whose page measures."""

    messages = 0
    bytes_received = 0
    _metrics = None

    def measure(self, script: str, argument: Any = None) -> Any:
        """Run an async function of the page and return what it measured.

        Raises:
            CannotMeasureError: what is awaited did not come within the limit.
        """
        try:
            return self.page.evaluate(script, argument)
        except Error as error:
            raise CannotMeasureError(f"{error.message.splitlines()[0]}.") from error

    def count_messages(self) -> None:
        """Count what goes over the kernel's socket from now on, both ways, and the bytes of what comes."""
        self.messages = self.bytes_received = 0

        def count(_: Any) -> None:
            self.messages += 1

        def take(content: str | bytes) -> None:
            self.messages += 1
            self.bytes_received += len(content)

        def listen(socket: Any) -> None:
            if "/channels" in socket.url:
                socket.on("framesent", count)
                socket.on("framereceived", take)

        self.page.on("websocket", listen)

    def page_seconds(self) -> float:
        """Return the processor's seconds that the page has taken for its tasks."""
        if self._metrics is None:
            self._metrics = self.page.context.new_cdp_session(self.page)
            self._metrics.send("Performance.enable")
        found = self._metrics.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in found if one["name"] == "TaskDuration"))

    def restart(self) -> None:
        """Begin a new kernel."""
        self.page.evaluate(
            "() => jupyterapp.shell.currentWidget.sessionContext.restartKernel().then(() => null)",
        )
        self.wait_for_kernel()


@contextmanager
def stage(**environment: str) -> Iterator[Stage]:
    """Open a notebook; the kernel has the environment's variables beside its own folders."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root = Path(__file__).parents[2]
        server = LabServer(Path(folder), PYTHONPATH=str(root), **environment).start()
        try:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=root_flags("--no-sandbox"))
            page = browser.new_page(viewport={"width": 1600, "height": 1000}, reduced_motion="reduce")
            page.add_init_script(TOOLS)
            one = Stage(page, server)
            one.count_messages()
            one.open("")
            yield one
            browser.close()
        finally:
            server.stop()
