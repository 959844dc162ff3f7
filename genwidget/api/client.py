"""The API from plain Python: one async method per endpoint. No Jupyter, no thread."""

import asyncio
from types import TracebackType
from typing import Any, Self

import httpx
from pydantic import SecretStr

from genwidget.api.blocking import BlockingClient
from genwidget.api.endpoints import Endpoints
from genwidget.api.keys import ApiKey, resolve_key, sealed
from genwidget.api.regions import Target, check_base_url, find_region, resolve
from genwidget.api.transport import Timing, Transport
from genwidget.catalogue import Catalogue
from genwidget.settings import Settings
from genwidget.spelling import Named


class Client(Named, Endpoints):
    """The API of one region, or of a host of your own.

    Used as ``async with Client(region="us") as client:``. Each reply is a frozen object; its ``meta`` has status,
    request id, rate limit, timing and the JSON as it came. Every method may raise :class:`genwidget.errors.ApiError`
    where the API refuses, and :class:`genwidget.errors.TransportError` where no readable answer came.

    Args:
        region: ``us``, ``eu``, ``jp`` or ``sandbox``.
        key: the API key; None takes the sandbox's own for the sandbox, else ``BABYSEA_API_KEY``. It is sent to this
            client's origin alone.
        base_url: another host, which beats the region: https, or http on this machine.
        settings: limits and timeouts; None takes the defaults and ``GENWIDGET_*``.
        transport: another httpx transport, for tests.
        timing: another clock, for tests.
        catalogue: the models known, and no others; None takes those that ship, and those that the API lists.

    Raises:
        ConfigurationError: an unknown region or unusable base URL.
        InvalidApiKey: the key has a form that no key has.
    """

    def __init__(  # noqa: PLR0913 - keywords, each with a default
        self,
        region: str = "us",
        key: str | SecretStr | ApiKey | None = None,
        *,
        base_url: str | None = None,
        settings: Settings | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        timing: Timing | None = None,
        catalogue: Catalogue | None = None,
    ) -> None:
        key = None if key is None else sealed(key)  # before anything can raise: tracebacks may show arguments
        self.region_id = find_region(region).region_id
        self._base_url = None if base_url is None else check_base_url(base_url)
        super().__init__(
            None,
            resolve_key(self.region_id, self._base_url, key),
            Transport(settings or Settings.from_environment(), transport=transport, timing=timing),
            catalogue,
        )

    @staticmethod
    def blocking(
        region: str = "us",
        key: str | SecretStr | ApiKey | None = None,
        *,
        base_url: str | None = None,
        settings: Settings | None = None,
        **keywords: Any,
    ) -> BlockingClient:
        """Return the same methods without ``await``, usable inside a running loop too; arguments as of this class."""
        key = None if key is None else sealed(key)
        return BlockingClient(Client(region, key, base_url=base_url, settings=settings, **keywords))

    async def __aenter__(self) -> Self:
        """Return this client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        await self.aclose()

    async def target(self) -> Target:
        """Return where requests go; for the sandbox, once it runs.

        Raises:
            ConfigurationError: the sandbox is not installed.
        """
        if self._target is None:
            self._target = await asyncio.to_thread(resolve, self.region_id, self._base_url)
        return self._target
