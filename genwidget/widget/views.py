"""Which views of a playground are open, and which cells show it: what nobody can see again is not kept in the browser.

Each run of a cell that makes a playground makes another one, and JupyterLab keeps the model of every one for as long as
its comm is open. A playground is folded, which closes its comm, once another run of the one cell that showed it shows
another in its place, and each of its views has said goodbye. Shown again, it opens its comm again.
"""

import threading
import weakref
from collections.abc import Callable
from typing import NamedTuple


class Cell(NamedTuple):
    """A cell as it runs: its id in the notebook, and the request that runs it."""

    cell_id: str
    request_id: str


_lock = threading.RLock()
_shown: "dict[str, weakref.WeakSet[Views]]" = {}


class Views:
    """What is known of the views of one playground. Any thread may tell.

    Args:
        fold: called when nobody can see the playground any more.
    """

    def __init__(self, fold: Callable[[], None]) -> None:
        self._fold = fold
        self._open: set[str] = set()
        self._cells: set[str] = set()
        self._request_id = ""
        self._is_replaced = False
        self._is_kept = False

    def opened(self, view_id: str | None) -> None:
        """A view has said hello."""
        with _lock:
            if view_id is None:
                self._is_kept = True  # it will not say goodbye
            else:
                self._open.add(view_id)

    def left(self, view_id: str) -> None:
        """A view has said goodbye."""
        with _lock:
            self._open.discard(view_id)
            self._fold_if_unseen()

    def keep(self) -> None:
        """Never fold: it is shown where no cell says so, as in a box."""
        with _lock:
            self._is_kept = True

    def show(self, cell: Cell | None) -> None:
        """It is shown by a cell, or elsewhere; what an earlier run of the cell showed is replaced."""
        with _lock:
            self._is_replaced = False
            if cell is None:
                self._is_kept = True
                return
            self._cells.add(cell.cell_id)
            self._request_id = cell.request_id
            shown = _shown.setdefault(cell.cell_id, weakref.WeakSet())
            for other in list(shown):
                if other._request_id != cell.request_id:  # noqa: SLF001 - another of its kind
                    other._replace()
            shown.add(self)

    def _replace(self) -> None:
        self._is_replaced = len(self._cells) == 1
        self._fold_if_unseen()

    def _fold_if_unseen(self) -> None:
        if self._is_replaced and not self._open and not self._is_kept:
            self._fold()
