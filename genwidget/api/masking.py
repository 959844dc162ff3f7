"""Masking of every key that this process holds, in what comes from others: replies, and what HTTP libraries log.

A server can send a key back in any header or body, and in the answer to a call that was made without it.
"""

import logging
import threading
from typing import Final, Protocol
from weakref import WeakSet

#: The loggers of httpx and of what it stands on; at DEBUG they write the headers of each response.
LOGGERS: Final = (
    "httpx",
    "httpcore",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
    "hpack",
    "hpack.hpack",
    "hpack.table",
)


class Masked(Protocol):
    """What can mask itself; a key is one."""

    @property
    def fingerprint(self) -> str:
        """Tells one from another without telling it."""

    def redact(self, text: str) -> str:
        """Return a text without it."""

    def redact_bytes(self, data: bytes) -> bytes:
        """Return bytes without it."""


_held: Final[WeakSet[Masked]] = WeakSet()
_lock: Final = threading.RLock()


def hold(one: Masked) -> None:
    """Mask it from now on, as long as anything holds it."""
    with _lock:
        _held.add(one)


def mask(text: str) -> str:
    """Return a text of others without any key that is held here."""
    for one in _distinct():
        text = one.redact(text)
    return text


def mask_bytes(data: bytes) -> bytes:
    """Return bytes of others without any key that is held here."""
    for one in _distinct():
        data = one.redact_bytes(data)
    return data


def guard_loggers() -> None:
    """Let no record of the HTTP libraries leave with a key. Doing it again does nothing."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_mask_record)


def _mask_record(record: logging.LogRecord) -> bool:
    """Mask a record; a filter of a logger comes before every handler, also those that are added later."""
    said = record.getMessage()
    masked = mask(said)
    if masked != said:
        record.msg, record.args = masked, ()
    return True


def _distinct() -> list[Masked]:
    with _lock:
        return list({one.fingerprint: one for one in list(_held)}.values())
