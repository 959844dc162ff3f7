"""The library's loggers, which print nothing of themselves. Apart, since to import logging takes a while."""

import logging


def logger_of(module: str) -> logging.Logger:
    """Return the logger of one of the library's modules, by its ``__name__``."""
    root = logging.getLogger("genwidget")
    if not root.handlers:
        root.addHandler(logging.NullHandler())
    return logging.getLogger(module)
