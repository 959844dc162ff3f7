"""The locked key as runs are marked with it."""

from genwidget.runs.ledger import KeyUse
from genwidget.widget.hosts import Hosts
from genwidget.widget.key_store import KeyStore


def key_use(key_store: KeyStore, hosts: Hosts) -> KeyUse | None:
    """Return the locked key and the host for which it was locked, as runs are marked with them; None without a key."""
    region_id, fingerprint = key_store.region_id, key_store.fingerprint
    if region_id is None or fingerprint is None:
        return None
    return KeyUse.of(fingerprint, region_id, hosts.known(region_id))
