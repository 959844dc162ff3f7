"""The trait ``layout``, which can be closed with the widget that it belongs to."""

import math
from collections.abc import Mapping
from typing import Any

from ipywidgets import Layout, widget_serialization
from ipywidgets.widgets.trait_types import InstanceDict
from ipywidgets.widgets.widget import _instances

from genwidget.arguments import real_of
from genwidget.errors import ConfigurationError
from genwidget.messages import render


class OwnLayout(InstanceDict):  # type: ignore[misc]  # ipywidgets has no types
    """ipywidgets' own trait, whose layout is open for whoever reads it."""

    def __init__(self) -> None:
        super().__init__(Layout)
        self.tag(sync=True, **widget_serialization)

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the layout of a mapping of its traits."""
        if isinstance(value, dict) and not all(isinstance(name, str) for name in value):
            self.error(obj, value)
        return super().validate(obj, value)

    def get(self, obj: Any, cls: Any = None) -> Any:
        """Return the layout, opened again if it was closed."""
        layout = super().get(obj, cls)
        if isinstance(layout, Layout) and layout.comm is None:
            layout.open()
        return layout


def with_height(given: Any, height: Any) -> Any:
    """Return a layout, or the mapping of one, with a height in pixels.

    Raises:
        ConfigurationError: the height is no number above 0.
    """
    pixels = real_of(height)
    if pixels is None or not 0 < pixels < math.inf:
        raise ConfigurationError(render("bad_height"))
    if isinstance(given, Layout):
        given = {name: getattr(given, name) for name in given.keys if not name.startswith("_")}
    return {**given, "height": f"{height}px"} if isinstance(given, Mapping) else given


def close_layout(widget: Any) -> None:
    """Close the comm of a widget's layout, unless another widget has the same layout.

    In the browser the model of a layout keeps the views that it was applied to, and they the models of their widgets:
    ``DOMWidgetView.setLayout`` of ipywidgets 8 makes a view of the layout that nothing removes.
    """
    layout = widget.layout
    others = (one for one in list(_instances.values()) if one is not widget)
    if not any(getattr(one, "_trait_values", {}).get("layout") is layout for one in others):
        layout.close()
