"""``python -m genwidget.sandbox``: serve a sandbox until Ctrl-C."""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from genwidget.sandbox.accounts import PRESETS, STATE_KEYS, key_text
from genwidget.sandbox.server import Sandbox


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve a sandbox, print its URL and keys, and end cleanly on Ctrl-C or SIGTERM. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="genwidget sandbox", description="Serve a local sandbox of the API.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--speed", type=float, default=1.0, help="divides every time of work (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="of durations and of faults with a probability")
    parser.add_argument("--region", choices=("us", "eu", "jp"), default="us", help="the region that it plays")
    parser.add_argument("--state-dir", type=Path, help="where its data lies (default: a temporary folder)")
    options = parser.parse_args(arguments)
    over = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        over.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    sandbox = Sandbox(
        options.port, state_dir=options.state_dir, speed=options.speed, seed=options.seed, region=options.region
    )
    try:
        sandbox.start()
    except OSError as reason:
        print(f"The sandbox cannot listen on port {options.port}: {reason.strerror}.", file=sys.stderr)  # noqa: T201
        return 1
    try:
        _announce(sandbox, options.region)
        over.wait()
    finally:
        sandbox.stop()
    return 0


def _announce(sandbox: Sandbox, region: str) -> None:
    print(f"Sandbox of the API at {sandbox.url}")  # noqa: T201 - what a person asked for
    print("Nothing leaves this machine and nothing costs money. Its keys are public:")  # noqa: T201
    for name in (*PRESETS, *STATE_KEYS):
        text = key_text("eu" if region == "us" else "us") if name == "wrong_region" else key_text(region, name)
        print(f"  {name:<14} {text}")  # noqa: T201
    print("Press Ctrl-C to end.", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
