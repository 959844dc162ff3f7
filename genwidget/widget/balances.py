"""The newest balance of each account, one for all playgrounds of the process whose keys are of that account."""

import asyncio
import itertools
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeAlias
from weakref import WeakSet

from genwidget.api import changes
from genwidget.api.changes import Change
from genwidget.api.client import Client
from genwidget.errors import ApiError, GenwidgetError, ShutDown
from genwidget.io_thread import PerProcess
from genwidget.runs.ledger import KeyUse
from genwidget.runs.run import Run
from genwidget.runs.runner import Runner
from genwidget.runs.state import NOT_ANSWERED
from genwidget.settings import Settings
from genwidget.widget.key_check import ask_billing

#: The account of a key at its host; a key whose account is not known yet stands for itself.
Account: TypeAlias = "tuple[str | None, str] | KeyUse"
FindUse: TypeAlias = "Callable[[], KeyUse | None]"
#: Seconds between two questions for the balance of one account, however many of its runs end.
REST_S: Final = 0.5
#: Seconds after which a balance may be another by what other processes have spent.
OLD_AFTER_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class _Noted:
    asked: int
    credits: float | None
    at: float
    is_refused: bool = False

    @property
    def is_old(self) -> bool:
        """Whether to ask anew: not where it could not be had, or the key may not ask."""
        return self.credits is not None and not self.is_refused and time.monotonic() - self.at > OLD_AFTER_S


class Balances:
    """Keeps balances, tells playgrounds of them, and asks again where a run has changed one. Safe for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns = itertools.count(1)
        self._accounts: dict[KeyUse, str] = {}
        self._noted: dict[Account, _Noted] = {}
        self._readers: dict[object, tuple[FindUse, Callable[[], None]]] = {}
        self._runners: WeakSet[Runner] = WeakSet()
        # Of the I/O thread alone:
        self._asking: set[Account] = set()
        self._stale: dict[Account, tuple[KeyUse, Client]] = {}
        self._renewing: set[Account] = set()
        changes.shared().subscribe(self._follow_change)

    def join(self, find_use: FindUse, tell: Callable[[], None]) -> Callable[[], None]:
        """Call ``tell`` after each change of a balance; return what ends that.

        Args:
            find_use: returns the key in use, whose account is asked about again where a run of it has changed it.
            tell: returns at once, and raises nothing.
        """
        reader = object()
        with self._lock:
            self._readers[reader] = (find_use, tell)

        def leave() -> None:
            with self._lock:
                self._readers.pop(reader, None)

        return leave

    def follow(self, runner: Runner) -> None:
        """Ask again for the balance of an account after each run of it that it carries."""
        with self._lock:
            if runner in self._runners:
                return
            self._runners.add(runner)
        runner.watch_runs(partial(self._follow_run, runner))

    def turn(self) -> int:
        """Return a number for a question that is about to be asked: the answer to a later one counts."""
        return next(self._turns)

    def note(self, use: KeyUse, turn: int, credits_left: float | None, account_id: str | None = None) -> None:
        """Take a balance in credits, or None where it is not known any more, and tell of it.

        Args:
            use: the key that it was asked with.
            turn: as of :meth:`turn`, before it was asked.
            credits_left: the balance.
            account_id: the account, where the answer names it.
        """
        with self._lock:
            if account_id is not None:
                self._accounts[use] = account_id
            account = self._account(use)
            before = self._noted.get(account)
            if before is not None and before.asked > turn:
                return
            self._noted[account] = _Noted(turn, credits_left, time.monotonic())
            readers = list(self._readers.values())
        for _, tell in readers:
            tell()

    async def ask(self, use: KeyUse, api: Client) -> None:
        """Ask for a balance that has changed, unless nobody reads it; on the I/O thread.

        What changes meanwhile is asked for once more, after a rest.

        Args:
            use: the key.
            api: the key's own host, with the key.
        """
        account = self._find_account(use)
        self._stale[account] = (use, api)
        if account in self._asking:
            return
        self._asking.add(account)
        try:
            while account in self._stale and self._is_read(account):
                await self._ask(*self._stale.pop(account))
                await asyncio.sleep(REST_S)
        finally:
            self._asking.discard(account)
            self._stale.pop(account, None)

    async def renew(self, use: KeyUse, api: Client) -> None:
        """Ask for a balance that is old, on the I/O thread; one at a time, and what goes wrong changes nothing.

        Arguments as of :meth:`ask`.
        """
        account = self._find_account(use)
        if not self.is_old(use) or account in self._asking | self._renewing:
            return
        self._renewing.add(account)
        turn = self.turn()
        try:
            billing = await ask_billing(api)
        except GenwidgetError as error:
            self._put_off(account, is_refused=isinstance(error, ApiError) and not error.retryable)
        else:
            self.note(use, turn, billing.billing_credit_balance, billing.account_id)
        finally:
            self._renewing.discard(account)

    def is_old(self, use: KeyUse | None) -> bool:
        """Tell whether the balance of a key's account is known, and from so long ago that it may be another now."""
        with self._lock:
            noted = None if use is None else self._noted.get(self._account(use))
        return noted is not None and noted.is_old

    def of(self, use: KeyUse | None) -> float | None:
        """Return the balance of a key's account, or None where it is not known."""
        with self._lock:
            noted = None if use is None else self._noted.get(self._account(use))
        return None if noted is None else noted.credits

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._readers.clear()
            self._noted.clear()

    def _put_off(self, account: Account, *, is_refused: bool) -> None:
        with self._lock:
            noted = self._noted.get(account)
            if noted is not None:
                self._noted[account] = replace(noted, at=time.monotonic(), is_refused=is_refused)

    def _account(self, use: KeyUse) -> Account:
        account_id = self._accounts.get(use)
        return use if account_id is None else (use.api_url, account_id)

    def _find_account(self, use: KeyUse) -> Account:
        with self._lock:
            return self._account(use)

    def _is_read(self, account: Account) -> bool:
        with self._lock:
            finders = [find for find, _ in self._readers.values()]
        uses = (find() for find in finders)
        return any(use is not None and self._find_account(use) == account for use in uses)

    def _follow_run(self, runner: Runner, run: Run, use: KeyUse, api: Client) -> None:
        """Called where a run begins to be carried; its own key asks, at its own host."""
        is_sending = run.state in NOT_ANSWERED

        def changed(run: Run) -> None:
            nonlocal is_sending
            is_ended = run.is_terminal
            if is_ended:
                leave()
            if is_ended or (is_sending and run.state not in NOT_ANSWERED):
                is_sending = False
                with suppress(ShutDown):
                    runner.run_in_background(self.ask(use, api))

        leave = run.subscribe(changed)

    def _follow_change(self, change: Change) -> None:
        """Called on the thread of the client that made the change, which may be any."""
        target = change.target
        use = KeyUse.of(change.key.fingerprint, target.region_id, target.api_url)
        runner = next(iter(self._runners), None)
        if runner is not None and self._is_read(self._find_account(use)):
            with suppress(ShutDown):
                runner.run_in_background(self._ask_with(runner, use, change))

    async def _ask_with(self, runner: Runner, use: KeyUse, change: Change) -> None:
        await self.ask(use, runner.api(change.target, change.key, Settings.from_environment()))

    async def _ask(self, use: KeyUse, api: Client) -> None:
        turn = self.turn()
        try:
            billing = await ask_billing(api)
        except GenwidgetError:  # the old one is out of date, and no balance is better than that
            self.note(use, turn, None)
        else:
            self.note(use, turn, billing.billing_credit_balance, billing.account_id)


#: The process's own.
shared: Final = PerProcess(Balances)
