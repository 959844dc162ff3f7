"""The trait ``model_id``, beside the attribute of the same name that ipywidgets gives every widget.

Ours is the model that is asked for. Theirs is the id of the widget's comm: containers, links and the restoring of views
read it from the object. So each reader gets its own: ipywidgets and anywidget the comm's id, everybody else ours.
"""

import sys
from typing import Any, Final

import traitlets

_READ_THE_COMMS: Final = frozenset({"ipywidgets", "anywidget"})


class ModelId(traitlets.Unicode):  # type: ignore[type-arg]  # its overloads take no subclass
    """A synced text whose readers inside ipywidgets get the comm's id."""

    def __init__(self, default_value: str) -> None:
        super().__init__(default_value)
        # The state is collected inside ipywidgets too, and is ours.
        self.tag(sync=True, to_json=lambda _value, widget: super(ModelId, self).__get__(widget, type(widget)))

    def __get__(self, obj: Any, cls: Any = None) -> Any:
        """Return the model asked for, or the comm's id to ipywidgets' own code."""
        caller = sys._getframe(1).f_globals.get("__name__", "")  # noqa: SLF001 - nothing else tells readers apart
        if obj is not None and obj.comm is not None and caller.partition(".")[0] in _READ_THE_COMMS:
            return obj.comm.comm_id
        return super().__get__(obj, cls)
