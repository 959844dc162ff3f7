"""The client's methods without ``await``, for plain code and for cells of a notebook, whose loop is already running."""

import os
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import UUID

from genwidget import io_thread
from genwidget.api.models import (
    Account,
    Billing,
    Canceled,
    Created,
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
from genwidget.catalogue import Catalogue

if TYPE_CHECKING:
    from genwidget.api.client import Client

ResultT = TypeVar("ResultT")


class BlockingClient:
    """A client whose work is done on the process's background thread while the caller waits.

    Made by ``Client.blocking(...)`` and used as ``with Client.blocking(region="us") as client:``. Errors are those of
    :class:`genwidget.api.client.Client`; on the background thread itself every method raises ``RuntimeError``. Ctrl-C
    in any of them ends its work too: nothing is tried again.
    """

    def __init__(self, client: "Client") -> None:
        self._client = client

    def __enter__(self) -> Self:
        """Return this client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._run(self._client.aclose())

    def generate(
        self, model_id: str, values: Mapping[str, Any], *, idempotency_key: str | UUID | None = None
    ) -> Created:
        """Start a generation, which is paid for; tries after the first cannot make a second one."""
        return self._run(self._client.generate(model_id, values, idempotency_key=idempotency_key))

    def known_models(self) -> Catalogue:
        """Return the models that can be asked for: those that ship, and those that the API's own list adds."""
        return self._run(self._client.known_models())

    def each_generation(self, page_size: int = 50) -> Iterator[Generation]:
        """Yield every generation of the content list, page by page, each of ``page_size``: 1 to 100."""
        every = self._client.each_generation(page_size)
        while (generation := self._run(_next(every))) is not None:
            yield generation

    def generate_and_wait(
        self,
        model_id: str,
        values: Mapping[str, Any],
        *,
        idempotency_key: str | UUID | None = None,
        timeout_s: float | None = None,
        interval_s: float | None = None,
    ) -> Generation:
        """Start a generation, which is paid for, and return its record once it has succeeded."""
        return self._run(
            self._client.generate_and_wait(
                model_id, values, idempotency_key=idempotency_key, timeout_s=timeout_s, interval_s=interval_s
            )
        )

    def wait(
        self, generation_id: str, *, timeout_s: float | None = None, interval_s: float | None = None
    ) -> Generation:
        """Poll a generation until it has succeeded, and return its record. Ctrl-C ends the wait."""
        return self._run(self._client.wait(generation_id, timeout_s=timeout_s, interval_s=interval_s))

    def save(self, generation: Generation, folder: str | os.PathLike[str] = ".") -> list[Path]:
        """Save the outputs of a generation, and return where they are; none is overwritten."""
        return self._run(self._client.save(generation, folder))

    def list_generations(self, limit: int = 50, offset: int = 0) -> GenerationPage:
        """Return one page of the content list; ``limit`` is 1 to 100."""
        return self._run(self._client.list_generations(limit, offset))

    def estimate(
        self,
        model_id: str,
        *,
        count: int | None = None,
        duration: float | None = None,
        resolution: str | None = None,
        audio: bool | None = None,
    ) -> Estimate:
        """Return what generations would cost, in credits; asking costs nothing. Only what is given is sent."""
        return self._run(
            self._client.estimate(model_id, count=count, duration=duration, resolution=resolution, audio=audio)
        )

    def usage(self, days: int = 30) -> Usage:
        """Return counts over the last ``days``, 1 to 90."""
        return self._run(self._client.usage(days))

    def get_generation(self, generation_id: str) -> Generation:
        """Return the record of a generation."""
        return self._run(self._client.get_generation(generation_id))

    def cancel_generation(self, generation_id: str) -> Canceled:
        """Cancel a generation that is pending or processing."""
        return self._run(self._client.cancel_generation(generation_id))

    def delete_generation(self, generation_id: str) -> Deleted:
        """Delete a generation and its files for good."""
        return self._run(self._client.delete_generation(generation_id))

    def generation_status(self, generation_id: str) -> GenerationStatus | None:
        """Ask the playground's status helper, without the key; None where the host has none."""
        return self._run(self._client.generation_status(generation_id))

    def library_models(self) -> LibraryModels:
        """Return the models that the API serves now."""
        return self._run(self._client.library_models())

    def library_providers(self) -> LibraryProviders:
        """Return the inference providers."""
        return self._run(self._client.library_providers())

    def status(self) -> Status:
        """Return what the key is."""
        return self._run(self._client.status())

    def account(self) -> Account:
        """Return the account behind the key."""
        return self._run(self._client.account())

    def billing(self) -> Billing:
        """Return plan and balance."""
        return self._run(self._client.billing())

    def health_providers(self) -> ProvidersHealth:
        """Return the health of the inference providers."""
        return self._run(self._client.health_providers())

    def health_models(self) -> ModelsHealth:
        """Return which provider serves which model."""
        return self._run(self._client.health_models())

    def health_storage(self) -> ServiceHealth:
        """Return the health of the output storage."""
        return self._run(self._client.health_storage())

    def health_cache(self) -> ServiceHealth:
        """Return the health of the cache."""
        return self._run(self._client.health_cache())

    @staticmethod
    def _run(work: Coroutine[Any, Any, ResultT]) -> ResultT:
        thread = io_thread.shared()
        if thread.is_current():
            work.close()
            raise RuntimeError(io_thread.no_wait())
        return io_thread.carry_out(thread, work)


async def _next(every: AsyncIterator[Generation]) -> Generation | None:
    return await anext(every, None)
