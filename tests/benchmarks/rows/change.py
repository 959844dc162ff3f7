"""From a change at the server to the frame that shows it, beside what the poll's own interval makes one expect."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Final

from tests.benchmarks.recording_server import Recording, recording_server
from tests.benchmarks.row import Figure, Row, Sample
from tests.benchmarks.stage import Stage, stage

SHORTEST_S, LONGEST_S = 1.0, 8.0
NEXT, SHOWN, EXPECTED = "to the next poll", "to the screen", "half the interval"
_KERNEL: Final = """
from genwidget import Playground
from genwidget.sandbox import API_KEY
pg = Playground(base_url=URL, values={"generation_prompt": "A seal"}, key=lambda: API_KEY)
pg.lock_key()
pg.send().wait(60)
"""
_SHOWN: Final = """
async () => {
  const response = document.querySelector("section[aria-label=Playground] section[aria-label=Response]");
  return (await bench.shown(() => /succeeded/.test(response.textContent))).at;
}
"""


class Change(Row):
    """The end of a generation."""

    name = "change"
    title = "From a change at the server to the screen"
    how = (
        f"A generation ends at a random moment, {SHORTEST_S:g} to {LONGEST_S:g} s after it began. Between polls of the "
        "lengths that were seen, such a moment lies half a length before the next one, the longer ones weighed more: "
        "that is what one expects. The first figure leaves chance out: it is told beside the poll that came next."
    )
    unit = "ms"
    rounds = 10
    figures = (
        Figure(ours=SHOWN, against=NEXT, most=1.2),
        Figure(ours=SHOWN, against=EXPECTED),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """End a generation, again and again."""
        drawn = random.Random(0)  # noqa: S311 - no secret
        with recording_server() as server, stage() as lab:
            lab.execute(f"URL = {server.url!r}\n{_KERNEL}")
            lab.show("pg")
            yield {"genwidget": lambda: _end(lab, server, drawn.uniform(SHORTEST_S, LONGEST_S))}


def _end(lab: Stage, server: Recording, after_s: float) -> dict[str, float]:
    server.tell("hold")
    server.tell("told")
    lab.execute("run = pg.send()")
    time.sleep(after_s)
    ended = float(str(server.tell("let-go")))
    shown = lab.measure(_SHOWN)
    reads = server.moments("read")
    following = next(at for at in reads if at > ended)
    return {NEXT: following - ended, SHOWN: shown - ended, EXPECTED: expected([at for at in reads if at <= following])}


def expected(moments: Sequence[float]) -> float:
    """Return how long after a random moment the next of these comes, on average."""
    lengths = [after - before for before, after in pairwise(moments)]
    return sum(one * one for one in lengths) / (2 * sum(lengths))
