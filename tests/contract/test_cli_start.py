"""Ctrl-C at drawn moments of a command that starts, from the first line of its own on."""

import random
import signal
import subprocess
import sys
import tomllib

import pytest

from genwidget.messages import MESSAGES
from tests.faults.service import ROOT

#: As pip writes the command, interrupted at the call so many after Ctrl-C is awaited; without one it tells how many
#: there are until the command itself is run.
PROGRAM = """
import _signal, os, signal, sys
wanted, count, ready = int(sys.argv.pop(1)), 0, []
def watch(frame, event, _):
    global count
    if event != "call" or not ready and _signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        return
    ready.append(1)
    if frame.f_code.co_name == "run" and frame.f_code.co_filename.endswith("commands.py") and not wanted:
        os.write(2, str(count).encode())
        os._exit(0)
    count += 1
    if count == wanted:
        os.kill(os.getpid(), signal.SIGINT)
from genwidget.__main__ import main
sys.setprofile(watch)
sys.exit(main())
"""
DRAWN = 8


def begin(wanted, *arguments, **more):
    command = [sys.executable, "-c", PROGRAM, str(wanted), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **more)


@pytest.fixture(scope="module")
def calls():
    """How many calls are made until a command is run."""
    return int(begin(0, "models").stderr)


def test_the_moments_are_many(calls):
    assert calls > 10_000, "what is imported is watched"


@pytest.mark.parametrize("share", [0, *(random.Random(8).random() ** 2 for _ in range(DRAWN)), 1])  # noqa: S311
def test_ctrl_c_at_any_moment_of_the_start_is_one_sentence_and_130(calls, share):
    done = begin(1 + int(share * (calls - 1)), "models")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", f"{MESSAGES['cli_stopped']}\n")


def test_a_command_that_ignores_ctrl_c_goes_on_doing_so():
    ignoring = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)}
    done = begin(1, "runs", **ignoring)
    assert (done.returncode, done.stderr) == (0, f"{MESSAGES['cli_no_runs']}\n")
    assert done.stdout.startswith("run  sent")


def test_the_command_that_is_installed_begins_so():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts == {"genwidget": "genwidget.__main__:main"}


def test_little_is_imported_before():
    heavy = {"logging", "argparse", "httpx", "pydantic", "pathlib", "json"}
    program = f"import sys, genwidget.__main__; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_it_is_run_as_a_module_too():
    done = subprocess.run([sys.executable, "-m", "genwidget", "runs"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("run  sent")
