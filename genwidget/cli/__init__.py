"""The command line: ``genwidget generate | runs | check | sandbox | demo``."""

import argparse
import os
import sys
from collections.abc import Sequence

from genwidget.cli import check, demo, generate, runs
from genwidget.cli.ends import EXIT_FAILED, EXIT_INPUT, EXIT_INTERRUPTED, complain, exit_code
from genwidget.errors import GenwidgetError
from genwidget.messages import render
from genwidget.regions import is_sandbox_installed


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; return the exit code: 0, 1 (API, run), 2 (input) or 130 (Ctrl-C)."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["sandbox"]:
        return _sandbox(given[1:])
    options = _parser().parse_args(given)
    try:
        return int(options.do(options))
    except GenwidgetError as error:
        complain(error.message)
        if hint := getattr(error, "hint", ""):
            complain(hint)
        return exit_code(error)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # whoever read the output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="genwidget", description="Generate images and videos from a shell.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    generate.add_parser(commands)
    runs.add_parser(commands)
    check.add_parser(commands)
    demo.add_parser(commands)
    commands.add_parser("sandbox", help="serve the sandbox and print its URL and keys", add_help=False)
    return parser


def _sandbox(arguments: Sequence[str]) -> int:
    """Hand over to the sandbox's own command line: it needs an extra, and imports nothing of the client."""
    if not is_sandbox_installed():
        complain(render("sandbox_missing"))
        return EXIT_INPUT
    from genwidget.sandbox.__main__ import main as serve  # noqa: PLC0415 - an optional extra

    return serve(list(arguments))
