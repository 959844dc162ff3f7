"""A batch of many items in a cell: to its first screen, and scrolled."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from genwidget.batch.axes import Axis, as_text
from genwidget.batch.rows import BatchRow, BatchState, ItemRow, ItemState
from genwidget.batch.store import BatchStore
from genwidget.runs.ledger import Ledger
from genwidget.sandbox.media.files import draw_picture
from tests.benchmarks.row import Figure, Row, Sample
from tests.benchmarks.stage import Stage, stage

ITEMS: Final = 10_000
SIDE: Final = 100
PICTURES: Final = 12
URL: Final = "http://127.0.0.1:1"
WRITTEN: Final = 1.7e9
LIST, AXES = "a list", "two axes"
SCREEN, DRAWN = "first screen", "first screen with its pictures"
SCROLL, NODES = "longest frame while scrolling", "most elements of a screen"
_OPEN: Final = """
async (cells) => {
  const began = await bench.cells(cells);
  const grid = () => document.querySelector(".gw-sheet [role=grid]");
  const items = () => [...(grid()?.querySelectorAll("[role=gridcell]") ?? [])];
  const all = (holds) => items().length > 1 && items().every(holds);
  const screen = await bench.shown(() => all((one) => one.classList.contains("done")));
  const drawn = await bench.shown(() => all((one) => one.querySelector("img")?.complete));
  return [screen.at - began, drawn.at - began];
}
"""
#: Down at a hand's speed, then in leaps; small pictures are asked for all the while.
_SCROLL: Final = """
async () => {
  const grid = document.querySelector(".gw-sheet [role=grid]");
  grid.scrollIntoView({ block: "center" });
  let nodes = 0;
  const count = () => { nodes = Math.max(nodes, grid.querySelectorAll("*").length); };
  const step = (number) => { count(); grid.scrollTop += number < 60 ? 100 : 3_000; };
  await bench.frame();
  const longest = await bench.longestFrame(step, 90);
  count();
  return [longest, nodes];
}
"""


def of(subject: str, what: str) -> str:
    """Return the name of a value."""
    return f"{subject}: {what}"


def fill(folder: Path) -> dict[str, str]:
    """Write two batches that have ended, with their files, as an earlier process has; return their ids."""
    for number in range(PICTURES):
        content = draw_picture("A baby seal on Arctic ice", (1024, 1024), "png", number)
        (folder / f"{number}.png").write_bytes(content)
    ledger = Ledger(folder / "ledger.sqlite3")
    store = BatchStore(ledger)
    labels = tuple(f"seal {number}" for number in range(SIDE)), tuple(map(str, range(SIDE)))
    axes = [Axis(name, values) for name, values in zip(("prompt", "generation_seed"), labels, strict=True)]
    made = {subject: _store(store, folder, varied) for subject, varied in ((LIST, ()), (AXES, axes))}
    ledger.close()
    return made


def _store(store: BatchStore, folder: Path, axes: Sequence[Axis]) -> str:
    batch = BatchRow(
        batch_id="b_axes" if axes else "b_list",
        created_at=WRITTEN,
        updated_at=WRITTEN,
        state=BatchState.STORING,
        region_id="sandbox",
        api_url=URL,
        helper_url=URL,
        is_own_origin=True,
        key_fingerprint="0123456789ab",
        count=ITEMS,
        folder=str(folder),
        axes=as_text(axes),
    )
    items = (
        ItemRow(
            batch_id=batch.batch_id,
            position=at,
            state=ItemState.DONE,
            model_type="image",
            model_id="bfl/flux-schnell",
            path="/v1/generate/image/bfl/flux-schnell",
            body=b'{"generation_prompt":"seal %d","generation_seed":%d}' % divmod(at, SIDE),
            price=0.003,
            generation_id=f"gen-{at}",
            credits=0.003,
            files=(f"{at % PICTURES}.png",),
            ended_at=WRITTEN,
        )
        for at in range(ITEMS)
    )
    store.create(batch, items)
    store.set(batch.batch_id, state=BatchState.ENDED).result()
    return batch.batch_id


class SheetRow(Row):
    """The contact sheet of a batch that has ended."""

    name = "sheet"
    title = f"The sheet of a batch of {ITEMS:,} items"
    how = (
        "From the command that runs a cell, which opens the batch from the ledger, to the frame that shows each item "
        "in sight with its facts, and to the one that has their pictures, which the kernel makes small of files of one "
        f"megapixel. Then ninety steps of scrolling. As a list, and as {SIDE} rows of {SIDE}."
    )
    unit = "ms"
    rounds = 5
    warm_ups = 1
    figures = tuple(
        Figure(ours=of(subject, what), most=most, unit=unit)
        for what, most, unit in ((SCREEN, 300, None), (DRAWN, None, None), (SCROLL, 32, None), (NODES, 60, ""))
        for subject in (LIST, AXES)
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Open both, again and again."""
        with tempfile.TemporaryDirectory() as folder:
            made = fill(Path(folder))
            with stage(GENWIDGET_DATA_DIR=folder) as lab:
                lab.execute(
                    "from genwidget import Batch, Playground\nfrom genwidget.widget.batch_view import BatchView"
                )

                def opening(subject: str, batch_id: str) -> Sample:
                    return lambda: _open(lab, subject, batch_id)

                yield {subject: opening(subject, batch_id) for subject, batch_id in made.items()}


def _open(lab: Stage, subject: str, batch_id: str) -> dict[str, float]:
    lab.show("pass")
    screen, drawn = lab.measure(_OPEN, [f"Batch.open({batch_id!r})"])
    longest, nodes = lab.measure(_SCROLL)
    values = {SCREEN: screen, DRAWN: drawn, SCROLL: longest, NODES: nodes}
    return {of(subject, what): value for what, value in values.items()}
