"""How a batch looks as the result of a cell: its sheet where the widget is installed, else a small table."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from genwidget.batch import result_frame

if TYPE_CHECKING:
    from genwidget.batch.batch import Batch

#: The front end's module, which has a function ``show``. It imports batches, so it is found by its name, and only
#: where a notebook asks how a batch looks.
FRONT_END: Final = "genwidget.widget.batch_view"


def show_batch(batch: "Batch") -> Any:
    """Return what a front end shows: a bundle, or a bundle and its metadata."""
    table = {"text/plain": repr(batch), "text/html": result_frame.html_of(batch)}
    if not is_notebook():
        return table
    try:
        found = import_module(FRONT_END).show(batch)
    except ImportError:  # the widget's packages are not installed
        return table
    if found is None:
        return table
    data, metadata = found
    return {**table, **data, "text/plain": table["text/plain"]}, metadata


def is_notebook() -> bool:
    """Tell whether a kernel runs this process, whose front end may show widgets."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and type(ipython.get_ipython()).__name__ == "ZMQInteractiveShell"
