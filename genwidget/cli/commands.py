"""The commands, and what becomes of what they raise."""

import argparse
import sys
import warnings
from collections.abc import Sequence
from importlib.metadata import version

from genwidget.api.regions import is_sandbox_installed
from genwidget.cli import batch, check, demo, generate, models, runs
from genwidget.cli.output import EXIT_FAILED, EXIT_INPUT, CannotPrint, complain, exit_code, silence
from genwidget.cli.parser import Parser
from genwidget.errors import ConnectionFailed, GenwidgetError
from genwidget.messages import render, shell_words
from genwidget.settings import warn_of_unknown


def run(given: Sequence[str]) -> int:
    """Do what the arguments say and return the exit code; of what can be raised, only Ctrl-C is left.

    Warnings, such as of a misspelt variable, are told as sentences, each once.
    """
    told: set[str] = set()

    def tell(message: Warning | str, *_more: object, **_named: object) -> None:
        if str(message) not in told:
            told.add(str(message))
            complain(str(message))

    with warnings.catch_warnings(), shell_words():
        warnings.showwarning = tell
        try:
            return _do(given)
        except SystemExit as end:  # argparse has told why
            return end.code if isinstance(end.code, int) else EXIT_INPUT
        except BrokenPipeError:  # whoever read the output has read enough
            silence()
            return EXIT_FAILED
        except GenwidgetError as error:
            return _report(error)
        except Exception as error:  # noqa: BLE001 - its text may quote a key, so only its kind is told
            complain(render("cli_unforeseen", kind=type(error).__name__, version=version("genwidget")))
            return EXIT_FAILED


def _do(given: Sequence[str]) -> int:
    warn_of_unknown()  # also where no setting is read: a limit that is misspelt is none
    if given[:1] == ["sandbox"]:
        return _sandbox(given[1:])
    parser = _parser()
    if not given:
        parser.print_help(sys.stderr)
        return EXIT_INPUT
    options = parser.parse_args(given)
    return int(options.do(options))


def _report(error: GenwidgetError) -> int:
    complain(error.message)
    hint = error.next_step if isinstance(error, ConnectionFailed) else getattr(error, "hint", "")
    if hint:
        complain(hint)
    if isinstance(error, CannotPrint):
        silence()
    return exit_code(error)


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = Parser(prog="genwidget", description="Generate images and videos from a shell.")
    parser.add_argument("--version", action="version", version=f"genwidget {version('genwidget')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    generate.add_parser(commands)
    batch.add_parser(commands)
    runs.add_parser(commands)
    models.add_parser(commands)
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

    return serve(list(arguments), Parser)
