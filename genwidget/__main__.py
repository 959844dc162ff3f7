"""The shell's way in: from here on Ctrl-C ends a command in one sentence, also while the rest is being imported."""

import os
import signal
from typing import NoReturn

_INTERRUPTED = 130
_STDERR = 2


def main() -> int:
    """Do what the process's arguments say; return the exit code: 0, 1 (API, run), 2 (input) or 130 (Ctrl-C)."""
    # A shell that starts a command beside itself lets it ignore Ctrl-C.
    is_awaited = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_awaited:
        signal.signal(signal.SIGINT, _leave)
    from genwidget.cli import commands, output  # noqa: F401, PLC0415 - what takes long to import
    from genwidget.cli import main as run  # noqa: PLC0415 - see above

    try:
        if is_awaited:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return run()
    except KeyboardInterrupt:  # before it was awaited there
        _leave()


def _leave(*_: object) -> NoReturn:
    """End the process at once; nothing was done yet. The sentence is that of messages.py, which may not be there."""
    try:
        os.write(_STDERR, b"Interrupted.\n")
    finally:
        os._exit(_INTERRUPTED)


if __name__ == "__main__":
    raise SystemExit(main())
