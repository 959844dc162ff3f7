"""What a server's answer reaches: the client, the runner, the page, the shell. Each ends in a state and a sentence."""

import contextlib
import ctypes
import functools
import gc
import io
import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import comm

from genwidget import download, helper, runner
from genwidget.catalogue import Catalogue
from genwidget.cli import main
from genwidget.client import Client
from genwidget.errors import GenwidgetError, RunError
from genwidget.io_thread import IoThread
from genwidget.keys import ApiKey
from genwidget.ledger import Ledger
from genwidget.regions import Target
from genwidget.settings import Settings
from genwidget.text import is_plain
from genwidget.validation import prepare
from genwidget.widget import Playground
from tests.hostile import cases
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
#: Nothing is late where all is well, however slow the machine is.
CALM = Settings(**WAITS, live_models=False)
#: The longest that one case may take, in seconds, with all its tries, polls and outputs.
LONGEST_S = 30.0
#: What any answer may take above an idle process, in bytes.
MOST_BYTES = 100_000_000


#: In which parts of a run each sink meets them.
STAGES_OF = {
    "runner": ("post", "poll", "helper", "file"),
    "page": ("post", "poll", "file"),
    "shell": ("post", "poll", "file"),
}
SLOW = ("large: ", "endless: ")


@dataclass
class Counts:
    """What came of the cases: how many, of which sinks, and each that went wrong."""

    cases: dict[str, int] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    longest_s: float = 0.0
    most_bytes: int = 0

    def lines(self):
        yield "sink      cases"
        yield from (f"{name:8}  {count:5}" for name, count in sorted(self.cases.items()))
        count = sum(self.cases.values())
        yield f"all       {count:5}  survived {count - len(self.lost)}, lost {len(self.lost)}"
        yield "ends      " + ", ".join(f"{end} {count}" for end, count in sorted(self.ends.items()))
        yield f"longest   {self.longest_s:.1f} s; at most {self.most_bytes / 1e6:.0f} MB above idle"
        yield from (f"LOST      {one}" for one in self.lost)


def plan():
    """Return every case of every sink: sink, stage or endpoint, name, what gives the answer."""
    raw, errors = cases.raw_answers(), dict(cases.error_answers())
    found = [("client", "status", *one) for one in (raw | errors).items()]
    for endpoint, (kind, _) in cases.ENDPOINTS.items():
        found += [("client", endpoint, name, data) for name, data in bodies(kind)]
    for sink, stages in STAGES_OF.items():
        found += [(sink, stage, *one) for stage in stages for one in raw.items()]
        found += [(sink, stage, *one) for stage in ("post", "poll") for one in errors.items()]
        for stage in stages:
            if stage in cases.STAGE_MODELS:
                found += [(sink, stage, name, data) for name, data in bodies(cases.STAGE_MODELS[stage])]
    return found


def bodies(kind):
    return [(name, functools.partial(http, 200, cases.envelope(data))) for name, data in cases.bodies_of(kind)]


def sample(count, seed):
    """Return some cases of every sink, the same for the same seed; of the slow ones as many as ``count`` says."""
    drawn, everything = random.Random(seed), plan()  # noqa: S311 - no secret
    found = []
    for sink in ("client", "runner", "page", "shell"):
        own = [one for one in everything if one[0] == sink]
        found += drawn.sample([one for one in own if not one[2].startswith(SLOW)], count[sink])
        found += drawn.sample([one for one in own if one[2].startswith(SLOW)], count["slow"])
    return found


class Peak:
    """The most memory that this process has held since the last reset, above what it held then, idle."""

    def __init__(self):
        self._trim = ctypes.CDLL(None).malloc_trim
        self._idle = 0

    def reset(self):
        gc.collect()
        self._trim(0)  # what was freed is given back, so that it is not used again unseen
        Path("/proc/self/clear_refs").write_text("5")
        self._idle = self._read("VmRSS")

    def above_idle(self):
        return self._read("VmHWM") - self._idle

    @staticmethod
    def _read(name):
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


class Sinks:
    """All four, on one server. Limits of time that are no settings are short here."""

    def __init__(self, server, folder, patch):
        self.server = server
        self.folder = folder
        self.url = server.url
        patch.setattr(helper, "HELPER_TIMEOUT_S", 0.5)
        patch.setattr(download, "TOTAL_TIMEOUT_S", 1.5)
        patch.setattr(comm, "create_comm", RecordingComm)
        patch.setattr(conftest, "LIMIT_S", LONGEST_S)
        patch.setattr(runner, "shared", lambda: self.runner)
        for name in os.environ:
            if name.startswith("GENWIDGET_") and not name.endswith("_DIR"):
                patch.delenv(name)
        patch.setenv("BABYSEA_API_KEY", KEY)
        for name, value in (LIMITS | WAITS).items():
            patch.setenv(f"GENWIDGET_{name.upper()}", str(value))
        self._thread = None
        self._made = 0
        self.renew()
        self.meet("runner", "post", http(200, {}))
        self.peak = Peak()

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
        for sink, stage, name, answer in planned:
            counts.cases[sink] = counts.cases.get(sink, 0) + 1
            if name.startswith("large: "):
                self.renew()  # a runner keeps its runs, with what they were answered
            self.peak.reset()
            began = time.monotonic()
            try:
                end = self.meet(sink, stage, answer)
                counts.ends[end] = counts.ends.get(end, 0) + 1
                took_s = time.monotonic() - began
                above = self.peak.above_idle()
                counts.longest_s, counts.most_bytes = max(counts.longest_s, took_s), max(counts.most_bytes, above)
                assert took_s < LONGEST_S, f"took {took_s:.1f} s"
                assert above < MOST_BYTES, f"took {above / 1e6:.0f} MB"
                self.server.calm()
                self._is_well(sink)
            except Exception as error:  # noqa: BLE001 - each case that goes wrong is told
                counts.lost.append(f"{sink}, {stage}, {name}: {type(error).__name__}: {str(error)[:300]}")
                self.renew()

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
        run_id = answer["data"]["run_id"]
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
        assert page.playground.session.sender.drain()
        sent, page.comm.sent = page.comm.sent, []
        for _, data, _ in sent:
            assert len(strict(data)) < 2_000_000

    def _shell(self, _stage):
        self._made += 1
        folder = self.folder / f"out-{self._made}"
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(["generate", MODEL, "--prompt", "A seal", "--base-url", self.url, "-o", str(folder), "--json"])
        assert code in {0, 1}, code
        assert "Traceback" not in err.getvalue(), err.getvalue()[-300:]
        lines = err.getvalue().splitlines()
        assert lines
        assert all(is_plain(line) for line in lines)
        if code == 0:
            strict(out.getvalue())
        return f"exit {code}"

    def _is_well(self, sink):
        if sink == "client":
            with Client.blocking(key=KEY, base_url=self.url, settings=CALM) as client:
                assert client.status().account_id == "a"
        else:
            assert self._start(CALM).wait(LONGEST_S).state == "succeeded"


def check_sentence(text):
    """Hold a sentence to be one: not empty, nothing hidden, of bounded length."""
    assert text.strip()
    assert is_plain(text)
    assert len(text) < 3_000
    return True
