"""The generation playground of an image and video API, inside Jupyter and from plain Python."""

from importlib import import_module
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genwidget import errors
    from genwidget.api.client import Client
    from genwidget.batch.batch import Batch
    from genwidget.batch.compare import compare
    from genwidget.batch.sweep import sweep
    from genwidget.catalogue import Catalogue
    from genwidget.recipes.read import read_recipe
    from genwidget.runs.run import Output, Run
    from genwidget.settings import Settings
    from genwidget.widget import Playground, panel

__all__ = [
    "Batch",
    "Catalogue",
    "Client",
    "Output",
    "Playground",
    "Run",
    "Settings",
    "compare",
    "errors",
    "panel",
    "read_recipe",
    "sweep",
]
__version__ = "0.1.0"

_HOMES = {
    "Batch": "genwidget.batch.batch",
    "Catalogue": "genwidget.catalogue",
    "Client": "genwidget.api.client",
    "Output": "genwidget.runs.run",
    "Playground": "genwidget.widget",
    "Run": "genwidget.runs.run",
    "Settings": "genwidget.settings",
    "compare": "genwidget.batch.compare",
    "load_ipython_extension": "genwidget.widget.magics",
    "panel": "genwidget.widget",
    "read_recipe": "genwidget.recipes.read",
    "sweep": "genwidget.batch.sweep",
    "unload_ipython_extension": "genwidget.widget.magics",
}


def __getattr__(name: str) -> Any:
    """Import a public name at first use, so that the library needs no Jupyter and the sandbox no client."""
    if name == "errors":
        return import_module("genwidget.errors")
    if name not in _HOMES:
        # `from genwidget import settings` asks for the attribute first, and imports the module where there is none.
        if PathFinder.find_spec(f"{__name__}.{name}", __path__) is not None:
            raise AttributeError(f"module {__name__!r} has not imported {name!r}", name=name)
        hint = import_module("genwidget.spelling").did_you_mean(name, __all__)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}.{hint}", name=name)
    found = getattr(import_module(_HOMES[name]), name)
    if name == "Client":
        import_module("genwidget.api.changes").listen_late(_listen)
    return found


def _listen() -> None:
    """Have the ledger hear of what a client cancels or deletes where nothing is sent that would be written there."""
    import_module("genwidget.runs.runner").shared()


def __dir__() -> list[str]:
    """List the public names."""
    return sorted({*globals(), *__all__})
