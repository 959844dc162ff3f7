"""What is pasted from Python."""

import os
from pathlib import Path

from genwidget.errors import PasteRefused
from genwidget.messages import render
from genwidget.pasted.read import Pasted, read_bytes, read_file, read_text


def read_pasted(what: object) -> Pasted:
    """Return the request in a text, in bytes, or in the file of a path; errors as of these three readers."""
    if isinstance(what, str):
        return read_text(what)
    if isinstance(what, bytes | bytearray | memoryview):
        return read_bytes(bytes(what))
    if isinstance(what, os.PathLike):
        return read_file(Path(what))
    raise PasteRefused(render("paste_what", kind=type(what).__name__))
