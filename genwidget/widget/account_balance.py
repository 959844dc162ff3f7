"""The balance that one playground shows: that of the account of its locked key."""

from collections.abc import Callable

from genwidget.api.client import Client
from genwidget.runs.ledger import KeyUse
from genwidget.runs.runner import FindRunner
from genwidget.widget import balances
from genwidget.widget.publisher import TraitPublisher


class AccountBalance:
    """Follows the balance of the locked key's account, and tells the page of it.

    Args:
        publisher: takes the ``balance`` trait: credits, or None where they are not known.
        find_use: returns the locked key at its host, or None.
        find_runner: returns what carries the runs that change the balance.
    """

    def __init__(
        self, publisher: TraitPublisher, find_use: Callable[[], KeyUse | None], find_runner: FindRunner
    ) -> None:
        self._publisher = publisher
        self._find_use = find_use
        self._find_runner = find_runner
        self._leave: Callable[[], None] | None = None

    def open(self) -> None:
        """Follow the balance of the key that is locked now."""
        self.close()
        home = balances.shared()
        home.follow(self._find_runner())
        self._leave = home.join(self._find_use, self._tell)
        self._publisher.set_now(balance=self._read())

    def close(self) -> None:
        """Follow nothing any more."""
        if self._leave is not None:
            self._leave()
            self._leave = None

    def turn(self) -> int:
        """Return the turn of a question that is about to be asked."""
        return balances.shared().turn()

    def note(self, use: KeyUse | None, turn: int, credits_left: float | None, account_id: str | None = None) -> None:
        """Take what an answer said of the balance, if anything; arguments as of :meth:`Balances.note`."""
        if use is not None and credits_left is not None:
            balances.shared().note(use, turn, credits_left, account_id)

    @property
    def is_old(self) -> bool:
        """Whether it is known, and to be asked for anew."""
        return balances.shared().is_old(self._find_use())

    async def renew(self, api: Client) -> None:
        """Ask for it anew where it is old; on the I/O thread.

        Args:
            api: the locked key's own host, with the key.
        """
        use = self._find_use()
        if use is not None:
            await balances.shared().renew(use, api)

    def _read(self) -> float | None:
        return balances.shared().of(self._find_use())

    def _tell(self) -> None:
        self._publisher.publish(balance=self._read)
