"""A script may end at any moment: nothing is printed, its exit code is its own, and what it sent can be resumed."""

import os
import random
import subprocess
import sys
import time

import pytest

from genwidget.api.client import Client
from genwidget.api.keys import ApiKey
from genwidget.io_thread import IoThread
from genwidget.runs.ledger import Ledger
from genwidget.runs.poll import poll_run
from genwidget.runs.records import state_of
from genwidget.runs.runner import Runner
from genwidget.sandbox import API_KEY, Limits, Sandbox
from genwidget.settings import Settings

#: From which function on its calls, and those of functions after it, are counted on threads beside the main one; and
#: the most of them after which a script ends. How many it really is, is drawn anew for each script.
MOMENTS = {
    "at once": ("", 0),
    "early": ("", 500),
    "in the POST": (Client.attempts.__name__, 200),
    "later": (poll_run.__name__, 2_000),
}
#: At how many of these moments each script is ended, each script beginning with the next; more with ``END_ROUNDS=20``.
ROUNDS = int(os.environ.get("END_ROUNDS", "1"))
#: How long an interpreter may take to end.
LIMIT_S = 45

BEGINNING = """
import itertools, os, signal, sys, threading
calls, is_time, first, count = itertools.count(1), threading.Event(), sys.argv[1], int(sys.argv[2])
has_begun = threading.Event()
def note(frame, *_):
    if frame.f_code.co_name == first or not first:
        has_begun.set()
    if has_begun.is_set() and next(calls) >= count:
        is_time.set()
if count:
    threading.settrace(note)
def end():
    assert count == 0 or is_time.wait(60), "that moment never came"
    print("ending", flush=True)
from genwidget import Client, Playground, errors
from genwidget.sandbox import API_KEY
def playground(**more):
    return Playground(region="sandbox", key=lambda: API_KEY, values={"generation_prompt": "A seal"}, **more)
"""

OPEN = "pg = playground(); pg.lock_key()\n"
SEND = f"{OPEN}run = pg.send()\n"
MANY = "pgs = [playground() for _ in range(20)]\nfor pg in pgs: pg.lock_key()\nfor pg in pgs[:5]: pg.send()\n"
FORK = "child = os.fork()\nif child == 0:\n    {}sys.exit(0)\nassert os.waitpid(child, 0)[1] == 0\n"
THREAD = """
def work():
    try:
        {}
    except errors.GenwidgetError:
        pass
threading.Thread(target=work, daemon=True).start()
"""
#: CPython forgets the signal where a thread defines a dataclass after it, and then exits like after any exception.
INTERRUPTED = (-2, 1)
#: The interpreter waits for it, and has begun to end by then.
LATER = """
def go_on():
    threading.main_thread().join()
    run.search()
threading.Thread(target=go_on).start()
"""
CLIENT = "client = Client.blocking(region='sandbox', key=API_KEY)\n"

#: {what a script does: (the script, its exit code, how the last line begins that it prints itself)}
SCRIPTS = {
    "lock a key": (f"{OPEN}end()", 0, ""),
    "lock a key, and start the sandbox": (f"{OPEN}end()", 0, ""),
    "send, and start the sandbox": (f"{SEND}end()", 0, ""),
    "send": (f"{SEND}end()", 0, ""),
    "send often": (f"{SEND}runs = [pg.send() for _ in range(11)]\nend()", 0, ""),
    "send in some of twenty playgrounds": (f"{MANY}end()", 0, ""),
    "send, and exit": (f"{SEND}end(); sys.exit(3)", 3, ""),
    "send, and exit in a thread": (f"{SEND}end(); threading.Thread(target=sys.exit).start()", 0, ""),
    "send, and raise": (f"{SEND}end(); 1 / 0", 1, "ZeroDivisionError"),
    "send, and be interrupted": (f"{SEND}end(); signal.raise_signal(signal.SIGINT)", INTERRUPTED, "KeyboardInterrupt"),
    "send, and fork": (f"{SEND}{FORK.format('')}end()", 0, ""),
    "send, and send in a forked process": (
        f"{SEND}{FORK.format('own = playground(); own.lock_key(); own.send(); ')}end()",
        0,
        "",
    ),
    "send, and wait in a thread": (f"{SEND}{THREAD.format('run.wait()')}end()", 0, ""),
    "wait, and send again": (f"{SEND}run.wait(60); pg.send(); end()", 0, ""),
    "go on in a thread that is waited for": (f"{SEND}run.wait(60)\n{LATER}end()", 0, ""),
    "ask in a thread": (f"{CLIENT}{THREAD.format('client.status()')}end()", 0, ""),
    "ask, and close nothing": (f"{CLIENT}client.status(); end()", 0, ""),
}


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(speed=20, limits=Limits(images_at_once=1_000, generate_per_window=100_000)) as running:
        yield running


def begin(script, moment, folder, url):
    first, count = moment
    folder.mkdir()
    file = folder / "script.py"
    file.write_text(BEGINNING + script)
    own = {"GENWIDGET_DATA_DIR": str(folder / "data"), "GENWIDGET_SANDBOX_DIR": str(folder / "sandbox")}
    environment = {name: value for name, value in os.environ.items() if name != "GENWIDGET_SANDBOX_URL"} | own
    if url is not None:
        environment["GENWIDGET_SANDBOX_URL"] = url
    return subprocess.Popen(
        [sys.executable, str(file), first, str(count)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process):
    """Return exit code, whether it ended in time, and all that it printed on stderr."""
    for line in process.stdout:
        if line == "ending\n":
            break
    began = time.monotonic()
    _, errors = process.communicate(timeout=60)
    return process.returncode, time.monotonic() - began < LIMIT_S, errors


def only_its_own(errors, last):
    """Tell whether a script printed nothing but the traceback of its own last line."""
    if not last:
        return errors == ""
    lines = errors.splitlines()
    return lines[-1].startswith(last) and errors.count("Traceback") == 1 and lines[0].startswith("Traceback")


@pytest.mark.parametrize("turn", range(ROUNDS))
@pytest.mark.parametrize("name", SCRIPTS)
def test_an_interpreter_that_ends_prints_nothing_of_ours(name, turn, sandbox, tmp_path, monkeypatch):
    monkeypatch.setenv("GENWIDGET_SANDBOX_URL", sandbox.url)
    script, code, last = SCRIPTS[name]
    url = None if "start the sandbox" in name else sandbox.url
    possible = [one for one in MOMENTS.values() if "send" in script or not one[0]]
    first, most = possible[(list(SCRIPTS).index(name) + turn) % len(possible)]
    moment = (first, random.Random(f"{name} {turn}").randint(0, most))  # noqa: S311 - moments, no secrets
    before = len(sandbox.generations)
    exit_code, is_in_time, errors = ended(begin(script, moment, tmp_path / "script", url))
    codes = code if isinstance(code, tuple) else (code,)
    assert (exit_code in codes, is_in_time, only_its_own(errors, last)) == (True, True, True), (
        f"{moment}, {exit_code}\n{errors}"
    )
    if url is not None:
        sent = resumed(tmp_path / "script", sandbox)
        assert len(sandbox.generations) - before == sent, "one generation for each row, none without"


def test_every_moment_is_drawn_for_some_script():
    sending = [at for at, (script, *_) in enumerate(SCRIPTS.values()) if "send" in script]
    assert {at % len(MOMENTS) for at in sending} == set(range(len(MOMENTS)))


def resumed(folder, sandbox):
    """Resume all that a ledger tells of; return how many of its rows are of generations."""
    thread = IoThread()
    ledger = Ledger(folder / "data" / "ledger.sqlite3")
    runner = Runner(thread, ledger=ledger)
    settings = Settings(poll_first_s=0.02, poll_max_s=0.1)
    rows = ledger.rows()
    for row in rows:
        assert not row.is_carried_elsewhere
        run = runner.restore(row, settings)
        if state_of(row).can_resume:
            run.resume(ApiKey(API_KEY))
        if row.state == "refused":  # not a byte of it had left
            assert not run.state.can_resume
            continue
        assert run.wait(30).state == "succeeded"
    runner.close()
    thread.close()
    return sum(row.state != "refused" for row in rows)
