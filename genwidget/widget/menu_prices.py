"""What the models of the menu cost that no list has a price of, as the API's estimate tells it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from typing import Final

from genwidget.api.client import Client
from genwidget.api.http_response import RateLimit
from genwidget.api.models import Estimate
from genwidget.catalogue import Catalogue, ModelSpec
from genwidget.errors import ApiError, InvalidRequest
from genwidget.messages import render
from genwidget.request.pricing import Priced
from genwidget.runs.ledger import KeyUse
from genwidget.runs.spend_limit import amount
from genwidget.text import number, shown
from genwidget.widget.publisher import TraitPublisher

#: How many questions are under way at once.
AT_ONCE: Final = 2
#: What part of the account's window is left to everything else, since limits count all requests together.
SPARED: Final = 0.25
#: No film of a model is longer, in seconds, and no resolution's name, in characters.
_LONGEST_S: Final = 3600
_MOST_RESOLUTION: Final = 20


class MenuPrices:
    """Asks for one price of each model, at the values its form starts with, once for a playground's key at a host.

    For use on the I/O thread alone.

    Args:
        publisher: takes the ``menu_prices`` trait.
        find_use: returns the locked key at its host.
        find_api: returns the API with that key.
        find_catalogue: returns the models that are known.
    """

    def __init__(
        self,
        publisher: TraitPublisher,
        find_use: Callable[[], KeyUse | None],
        find_api: Callable[[], Awaitable[Client]],
        find_catalogue: Callable[[], Catalogue],
    ) -> None:
        self._publisher = publisher
        self._find_use = find_use
        self._find_api = find_api
        self._find_catalogue = find_catalogue
        self._words: dict[KeyUse, dict[str, str]] = {}
        self._asking: set[tuple[KeyUse, str]] = set()

    async def ask(self, model_type: str) -> None:
        """Tell the page each price of the models of a type as it comes; it returns when all have come.

        It stops early where most of the account's window is used up: what has no price then is asked at the next call.

        Raises:
            GenwidgetError: no key is locked, or the API could not be asked; the prices that came stay.
        """
        api = await self._find_api()
        use = self._find_use()
        if use is None:
            return
        self._words.setdefault(use, {})
        self._publisher.publish(menu_prices=self._told)
        wanted = iter([one for one in self._find_catalogue().models if one.model_type == model_type])
        # One list for all askers: each takes the next, and one that fails ends the others.
        askers = [asyncio.ensure_future(self._ask_each(api, use, wanted)) for _ in range(AT_ONCE)]
        try:
            await asyncio.gather(*askers)
        finally:
            for one in askers:
                one.cancel()

    async def _ask_each(self, api: Client, use: KeyUse, wanted: Iterator[ModelSpec]) -> None:
        words = self._words[use]
        for spec in wanted:
            model_id, mark = spec.model_id, (use, spec.model_id)
            if model_id in words or mark in self._asking or _is_listed(spec):
                continue
            self._asking.add(mark)
            try:
                words[model_id], has_room = await _ask_one(api, spec)
            finally:
                self._asking.discard(mark)
            self._publisher.publish(menu_prices=self._told)
            if use != self._find_use() or not has_room:
                return

    def _told(self) -> dict[str, str]:
        """Return the prices of the key that is locked when the page is told of them."""
        use = self._find_use()
        return {} if use is None else dict(self._words.get(use, {}))


def _is_listed(spec: ModelSpec) -> bool:
    return spec.price is not None and (spec.price.credits is not None or bool(spec.price.table))


async def _ask_one(api: Client, spec: ModelSpec) -> tuple[str, bool]:
    """Return a model's price in words, and whether the account's window has room for another question."""
    duration = spec.field("generation_duration")
    first = {"generation_duration": duration.choices.value[0]} if duration and duration.choices else {}
    priced = Priced.of(spec, first | dict(spec.defaults()))
    try:
        found = await api.estimate(spec.model_id, **priced.question | {"count": 1})
    except InvalidRequest:  # a model of the API's own list begins with what no question takes
        return render("menu_price_unknown"), True
    except ApiError as error:
        if error.status_code in {401, 403, 429} or error.retryable:
            raise
        return render("menu_price_unknown"), _has_room(error.rate_limit)
    return _in_words(spec, found), _has_room(found.meta.rate_limit)


def _has_room(limit: RateLimit | None) -> bool:
    return limit is None or not limit.limit or limit.remaining is None or limit.remaining > limit.limit * SPARED


def _in_words(spec: ModelSpec, found: Estimate) -> str:
    if spec.model_type != "video":
        return _credits(found.cost_per_generation) or render("menu_price_unknown")
    if found.cost_per_second is None:
        whole, seconds = _credits(found.cost_per_generation), number(found.duration_seconds, low=1, high=_LONGEST_S)
        if whole is None or seconds is None:
            return whole or render("menu_price_unknown")
        return render("menu_price_film", credits=whole, seconds=f"{seconds:g}")
    each = _credits(found.cost_per_second)
    if each is None:
        return render("menu_price_unknown")
    if found.resolution is None:
        return render("menu_price_second", credits=each)
    return render("menu_price_at", credits=each, resolution=shown(found.resolution, _MOST_RESOLUTION))


def _credits(value: float) -> str | None:
    """Return a price in words; None where it is none."""
    if number(value) is None:
        return None
    return f"{amount(Decimal(str(value)))} {'credit' if value == 1 else 'credits'}"
