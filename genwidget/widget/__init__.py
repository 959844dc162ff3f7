"""The playground in Jupyter."""

from genwidget.widget.playground import Playground
from genwidget.widget.side_panel import panel

__all__ = ["Playground", "panel"]
