"""What this Python can do. In a browser it starts no threads and opens no sockets, and it lacks some wheels."""

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Final

#: Pyodide, which JupyterLite runs: CPython compiled to WebAssembly.
_IS_IN_BROWSER: Final = sys.platform == "emscripten"
#: Where JupyterLite shows its files to Python; they lie in the browser's storage.
_DRIVE: Final = Path("/drive")


def can_start_threads() -> bool:
    """Tell whether threads can be started; where not, all is done in the one event loop that is running."""
    return not _IS_IN_BROWSER


def can_listen() -> bool:
    """Tell whether a server can listen on this machine; where not, the sandbox is called in process."""
    return not _IS_IN_BROWSER


def can_lock_files() -> bool:
    """Tell whether a process can lock a file against others; in a browser there are none, and `fcntl` is a stand-in."""
    return not _IS_IN_BROWSER


def is_disk_kept() -> bool:
    """Tell whether files outlive the process; in a browser they lie in its memory."""
    return not _IS_IN_BROWSER


def kept_folder() -> Path | None:
    """Return a folder whose files outlive the process where others do not; None where there is none."""
    return _DRIVE / ".genwidget" if not is_disk_kept() and _DRIVE.is_dir() else None


def from_page(value: object) -> object:
    """Return what a page sent, with JSON's null as None, for which a browser's Python has an object of its own."""
    return _replaced(value, _null_of_page(), None) if _IS_IN_BROWSER else value


def to_page(value: object) -> object:
    """Return what a page is sent, so that None comes as JSON's null: a browser's Python makes `undefined` of it."""
    return _replaced(value, None, _null_of_page()) if _IS_IN_BROWSER else value


def _null_of_page() -> object:
    return getattr(importlib.import_module("pyodide.ffi"), "jsnull", None)


def _replaced(value: object, old: object, new: object) -> object:
    if isinstance(value, dict):
        return {name: _replaced(one, old, new) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(one, old, new) for one in value]
    return new if value is old else value


def can_draw() -> bool:
    """Tell whether Pillow is there."""
    return _is_installed("PIL")


def can_make_films() -> bool:
    """Tell whether PyAV is there."""
    return _is_installed("av")


def can_run_sandbox() -> bool:
    """Tell whether what the sandbox needs here is installed: in a browser it makes do without what is not there."""
    needs = ("starlette", "uvicorn", "PIL", "av") if can_listen() else ("starlette",)
    return all(_is_installed(name) for name in needs)


def _is_installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
