"""The API's endpoints but the paid one, each as one async method with a typed reply."""

import math
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode

from genwidget.api.models import (
    Account,
    Billing,
    Canceled,
    Created,
    DataT,
    Deleted,
    Estimate,
    Generation,
    GenerationPage,
    GenerationStatus,
    LibraryModels,
    LibraryProviders,
    ModelsHealth,
    ProvidersHealth,
    ServiceHealth,
    Status,
    Usage,
)
from genwidget.api.responses import decode_data, segment
from genwidget.api.retry import Sent
from genwidget.catalogue import Catalogue
from genwidget.request.decimals import number_text
from genwidget.request.validation import endpoint_path
from genwidget.text import shown


class Endpoints(ABC):
    """What can be asked of an API that something can send to."""

    @abstractmethod
    async def send(self, method: str, path: str, **parts: Any) -> Sent:
        """Send one call and return what came of all tries, without raising."""

    @abstractmethod
    async def aclose(self) -> None:
        """Close its connections."""

    @abstractmethod
    async def generate(
        self, model_id: str, values: Mapping[str, Any], *, idempotency_key: str | None = None
    ) -> Created:
        """Start a generation."""

    @abstractmethod
    async def known_models(self) -> Catalogue:
        """Return the models that can be asked for."""

    @abstractmethod
    async def generation_status(self, generation_id: str) -> GenerationStatus | None:
        """Ask the status helper."""

    @abstractmethod
    async def generate_and_wait(
        self,
        model_id: str,
        values: Mapping[str, Any],
        *,
        idempotency_key: str | None = None,
        timeout_s: float | None = None,
        interval_s: float | None = None,
    ) -> Generation:
        """Start a generation and poll it to its end."""

    @abstractmethod
    async def wait(
        self, generation_id: str, *, timeout_s: float | None = None, interval_s: float | None = None
    ) -> Generation:
        """Poll a generation to its end."""

    async def get_generation(self, generation_id: str) -> Generation:
        """Return the record of a generation."""
        return await self._ask(Generation, "GET", f"/v1/content/{segment(generation_id)}")

    async def list_generations(self, limit: int = 50, offset: int = 0) -> GenerationPage:
        """Return one page of the content list; ``limit`` is 1 to 100."""
        return await self._ask(GenerationPage, "GET", "/v1/content/list", limit=limit, offset=offset)

    async def each_generation(self, page_size: int = 50) -> AsyncIterator[Generation]:
        """Yield every generation of the content list, page by page."""
        offset = 0
        while True:
            page = await self.list_generations(page_size, offset)
            for generation in page.generations:
                yield generation
            offset += len(page.generations)
            if not page.generations or (page.total is not None and offset >= page.total):
                return

    async def cancel_generation(self, generation_id: str) -> Canceled:
        """Cancel a generation that is pending or processing."""
        return await self._ask(Canceled, "POST", f"/v1/content/generation/cancel/{segment(generation_id)}")

    async def delete_generation(self, generation_id: str) -> Deleted:
        """Delete a generation and its files for good."""
        return await self._ask(Deleted, "DELETE", f"/v1/content/{segment(generation_id)}")

    async def library_models(self) -> LibraryModels:
        """Return the models that the API serves now."""
        return await self._ask(LibraryModels, "GET", "/v1/library/models")

    async def library_providers(self) -> LibraryProviders:
        """Return the inference providers."""
        return await self._ask(LibraryProviders, "GET", "/v1/library/providers")

    async def estimate(
        self,
        model_id: str,
        *,
        count: int | None = None,
        duration: float | None = None,
        resolution: str | None = None,
        audio: bool | None = None,
    ) -> Estimate:
        """Return what generations would cost, in credits; asking costs nothing. Only what is given is sent."""
        endpoint_path("image", model_id)
        options = {"count": count, "duration": duration, "resolution": resolution, "audio": audio}
        return await self._ask(Estimate, "GET", f"/v1/estimate/{model_id}", **options)

    async def status(self) -> Status:
        """Return what the key is."""
        return await self._ask(Status, "GET", "/v1/status")

    async def usage(self, days: int = 30) -> Usage:
        """Return counts over the last ``days``, 1 to 90."""
        return await self._ask(Usage, "GET", "/v1/usage", days=days)

    async def account(self) -> Account:
        """Return the account behind the key."""
        return await self._ask(Account, "GET", "/v1/user/account")

    async def billing(self) -> Billing:
        """Return plan and balance."""
        return await self._ask(Billing, "GET", "/v1/user/billing")

    async def health_providers(self) -> ProvidersHealth:
        """Return the health of the inference providers."""
        return await self._ask(ProvidersHealth, "GET", "/v1/health/inference/providers")

    async def health_models(self) -> ModelsHealth:
        """Return which provider serves which model."""
        return await self._ask(ModelsHealth, "GET", "/v1/health/inference/models")

    async def health_storage(self) -> ServiceHealth:
        """Return the health of the output storage."""
        return await self._ask(ServiceHealth, "GET", "/v1/health/storage")

    async def health_cache(self) -> ServiceHealth:
        """Return the health of the cache."""
        return await self._ask(ServiceHealth, "GET", "/v1/health/cache")

    async def _ask(self, kind: type[DataT], method: str, path: str, **query: Any) -> DataT:
        given = {name: _query_text(value) for name, value in query.items() if value is not None}
        return read_sent(kind, await self.send(method, f"{path}?{urlencode(given)}" if given else path))


def read_sent(kind: type[DataT], sent: Sent) -> DataT:
    """Return the typed data of what came back.

    Raises:
        ApiError, TransportError: nothing usable came back.
    """
    if sent.error is not None:
        raise sent.error
    assert sent.reply is not None
    return decode_data(kind, sent.reply)


def _query_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, float) and math.isfinite(value) else shown(value)
