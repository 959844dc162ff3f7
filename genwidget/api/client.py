"""The API from plain Python: one async method per endpoint. No Jupyter, no thread."""

import asyncio
import os
from types import TracebackType
from typing import Any, Final, Self

import httpx
from pydantic import SecretStr

from genwidget.api.blocking import BlockingClient
from genwidget.api.endpoints import Endpoints
from genwidget.api.keys import ApiKey, sealed
from genwidget.api.regions import Target, check_base_url, find_region, resolve
from genwidget.api.transport import Timing, Transport
from genwidget.catalogue import Catalogue
from genwidget.settings import Settings
from genwidget.spelling import Named

KEY_VARIABLE: Final = "BABYSEA_API_KEY"


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
            find_key(region, self._base_url) if key is None else check_key(key, self._base_url),
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


def find_key(region: str, base_url: str | None = None) -> ApiKey | None:
    """Return the key that goes without saying: the sandbox's own for the sandbox, else of the environment, or None.

    Raises:
        InvalidApiKey: the environment's key has a form that no key has.
    """
    if region == "sandbox" and base_url is None:
        from genwidget.sandbox import API_KEY  # noqa: PLC0415 - an optional extra

        return ApiKey(API_KEY)
    found = environment_key()
    return None if found is None else ApiKey(found, custom_host=base_url is not None)


def environment_key() -> SecretStr | None:
    """Return the text of ``BABYSEA_API_KEY``, or None where it is not set or empty."""
    found = os.environ.get(KEY_VARIABLE)
    return SecretStr(found) if found else None


def public_key(fingerprint: str) -> ApiKey | None:
    """Return the key of the sandbox with a fingerprint, or None. They are published, so any sandbox may have them."""
    from genwidget.sandbox import API_KEYS, STATE_KEYS  # noqa: PLC0415 - an optional extra

    keys = (ApiKey(text) for text in (*API_KEYS.values(), *STATE_KEYS.values()))
    return next((key for key in keys if key.fingerprint == fingerprint), None)


def check_key(key: str | SecretStr | ApiKey, base_url: str | None = None) -> ApiKey:
    """Return a key as an ApiKey.

    Raises:
        InvalidApiKey: it has a form that no key has.
    """
    key = sealed(key)
    return key if isinstance(key, ApiKey) else ApiKey(key, custom_host=base_url is not None)
