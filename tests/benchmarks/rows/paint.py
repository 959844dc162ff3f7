"""From the cell that is run to the widget on the screen, and to the first thing that a person does with it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar, Final

from genwidget.catalogue import Catalogue
from tests.benchmarks import peers
from tests.benchmarks.row import Figure, Row, Sample
from tests.benchmarks.stage import Stage, stage

PAINT, USE = "first paint", "interactive"
BARE, FORM = "a bare anywidget", "ipywidgets-jsonschema"
_BARE_SOURCE: Final = '''
import anywidget
class Bare(anywidget.AnyWidget):
    _esm = """export default { render({ el }) {
      const button = document.createElement("button");
      button.className = "bench-bare";
      button.onclick = () => { button.dataset.pressed = "yes"; };
      el.append(button);
    } }"""
'''
_OURS_SHOWN: Final = "section[aria-label=Playground] textarea"
#: The fields of the model that is shown first.
_FIELDS: Final = [one.name for one in Catalogue.load().find("bfl/flux-schnell").fields]
_FORM_SOURCE: Final = f"""
import sys
sys.path.append(PEERS)
from ipywidgets_jsonschema import Form
_properties = {{name: {{"type": "string"}} for name in {_FIELDS!r}}}
"""
#: Imports, what is made, what is shown, and what a person does first and sees done.
_CASES: Final = {
    "genwidget": (
        "from genwidget import Playground",
        "Playground()",
        _OURS_SHOWN,
        "(shown) => bench.type(shown, 'a seal')",
        "(shown) => shown.value === 'a seal'",
    ),
    BARE: (
        _BARE_SOURCE,
        "Bare()",
        ".bench-bare",
        "(shown) => shown.click()",
        "(shown) => shown.dataset.pressed === 'yes'",
    ),
    FORM: (
        _FORM_SOURCE,
        "Form({'type': 'object', 'properties': _properties}).widget",
        f".widget-text:nth-of-type({len(_FIELDS)}) input, .widget-text input",
        "(shown) => bench.type(shown, 'a seal')",
        "(shown) => shown.value === 'a seal'",
    ),
}
_MEASURE: Final = """
async ({ cells, shown, act, done }) => {
  const began = await bench.cells(cells);
  const find = () => [...document.querySelectorAll(shown)].find((one) => one.getBoundingClientRect().height > 0);
  const paint = await bench.shown(find);
  const element = find();
  eval(act)(element);
  const use = await bench.shown(() => eval(done)(find()));
  return [paint.at - began, use.at - began];
}
"""


class Paint(Row):
    """In a kernel that has imported everything."""

    name = "paint"
    title = "JupyterLab: from the cell to the screen, imports done"
    how = (
        "The page measures from the command that runs the cell to the frame after the one that has the widget, and on "
        "to the frame that shows the first character typed, or the first press."
    )
    unit = "ms"
    rounds = 7
    warm_ups = 1
    is_cold: ClassVar[bool] = False
    figures = (
        Figure(ours=f"genwidget: {PAINT}", against=f"{BARE}: {PAINT}", most=1.3),
        Figure(ours=f"genwidget: {USE}", against=f"{BARE}: {USE}", most=1.3),
        Figure(ours=f"genwidget: {PAINT}", against=f"{FORM}: {PAINT}", most=1.0),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Run each cell in one notebook."""
        with stage() as lab:

            def sample(name: str) -> Sample:
                return lambda: self._measure(lab, name)

            yield {name: sample(name) for name in _CASES}

    def _measure(self, lab: Stage, name: str) -> dict[str, float]:
        imports, made, shown, act, done = _CASES[name]
        if name == FORM:
            peers.require(FORM)
            imports = imports.replace("PEERS", repr(peers.site_packages()))
        lab.show("pass")
        if self.is_cold:
            lab.restart()
            cells = [f"{imports}\n{made}"]
        else:
            lab.execute(imports)
            cells = [made]
        paint, use = lab.measure(_MEASURE, {"cells": cells, "shown": shown, "act": act, "done": done})
        return {f"{name}: {PAINT}": paint, f"{name}: {USE}": use}


class PaintCold(Paint):
    """In a new kernel."""

    name = "paint-cold"
    title = "JupyterLab: from the cell to the screen, in a new kernel"
    how = "As `paint`; the cell also has the imports, and its kernel has just begun."
    rounds = 5
    warm_ups = 0
    is_cold = True
