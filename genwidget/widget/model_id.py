"""The trait ``model_id``, beside the attribute of the same name that ipywidgets gives every widget.

Ours is the model that is asked for. Theirs is the id of the widget's comm: containers, links and the restoring of views
read it from the object. So each reader gets its own: ipywidgets and anywidget the comm's id, everybody else ours.
"""

import sys
from typing import Any, Final

import traitlets

from genwidget.catalogue import Catalogue
from genwidget.request.validation import find_model
from genwidget.widget.told import Told

_READ_THE_COMMS: Final = frozenset({"ipywidgets", "anywidget"})
#: ipywidgets' function that writes a widget into the state of another, such as a box or a link.
_NAMES_A_CHILD: Final = "_widget_to_json"


class ModelId(Told, traitlets.Unicode):  # type: ignore[misc,type-arg]  # as of `Word`
    """A synced text whose readers inside ipywidgets get the comm's id."""

    def __init__(self, default_value: str) -> None:
        super().__init__(default_value)
        # The state is collected inside ipywidgets too, and is ours.
        self.tag(sync=True, to_json=lambda _value, widget: super(ModelId, self).__get__(widget, type(widget)))

    @staticmethod
    def refuse(value: Any) -> None:
        """Refuse what is no identifier.

        Raises:
            InvalidEndpointPath: it is none.
        """
        find_model(Catalogue.load(), "image", value)

    def __get__(self, obj: Any, cls: Any = None) -> Any:
        """Return the model asked for, or the comm's id to ipywidgets' own code."""
        frame = sys._getframe(1)  # noqa: SLF001 - nothing else tells readers apart
        caller = frame.f_globals.get("__name__", "")
        if obj is not None and caller.partition(".")[0] in _READ_THE_COMMS:
            if frame.f_code.co_name == _NAMES_A_CHILD:
                obj.views.keep()
                obj.unfold()
            if obj.comm is not None:
                return obj.comm.comm_id
        return super().__get__(obj, cls)
