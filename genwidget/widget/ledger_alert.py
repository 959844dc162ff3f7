"""The alert about the ledger, shown while its trouble lasts and no other alert is."""

from collections.abc import Callable

from genwidget.runs.ledger import Watch
from genwidget.widget.alerts import plain_alert
from genwidget.widget.payload_types import Alert


class LedgerAlert:
    """Knows which alert is to be shown.

    Args:
        publish: shows an alert, or none.
    """

    def __init__(self, publish: Callable[[Alert | None], None]) -> None:
        self._publish = publish
        self._trouble: Alert | None = None
        self._shown: Alert | None = None
        self._noted: str | None = None
        self._end: Callable[[], None] | None = None

    def take(self, alert: Alert | None) -> Alert | None:
        """Return what is to be shown where an alert is asked for; where none is, the ledger's trouble, if any."""
        self._shown = alert or self._trouble
        return self._shown

    @property
    def code(self) -> str | None:
        """The code of what is shown, or None."""
        return None if self._shown is None else str(self._shown["code"])

    def follow(self, watch: Watch) -> None:
        """Tell of the ledger from now on: of trouble as long as it lasts, of where it lies once."""
        if self._end is None:
            self._end = watch.subscribe(self._tell)
            self._tell(*watch.state)

    def close(self) -> None:
        """Follow nothing any more."""
        if self._end is not None:
            self._end()

    def _tell(self, trouble: str | None, note: str | None) -> None:
        before = self._trouble
        told = None if trouble is None else plain_alert("ledger_waits", trouble, scope="note", kind="warning")
        self._trouble = told
        if self._trouble != before and (self._trouble is not None or self._shown == before):
            self._publish(self.take(None))
        if note is not None and note != self._noted:
            self._noted = note
            self._publish(self.take(plain_alert("ledger_note", note, scope="note", kind="note")))
