"""Whether the kernel writes what the page sends to a log, so that no key may be typed there."""

import logging
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from genwidget.widget.payload_types import KeyEntry

#: Where the package `comm` logs each message that arrives.
_COMM_LOGGER: Final = "Comm"


def find_key_entry(*, allow_debug: bool) -> "KeyEntry":
    """Return whether the page may take a key: ``debug_log`` where this kernel writes its messages to a log."""
    return "debug_log" if is_kernel_logging_messages() and not allow_debug else "open"


def is_kernel_logging_messages() -> bool:
    """Tell whether this process writes the page's messages, keys included, to any log: ipykernel, or its comms."""
    loggers = [logging.getLogger(_COMM_LOGGER)]
    module = sys.modules.get("ipykernel.kernelapp")
    if module is not None and module.IPKernelApp.initialized():
        loggers.append(module.IPKernelApp.instance().log)
    return any(map(_writes_debug, loggers))


def _writes_debug(logger: logging.Logger) -> bool:
    """Tell whether DEBUG records are written; a logger may let all pass, and leave it to handlers to choose."""
    at: logging.Logger | None = logger if logger.isEnabledFor(logging.DEBUG) else None
    while at is not None:
        if any(handler.level <= logging.DEBUG for handler in at.handlers):
            return True
        at = at.parent if at.propagate else None
    return False
