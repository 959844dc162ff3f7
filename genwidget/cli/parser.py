"""argparse whose texts go where all others go: to any terminal, whatever it can show."""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from genwidget.cli.output import complain, say
from genwidget.messages import render


class Parser(argparse.ArgumentParser):
    """A parser that writes as :mod:`genwidget.cli.output` does; so do those below it."""

    def parse_known_args(  # type: ignore[override]  # typed there for any namespace
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Refuse what is not known here: left to the parser above, it would be told with that one's usage."""
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return options, unknown

    def print_usage(self, file: Any = None) -> None:
        """Write the usage; errors as of :func:`genwidget.cli.output.say`."""
        _write(self.format_usage(), file)

    def print_help(self, file: Any = None) -> None:
        """Write the help; errors as of :func:`genwidget.cli.output.say`."""
        _write(self.format_help(), file)

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End with a message on stderr."""
        if message:
            complain(message.rstrip("\n"))
        sys.exit(status)


def _write(text: str, file: Any) -> None:
    write = say if file is None or file is sys.stdout else complain
    write(text.rstrip("\n"))


def whole_number(text: str) -> int:
    """Return an argument that is a whole number from 1 to 999,999,999.

    Raises:
        argparse.ArgumentTypeError: it is not.
    """
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or int(text) == 0:
        raise argparse.ArgumentTypeError(render("cli_bad_limit"))
    return int(text)
