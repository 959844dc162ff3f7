"""The folders that a variable names."""

import functools
from contextlib import suppress
from pathlib import Path


@functools.cache
def folder_of(given: str) -> Path:
    """Return a folder as it is first understood: a program that changes to another one keeps what is in it."""
    path = Path(given)
    with suppress(RuntimeError):  # there is no such user
        path = path.expanduser()
    return path.absolute()
