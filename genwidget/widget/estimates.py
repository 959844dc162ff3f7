"""What requests would cost, as the API estimates it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from genwidget.api.api import Api
from genwidget.api.models import Estimate
from genwidget.catalogue import ModelSpec
from genwidget.request.body import coerce
from genwidget.request.validation import Request
from genwidget.runs.ledger import KeyUse


@dataclass(frozen=True, slots=True)
class _Priced:
    """What a price depends on: two requests that are equal in it cost the same."""

    model_id: str
    count: Any
    duration: Any
    resolution: Any
    audio: Any

    @classmethod
    def of(cls, spec: ModelSpec, values: Mapping[str, Any]) -> "_Priced":
        """Return it of a form's values, or of a request's body."""
        body = {field.name: coerce(field, values.get(field.name)) for field in spec.fields}
        return cls(
            spec.model_id,
            body.get("generation_output_number") or 1,
            body.get("generation_duration"),
            body.get("generation_resolution"),
            body.get("generation_generate_audio"),
        )


class Estimates:
    """Asks the API for prices, and keeps the newest for the request that is then sent."""

    def __init__(self, use: Callable[[], KeyUse | None]) -> None:
        self._use = use
        self._newest: tuple[KeyUse | None, _Priced, float] | None = None
        self._asked: _Priced | None = None

    async def ask(self, api: Api, spec: ModelSpec, values: Mapping[str, Any]) -> Estimate | None:
        """Return what a form would cost, in credits, and the balance where the key may read it.

        Replies can overtake one another: None where a newer estimate was asked for meanwhile, or another key locked.

        Raises:
            GenwidgetError: the API could not be asked.
        """
        use, priced = self._use(), _Priced.of(spec, values)
        self._asked = priced
        found = await api.estimate(
            priced.model_id,
            count=priced.count,
            duration=priced.duration,
            resolution=priced.resolution,
            audio=priced.audio,
        )
        if self._asked is not priced or use != self._use():
            return None
        self._newest = (use, priced, found.cost_total_consumed)
        return found

    def complete(self, spec: ModelSpec, request: Request) -> Request:
        """Return a request with the price that was estimated for its like, where no list of prices has one."""
        if request.price is not None or self._newest is None:
            return request
        use, priced, price = self._newest
        is_same = use == self._use() and priced == _Priced.of(spec, request.body)
        return replace(request, price=price) if is_same else request
