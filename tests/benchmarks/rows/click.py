"""From the press of Send to the first byte at the server, and from the answer to the frame that shows it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from tests.benchmarks.echo import BUTTON, PRESS
from tests.benchmarks.recording_server import Recording, recording_server
from tests.benchmarks.row import Figure, Row, Sample
from tests.benchmarks.stage import Stage, stage

_KERNEL: Final = """
import time, httpx
from genwidget import Playground
from genwidget.sandbox import API_KEY
taken = []
class Noting(Playground):
    def _handle_custom_msg(self, content, buffers):
        if content.get("kind") == "send":
            taken.append(time.time() * 1000)
        super()._handle_custom_msg(content, buffers)
pg = Noting(base_url=URL, values={"generation_prompt": "A seal"}, key=lambda: API_KEY)
pg.lock_key()
bare = httpx.AsyncClient(base_url=URL)
async def post():
    began = time.time() * 1000
    headers = {"Idempotency-Key": str(began)}
    await bare.post("/v1/generate/image/bare", json={"generation_prompt": "A seal"}, headers=headers)
    return began
"""
_CLICK: Final = """
async () => {
  const root = document.querySelector("section[aria-label=Playground]");
  const send = [...root.querySelectorAll("button")].find((one) => /^Send/.test(one.textContent));
  const wait = () => !send.disabled && /^Send request/.test(send.textContent);
  await bench.shown(wait);
  const response = root.querySelector("section[aria-label=Response]");
  const began = bench.now();
  send.click();
  const hasEnded = () => /succeeded/.test(response.textContent);
  while (hasEnded()) await bench.frame();  // of the run before
  const { at } = await bench.shown(hasEnded);
  return [began, at];
}
"""
OURS, COMM, HTTPX = "genwidget", "a bare comm", "bare httpx"
WIRE, KERNEL, PAINT, WHOLE = "click to first byte", "in the kernel", "last answer to screen", "click to screen"


class Click(Row):
    """One press of Send."""

    name = "click"
    title = "From the press of Send to the wire, and from the answer to the screen"
    how = (
        "A server in a process of its own notes when each request comes. In the kernel: from the page's command to the "
        "first byte at the server, the ledger's synced row included. Beside it a bare comm's way to the kernel and "
        "back to the screen, and the first byte of a warm `httpx.AsyncClient`."
    )
    unit = "ms"
    rounds = 15
    warm_ups = 2
    figures = (
        Figure(ours=f"{OURS}: {KERNEL}", most=5),
        Figure(ours=f"{OURS}: {KERNEL}", against=f"{HTTPX}: {WIRE}"),
        Figure(ours=f"{OURS}: {WIRE}", against=f"{COMM}: {WHOLE}"),
        Figure(ours=f"{OURS}: {PAINT}", against=f"{COMM}: {WHOLE}"),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Press Send, press the bare button, post from the kernel."""
        with recording_server() as server, stage() as lab:
            lab.execute(f"URL = {server.url!r}\n{_KERNEL}\n{BUTTON}")
            lab.show("pg", "echo")
            lab.wait_for_subshell()
            yield {
                OURS: lambda: _click(lab, server),
                COMM: lambda: {f"{COMM}: {WHOLE}": lab.measure(PRESS)},
                HTTPX: lambda: {f"{HTTPX}: {WIRE}": _post(lab, server)},
            }


def _click(lab: Stage, server: Recording) -> dict[str, float]:
    server.tell("told")
    began, shown = lab.measure(_CLICK)
    moments = server.tell("told")
    posted = next(at for kind, at in moments if kind == "post")
    read = next(at for kind, at in moments if kind == "read")
    taken = lab.ask("taken[-1]")
    return {
        f"{OURS}: {WIRE}": posted - began,
        f"{OURS}: {KERNEL}": posted - taken,
        f"{OURS}: {PAINT}": shown - read,
        f"{OURS}: {WHOLE}": shown - began,
    }


def _post(lab: Stage, server: Recording) -> float:
    server.tell("told")
    began = float(lab.execute("print(await post())"))
    return server.moments("post")[0] - began
