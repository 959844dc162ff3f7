"""``genwidget check``: the live service beside what this package assumes of it, before anything is paid for."""

import argparse
import asyncio
import os
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from genwidget.api.keys import KEY_VARIABLE, resolve_key
from genwidget.api.regions import check_base_url, resolve
from genwidget.cli.output import EXIT_FAILED, EXIT_OK, InputError, complain, say
from genwidget.cli.parser import path
from genwidget.cli.place import add_place, require_key
from genwidget.live_check import Verdict, check
from genwidget.messages import render
from genwidget.settings import Settings
from genwidget.text import shown_lines


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check",
        help="compare the live service with what is assumed of it; costs nothing",
        description="Read from every route that costs nothing, and tell what agrees and what differs.",
        epilog=f"The API key comes from {KEY_VARIABLE}. Neither it nor anything of the account is printed or written.",
    )
    add_place(parser)
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=path, help="a new file for the table; default: none is written"
    )
    parser.set_defaults(do=_check)


def _check(options: argparse.Namespace) -> int:
    base_url = None if options.base_url is None else check_base_url(options.base_url)
    key = resolve_key(options.region, base_url)
    key = require_key(key, options)
    path = options.output
    if path is not None:
        if _is_there(path):
            raise InputError(render("file_exists", path=path))
        _check_folder(path)
    target = resolve(options.region, base_url)
    findings = asyncio.run(check(target, key, Settings.from_environment()))
    head = f"genwidget {version('genwidget')} at {target.api_url} on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    counts = {verdict: findings.count(verdict) for verdict in Verdict}
    summary = render(
        "check_counts",
        agree=counts[Verdict.AGREES],
        differ=counts[Verdict.DIFFERS],
        unchecked=counts[Verdict.UNCHECKED],
    )
    text = shown_lines(key.redact("\n".join([head, *findings.lines(), summary])))
    say(text)
    if path is not None:
        _write(path, text)
        complain(render("check_written", path=path))
    return EXIT_FAILED if counts[Verdict.DIFFERS] else EXIT_OK


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:  # a name that is too long, or a folder that cannot be looked into
        raise _unwritten(path, error) from error


def _check_folder(path: Path) -> None:
    """Refuse a file in a folder that is none before anything is asked."""
    try:
        os.stat(os.path.join(path.parent, os.curdir))  # noqa: PTH116, PTH118 - a Path drops the dot, which a file has not
    except OSError as error:
        raise _unwritten(path, error) from error


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(f"{text}\n")
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> InputError:
    return InputError(render("check_unwritten", path=path, reason=error.strerror))
