"""The one sandbox of a process, started at first need, whose data outlives it."""

import math
import os
import threading
from pathlib import Path
from typing import Final

import platformdirs

from genwidget.daemon_threads import close_last
from genwidget.folders import folder_of
from genwidget.sandbox import assumptions
from genwidget.sandbox.means import ABOVE_0
from genwidget.sandbox.server import Sandbox
from genwidget.text import shown

DIR_VARIABLE: Final = "GENWIDGET_SANDBOX_DIR"
SPEED_VARIABLE: Final = "GENWIDGET_SANDBOX_SPEED"

_lock = threading.Lock()
_running: list[Sandbox] = []


def shared() -> Sandbox:
    """Return the process's sandbox, starting it at first need; safe to call from any thread.

    Its data lies in ``GENWIDGET_SANDBOX_DIR``, else in the user's cache folder, and is shared by all processes of the
    user. ``GENWIDGET_SANDBOX_SPEED`` divides its times. A demo balance that has run low is filled up.

    Raises:
        ValueError: the speed is no number above 0.
    """
    with _lock:
        if not _running:
            sandbox = Sandbox(state_dir=state_dir(), speed=speed()).start()
            close_last(sandbox.stop)
            _running.append(sandbox)
            if sandbox.credits < assumptions.LOW_BALANCE:
                sandbox.add_credits(assumptions.OPENING_BALANCE - sandbox.credits)
        return _running[0]


def speed() -> float:
    """Return what divides the times of the shared sandbox.

    Raises:
        ValueError: it is no number above 0.
    """
    text = os.environ.get(SPEED_VARIABLE, "").strip() or "1"
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise ValueError(f"{SPEED_VARIABLE} cannot be {shown(text)}. It is {ABOVE_0.words}")
    return number


def state_dir() -> Path:
    """Return the folder of the shared sandbox's data."""
    folder = os.environ.get(DIR_VARIABLE, "").strip()
    return folder_of(folder) if folder else platformdirs.user_cache_path("genwidget", appauthor=False) / "sandbox"


def _start_anew() -> None:
    """Leave the parent's sandbox to the parent."""
    global _lock  # noqa: PLW0603 - the one lock of the process; another thread may have held it at the fork
    _lock = threading.Lock()
    _running.clear()


if hasattr(os, "register_at_fork"):  # not on Windows, which forks nothing
    os.register_at_fork(after_in_child=_start_anew)
