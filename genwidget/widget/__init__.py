"""The playground in Jupyter."""

from genwidget.widget.side_panel import panel
from genwidget.widget.widget import Playground

__all__ = ["Playground", "panel"]
