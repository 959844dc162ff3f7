"""What requests would cost, as the API estimates it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from genwidget.api.client import Client
from genwidget.api.models import Estimate
from genwidget.catalogue import ModelSpec
from genwidget.request.pricing import Priced
from genwidget.request.validation import Request
from genwidget.runs.ledger import KeyUse


class Estimates:
    """Asks the API for prices, and keeps the newest for the request that is then sent."""

    def __init__(self, use: Callable[[], KeyUse | None]) -> None:
        self._use = use
        self._newest: tuple[KeyUse | None, Priced, float] | None = None
        self._asked: Priced | None = None

    async def ask(self, api: Client, spec: ModelSpec, values: Mapping[str, Any]) -> Estimate | None:
        """Return what a form would cost, in credits, and the balance where the key may read it.

        Replies can overtake one another: None where a newer estimate was asked for meanwhile, or another key locked.

        Raises:
            GenwidgetError: the API could not be asked.
        """
        use, priced = self._use(), Priced.of(spec, values)
        self._asked = priced
        found = await api.estimate(priced.model_id, **priced.question)
        if self._asked is not priced or use != self._use():
            return None
        self._newest = None if found.price is None else (use, priced, found.price)
        return found

    def complete(self, spec: ModelSpec, request: Request) -> Request:
        """Return a request with the price that was estimated for its like, where no list of prices has one."""
        if request.price is not None or self._newest is None:
            return request
        use, priced, price = self._newest
        is_same = use == self._use() and priced == Priced.of(spec, request.body)
        return replace(request, price=price) if is_same else request
