"""How many bytes a person downloads, and how many each saved notebook carries."""

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from tests.benchmarks import peers
from tests.benchmarks.row import CannotMeasureError, Figure, Row, Sample

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "genwidget" / "widget" / "static"
RAW, GZIP, SAVED = "first module, raw", "first module, gzip", "in a saved notebook"
#: What makes the smallest useful widget of each, by the name of its package.
WIDGETS = {
    "genwidget": "from genwidget import Playground\nwidget = Playground()",
    "quak": "import quak\nwidget = quak.Widget(frame)",
    "lonboard": "from lonboard import Map\nwidget = Map([])",
    "jupyter-scatter": "import jscatter\nwidget = jscatter.Scatter(x=[1, 2], y=[1, 2]).widget",
    "itables": "from itables.widget import ITable\nwidget = ITable(frame)",
    "drawdata": "from drawdata import ScatterWidget\nwidget = ScatterWidget()",
}
#: Prints the script and style of a widget, and the length of what a notebook would save of all that was made.
_TELL = """
import json, pandas, ipywidgets
frame = pandas.DataFrame({{"a": [1, 2, 3]}})
{statement}
state = widget.get_state()
parts = [str(state.get(name) or "") for name in ("_esm", "_css")]
saved = json.dumps(ipywidgets.Widget.get_manager_state(), ensure_ascii=False)
print(json.dumps({{"parts": parts, "saved": len(saved.encode())}}))
"""
LIMIT_S = 120


def sizes(name: str, python: str) -> dict[str, float]:
    """Return the three sizes of a widget, in bytes."""
    code = _TELL.format(statement=WIDGETS[name])
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "GENWIDGET_DATA_DIR": folder}
        done = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, timeout=LIMIT_S, check=False, env=environment
        )
    if done.returncode:
        raise CannotMeasureError(f"{name} cannot be shown: {done.stderr.strip().splitlines()[-1]}")
    told = json.loads(done.stdout.splitlines()[-1])
    packed = sum(len(gzip.compress(part.encode(), 9)) for part in told["parts"])
    raw = sum(len(part.encode()) for part in told["parts"])
    return {f"{name}: {RAW}": raw, f"{name}: {GZIP}": packed, f"{name}: {SAVED}": told["saved"]}


class Size(Row):
    """Ours, beside the limits that the build holds."""

    name = "size"
    title = "Size of the page"
    how = (
        "Script and style sheet of the first module, which travel with every instance, and the state of one new "
        "instance as a notebook saves it."
    )
    unit = "B"
    rounds = quick_rounds = 1
    figures = (
        Figure(ours=f"genwidget: {RAW}", most=110_000),
        Figure(ours=f"genwidget: {GZIP}", most=35_000),
        Figure(ours=f"genwidget: {SAVED}"),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Ask a fresh interpreter of ours."""
        yield {"genwidget": lambda: sizes("genwidget", sys.executable)}


class SizePeers(Row):
    """Ours beside the peers'."""

    name = "size-peers"
    title = "Size of the page, beside peers"
    how = (
        "As `size`. A saved notebook has the state of the smallest widget: a table of three rows, a scatter of two "
        "points, an empty map."
    )
    unit = "B"
    rounds = 1
    figures: ClassVar[tuple[Figure, ...]] = tuple(
        Figure(ours=f"genwidget: {what}", against=f"{peer}: {what}", most=1.0)
        for what in (RAW, GZIP, SAVED)
        for peer in WIDGETS
        if peer != "genwidget"
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Ask a fresh interpreter of the peers' environment for each."""
        python = peers.python()

        def sample(name: str) -> Sample:
            return lambda: sizes(name, python)

        yield {name: sample(name) for name in WIDGETS}


class Wheel(Row):
    """Wheels."""

    name = "wheel"
    title = "Size of the wheel"
    how = "Our wheel, built of this tree, beside those that the registry gives."
    unit = "B"
    rounds = 1
    figures = (
        Figure(ours="genwidget", most=200_000),
        *(Figure(ours="genwidget", against=name, most=1.0) for name in WIDGETS if name != "genwidget"),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Build ours; download theirs."""

        def sample(name: str) -> Sample:
            return lambda: float(peers.wheel(name).stat().st_size)

        yield {"genwidget": _build_wheel, **{name: sample(name) for name in WIDGETS if name != "genwidget"}}


def _build_wheel() -> float:
    with tempfile.TemporaryDirectory() as folder:
        command = [peers.python(), "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
        environment = {**os.environ, "SKIP_JUPYTER_BUILDER": "1"}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        if done.returncode:
            raise CannotMeasureError(f"The wheel cannot be built: {done.stderr.strip().splitlines()[-1]}")
        return float(next(Path(folder).glob("*.whl")).stat().st_size)
