"""The one playground of a kernel that JupyterLab's side panel shows."""

import threading
import warnings

from genwidget.api.regions import find_region
from genwidget.messages import render
from genwidget.widget.cells import is_run_by_person
from genwidget.widget.playground import Playground, newest_playground
from genwidget.widget.told import told_as_trait_error

_lock = threading.Lock()
_shown: list[Playground] = []


def panel(region: str | None = None) -> Playground:
    """Return the kernel's own playground, made at the first call: the one on show in the side panel on this kernel.

    A cell gets at what was typed and made there: ``genwidget.panel().runs[0].outputs[0].save("seal.png")``.
    After :meth:`Playground.close` the next call makes a new one. It begins at ``region``, else at that of the kernel's
    newest playground, if there is one. Where a cell has a new one made, since the panel shows none of this kernel, a
    warning says so.

    Args:
        region: where a playground that is made now begins; one that is there stays as it is.

    Raises:
        traitlets.TraitError: an unknown region.
        ConfigurationError: an unusable setting, or the page was not built.
    """
    if region is not None:
        with told_as_trait_error():
            region = find_region(region).region_id
    with _lock:
        if not _shown or _shown[0].is_closed:
            newest = newest_playground()
            _shown[:] = [Playground(region or (newest and newest.region))]
            if is_run_by_person():
                warnings.warn(render("panel_is_new"), UserWarning, stacklevel=2)
        return _shown[0]
