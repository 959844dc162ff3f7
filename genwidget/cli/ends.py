"""How a command ends: its exit code, and its one sentence on stderr."""

import sys
from typing import Final

from genwidget.errors import ConfigurationError, GenwidgetError, InvalidApiKey, InvalidRequest, KeyNotLocked
from genwidget.text import shown_lines

EXIT_OK: Final = 0
EXIT_FAILED: Final = 1
EXIT_INPUT: Final = 2
EXIT_INTERRUPTED: Final = 130


class InputError(GenwidgetError):
    """An argument, or a file that it names, cannot be used."""


def exit_code(error: GenwidgetError) -> int:
    """Return 2 for what the person typed, 1 for what the API or the run said."""
    inputs = (InvalidRequest, InvalidApiKey, KeyNotLocked, ConfigurationError, InputError)
    return EXIT_INPUT if isinstance(error, inputs) else EXIT_FAILED


def complain(sentence: str) -> None:
    """Write a sentence to stderr, fit for a terminal."""
    sys.stderr.write(f"{shown_lines(sentence)}\n")
    sys.stderr.flush()


def say(line: str) -> None:
    """Write a line, or JSON, to stdout, where another program may read it; what a terminal would obey is escaped."""
    sys.stdout.write(f"{shown_lines(line)}\n")
    sys.stdout.flush()
