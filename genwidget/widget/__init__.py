"""The playground in Jupyter."""

from genwidget.widget.widget import Playground

__all__ = ["Playground"]
