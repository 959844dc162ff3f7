"""What all routes of one sandbox share: its store, clock, limits, faults and what is under way."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field

from genwidget.catalogue import Catalogue
from genwidget.sandbox.core.limits import Limits, RateWindows
from genwidget.sandbox.core.store import Store
from genwidget.sandbox.faults.faults import Faults


@dataclass(slots=True)
class Service:
    """One running sandbox, seen from its routes. Everything here is used by the server's own loop."""

    store: Store
    catalogue: Catalogue
    faults: Faults
    limits: Limits
    windows: RateWindows
    clock: Callable[[], float]  # seconds of the epoch
    speed: float
    seed: int
    region: str
    origin: str
    media_pool: Executor
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    in_flight: set[tuple[str, str, str]] = field(default_factory=set)

    def now_ms(self) -> int:
        """Return the time in milliseconds of the epoch."""
        return int(self.clock() * 1000)

    @property
    def own_origins(self) -> frozenset[str]:
        """The origins by which this sandbox's own files are known."""
        port = self.origin.rsplit(":", 1)[-1]
        return frozenset({self.origin, f"http://localhost:{port}", f"http://127.0.0.1:{port}"})
