"""argparse whose texts go where all others go: to any terminal, whatever it can show."""

import argparse
import itertools
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from genwidget.cli.output import complain, say
from genwidget.messages import render
from genwidget.spelling import did_you_mean


class Parser(argparse.ArgumentParser):
    """A parser that writes as :mod:`genwidget.cli.output` does; so do those below it."""

    _words: Sequence[str] = ()

    def parse_known_args(  # type: ignore[override]  # typed there for any namespace
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Refuse what is not known here: left to the parser above, it would be told with that one's usage."""
        self._words = sys.argv[1:] if args is None else args
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return options, unknown

    def error(self, message: str) -> NoReturn:
        """Tell what is wrong, and which option may have been meant by one that there is not."""
        super().error(message if " Did you mean " in message else _with_hint(message, self._hint()))

    def _hint(self) -> str:
        known = list(self._option_string_actions)
        given = [word.partition("=")[0] for word in itertools.takewhile(lambda one: one != "--", self._words)]
        strays = (one for one in given if one.startswith("-") and not any(name.startswith(one) for name in known))
        return next(filter(None, (did_you_mean(one, known, "--") for one in strays)), "")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Check a choice, and name the nearest one; of the argparse of later Pythons, which can, nothing is asked."""
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            error.message = _with_hint(error.message, did_you_mean(value, map(str, action.choices or ())))
            raise

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


def _with_hint(message: str, hint: str) -> str:
    return f"{message}.{hint}" if hint else message


def _write(text: str, file: Any) -> None:
    write = say if file is None or file is sys.stdout else complain
    write(text.rstrip("\n"))


def path(text: str) -> Path:
    """Return an argument that is a path; an empty one, as of a variable that is not set, would be this folder.

    Raises:
        argparse.ArgumentTypeError: it is empty.
    """
    if not text:
        raise argparse.ArgumentTypeError(render("cli_empty_path"))
    return Path(text)


def whole_number(text: str) -> int:
    """Return an argument that is a whole number from 1 to 999,999,999.

    Raises:
        argparse.ArgumentTypeError: it is not.
    """
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or int(text) == 0:
        raise argparse.ArgumentTypeError(render("cli_bad_limit"))
    return int(text)


def integer(text: str) -> int:
    """Return an argument that is a whole number, 0 and those below among them.

    Raises:
        argparse.ArgumentTypeError: it is not.
    """
    if not re.fullmatch(r"[+-]?[0-9]{1,999}", text, re.ASCII):
        raise argparse.ArgumentTypeError(render("cli_bad_integer"))
    return int(text)
