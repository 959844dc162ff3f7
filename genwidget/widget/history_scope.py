"""Whose runs a playground sees: all of the user's, those of the locked key, or its own alone."""

from collections.abc import Mapping
from enum import StrEnum

from genwidget.errors import ConfigurationError
from genwidget.messages import render
from genwidget.settings import HISTORIES
from genwidget.widget.dashboard import is_dashboard


class Scope(StrEnum):
    """Whose runs are seen; every other run is unknown to the playground, to its page and to Python alike."""

    USER = "user"
    KEY = "key"
    SESSION = "session"


def find_scope(asked: str, environment: Mapping[str, str] | None = None) -> Scope:
    """Return the scope that was asked for; in a dashboard each session sees its own runs, whatever was asked for.

    Raises:
        ConfigurationError: there is no such scope.
    """
    if not isinstance(asked, str) or asked not in HISTORIES:
        raise ConfigurationError(render("bad_history", name="history", value=asked))
    return Scope.SESSION if is_dashboard(environment) else Scope(asked)
