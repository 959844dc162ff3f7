"""``python -m genwidget.sandbox``: serve a sandbox until Ctrl-C."""

import argparse
import errno
import math
import re
import signal
import sqlite3
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Final

from genwidget.sandbox.core.accounts import PRESETS, STATE_KEYS, key_text
from genwidget.sandbox.server import Sandbox

_LAST_PORT: Final = 65_535


def main(
    arguments: Sequence[str] | None = None, parser_class: type[argparse.ArgumentParser] = argparse.ArgumentParser
) -> int:
    """Serve a sandbox, print its URL and keys, and end cleanly on Ctrl-C or SIGTERM. Returns the exit code."""
    parser = parser_class(prog="genwidget sandbox", description="Serve a local sandbox of the API.")
    parser.add_argument("--port", type=_port, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--speed", type=_speed, default=1.0, help="divides every time of work (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="of durations and of faults with a probability")
    parser.add_argument("--region", choices=("us", "eu", "jp"), default="us", help="the region that it plays")
    parser.add_argument("--state-dir", type=_folder, help="where its data lies (default: a temporary folder)")
    options = parser.parse_args(arguments)
    over = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        over.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    sandbox = Sandbox(
        options.port, state_dir=options.state_dir, speed=options.speed, seed=options.seed, region=options.region
    )
    try:
        sandbox.start()
        _announce(sandbox, options.region)
        over.wait()
    except (OSError, ValueError, sqlite3.Error) as error:
        print(_why(error, options), file=sys.stderr)  # noqa: T201
        return 1
    finally:
        sandbox.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _why(error: Exception, options: argparse.Namespace) -> str:
    reason = getattr(error, "strerror", None) or error
    if isinstance(error, OSError) and error.errno in {errno.EADDRINUSE, errno.EACCES} and error.filename is None:
        return f"The sandbox cannot listen on port {options.port}: {reason}."
    if isinstance(error, OSError) and error.filename is None:
        return f"The sandbox cannot write to stdout: {reason}."
    return f"The sandbox cannot keep its data in {options.state_dir or 'a temporary folder'}: {reason}."


def _folder(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return Path(text)


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 65,535")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0
    if not 0 < speed < math.inf:
        raise argparse.ArgumentTypeError("must be a number above 0")
    return speed


def _announce(sandbox: Sandbox, region: str) -> None:
    print(f"Sandbox of the API at {sandbox.url}")  # noqa: T201 - what a person asked for
    print("Nothing leaves this machine and nothing costs money. Its keys are public:")  # noqa: T201
    for name in (*PRESETS, *STATE_KEYS):
        text = key_text("eu" if region == "us" else "us") if name == "wrong_region" else key_text(region, name)
        print(f"  {name:<14} {text}")  # noqa: T201
    print("Press Ctrl-C to end.", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
