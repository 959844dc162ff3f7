"""Where a command's requests go: a region, or another host."""

import argparse

from genwidget.api.regions import REGIONS, find_region, region_names
from genwidget.errors import ConfigurationError


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


def _region(text: str) -> str:
    try:
        return find_region(text).region_id
    except ConfigurationError as error:
        raise argparse.ArgumentTypeError(error.message) from error
