"""Which cell is running, as far as the front end says."""

from typing import Any

from IPython import get_ipython

from genwidget.widget.views import Cell


def running_cell() -> Cell | None:
    """Return the cell that runs on this thread; None outside of a cell, and where the front end names none.

    JupyterLab and Notebook send the cell's id in the metadata of each ``execute_request``.
    """
    get_parent = getattr(getattr(get_ipython(), "kernel", None), "get_parent", None)
    request: dict[str, Any] = get_parent() if get_parent else {}
    header, cell_id = request.get("header") or {}, (request.get("metadata") or {}).get("cellId")
    if header.get("msg_type") != "execute_request" or not isinstance(cell_id, str):
        return None
    return Cell(cell_id, str(header.get("msg_id")))
