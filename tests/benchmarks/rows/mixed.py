"""Pictures and videos that are sent at once, many more than run at once, beside what the account's limits allow."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.catalogue import Catalogue
from genwidget.io_thread import IoThread
from genwidget.request.validation import Request, prepare
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from genwidget.sandbox import API_KEY
from genwidget.sandbox.assumptions import GENERATE_PER_WINDOW, IMAGES_AT_ONCE, VIDEOS_AT_ONCE, WINDOW_S
from genwidget.settings import Settings
from tests.benchmarks.row import Figure, Row, Sample
from tests.benchmarks.rows.account import bound_s
from tests.faults.service import SandboxProcess

IMAGES, VIDEOS = 300, 100
LIMIT_S: Final = 600
REFUSED: Final = 429
OURS, AGAIN, ENDS = "300 pictures, 100 videos", "POSTs answered 429 in 100, after the first window", "runs refused"


class Mixed(Row):
    """Presses of Send for both types."""

    name = "mixed"
    title = "300 pictures and 100 videos, sent at once"
    how = (
        f"To the stock sandbox, as its own process with small pictures: {IMAGES_AT_ONCE} "
        f"pictures and {VIDEOS_AT_ONCE} videos run at once, and {GENERATE_PER_WINDOW} POSTs are let through in "
        f"{WINDOW_S:g} s. The bound is the time in which the server's own generations would have ended, had each begun "
        "in the moment in which a place was free; the figure is that time divided by the time taken."
    )
    unit = "of the bound"
    rounds = 1
    figures = (
        Figure(ours=OURS, least=round(1 / 1.1, 3)),
        Figure(ours=AGAIN, most=2, unit=""),
        Figure(ours=ENDS, most=0, unit=""),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Send them once."""
        yield {OURS: _measure}


def _measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        sandbox = SandboxProcess(Path(folder) / "sandbox", speed=1, module="tests.faults.small_sandbox")
        thread = IoThread()
        runner = Runner(thread, ledger=Ledger(Path(folder) / "ledger.sqlite3"))
        try:
            target = Target("us", sandbox.url, sandbox.url, is_own_origin=True)
            requests = [_request("image", "bfl/flux-schnell")] * IMAGES
            requests += [_request("video", "bytedance/seedance-1-pro")] * VIDEOS
            key = ApiKey(API_KEY, custom_host=True)
            runs = [runner.start(one, target, key, Settings()) for one in requests]
            refused = sum(not run.wait(LIMIT_S).outputs for run in runs)
            found = {OURS: _share(sandbox), ENDS: refused, AGAIN: _answered_429(sandbox)}
        finally:
            runner.close()
            thread.close()
            sandbox.stop()
    return found


def _request(model_type: str, model_id: str) -> Request:
    return prepare(Catalogue.load(), model_type, model_id, {"generation_prompt": "A seal"})


def _share(sandbox: SandboxProcess) -> float:
    """Return the bound of what was made, the longer of both types, divided by the time from the first POST on."""
    made = sandbox.generations()
    by_type = {at_once: [one for one in made if _is_film(one) is is_film] for at_once, is_film in _TYPES}
    assert [len(by_type[at_once]) for at_once, _ in _TYPES] == [IMAGES, VIDEOS]
    moments = [one["at"] / 1000 for one in _posts(sandbox)]
    taken = max(_moment(one["generation_completed_at"]) for one in made) - min(moments)
    return max(bound_s(by_type[at_once], at_once) for at_once, _ in _TYPES) / taken


_TYPES: Final = ((IMAGES_AT_ONCE, False), (VIDEOS_AT_ONCE, True))


def _is_film(record: Mapping[str, Any]) -> bool:
    return "seedance" in record["model_identifier"]


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _posts(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    return [one for one in sandbox.get("/sandbox/requests")["requests"] if "/generate/" in one["path"]]


def _answered_429(sandbox: SandboxProcess) -> float:
    """Return how many of 100 POSTs were, of those later than one window after the first."""
    posts = _posts(sandbox)
    later = [one for one in posts if one["at"] - posts[0]["at"] >= 1000 * WINDOW_S]
    return 100 * sum(one["status"] == REFUSED for one in later) / max(1, len(later))
