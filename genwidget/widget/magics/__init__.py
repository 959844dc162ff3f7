"""``%load_ext genwidget``: ``%%generate``, ``%runs`` and ``%spend`` in IPython, with no widget at all."""

from typing import TYPE_CHECKING

from genwidget.widget.magics.magics import Magics

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """Add the magics to a shell; IPython calls it for ``%load_ext genwidget``."""
    magics = Magics(shell)
    shell.magics_manager.register_function(magics.generate, "cell", "generate")
    shell.magics_manager.register_function(magics.runs, "line", "runs")
    shell.magics_manager.register_function(magics.spend, "line", "spend")


def unload_ipython_extension(shell: "InteractiveShell") -> None:
    """Take the magics away, and with them the keys that were asked for."""
    for kind, names in (("cell", ["generate"]), ("line", ["runs", "spend"])):
        for name in names:
            shell.magics_manager.magics[kind].pop(name, None)
