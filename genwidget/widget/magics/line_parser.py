"""What stands behind a magic's name on its line."""

import argparse
import re
import shlex
from typing import Any, NoReturn

from genwidget.errors import GenwidgetError
from genwidget.messages import render
from genwidget.spelling import did_you_mean


class BadLine(GenwidgetError):
    """The line of a magic cannot be read."""


class LineParser(argparse.ArgumentParser):
    """A parser of lines, whose errors are ours; ``prog`` is the magic with its signs, which may need a key."""

    def __init__(self, prog: str, *, needs_key: bool = False) -> None:
        super().__init__(prog=prog, add_help=False, allow_abbrev=False)
        self._needs_key = needs_key

    def read(self, line: str) -> argparse.Namespace:
        """Return the options of a line, quoted as for a shell.

        Raises:
            BadLine: it cannot be read. Of what stands where nothing is taken, no value is told: it may be a key.
        """
        try:
            words = shlex.split(line)
        except ValueError as error:  # a quotation that does not end
            raise BadLine(render("magic_unread", magic=self.prog, reason=error)) from error
        options, others = self.parse_known_args(words)
        if others:
            raise self._not_taken(others[0])
        return options

    def _not_taken(self, word: str) -> BadLine:
        names = [one.option_strings[0] for one in self._actions if one.option_strings]
        option = re.match(r"--?[a-z][a-z-]*", word)
        what, hint = (option[0], did_you_mean(option[0], names, "--")) if option else (render("magic_more_words"), "")
        known = ", ".join(names) or render("cli_no_limit")
        told = render("magic_not_taken", magic=self.prog, what=what, hint=hint, known=known)
        return BadLine(f"{told} {render('magic_key')}" if self._needs_key else told)

    def error(self, message: str) -> NoReturn:
        """Raise what argparse has to say."""
        raise BadLine(render("magic_unread", magic=self.prog, reason=message))

    def exit(self, *_: Any) -> NoReturn:
        """Never called, since no action of ours prints and ends."""
        raise AssertionError
