"""The trait ``layout``, which can be closed with the widget that it belongs to."""

from typing import Any

from ipywidgets import Layout, widget_serialization
from ipywidgets.widgets.trait_types import InstanceDict
from ipywidgets.widgets.widget import _instances


class OwnLayout(InstanceDict):  # type: ignore[misc]  # ipywidgets has no types
    """ipywidgets' own trait, whose layout is open for whoever reads it."""

    def __init__(self) -> None:
        super().__init__(Layout)
        self.tag(sync=True, **widget_serialization)

    def get(self, obj: Any, cls: Any = None) -> Any:
        """Return the layout, opened again if it was closed."""
        layout = super().get(obj, cls)
        if isinstance(layout, Layout) and layout.comm is None:
            layout.open()
        return layout


def close_layout(widget: Any) -> None:
    """Close the comm of a widget's layout, unless another widget has the same layout.

    In the browser the model of a layout keeps the views that it was applied to, and they the models of their widgets:
    ``DOMWidgetView.setLayout`` of ipywidgets 8 makes a view of the layout that nothing removes.
    """
    layout = widget.layout
    others = (one for one in list(_instances.values()) if one is not widget)
    if not any(getattr(one, "_trait_values", {}).get("layout") is layout for one in others):
        layout.close()
