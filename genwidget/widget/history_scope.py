"""Whose runs a playground sees: all of the user's, those of the locked key, or its own alone."""

from collections.abc import Mapping
from enum import StrEnum

from genwidget.errors import ConfigurationError
from genwidget.messages import render
from genwidget.runs.ledger import KeyUse
from genwidget.settings import HISTORIES
from genwidget.widget.dashboard import is_dashboard
from genwidget.widget.hosts import Hosts
from genwidget.widget.key_store import KeyStore


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
    if asked not in HISTORIES:
        raise ConfigurationError(render("bad_history", name="history", value=asked))
    return Scope.SESSION if is_dashboard(environment) else Scope(asked)


def key_use(key_store: KeyStore, hosts: Hosts) -> KeyUse | None:
    """Return the locked key and the host for which it was locked, as runs are marked with them; None without a key."""
    region_id, fingerprint = key_store.region_id, key_store.fingerprint
    if region_id is None or fingerprint is None:
        return None
    return KeyUse.of(fingerprint, region_id, hosts.known(region_id))
