"""The one playground of a kernel that JupyterLab's side panel shows."""

import threading

from genwidget.widget.playground import Playground

_lock = threading.Lock()
_shown: list[Playground] = []


def panel() -> Playground:
    """Return the kernel's own playground, made at the first call: the one on show in the side panel on this kernel.

    A cell gets at what was typed and made there: ``genwidget.panel().runs[0].outputs[0].save("seal.png")``.
    After :meth:`Playground.close` the next call makes a new one.

    Raises:
        ConfigurationError: an unusable setting, or the page was not built.
    """
    with _lock:
        if not _shown or _shown[0].is_closed:
            _shown[:] = [Playground()]
        return _shown[0]
