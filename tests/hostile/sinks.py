"""What a server's answer reaches: client, runner, page, shell. Each ends in a state and a sentence."""

import contextlib
import functools
import io
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import comm

from genwidget.api import download, status_helper
from genwidget.api.client import Client
from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.catalogue import Catalogue
from genwidget.cli import main
from genwidget.errors import GenwidgetError, RunError
from genwidget.io_thread import IoThread
from genwidget.request.validation import prepare
from genwidget.runs import runner
from genwidget.runs.ledger import Ledger
from genwidget.settings import Settings
from genwidget.text import is_plain
from genwidget.widget import Playground
from tests.hostile import cases
from tests.hostile.limits import DOWNLOAD_S, HELPER_S, LONGEST_S, MOST_BYTES, WORK_S, Peak
from tests.hostile.plan import LARGE
from tests.hostile.server import http
from tests.odd import strict
from tests.widget import conftest
from tests.widget.conftest import Page, RecordingComm

KEY = "bye_of-this-host"
MODEL = "bfl/flux-schnell"
FORM = {"region": "us", "model_type": "image", "model_id": MODEL}
LIMITS = {"post_timeout_s": 0.7, "request_timeout_s": 0.7, "connect_timeout_s": 5.0, "deadline_s": 0.6, "max_tries": 2}
WAITS = {
    "poll_first_s": 0.01,
    "poll_max_s": 0.05,
    "retry_first_s": 0.001,
    "retry_max_s": 0.001,
    "retry_after_max_s": 0.001,
}
SETTINGS = Settings(**LIMITS, **WAITS, live_models=False)
MANAGE = ("manage", {"action": "info", "generation_id": cases.GENERATION_ID})
GENERATE = ("generate", MODEL, "--prompt", "A seal")
ROOT = Path(__file__).parents[2]
UNFORESEEN = "Something unforeseen"
#: Nothing is late where all is well, however slow the machine is.
CALM = Settings(**WAITS, live_models=False)


@dataclass
class Counts:
    """What came of the cases: how many, of which sinks, and each that went wrong."""

    cases: dict[str, int] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    longest: tuple[float, str] = (0.0, "")
    most: tuple[int, str] = (0, "")

    def add(self, other):
        """Take in what came of other cases."""
        for own, more in ((self.cases, other.cases), (self.ends, other.ends)):
            for name, count in more.items():
                own[name] = own.get(name, 0) + count
        self.lost += other.lost
        self.longest, self.most = max(self.longest, other.longest), max(self.most, other.most)

    def lines(self):
        yield "sink      cases"
        yield from (f"{name:8}  {count:5}" for name, count in sorted(self.cases.items()))
        count = sum(self.cases.values())
        yield f"all       {count:5}  survived {count - len(self.lost)}, lost {len(self.lost)}"
        yield "ends      " + ", ".join(f"{end} {count}" for end, count in sorted(self.ends.items()))
        yield f"longest   {self.longest[0]:.1f} s ({self.longest[1]})"
        yield f"most      {self.most[0] / 1e6:.0f} MB above idle ({self.most[1]})"
        yield from (f"LOST      {one}" for one in self.lost)


class Sinks:
    """All of them, on one server. Limits of time that are no settings are short here."""

    def __init__(self, server, folder, patch):
        self.server = server
        self.folder = folder
        self.url = server.url
        patch.setattr(status_helper, "HELPER_TIMEOUT_S", HELPER_S)
        patch.setattr(download, "TOTAL_TIMEOUT_S", DOWNLOAD_S)
        patch.setattr(comm, "create_comm", RecordingComm)
        patch.setattr(conftest, "LIMIT_S", LONGEST_S)
        patch.setattr(runner, "shared", lambda: self.runner)
        for name in os.environ:
            if name.startswith("GENWIDGET_") and not name.endswith("_DIR"):
                patch.delenv(name)
        patch.setenv("BABYSEA_API_KEY", KEY)
        patch.setenv("GENWIDGET_LIVE_MODELS", "0")
        for name, value in (LIMITS | WAITS).items():
            patch.setenv(f"GENWIDGET_{name.upper()}", str(value))
        self._thread = None
        self._made = 0
        self.renew()
        self.meet("runner", "post", http(200, {}))
        self.peak = Peak()
        self.taken = None

    def renew(self):
        """Make a runner that knows nothing of a helper that was silent."""
        self.close()
        self._made += 1
        self._thread = IoThread()
        self.runner = runner.Runner(self._thread, ledger=Ledger(self.folder / f"ledger-{self._made}.sqlite3"))

    def close(self):
        if self._thread is not None:
            self.runner.close()
            self._thread.close()

    def run(self, counts, planned):
        """Let each case be met, then a request that is answered well."""
        for case in planned:
            counts.cases[case.sink] = counts.cases.get(case.sink, 0) + 1
            if case.kind == LARGE:
                self.renew()  # a runner keeps its runs, with what they were answered
            self.taken = None
            self.peak.reset()
            began, worked = time.monotonic(), time.process_time()
            try:
                end = self.meet(case.sink, case.stage, case.answer)
                counts.ends[end] = counts.ends.get(end, 0) + 1
                took_s = time.monotonic() - began
                above = self.peak.above_idle() if self.taken is None else self.taken
                counts.longest = max(counts.longest, (took_s, str(case)))
                counts.most = max(counts.most, (above, str(case)))
                assert took_s < LONGEST_S, f"took {took_s:.1f} s"
                worked_s = time.process_time() - worked
                assert worked_s < WORK_S, f"took {worked_s:.1f} s of work"
                assert above < MOST_BYTES, f"took {above / 1e6:.0f} MB"
                self.server.calm()
                self._is_well(case.sink)
            except Exception as error:  # noqa: BLE001 - each case that goes wrong is told
                counts.lost.append(f"{case}: {type(error).__name__}: {str(error)[:300]}")
                self.renew()
            finally:
                self.peak.lift()

    def meet(self, sink, stage, answer):
        answer = answer() if isinstance(answer, functools.partial) else answer
        self.server.answer("any" if stage in cases.ENDPOINTS else stage, answer)
        if stage in cases.ENDPOINTS:
            self.server.answer_all(answer)
        if stage == "helper":
            self.renew()
        return getattr(self, f"_{sink}")(stage)

    def _client(self, endpoint):
        with Client.blocking(key=KEY, base_url=self.url, settings=SETTINGS) as client:
            try:
                found = getattr(client, endpoint)(*cases.ENDPOINTS[endpoint][1])
            except GenwidgetError as error:
                check_sentence(error.message)
                return type(error).__name__
            assert endpoint == "generation_status" or found is not None
            return "read"

    def _start(self, settings):
        target = Target("us", self.url, self.url, is_own_origin=True)
        request = prepare(Catalogue.load(), "image", MODEL, {"generation_prompt": "A seal"})
        return self.runner.start(request, target, ApiKey(KEY), settings)

    def _runner(self, _stage):
        run = self._start(SETTINGS)
        try:
            run.wait(LONGEST_S)
            check_sentence(run.timeline[-1].label)
        except RunError as error:
            check_sentence(error.message)
        for output in run.outputs[:2]:
            try:
                output.read()
            except GenwidgetError as error:
                check_sentence(error.message)
        assert run.is_terminal
        return run.state.value

    def _page(self, _stage):
        pg = Playground("us", base_url=self.url, settings=SETTINGS)
        try:
            pg.session.lock_key(KEY, "us")
            return self._played(Page(pg))
        finally:
            pg.close()

    def _played(self, page):
        answer = page.send({"generation_prompt": "A seal"}, **FORM)
        run_id = answer["run_id"]
        shown = page.wait_for("run", lambda run: run["run_id"] == run_id and not run["is_live"])
        if shown["state"] not in {"succeeded", "answered", "canceled"}:
            check_sentence(shown["alert"]["message"])
        asked = [("fetch_body", {"which": which}) for which in ("reply", "record")] + [("fetch_output", {"index": 0})]
        for kind, parts in [*((kind, {"run_id": run_id, **parts}) for kind, parts in asked), MANAGE]:
            answer, buffers = page.ask(kind, **parts)
            assert answer["ok"] or check_sentence(answer["alert"]["message"])
            assert sum(map(len, buffers)) <= 64 * 1024 * 1024
            del buffers
            self._check_sent(page)
        return shown["state"]

    @staticmethod
    def _check_sent(page):
        """Hold what reached the page to be small and such that any JSON can carry it; the recorder keeps none of it."""
        assert page.playground.session.publisher.drain()
        sent, page.comm.sent = page.comm.sent, []
        for _, data, _ in sent:
            assert len(strict(data)) < 2_000_000

    def _shell(self, _stage):
        self._made += 1
        folder = self.folder / f"out-{self._made}"
        printed, err = self.folder / f"printed-{self._made}", io.StringIO()
        with (
            printed.open("w", encoding="utf-8") as out,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main([*GENERATE, "--base-url", self.url, "-o", str(folder), "--json"])
        self.taken = self.peak.above_idle()
        self.peak.lift()
        return check_output(code, printed.read_text(encoding="utf-8"), err.getvalue())

    def _process(self, _stage):
        self._made += 1
        folder = self.folder / f"out-{self._made}"
        told = self.folder / f"peak-{self._made}"
        arguments = [*GENERATE, "--base-url", self.url, "-o", str(folder), "--json"]
        command = [sys.executable, "-m", "tests.hostile.command", str(told), *arguments]
        environment = {**os.environ, **{f"GENWIDGET_{name.upper()}": "6" for name in LIMITS if name.endswith("_s")}}
        ended = subprocess.run(command, capture_output=True, check=False, timeout=LONGEST_S, cwd=ROOT, env=environment)
        self.taken = int(told.read_text())
        return check_output(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    def _is_well(self, sink):
        if sink == "client":
            with Client.blocking(key=KEY, base_url=self.url, settings=CALM) as client:
                assert client.status().account_id == "a"
        else:
            assert self._start(CALM).wait(LONGEST_S).state == "succeeded"


def check_sentence(text):
    """Hold sentences to be some: not empty, nothing hidden, of bounded length, of something that was foreseen."""
    assert text.strip()
    assert is_plain(text.replace("\n", " "))
    assert len(text) < 3_000
    assert UNFORESEEN not in text
    return True


def check_output(code, out, err):
    """Hold what a command printed to be sentences, and its output to be JSON where all went well."""
    assert code in {0, 1, 3}, f"{code}: {err[-300:]}"  # 3: no connection in time, on a machine that does much else
    assert "Traceback" not in err, err[-300:]
    lines = err.splitlines()
    assert lines
    assert all(is_plain(line) for line in lines)
    check_sentence("\n".join(lines)[:2_000])
    if code == 0:
        json.loads(out)
    return f"exit {code}"
