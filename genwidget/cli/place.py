"""Where a command's requests go: a region, or another host."""

import argparse

from genwidget.api.keys import ApiKey
from genwidget.api.regions import REGIONS, find_region, is_sandbox_installed, region_names
from genwidget.errors import ConfigurationError, KeyNotLocked
from genwidget.messages import render


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add ``--region``, read as a region's id, and ``--base-url``; one of them can be given."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--region",
        type=_region,
        metavar=f"{{{','.join(REGIONS)}}}",
        default="us",
        help=f"one of {region_names()}; default: us",
    )
    where.add_argument("--base-url", metavar="URL", help="another host")


def require_key(key: ApiKey | None, options: argparse.Namespace) -> ApiKey:
    """Return the key that was found for the place of a command.

    Raises:
        KeyNotLocked: there is none; it says where none is needed.
    """
    if key is not None:
        return key
    told = [render("key_absent")]
    if options.base_url is None and is_sandbox_installed():
        told.append(render("cli_key_of_sandbox"))
    raise KeyNotLocked(" ".join(told))


def _region(text: str) -> str:
    try:
        return find_region(text).region_id
    except ConfigurationError as error:
        raise argparse.ArgumentTypeError(error.message) from error
