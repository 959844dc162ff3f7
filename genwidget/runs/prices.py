"""What the API tells of prices that no list has: one question for all runs of an account that cost the same."""

import asyncio
from collections.abc import Sequence
from typing import Final, TypeAlias

from genwidget.api.client import Client, estimate_path, read_sent
from genwidget.api.models import Estimate
from genwidget.api.transport import Timing
from genwidget.errors import GenwidgetError
from genwidget.request.pricing import Priced
from genwidget.runs.turns import Account

#: How many questions are under way at once.
QUESTIONS_AT_ONCE: Final = 4
#: How many distinct prices are asked for; of any others, those of the shipped list are known.
MOST_QUESTIONS: Final = 100
#: For how long an answer is good for whoever asks next, in seconds.
KEPT_S: Final = 60.0
#: For how long nobody asks again after a question that failed, in seconds.
FAILED_KEPT_S: Final = 2.0

_Question: TypeAlias = asyncio.Task[tuple[float | None, bool]]


class Prices:
    """The questions of one runner. Used on one event loop.

    Args:
        timing: the clock.
    """

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._asked: dict[tuple[Account, Priced], tuple[float, _Question]] = {}

    async def find(self, api: Client, account: Account, priced: Priced) -> float | None:
        """Return a price, in credits; None where it cannot be asked now, or the API has none. Asks no second time."""
        now = self._timing.clock()
        for old in [one for one, (since, asked) in self._asked.items() if now - since > _kept_s(asked)]:
            del self._asked[old]
        if (account, priced) not in self._asked:
            self._asked[account, priced] = now, asyncio.create_task(_ask(api, priced))
        _, asked = self._asked[account, priced]
        # Shielded, since a run that ends must not take the answer from another.
        price, _ = await asyncio.shield(asked)
        return price

    async def find_all(self, api: Client, account: Account, asked: Sequence[Priced]) -> dict[Priced, float]:
        """Return the prices of the first :data:`MOST_QUESTIONS`, in credits; those that are not known are left out."""
        room = asyncio.Semaphore(QUESTIONS_AT_ONCE)

        async def find(one: Priced) -> float | None:
            async with room:
                return await self.find(api, account, one)

        wanted = asked[:MOST_QUESTIONS]
        found = await asyncio.gather(*map(find, wanted))
        return {one: price for one, price in zip(wanted, found, strict=True) if price is not None}

    def close(self) -> None:
        """Ask no more."""
        for _, task in self._asked.values():
            task.cancel()
        self._asked.clear()


def _kept_s(asked: _Question) -> float:
    is_failed = asked.done() and (asked.cancelled() or not asked.result()[1])
    return FAILED_KEPT_S if is_failed else KEPT_S


async def _ask(api: Client, priced: Priced) -> tuple[float | None, bool]:
    """Return the price, and whether the question was answered."""
    try:
        sent = await api.send("GET", estimate_path(priced.model_id, **priced.question), once=True)
        return read_sent(Estimate, sent).price, True
    except GenwidgetError:
        return None, False
