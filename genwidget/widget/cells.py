"""Which cell is running, and whether a person runs it, as far as the front end says."""

from typing import Any

from IPython import get_ipython

from genwidget.widget.views import Cell


def running_cell() -> Cell | None:
    """Return the cell that runs on this thread; None outside of a cell, and where the front end names none.

    JupyterLab and Notebook send the cell's id in the metadata of each ``execute_request``.
    """
    request = _request()
    header, cell_id = request.get("header") or {}, (request.get("metadata") or {}).get("cellId")
    if header.get("msg_type") != "execute_request" or not isinstance(cell_id, str):
        return None
    return Cell(cell_id, str(header.get("msg_id")))


def cell_name(file: str) -> str | None:
    """Return what IPython calls the cell whose code has that file's name (``Cell In[3]``); None where it is none."""
    name_of = getattr(getattr(get_ipython(), "compile", None), "format_code_name", None)
    found = name_of(file) if name_of else None
    return None if found is None else " ".join(found)


def is_run_by_person() -> bool:
    """Tell whether code of a cell or a console runs on this thread, and nothing that a front end asks by itself."""
    request = _request()
    is_code = (request.get("header") or {}).get("msg_type") == "execute_request"
    return is_code and not (request.get("content") or {}).get("silent")


def _request() -> dict[str, Any]:
    get_parent = getattr(getattr(get_ipython(), "kernel", None), "get_parent", None)
    return get_parent() if get_parent else {}
