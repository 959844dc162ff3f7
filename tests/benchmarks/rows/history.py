"""From a keystroke in the search of History to the runs that it finds, by how many runs the ledger has."""

import sqlite3
import statistics
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

from genwidget.api.media_types import Fetched
from genwidget.runs.ledger import Ledger
from genwidget.runs.ledger.row import COLUMNS, bindable
from genwidget.runs.thumbnails import thumbnail_of
from genwidget.sandbox.media.files import draw_picture
from tests.benchmarks.echo import BUTTON, PRESS
from tests.benchmarks.row import Figure, Row, Sample
from tests.benchmarks.stage import Stage, stage
from tests.ledger_rows import a_row

FEW, MANY = 1_000, 100_000
KEYSTROKE, LONGEST, BYTES, COMM = "a keystroke", "the longest", "bytes for a keystroke", "a bare comm: click to screen"
ANSWERED: Final = "to the kernel's answer"
#: Words that every run has. Behind one of them the letters of a run's own word are typed.
LEADS: Final = ("seal ", "baby ", "arctic ", "on ice ")
#: So many letters leave more of the fewest runs than a page has, so that as much is answered whatever their number.
LETTERS: Final = 4
#: More runs than are left of a page at the next letter, and fewer than a page of the kernel's has.
STEP: Final = 36
#: Of how many the small picture is kept: the newest that any of the searches finds are among them.
KEPT: Final = 1_000
_DIGITS: Final = 17
_WRITTEN: Final = 1.7e9
_KERNEL: Final = """
import os
os.environ["GENWIDGET_DATA_DIR"] = FOLDER
from genwidget import Playground
"""
_SHOW: Final = """
async () => {
  const root = () => document.querySelector("section[aria-label=Playground]");
  await bench.shown(() => root()?.querySelector("button[aria-expanded]"));
  const opens = () => [...root().querySelectorAll("button")].find((one) => /^History/.test(one.textContent));
  await bench.shown(() => opens());
  opens().click();
  await bench.shown(() => root().querySelector(".gw-hist tbody img"));
  root().querySelector(".gw-hist").scrollIntoView({ block: "center" });
}
"""
#: Between keystrokes all small pictures come, as they do where a person types; the first letter is not counted.
_TYPE: Final = """
async ({ lead, letters, step }) => {
  const root = document.querySelector("section[aria-label=Playground]");
  const input = root.querySelector("input[aria-label='Search runs']");
  const rows = () => [...root.querySelectorAll(".gw-hist tbody tr")];
  const list = root.querySelector(".gw-hist");
  const taken = [], answered = [];
  for (let count = 1; count <= letters.length; count += 1) {
    const before = rows()[0].dataset.run;
    const began = bench.now();
    bench.type(input, lead + letters.slice(0, count));
    const { at } = await bench.shown(() => rows().length > 0 && rows()[0].dataset.run !== before);
    // a page of the kernel's is longer than what is left of the one before
    const whole = await bench.shown(() => list.scrollHeight > rows()[0].offsetHeight * step);
    if (count > 1) taken.push(at - began), answered.push(whole.at - began);
    await bench.shown(() => rows().every((one) => one.querySelector("img")));
  }
  return { taken, answered };
}
"""


def of(count: int) -> str:
    """Return the name of a subject."""
    return f"{count:,} runs"


def word(number: int) -> str:
    """Return the word that only some runs have: its first letters halve them, again and again."""
    return "".join("xz"[number >> place & 1] for place in range(_DIGITS))


def letters_for(count: int) -> str:
    """Return letters of which each leaves out the newest of the runs that those before it have left."""
    found = ""
    for place in range(LETTERS):
        newest = next(number for number in reversed(range(count)) if word(number).startswith(found))
        found += "z" if word(newest)[place] == "x" else "x"
    return found


def fill(folder: Path, count: int) -> None:
    """Write runs as an earlier process has: their rows, the words for searching, and small pictures of the newest."""
    ledger = Ledger(folder / "ledger.sqlite3")
    made = (
        a_row(
            f"run-{number:06}",
            body=b'{"generation_prompt":"A baby seal on Arctic ice, %s"}' % word(number).encode(),
            created_at=_WRITTEN + number,
            updated_at=_WRITTEN + number,
            state="succeeded",
            generation_id=f"gen-{number:06}",
            status_code=200,
            total_ms=4_000,
            credits=0.003,
            price=0.003,
        )
        for number in range(count)
    )
    ledger.begin(next(made))  # it makes the file
    statement = f"INSERT INTO runs ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - ours
    with closing(sqlite3.connect(ledger.path)) as file, file:
        file.executemany(statement, (bindable(row, COLUMNS, None) for row in made))
    ledger.index_words()
    ledger.close()
    picture = thumbnail_of(Fetched(draw_picture("A baby seal", (512, 512), "png", 1), "image/png"))
    assert picture is not None
    (folder / "thumbnails").mkdir()
    for number in range(max(0, count - KEPT), count):
        kept = sha256(f"run-{number:06}".encode()).hexdigest()[:32]
        (folder / "thumbnails" / f"{kept}.webp").write_bytes(picture.content)


class History(Row):
    """A search, letter by letter."""

    name = "history"
    title = "History: from a keystroke to the runs that it finds"
    how = (
        f"A ledger of {MANY:,} runs, and one of {FEW:,}, each in a new kernel, with small pictures on the disk. A word "
        "that all runs have stands in the search; each letter typed behind it leaves half of them, and more than a "
        "page shows. Told are the median and the longest of twelve letters, to the frame that shows the newest run "
        "found, which the page takes from those that it has; the median to the frame that shows the kernel's answer; "
        "and all bytes that the kernel's socket brings for one, small pictures among them. What a bare comm takes is "
        "told in docs/hosts.md."
    )
    unit = "ms"
    rounds = 3
    figures = (
        Figure(ours=f"{of(MANY)}: {KEYSTROKE}", most=50),
        Figure(ours=f"{of(MANY)}: {LONGEST}"),
        Figure(ours=f"{of(MANY)}: {ANSWERED}"),
        Figure(ours=f"{of(MANY)}: {KEYSTROKE}", against=f"{of(FEW)}: {KEYSTROKE}"),
        Figure(ours=f"{of(MANY)}: {ANSWERED}", against=COMM),
        Figure(ours=f"{of(MANY)}: {BYTES}", against=f"{of(FEW)}: {BYTES}", most=1.02, unit="B"),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Search both ledgers, and press a button that the kernel answers."""
        with tempfile.TemporaryDirectory() as folder, stage() as lab:
            for count in (FEW, MANY):
                (Path(folder) / str(count)).mkdir()
                fill(Path(folder) / str(count), count)

            def searching(count: int) -> Sample:
                return lambda: _search(lab, Path(folder) / str(count), count)

            yield {of(count): searching(count) for count in (FEW, MANY)}


def _search(lab: Stage, folder: Path, count: int) -> dict[str, float]:
    lab.show("pass")
    lab.restart()
    lab.execute(f"FOLDER = {str(folder)!r}\n{_KERNEL}\n{BUTTON}")
    lab.show("Playground(history='user')", "echo")
    lab.measure(_SHOW)
    lab.wait_for_subshell()
    letters = letters_for(count)
    lab.measure(_TYPE, {"lead": LEADS[-1], "letters": letters, "step": STEP})  # what is loaded at first use is here
    before = lab.bytes_received
    measured = [lab.measure(_TYPE, {"lead": lead, "letters": letters, "step": STEP}) for lead in LEADS]
    taken, answered = ([one for each in measured for one in each[name]] for name in ("taken", "answered"))
    received = lab.bytes_received - before
    found = {
        f"{of(count)}: {KEYSTROKE}": statistics.median(taken),
        f"{of(count)}: {LONGEST}": max(taken),
        f"{of(count)}: {ANSWERED}": statistics.median(answered),
        f"{of(count)}: {BYTES}": received / (len(LEADS) * LETTERS),
    }
    return found | ({COMM: lab.measure(PRESS)} if count == MANY else {})
