"""From a keystroke to the frame that shows what is wrong with it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from tests.benchmarks.row import Figure, Row, Sample
from tests.benchmarks.stage import Stage, stage

_SHOW: Final = 'from genwidget import Playground\nPlayground(model="bfl/flux-1.1-pro")'
_FORM: Final = """
import functools
import ipywidgets as widgets
def form(count):
    fields = [widgets.Text(description=f"f{n}", continuous_update=True) for n in range(count)]
    problems = [widgets.HTML() for _ in range(count)]
    def check(change, problem):
        problem.value = "" if change["new"].isdigit() else "<b class=bench-wrong>no number</b>"
    for field, problem in zip(fields, problems):
        field.observe(functools.partial(check, problem=problem), "value")
    return widgets.VBox([one for pair in zip(fields, problems) for one in pair])
"""
_OURS: Final = """
async () => {
  const root = [...document.querySelectorAll("section[aria-label=Playground]")].at(-1);
  const more = root.querySelector("button[aria-label='Increase generation_seed']");
  const input = more.parentElement.querySelector("input");
  bench.type(input, "7");
  await bench.shown(() => input.getAttribute("aria-invalid") !== "true");
  await new Promise((done) => setTimeout(done, 500));
  const before = bench.sent, began = bench.now();
  bench.type(input, "x");
  const { at, frames, sent } = await bench.shown(() => input.getAttribute("aria-invalid") === "true");
  return [at - began, frames, sent - before];
}
"""
_THEIRS: Final = """
async () => {
  const input = document.querySelector(".widget-text input");
  bench.type(input, "7");
  await bench.shown(() => !document.querySelector(".bench-wrong"));
  await new Promise((done) => setTimeout(done, 500));
  const before = bench.sent, began = bench.now();
  bench.type(input, "x");
  const { at, frames, sent } = await bench.shown(() => document.querySelector(".bench-wrong"));
  return [at - began, frames, sent - before];
}
"""


class Keystroke(Row):
    """A letter in a field of numbers."""

    name = "keystroke"
    title = "From a keystroke to the problem on the screen"
    how = (
        "A letter in a field of numbers; the page counts the frames that pass until the problem is in it, and the "
        "messages that it has sent by then: within one frame it waits for none. Beside it a form of ipywidgets, which "
        "the kernel checks."
    )
    unit = "ms"
    rounds = 11
    quick_rounds = 5
    warm_ups = 2
    figures = (
        Figure(ours="genwidget", against="ipywidgets, 10 fields", most=1.0),
        Figure(ours="genwidget", against="ipywidgets, 40 fields", most=1.0),
        Figure(ours="genwidget: frames", most=1, unit=""),
        Figure(ours="genwidget: messages", unit=""),
        Figure(ours="ipywidgets, 10 fields: messages", unit=""),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Type into each form."""
        with stage() as lab:
            lab.execute(_FORM)
            shown = ""

            def sample(name: str, cell: str, script: str) -> Sample:
                def take() -> dict[str, float]:
                    nonlocal shown
                    if shown != name:
                        lab.show(cell)
                        lab.measure(_AWAIT, script == _OURS)
                        shown = name
                    return _told(name, lab, script)

                return take

            yield {
                "genwidget": sample(
                    "genwidget", 'from genwidget import Playground\nPlayground(model="bfl/flux-1.1-pro")', _OURS
                ),
                "ipywidgets, 10 fields": sample("ipywidgets, 10 fields", "form(10)", _THEIRS),
                "ipywidgets, 40 fields": sample("ipywidgets, 40 fields", "form(40)", _THEIRS),
            }


_AWAIT: Final = """
async (isOurs) => {
  const what = isOurs ? "section[aria-label=Playground] textarea" : ".widget-text input";
  await bench.shown(() => document.querySelector(what));
}
"""


def _told(name: str, lab: Stage, script: str) -> dict[str, float]:
    taken, frames, messages = lab.measure(script)
    return {name: taken, f"{name}: frames": frames, f"{name}: messages": messages}
