"""``genwidget demo``: JupyterLab on the quickstart notebook, in a folder of its own."""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import genwidget
from genwidget.cli.ends import InputError, complain
from genwidget.errors import ConfigurationError
from genwidget.messages import render

QUICKSTART: Final = "01-quickstart.ipynb"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("demo", help="open JupyterLab on the quickstart notebook")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="behind a `--`: passed on to jupyter lab")
    parser.set_defaults(do=_demo)


def _demo(options: argparse.Namespace) -> int:
    if importlib.util.find_spec("jupyterlab") is None:
        raise ConfigurationError(render("lab_missing"))
    folder = Path(tempfile.mkdtemp(prefix="genwidget-demo-"))
    shutil.copytree(find_notebooks(), folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    complain(f"Notebooks: {folder}")
    passed_on = options.arguments[1:] if options.arguments[:1] == ["--"] else options.arguments
    return subprocess.run(lab_command(passed_on), cwd=folder, check=False).returncode  # noqa: S603 - our own


def lab_command(arguments: list[str]) -> list[str]:
    """Return how JupyterLab is started here: it refuses root, and there may be no screen for a browser."""
    # As the default page, and not as a file to open, the notebook is in the address that JupyterLab prints too.
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{QUICKSTART}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    if not has_screen():
        command.append("--no-browser")
    return [*command, *arguments]


def has_screen() -> bool:
    """Tell whether a browser could be shown."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def find_notebooks() -> Path:
    """Return the folder of the notebooks: inside the wheel, else beside the sources.

    Raises:
        InputError: they are at neither place.
    """
    package = Path(genwidget.__file__).parent
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (folder / QUICKSTART).exists():
            return folder
    raise InputError(render("cli_no_notebooks"))
