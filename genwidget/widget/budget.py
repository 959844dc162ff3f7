"""What one playground may spend and has spent, for Python and for the page."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from genwidget import platform
from genwidget.errors import ConfigurationError, ShutDown
from genwidget.io_thread import no_wait
from genwidget.messages import render
from genwidget.runs.ledger import Ledger
from genwidget.runs.money import money
from genwidget.runs.runner import FindRunner
from genwidget.runs.spend_limit import Spending, SpendLimit, machine_limit, whose
from genwidget.widget.payload_types import SpendingPayload
from genwidget.widget.publisher import TraitPublisher

#: How long Python waits for the ledger, in seconds.
READ_TIMEOUT_S: Final = 5.0
#: How long the page is told nothing new after it was told, in seconds: a batch changes it thousands of times.
TELL_INTERVAL_S: Final = 0.1


class Budget:
    """Counts what is sent from one playground, and tells the page how much of its limit is used.

    Where ``GENWIDGET_SPEND_LIMIT`` leaves less than the playground's own limit, the page is told of that one.

    Args:
        playground_id: of the playground; its scope is ``playground:<id>``.
        publisher: takes the ``spending`` trait.
        find_runner: returns what carries the runs.
        is_machine_told: whether the page may know what all of the ledger has spent; its limit holds in any case.
        is_sandbox: tells whether the sandbox's credits are counted now, or those of the API's hosts.
        start: hands work to the I/O thread, which nobody waits for.
        limit: in credits; None for no limit.
    """

    def __init__(  # noqa: PLR0913 - what it is made with; most by keyword
        self,
        playground_id: str,
        publisher: TraitPublisher,
        find_runner: FindRunner,
        *,
        is_machine_told: bool,
        is_sandbox: Callable[[], bool],
        start: Callable[[Coroutine[Any, Any, None]], None],
        limit: Decimal | None,
    ) -> None:
        self._scope = f"playground:{playground_id}"
        self._publisher = publisher
        self._find_runner = find_runner
        self._is_machine_told = is_machine_told
        self._is_sandbox = is_sandbox
        self._start = start
        self._limit = limit
        self._guard = threading.Lock()
        self._is_due = self._is_telling = False
        self._leave: Callable[[], None] | None = None

    @property
    def limit(self) -> Decimal | None:
        """The playground's own limit in credits, or None."""
        return self._limit

    @limit.setter
    def limit(self, value: Decimal | None) -> None:
        self._limit = value
        self.tell()

    def limits(self) -> tuple[SpendLimit, ...]:
        """Return what is sent from here is held to, and counted in, as it is now."""
        return (SpendLimit(self._scope, self._limit),)

    def read(self, *, of_kernel: bool = False) -> Spending:
        """Return what the runs of this playground have cost, and what is reserved for them. Waits for a bounded time.

        Args:
            of_kernel: count all that this process has sent, from other playgrounds and batches too.

        Raises:
            LedgerError: the ledger cannot be read.
            TimeoutError: nor in time.
            RuntimeError: called on the thread that carries runs.
        """
        carrier = self._find_runner()
        scope = carrier.scope if of_kernel else self._scope
        if not platform.can_start_threads():  # nor is there any that would be kept waiting
            carrier.ledger.drain(READ_TIMEOUT_S / 2)
            return carrier.ledger.spending(scope, is_sandbox=self._is_sandbox())
        if carrier.is_own_thread():
            raise RuntimeError(no_wait())
        return carrier.submit(self._read(carrier.ledger, scope)).result(READ_TIMEOUT_S)

    async def in_words(self) -> list[str]:
        """Return sentences: what was spent and is reserved, and what each limit leaves.

        A page that sees its own runs alone is told of these alone.

        Raises:
            LedgerError: the ledger cannot be read.
            ConfigurationError: ``GENWIDGET_SPEND_LIMIT`` is no amount.
        """
        carrier = self._find_runner()
        own = await self._read(carrier.ledger, self._scope)
        lines = [render("money_spent", amount=self._amount(own.spent))]
        if own.reserved:
            lines.append(render("money_reserved", amount=self._amount(own.reserved)))
        if self._is_machine_told:
            kernel = await asyncio.to_thread(self._spent, carrier.ledger, carrier.scope)
            lines.append(render("money_kernel", amount=self._amount(kernel.spent)))
        for limit in self._found():
            most = limit.credits or Decimal(0)
            used = (await asyncio.to_thread(self._spent, carrier.ledger, limit.scope)).used
            left = self._amount(max(most - used, Decimal(0)))
            lines.append(render("money_limit", whose=whose(limit), limit=self._amount(most), left=left))
        if self._limit is None:
            lines.append(render("money_no_limit"))
        return lines

    def _spent(self, ledger: Ledger, scope: str) -> Spending:
        return ledger.spending(scope, is_sandbox=self._is_sandbox())

    def _amount(self, credits_: Decimal) -> str:
        return money(credits_, is_sandbox=self._is_sandbox())

    async def _read(self, ledger: Ledger, scope: str) -> Spending:
        await asyncio.to_thread(ledger.drain, READ_TIMEOUT_S / 2)  # what has just ended is counted too
        return await asyncio.to_thread(ledger.spending, scope, is_sandbox=self._is_sandbox())

    def tell(self) -> None:
        """Tell the page how much is used; returns at once, on any thread. From then on it is told of each change."""
        ledger = self._find_runner().ledger
        is_limited = self._is_limited()
        with self._guard:
            if is_limited and self._leave is None:
                self._leave = ledger.subscribe_written(self.tell)
            self._is_due = True
            is_idle, self._is_telling = not self._is_telling, True
        if is_idle:
            with suppress(ShutDown):  # nobody is there to be told
                self._start(self._tell(ledger))

    async def _tell(self, ledger: Ledger) -> None:
        """Tell of what is newest, one reading after the other, so that no older one comes last."""
        try:
            while self._take_due():
                self._publisher.publish(spending=await asyncio.to_thread(self._closest, ledger))
                await asyncio.sleep(TELL_INTERVAL_S)
        except BaseException:
            with self._guard:
                self._is_telling = False
            raise

    def _take_due(self) -> bool:
        with self._guard:
            is_due, self._is_due = self._is_due, False
            self._is_telling = is_due
            return is_due

    def _is_limited(self) -> bool:
        try:
            return bool(self._found())
        except ConfigurationError:  # the variable was changed meanwhile; whoever sends is told
            return False

    def _closest(self, ledger: Ledger) -> SpendingPayload | None:
        """Return the limit of which the least is left, and what is used of it, in credits."""
        if not self._is_limited():
            return None
        is_sandbox = self._is_sandbox()
        used = [(one, ledger.spending(one.scope, is_sandbox=is_sandbox).used) for one in self._found()]
        limit, most = min(used, key=lambda one: (one[0].credits or 0) - one[1])
        return {"limit": float(limit.credits or 0), "used": float(most), "whose": whose(limit)}

    def _found(self) -> list[SpendLimit]:
        machine = machine_limit() if self._is_machine_told else None
        return [one for one in (*self.limits(), machine) if one is not None and one.credits is not None]

    def close(self) -> None:
        """Follow nothing any more."""
        with self._guard:
            leave, self._leave = self._leave, None
        if leave is not None:
            leave()
