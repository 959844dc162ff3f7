"""What a playground costs while nobody does anything, and while a generation is under way."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import psutil

from tests.benchmarks.recording_server import Recording, recording_server
from tests.benchmarks.row import Figure, Row, Sample
from tests.benchmarks.stage import Stage, stage

WINDOW_S: Final = 10
#: Until the first steps of a run are over, and its polls are some seconds apart.
SETTLE_S: Final = 5
BARE, IDLE, WAITING = "a bare anywidget, idle", "genwidget, idle", "genwidget, waiting"
MESSAGES, KERNEL, PAGE = "messages a second", "processor of the kernel", "processor of the page"
_KERNEL: Final = """
import anywidget
from genwidget import Playground
from genwidget.sandbox import API_KEY
class Bare(anywidget.AnyWidget):
    _esm = "export default { render({ el }) { el.textContent = 1 } }"
pg = Playground(base_url=URL, values={"generation_prompt": "A seal"}, key=lambda: API_KEY)
pg.lock_key()
"""


class Idle(Row):
    """Messages and processor time."""

    name = "idle"
    title = "Idle and waiting"
    how = (
        "Messages of the kernel's socket both ways, and the processor's time of the kernel's process and of the page "
        f"over {WINDOW_S} s: with a bare anywidget, with a playground, and with one whose generation is under way, "
        "once its polls have grown apart. Of the page's time, what JupyterLab takes with the bare widget is taken off."
    )
    unit = "a second"
    rounds = 2
    figures = (
        Figure(ours=f"{IDLE}: {MESSAGES}", most=0),
        Figure(ours=f"{WAITING}: {MESSAGES}", most=1),
        Figure(ours=f"{BARE}: {MESSAGES}"),
        *(Figure(ours=f"{one}: {what}", most=1, unit="%") for one in (IDLE, WAITING) for what in (KERNEL, PAGE)),
        *(Figure(ours=f"{BARE}: {what}", unit="%") for what in (KERNEL, PAGE)),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Show each, and wait."""
        with recording_server() as server, stage() as lab:
            lab.execute(f"URL = {server.url!r}\n{_KERNEL}")
            process = psutil.Process(lab.ask("__import__('os').getpid()"))
            lab_alone = _window(lab, process, BARE, "Bare()")[f"{BARE}: {PAGE}"]

            def beyond(values: dict[str, float]) -> dict[str, float]:
                return {name: max(0, value - lab_alone * name.endswith(PAGE)) for name, value in values.items()}

            yield {
                BARE: lambda: _window(lab, process, BARE, "Bare()"),
                IDLE: lambda: beyond(_window(lab, process, IDLE, "pg")),
                WAITING: lambda: beyond(_waiting(lab, process, server)),
            }


def _waiting(lab: Stage, process: psutil.Process, server: Recording) -> dict[str, float]:
    server.tell("hold")
    try:
        return _window(lab, process, WAITING, "run = pg.send()\npg")
    finally:
        server.tell("let-go")
        lab.execute("run.wait(60)")


def _window(lab: Stage, process: psutil.Process, name: str, cell: str) -> dict[str, float]:
    lab.show(cell)
    lab.page.wait_for_timeout(SETTLE_S * 1000)
    messages, kernel, page = lab.messages, process.cpu_times(), lab.page_seconds()
    lab.page.wait_for_timeout(WINDOW_S * 1000)
    messages, page = lab.messages - messages, lab.page_seconds() - page
    after = process.cpu_times()
    used = max(0, after.user + after.system - kernel.user - kernel.system)
    return {
        f"{name}: {MESSAGES}": messages / WINDOW_S,
        f"{name}: {KERNEL}": 100 * used / WINDOW_S,
        f"{name}: {PAGE}": 100 * page / WINDOW_S,
    }
