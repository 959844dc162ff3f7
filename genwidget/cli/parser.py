"""argparse whose texts go where all others go: to any terminal, whatever it can show."""

import argparse
import sys
from typing import Any, NoReturn

from genwidget.cli.output import complain, say


class Parser(argparse.ArgumentParser):
    """A parser that writes as :mod:`genwidget.cli.output` does; so do those below it."""

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
