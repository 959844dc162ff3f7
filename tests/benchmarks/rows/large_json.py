"""A large JSON response: from the kernel to the screen, scrolled and searched, beside what others draw it with."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.benchmarks import peers
from tests.benchmarks.recording_server import Recording, recording_server
from tests.benchmarks.row import CannotMeasureError, Figure, Row, Sample
from tests.benchmarks.stage import Stage, stage

ROOT: Final = Path(__file__).parents[3]
MEGABYTE: Final = 1_000_000
SIZES: Final = (1, 10, 100)
#: What the others are given; what takes them long at this size takes them minutes at the next.
OTHERS_SIZES: Final = (1, 10)
PAINT, SCROLL, SEARCH = "to the screen", "longest frame while scrolling", "search"
PRE, REACT, LAB = "one <pre>", "react-json-view", "JupyterLab's own"
_KERNEL: Final = """
import json, time, anywidget, httpx, traitlets
from IPython.display import JSON
from genwidget import Playground, Settings
from genwidget.api import transport
from genwidget.sandbox import API_KEY
arrived = None
_read = transport.Transport._read
async def _noting(self, response):
    content = await _read(self, response)
    if len(content) > 500_000 and arrived is None:
        note()
    return content
transport.Transport._read = _noting
def note():
    global arrived
    arrived = time.time() * 1000
class Drawn(anywidget.AnyWidget):
    content = traitlets.Bytes(b"").tag(sync=True)
class Pre(Drawn):
    _esm = '''export default { render({ model, el }) {
      const pre = document.createElement("pre");
      pre.className = "bench-pre";
      el.append(pre);
      model.on("change:content", () => { pre.textContent = new TextDecoder().decode(model.get("content")); });
    } }'''
class React(Drawn):
    _esm = REACT
def taken(make):
    response = httpx.get(f"{URL}/v1/content/x", timeout=60)
    note()
    make(response.content)
"""
_ENTRY: Final = """
import React from "react";
import ReactDOM from "react-dom";
import ReactJson from "react-json-view";
export default { render({ model, el }) {
  model.on("change:content", () => {
    const src = JSON.parse(new TextDecoder().decode(model.get("content")));
    ReactDOM.render(React.createElement(ReactJson, { src, collapsed: 3 }), el);
  });
} };
"""
_OURS_SHOWN: Final = """
async () => {
  const root = document.querySelector("section[aria-label=Playground]");
  const found = () => {
    if (/Response too large/.test(root.textContent)) throw new Error("the library refuses it: Response too large");
    return [...root.querySelectorAll(".view li")].some((one) => /"entries"/.test(one.textContent));
  };
  return (await bench.shown(found)).at;
}
"""
_SCROLL: Final = """
async () => {
  const view = document.querySelector("section[aria-label=Playground] .view");
  const scroller = view.closest(".gw-res") ?? view;
  return await bench.longestFrame(() => { scroller.scrollTop += 300; }, 60);
}
"""
SEARCH_IN_PAGE: Final = """
async () => {
  const root = document.querySelector("section[aria-label=Playground]");
  const input = () => root.querySelector("input[aria-label='Search in JSON']");
  if (!input()) [...root.querySelectorAll("button")].find((one) => /^Search/.test(one.ariaLabel ?? "")).click();
  await bench.shown(input);
  const counted = () => / of /.test(root.querySelector(".find .num")?.textContent ?? "");
  const began = bench.now();
  bench.type(input(), "Arctic");
  const { at } = await bench.shown(counted);
  bench.type(input(), "");
  return at - began;
}
"""
_THEIRS_SHOWN: Final = "async (what) => (await bench.shown(() => document.querySelector(what)?.textContent)).at"
_OTHERS: Final = {
    PRE: (
        "drawn = Pre()\ndrawn",
        "taken(lambda content: setattr(drawn, 'content', content))",
        ".bench-pre",
    ),
    REACT: (
        "drawn = React()\ndrawn",
        "taken(lambda content: setattr(drawn, 'content', content))",
        ".react-json-view",
    ),
    LAB: (
        "shown = display(display_id=True)",
        "taken(lambda content: shown.update(JSON(json.loads(content))))",
        ".jp-RenderedJSON",
    ),
}


def of(name: str, size: int, what: str) -> str:
    """Return the name of a value."""
    return f"{name}, {size} MB: {what}"


class LargeJson(Row):
    """1, 10 and 100 MB."""

    name = "json"
    title = "JSON of 1, 10 and 100 MB"
    how = (
        "From the moment in which the kernel has read the last byte to the frame that shows it; then sixty steps of "
        "scrolling, and a search for a word that every entry has. The others are given the same bytes in the same "
        "kernel; react-json-view draws three levels."
    )
    unit = "ms"
    rounds = 3
    figures = (
        *(Figure(ours=of("genwidget", size, PAINT), most=300) for size in SIZES),
        *(
            Figure(ours=of("genwidget", size, PAINT), against=of(other, size, PAINT), most=1.0)
            for size in OTHERS_SIZES
            for other in _OTHERS
        ),
        *(Figure(ours=of("genwidget", size, SCROLL), most=32) for size in SIZES),
        *(Figure(ours=of("genwidget", size, SEARCH), most=500) for size in SIZES),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Show each in turn."""
        with recording_server() as server, stage() as lab:
            lab.execute(f"URL, REACT = {server.url!r}, {_react()!r}\n{_KERNEL}")
            subjects: dict[str, Sample] = {}
            for size in SIZES:
                subjects[f"genwidget, {size} MB"] = _bound(_ours, lab, server, size)
                for other in _OTHERS if size in OTHERS_SIZES else ():
                    subjects[f"{other}, {size} MB"] = _bound(_theirs, lab, server, size, other)
            yield subjects


def _bound(do: Callable[..., dict[str, float]], *arguments: object) -> Sample:
    return lambda: do(*arguments)


def _ours(lab: Stage, server: Recording, size: int) -> dict[str, float]:
    server.tell(f"size/{size * MEGABYTE}")
    lab.show(
        "pg = Playground(base_url=URL, values={'generation_prompt': 'A seal'}, key=lambda: API_KEY, "
        f"settings=Settings(max_response_bytes={(size + 10) * MEGABYTE}))\npg.lock_key()\npg",
    )
    lab.execute("arrived = None\nrun = pg.send()")
    try:
        shown = lab.measure(_OURS_SHOWN)
    except CannotMeasureError as error:
        raise CannotMeasureError(f"genwidget, {size} MB: {error}") from error
    values = {PAINT: shown - lab.ask("arrived"), SCROLL: lab.measure(_SCROLL), SEARCH: lab.measure(SEARCH_IN_PAGE)}
    lab.show("pg.close()\ndel pg, run")
    return {of("genwidget", size, what): value for what, value in values.items()}


def _theirs(lab: Stage, server: Recording, size: int, other: str) -> dict[str, float]:
    server.tell(f"size/{size * MEGABYTE}")
    cell, act, what = _OTHERS[other]
    if other == REACT and not lab.ask("len(REACT)"):
        raise CannotMeasureError("react-json-view cannot be had.")
    lab.show(cell)
    lab.execute(act)
    try:
        shown = lab.measure(_THEIRS_SHOWN, what)
    except CannotMeasureError as error:
        raise CannotMeasureError(f"{other}, {size} MB: {error}") from error
    finally:
        lab.show("pass")
    return {of(other, size, PAINT): shown - lab.ask("arrived")}


def _react() -> str:
    """Return react-json-view as a module of anywidget's; nothing where it cannot be had."""
    esbuild = shutil.which("esbuild", path=ROOT / "js" / "node_modules" / ".bin")
    try:
        folder = peers.scripts()
    except CannotMeasureError:
        return ""
    if esbuild is None:
        return ""
    entry = folder / "entry.js"
    entry.write_text(_ENTRY, encoding="utf-8")
    define = f"--define:process.env.NODE_ENV={json.dumps('production')}"
    command = [esbuild, entry, "--bundle", "--minify", "--format=esm", define, "--define:global=window"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout
