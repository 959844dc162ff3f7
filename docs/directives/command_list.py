"""``commands``: what each command says of itself with ``--help``."""

import argparse
import os
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from genwidget.cli.commands import _parser

_WIDTH = "100"


def commands(parser: argparse.ArgumentParser, name: str = "genwidget") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield each command that does something, with its parser; the sandbox has a command line of its own."""
    below = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]  # noqa: SLF001 - no other way
    if not below or not below[0].required:
        yield name, parser
    for one in below:
        for word, other in one.choices.items():
            yield from commands(other, f"{name} {word}")


class CommandList(SphinxDirective):
    """A section for each command."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        os.environ["COLUMNS"] = _WIDTH
        sections: list[nodes.Node] = []
        for name, parser in commands(_parser()):
            section = nodes.section("", nodes.title("", name), ids=[nodes.make_id(name)], names=[name])
            section += nodes.literal_block("", parser.format_help(), language="none")
            sections.append(section)
        return sections


def setup(app: Any) -> dict[str, bool]:
    """Make the directive known."""
    app.add_directive("commands", CommandList)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
