"""The API from plain Python: one async method per endpoint. No Jupyter, no thread."""

import asyncio
import math
import os
import warnings
from collections.abc import AsyncIterator, Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlencode
from uuid import UUID

import httpx
from pydantic import SecretStr

from genwidget.api import changes, live_models
from genwidget.api.blocking import BlockingClient
from genwidget.api.changes import Change, Kind
from genwidget.api.download import download
from genwidget.api.input_files import with_links
from genwidget.api.keys import ApiKey, resolve_key, seal_keys, sealed
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
from genwidget.api.output_files import write_output
from genwidget.api.per_loop import PerLoop
from genwidget.api.polling import MAX_INTERVAL_S, wait_for
from genwidget.api.regions import Target, check_base_url, find_region, resolve
from genwidget.api.responses import decode_data, segment
from genwidget.api.retry import Attempts, Outcome, send
from genwidget.api.status_helper import ask_helper
from genwidget.api.transport import Call, Timing, Transport
from genwidget.arguments import (
    catalogue_of,
    id_of,
    idempotency_key_of,
    interval_of,
    is_uuid,
    option_of,
    path_of,
    seconds_of,
    switch_of,
    values_of,
    whole_of,
)
from genwidget.catalogue import Catalogue
from genwidget.errors import (
    ConfigurationError,
    Conflict,
    InvalidRequest,
    KeyNotLocked,
    NotFound,
    OutputNotSaved,
    PermissionRefused,
    RunCanceled,
    RunFailed,
    TransportError,
)
from genwidget.messages import render
from genwidget.request.body import has_files
from genwidget.request.decimals import number_text
from genwidget.request.validation import endpoint_path, named_path, near_models, prepare
from genwidget.settings import Settings
from genwidget.spelling import Named
from genwidget.text import MAX_NUMBER, shown

#: How much the API tells of at once. Of more it would tell no more, and answer as if that had been asked for.
MOST_LISTED: Final = 100
MOST_DAYS: Final = 90
MOST_ESTIMATED: Final = 100


class Client(Named):
    """The API of one region, or of a host of your own.

    Used as ``async with Client(region="us") as client:``. Each reply is a frozen object; its ``meta`` has status,
    request id, rate limit, timing and the JSON as it came. Every method may raise :class:`genwidget.errors.ApiError`
    where the API refuses, and :class:`genwidget.errors.TransportError` where no readable answer came. One client serves
    any number of event loops, and processes that are forked from its own; each has connections of its own. Once it is
    closed it sends nothing more (:class:`genwidget.errors.ClientClosed`).

    What a client sends is in no ledger: nothing of it is resumed, and no spend limit holds it, not even that of
    ``GENWIDGET_SPEND_LIMIT``.

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
        ConfigurationError: an unknown region or unusable base URL, or settings, a transport or timing that are none.
        InvalidRequest: a catalogue that is none.
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
        if not isinstance(transport, httpx.AsyncBaseTransport | None):
            raise ConfigurationError(render("bad_transport"))
        if not isinstance(timing, Timing | None):
            raise ConfigurationError(render("bad_timing"))
        catalogue = None if catalogue is None else catalogue_of(catalogue)
        connections = Transport(Settings.of(settings), transport=transport, timing=timing)
        self._set_up(None, resolve_key(self.region_id, self._base_url, key), connections, catalogue)

    @classmethod
    def over(cls, target: Target, key: ApiKey | None, transport: Transport) -> Self:
        """Return a client on connections that others use too; whoever made them closes them."""
        client = object.__new__(cls)
        client.region_id = target.region_id
        client._set_up(target, key, transport)
        return client

    def _set_up(
        self, target: Target | None, key: ApiKey | None, transport: Transport, catalogue: Catalogue | None = None
    ) -> None:
        self._target = target
        self._key = key
        self._bound_key: ApiKey | None = None
        self._transport = transport
        self._catalogue = catalogue
        self._learning = PerLoop(asyncio.Lock)

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
        seal_keys(keywords)
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

    async def aclose(self) -> None:
        """Close its connections."""
        await self._transport.aclose()

    async def generate(
        self, model_id: str, values: Mapping[str, Any], *, idempotency_key: str | UUID | None = None
    ) -> Created:
        """Start a generation, which is paid for; tries after the first cannot make a second one.

        Args:
            model_id: such as ``bfl/flux-schnell``.
            values: the fields, laid over the model's defaults; None leaves a field out. At the sandbox an input picture
                may be the path of a file (``pathlib.Path``).
            idempotency_key: 1 to 255 of ``A-Z a-z 0-9 _ - : .``, or a UUID; None makes a new one. Within 24 h the same
                key and body make one generation.

        Raises:
            InvalidRequest: the model or the values are refused here; nothing was sent, but that for a model that does
                not ship the API may have been asked for its list.
        """
        self._transport.check_open()
        idempotency_key = idempotency_key_of(idempotency_key)
        if has_files(values_of(values)):
            values = await with_links(values, await self.target(), self._transport.settings)
        known = await self.learn(
            model_id if isinstance(model_id, str) else ""
        )  # without any name it would ask the API for its list
        spec = known.catalogue.find(model_id)
        request = prepare(known.catalogue, spec.model_type if spec else "image", model_id, values, known.note)
        _warn(known)
        call = await self._post_call(request.path, request.encoded, idempotency_key)
        sent = await send(call, self._transport)
        await self.report_change("begun")  # whatever came back: what may have started may have been paid for
        try:
            return read_sent(Created, sent)
        except TransportError as error:
            error.effect = "generation"
            raise

    async def save(self, generation: Generation, folder: str | os.PathLike[str] = ".") -> list[Path]:
        """Save the outputs of a generation, and return where they are; each is fetched without the key.

        Args:
            generation: its record, as :meth:`wait` returns it.
            folder: where to; it is made. A file is ``{generation_id}-{place}.{extension}``, and none is overwritten.

        Raises:
            OutputUnavailable: an output is gone, or not at a public address.
            OutputNotSaved: it cannot be written.
        """
        self._transport.check_open()
        place = path_of(folder, OutputNotSaved)
        if not isinstance(generation, Generation):
            raise InvalidRequest(render("bad_record"))
        target, settings, paths = await self.target(), self._transport.settings, []
        for number, url in enumerate(generation.generation_output_file or (), start=1):
            fetched = await download(url, target, settings)
            paths.append(await asyncio.to_thread(write_output, place, generation.generation_id, number, fetched))
        return paths

    async def known_models(self) -> Catalogue:
        """Return the models that can be asked for: those that ship, and those that the API's own list adds.

        The list is kept for a day, in the process and on disk. Warns (``RuntimeWarning``) where it is not at hand, or
        only an older one, as it does where the setting ``live_models`` is off.
        """
        self._transport.check_open()
        known = await self.learn()
        _warn(known)
        return known.catalogue

    async def learn(self, model_id: str | None = None) -> live_models.Known:
        """Return the models known, as of :func:`genwidget.api.live_models.learn`."""
        if self._catalogue is not None:
            return live_models.Known(self._catalogue)
        settings = self._transport.settings
        async with self._learning():
            return await live_models.learn(Catalogue.load(), await self.target(), settings, self._library, model_id)

    async def _library(self) -> LibraryModels:
        """Ask for the list, once: who waits for it may have misspelt a name."""
        return read_sent(LibraryModels, await self.send("GET", "/v1/library/models", once=True))

    async def attempts(self, path: str, content: bytes, idempotency_key: str, held: Collection[str] = ()) -> Attempts:
        """Return the tries of a paid POST, to be made one by one, as of :class:`genwidget.api.retry.Attempts`.

        Args:
            path: of a checked request.
            content: its bytes, the same for every try.
            idempotency_key: as of :meth:`generate`.
            held: codes of errors that say that it is too early.

        Raises:
            InvalidRequest: an idempotency key that the API does not take.
            KeyNotLocked: there is no API key.
        """
        return Attempts(await self._post_call(path, content, idempotency_key), self._transport, held)

    async def _post_call(self, path: str, content: bytes, idempotency_key: str) -> Call:
        """Return the call that sends the bytes of a checked request.

        Raises:
            InvalidRequest: an idempotency key that the API does not take.
            KeyNotLocked: there is no API key.
        """
        idempotency_key = idempotency_key_of(idempotency_key)
        timeout_s = self._transport.settings.post_timeout_s
        return await self._call("POST", path, content=content, idempotency_key=idempotency_key, timeout_s=timeout_s)

    async def generation_status(self, generation_id: str) -> GenerationStatus | None:
        """Ask the playground's status helper, without the key; None where the host has none, or has no answer now."""
        generation_id = id_of(generation_id)
        return await ask_helper(self._transport, (await self.target()).helper_url, generation_id)

    async def generate_and_wait(
        self,
        model_id: str,
        values: Mapping[str, Any],
        *,
        idempotency_key: str | UUID | None = None,
        timeout_s: float | None = None,
        interval_s: float | None = None,
    ) -> Generation:
        """Start a generation, which is paid for, and return its record once it has succeeded.

        Arguments and errors as of :meth:`generate` and :meth:`wait`. Canceling the task ends the wait alone: the
        generation goes on, and is found again by the same ``idempotency_key`` and body.

        Raises:
            RunCanceled: also where the reply says that it was canceled before.
        """
        timeout_s, interval_s = seconds_of(timeout_s), interval_of(interval_s, MAX_INTERVAL_S)  # before it is paid for
        created = await self.generate(model_id, values, idempotency_key=idempotency_key)
        if created.generation_status == "canceled":
            raise RunCanceled(render("generation_canceled"))
        return await self.wait(created.generation_id, timeout_s=timeout_s, interval_s=interval_s)

    async def wait(
        self, generation_id: str, *, timeout_s: float | None = None, interval_s: float | None = None
    ) -> Generation:
        """Poll a generation until it has succeeded, and return its record. A poll that may pass later does not end it.

        Canceling the task ends the wait at once, and the generation goes on; ``cancel_generation`` ends that.

        Args:
            generation_id: whose end to wait for.
            timeout_s: seconds to wait at most; None takes the settings' deadline.
            interval_s: seconds between polls, at most 3600; None begins with short ones that grow, as set.

        Raises:
            RunFailed, RunCanceled: how else it ended; ``__cause__`` has the record.
            DeadlinePassed: the time passed; the generation goes on. ``__cause__`` is why the last poll failed, if so.
            ApiError: the API refuses to tell, as for an id that it does not know.
            TransportError: what it tells cannot be read.
        """
        generation_id, interval_s = id_of(generation_id), interval_of(interval_s, MAX_INTERVAL_S)
        given_s = seconds_of(timeout_s)
        limit_s = self._transport.settings.deadline_s if given_s is None else given_s
        try:
            record = await wait_for(self.get_generation, generation_id, self._transport, limit_s, interval_s)
        except (RunFailed, RunCanceled):
            await self.report_change("ended", generation_id)
            raise
        await self.report_change("ended", generation_id)
        return record

    async def send(self, method: str, path: str, *, once: bool = False, **parts: Any) -> Outcome:
        """Send one call with the key, again where it can help, and return what came of it without raising.

        Args:
            method: such as ``GET``.
            path: such as ``/v1/status``.
            once: make no second try.
            parts: as of ``Call``.

        Raises:
            KeyNotLocked: there is no API key.
            WrongKey: the key is of another origin.
        """
        return await send(await self._call(method, path, **parts), self._transport, once=once)

    async def report_change(self, kind: Kind, generation_id: str | None = None, *, is_refunded: bool = False) -> None:
        """Let the process know of a change that this client made or learned of; see :mod:`genwidget.api.changes`."""
        if self._key is not None:
            changes.shared().tell(Change(kind, await self.target(), self._key, generation_id, is_refunded))

    async def _call(self, method: str, path: str, **parts: Any) -> Call:
        self._transport.check_open()
        if self._key is None:
            raise KeyNotLocked(render("key_absent"))
        origin = (await self.target()).api_url
        if self._bound_key is None:
            self._bound_key = self._key.at(origin)
        parts = {"timeout_s": self._transport.settings.request_timeout_s, **parts}
        return Call(method, origin + path, key=self._bound_key, **parts)

    async def get_generation(self, generation_id: str) -> Generation:
        """Return the record of a generation."""
        return await self._ask_of(Generation, "GET", "/v1/content/", id_of(generation_id))

    async def list_generations(self, limit: int = 50, offset: int = 0) -> GenerationPage:
        """Return one page of the content list; ``limit`` is 1 to 100."""
        return await self._ask(
            GenerationPage,
            "GET",
            "/v1/content/list",
            limit=whole_of(limit, "limit", 1, MOST_LISTED),
            offset=whole_of(offset, "offset", 0),
        )

    async def each_generation(self, page_size: int = 50) -> AsyncIterator[Generation]:
        """Yield every generation of the content list, page by page, each of ``page_size``: 1 to 100."""
        page_size, offset = whole_of(page_size, "page_size", 1, MOST_LISTED), 0
        while True:
            page = await self.list_generations(page_size, offset)
            for generation in page.generations:
                yield generation
            offset += len(page.generations)
            if not page.generations or (page.total is not None and offset >= page.total):
                return

    async def cancel_generation(self, generation_id: str) -> Canceled:
        """Cancel a generation that is pending or processing."""
        generation_id = id_of(generation_id)
        try:
            canceled = await self._ask_of(Canceled, "POST", "/v1/content/generation/cancel/", generation_id)
        except Conflict as error:
            error.take_as_of_cancel()
            raise
        await self.report_change("ended", generation_id, is_refunded=canceled.credits_refunded is True)
        return canceled

    async def delete_generation(self, generation_id: str) -> Deleted:
        """Delete a generation and its files for good."""
        generation_id = id_of(generation_id)
        deleted = await self._ask_of(Deleted, "DELETE", "/v1/content/", generation_id)
        await self.report_change("deleted", generation_id)
        return deleted

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
        """Return what generations would cost, in credits; asking costs nothing. Only what is given is sent.

        ``count`` is 1 to 100.

        Raises:
            InvalidRequest: the identifier is not ``lab/name``, or a value is of another type; nothing was sent.
            NotFound: the API has no such model; a note names the nearest ones.
        """
        known = catalogue_of(self._catalogue)
        named_path(known, "image", model_id)
        path = estimate_path(
            model_id,
            count=None if count is None else whole_of(count, "count", 1, MOST_ESTIMATED),
            duration=seconds_of(duration, "duration", most=MAX_NUMBER),
            resolution=resolution,
            audio=None if audio is None else switch_of(audio, "audio="),
        )
        try:
            return await self._ask(Estimate, "GET", path)
        except NotFound as error:
            near = "" if known.find(model_id) else near_models(known, model_id)
            if near:
                error.add_note(near.strip())
            raise

    async def status(self) -> Status:
        """Return what the key is."""
        return await self._ask(Status, "GET", "/v1/status")

    async def usage(self, days: int = 30) -> Usage:
        """Return counts over the last ``days``, 1 to 90."""
        return await self._ask(Usage, "GET", "/v1/usage", days=whole_of(days, "days", 1, MOST_DAYS))

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

    async def _ask_of(self, kind: type[DataT], method: str, path: str, generation_id: str) -> DataT:
        """Ask about one generation; what is refused of an id that is no UUID is the id, not the key."""
        try:
            return await self._ask(kind, method, path + segment(generation_id))
        except PermissionRefused as error:
            if is_uuid(generation_id) or error.api_code != "HTTP_403":
                raise
            raise InvalidRequest(render("bad_generation_id")) from error

    async def _ask(self, kind: type[DataT], method: str, path: str, **query: Any) -> DataT:
        return read_sent(kind, await self.send(method, _with_query(path, query)))


def _warn(known: live_models.Known) -> None:
    if known.note:
        # The place of this line, and not the caller's, lets Python show each text once.
        warnings.warn(known.note, RuntimeWarning, stacklevel=1)


def read_sent(kind: type[DataT], sent: Outcome) -> DataT:
    """Return the typed data of what came back.

    Raises:
        ApiError, TransportError: nothing usable came back.
    """
    if sent.error is not None:
        raise sent.error
    assert sent.reply is not None
    return decode_data(kind, sent.reply)


def estimate_path(model_id: str, **options: Any) -> str:
    """Return the path of a question for what generations would cost.

    Raises:
        InvalidEndpointPath: the identifier is not ``lab/name``.
        InvalidRequest: an option that no query takes.
    """
    endpoint_path("image", model_id)
    return _with_query(f"/v1/estimate/{model_id}", {name: option_of(value, name) for name, value in options.items()})


def _with_query(path: str, query: Mapping[str, Any]) -> str:
    given = {name: _query_text(value) for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def _query_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, float) and math.isfinite(value) else shown(value)
