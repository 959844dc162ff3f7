"""``genwidget demo``: JupyterLab on the quickstart notebook, in a folder of its own."""

import argparse
import functools
import importlib.util
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import genwidget
from genwidget.batch.files import prepare_folder
from genwidget.cli.output import InputError, complain
from genwidget.cli.parser import path
from genwidget.errors import ConfigurationError
from genwidget.messages import render

#: Where the notebooks go, in the folder where the command is given: what a person makes of them is kept.
FOLDER: Final = "genwidget-demo"
QUICKSTART: Final = "01-quickstart.ipynb"
#: Defaults for settings: JupyterLab asks whether to fetch news, and tells of newer versions of itself; the panel would
#: begin at a region that costs money.
DEFAULTS: Final = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "genwidget:panel": {"region": "sandbox"},
}
#: What JupyterLab writes of the kernel into a notebook that it opens: one that tells otherwise is to be saved
#: before anybody has changed it. Source: ipykernel's kernelspec and kernel.
_KERNEL: Final = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
_LANGUAGE: Final = {
    "name": "python",
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": 3},
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
    "file_extension": ".py",
}
#: What a shell tells of a process that SIGTERM ended.
_TERMINATED: Final = 128 + signal.SIGTERM
#: So that little but the address is printed. Voila, where it is installed, has Python tell what the server does with
#: settings of its own.
_QUIET: Final = """
import contextlib, warnings
get_config().LabApp.log_level = "WARN"
with contextlib.suppress(ImportError):
    import voila
warnings.filterwarnings("ignore", category=DeprecationWarning, module="traitlets")
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("demo", help="open JupyterLab on copies of the notebooks, which use the sandbox")
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=path,
        default=Path(FOLDER),
        help=f"for the notebooks; default: {FOLDER}, here",
    )
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="behind a `--`: passed on to jupyter lab")
    parser.set_defaults(do=functools.partial(_demo, parser))


def _demo(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    if options.arguments[:1] not in ([], ["--"]):  # one of ours that is misspelt would be JupyterLab's
        parser.error(f"unrecognized arguments: {' '.join(options.arguments)}")
    if importlib.util.find_spec("jupyterlab") is None:
        raise ConfigurationError(render("lab_missing"))
    folder = _prepare(options.output)
    copy_notebooks(folder)
    complain(render("cli_demo_folder", folder=folder))
    complain(render("sandbox_is"))
    passed_on = options.arguments[1:]
    with tempfile.TemporaryDirectory(prefix="genwidget-lab-", ignore_cleanup_errors=True) as own:
        return _run(lab_command(passed_on), folder, lab_environment(Path(own)))


def _prepare(folder: Path) -> Path:
    try:
        return prepare_folder(folder)
    except ConfigurationError as error:
        reason = getattr(error.__cause__, "strerror", None) or error.__cause__
        raise ConfigurationError(render("cli_demo_no_folder", path=folder, reason=reason)) from error


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> int:
    """Return the exit code of JupyterLab, or of a terminated process: what ends this process alone ends it too."""
    started: list[subprocess.Popen[bytes]] = []
    is_terminated = False

    def end() -> None:
        nonlocal is_terminated
        is_terminated = True
        for lab in started:
            lab.terminate()

    with _terminated_by(end):
        started.append(subprocess.Popen(command, cwd=folder, env=environment))  # noqa: S603 - our own
        if is_terminated:  # while it was being started
            end()
        code = _wait(started[0])
    return _TERMINATED if is_terminated else code


@contextmanager
def _terminated_by(end: Callable[[], None]) -> Iterator[None]:
    """Let SIGTERM call ``end`` in place of ending the process."""
    if threading.current_thread() is not threading.main_thread():  # which alone can say so
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: end())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _wait(lab: "subprocess.Popen[bytes]") -> int:
    """Return the exit code of JupyterLab. Ctrl-C reaches it too, and it ends its kernels in its own time."""
    while True:
        try:
            return lab.wait()
        except KeyboardInterrupt:
            continue


def copy_notebooks(folder: Path) -> None:
    """Put a copy of the notebooks into ``folder``, as if none of them had ever been run. One that is there stays.

    Raises:
        InputError: they are not installed, or cannot be written.
    """
    try:
        for path in sorted(find_notebooks().glob("*.ipynb")):
            if not (folder / path.name).exists():
                _copy(path, folder)
    except OSError as error:
        raise InputError(render("cli_demo_no_folder", path=folder, reason=error.strerror)) from error


def _copy(path: Path, folder: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    notebook["metadata"] |= {
        "kernelspec": _KERNEL,
        "language_info": {**_LANGUAGE, "version": platform.python_version()},
    }
    (folder / path.name).write_text(json.dumps(notebook, indent=1, ensure_ascii=False), encoding="utf-8")


def lab_environment(folder: Path) -> dict[str, str]:
    """Return the environment in which JupyterLab asks nothing, and neither reads nor writes the user's workspaces.

    Args:
        folder: where the defaults lie that it reads. What the user has set still goes before them.
    """
    overrides = folder / "labconfig" / "default_setting_overrides.json"
    overrides.parent.mkdir(parents=True)
    overrides.write_text(json.dumps(DEFAULTS), encoding="utf-8")
    (folder / "jupyter_server_config.py").write_text(_QUIET, encoding="utf-8")
    config = os.pathsep.join(filter(None, (str(folder), os.environ.get("JUPYTER_CONFIG_PATH"))))
    return {
        **os.environ,
        "JUPYTER_CONFIG_PATH": config,
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        # The kernel of this environment, and not one of the same name in the user's folder.
        "JUPYTER_PREFER_ENV_PATH": "1",
    }


def lab_command(arguments: list[str]) -> list[str]:
    """Return how JupyterLab is started here: it refuses root, and there may be no screen for a browser."""
    # As the default page, and not as a file to open, the notebook is in the address that JupyterLab prints too.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "jupyterlab"]
    command.append(f"--LabApp.default_url=/lab/tree/{QUICKSTART}")
    command.append("--log-level=WARN")  # the address is the last that it prints, and not one line of thirty
    command.append("--ServerApp.answer_yes=True")  # else Ctrl-C is answered by a question
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
