"""What this Python can do. In a browser it starts no threads and opens no sockets, and it lacks some wheels."""

import importlib.util
import sys
from typing import Final

#: Pyodide, which JupyterLite runs: CPython compiled to WebAssembly.
_IS_IN_BROWSER: Final = sys.platform == "emscripten"


def can_start_threads() -> bool:
    """Tell whether threads can be started; where not, all is done in the one event loop that is running."""
    return not _IS_IN_BROWSER


def can_listen() -> bool:
    """Tell whether a server can listen on this machine; where not, the sandbox is called in process."""
    return not _IS_IN_BROWSER


def can_lock_files() -> bool:
    """Tell whether a process can lock a file against others; in a browser there are none, and `fcntl` is a stand-in."""
    return not _IS_IN_BROWSER


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
