"""How a command ends: its exit code, what it prints on stdout, and its sentences on stderr."""

import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final, TextIO

from genwidget.errors import (
    ConfigurationError,
    ConnectionFailed,
    GenwidgetError,
    InvalidApiKey,
    InvalidRequest,
    KeyNotLocked,
    LedgerError,
    PriceUnknown,
    RunRefused,
    RunUnreached,
    SpendLimitReached,
)
from genwidget.messages import render
from genwidget.text import ascii_json, shown_lines, without_keys

EXIT_OK: Final = 0
EXIT_FAILED: Final = 1
EXIT_INPUT: Final = 2
EXIT_UNREACHED: Final = 3
EXIT_INTERRUPTED: Final = 130
#: How many characters of JSON are laid out before they are written.
_PIECE: Final = 64 * 1024
#: Why a run is refused here, before anything is sent: a spend limit, or a ledger that cannot be used.
_NOT_SENT: Final = (SpendLimitReached, PriceUnknown, LedgerError)


class InputError(GenwidgetError):
    """An argument, or a file that it names, cannot be used."""


class CannotPrint(GenwidgetError):
    """Stdout is closed or full."""

    code = "cli_no_stdout"


def exit_code(error: GenwidgetError) -> int:
    """Return 2 where nothing is sent for what was typed, a limit or the ledger, 3 for an unreached host, else 1."""
    if isinstance(error, RunUnreached) or (isinstance(error, ConnectionFailed) and not error.may_have_started):
        return EXIT_UNREACHED
    if isinstance(error, RunRefused) and isinstance(error.__cause__, _NOT_SENT):
        return EXIT_INPUT
    inputs = (InvalidRequest, InvalidApiKey, KeyNotLocked, ConfigurationError, InputError, *_NOT_SENT)
    return EXIT_INPUT if isinstance(error, inputs) else EXIT_FAILED


def complain(sentence: str) -> None:
    """Write a sentence to stderr, fit for a terminal."""
    with contextlib.suppress(OSError, ValueError):  # where stderr is closed or full, nobody can be told
        _write(sys.stderr, without_keys(shown_lines(sentence)))


def say(line: str) -> None:
    """Write a line to stdout, where another program may read it; what a terminal would obey is escaped.

    Raises:
        BrokenPipeError: who read it has gone.
        CannotPrint: stdout is closed or full.
    """
    with _write_errors_as_ours():
        _write(sys.stdout, shown_lines(line))


def say_json(value: Any) -> None:
    """Write JSON to stdout, with escapes where its encoding cannot hold the text; errors as of :func:`say`.

    It is laid out and written a piece at a time: a record may hold millions of values.
    """
    with _write_errors_as_ours():
        for piece in _pieces(value):
            text = shown_lines(piece)
            _write(sys.stdout, text if _is_held(sys.stdout, text) else ascii_json(text), end="")
        _write(sys.stdout, "")


def _pieces(value: Any) -> Iterator[str]:
    """Yield JSON text in pieces of at least ``_PIECE`` characters, but for the last; no string is cut."""
    parts: list[str] = []
    size = 0
    for part in json.JSONEncoder(ensure_ascii=False, indent=2).iterencode(value):
        parts.append(part)
        size += len(part)
        if size >= _PIECE:
            yield "".join(parts)
            parts, size = [], 0
    yield "".join(parts)


@contextlib.contextmanager
def _write_errors_as_ours() -> Iterator[None]:
    """Tell why stdout takes nothing, unless who read it has gone."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        raise CannotPrint(reason=getattr(error, "strerror", None) or error) from error


def silence() -> None:
    """Let what is still to be flushed to stdout vanish: the interpreter would complain of it where it ends."""
    with contextlib.suppress(OSError, ValueError, AttributeError):  # there is no file behind it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def finish(code: int) -> int:
    """Return the exit code of the process: 1 where stdout did not take what argparse printed.

    From here on Ctrl-C ends the process at once, which says nothing more.
    """
    with contextlib.suppress(ValueError):  # not on the main thread, which alone is interrupted
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError) as error:
        silence()
        if not isinstance(error, BrokenPipeError):
            complain(render("cli_no_stdout", reason=getattr(error, "strerror", None) or error))
        return code or EXIT_FAILED
    return code


def _write(stream: TextIO | None, text: str, end: str = "\n") -> None:
    if stream is None:  # its descriptor was closed before Python began
        raise ValueError(render("cli_closed"))
    if not _is_held(stream, text):
        text = text.encode(stream.encoding, "backslashreplace").decode(stream.encoding)
    stream.write(f"{text}{end}")
    stream.flush()


def _is_held(stream: TextIO | None, text: str) -> bool:
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, each column as wide as its widest cell."""
    lines = [head, *rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
