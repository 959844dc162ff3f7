"""The models that one playground knows: those that ship, and those that the API's own list adds."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from genwidget.api import live_models
from genwidget.api.client import Client
from genwidget.api.kept_models import KeptList
from genwidget.catalogue import Catalogue
from genwidget.errors import GenwidgetError
from genwidget.messages import render
from genwidget.request.validation import is_endpoint
from genwidget.runs.runner import FindRunner
from genwidget.settings import Settings
from genwidget.widget.hosts import Hosts
from genwidget.widget.key_store import KeyStore
from genwidget.widget.offer import offer
from genwidget.widget.publisher import TraitPublisher

#: How long a cell waits for the API's list at most, in seconds; the list is fetched on, and is there for the next one.
LOOK_TIMEOUT_S: Final = 1.0


class ModelList:
    """Keeps the catalogue of a playground, and tells the page of it.

    Args:
        publisher: takes the ``catalogue`` trait.
        settings: whether the API's list is fetched.
        hosts: where requests go.
        key_store: the key that the list is asked with.
        find_runner: returns what the list is fetched on.
        find_api: returns the API of a region with the locked key.
        sandbox_offered: whether the page lets the sandbox be chosen.
    """

    def __init__(  # noqa: PLR0913 - what a session has; keywords
        self,
        publisher: TraitPublisher,
        settings: Settings,
        hosts: Hosts,
        key_store: KeyStore,
        *,
        find_runner: FindRunner,
        find_api: Callable[[str], Awaitable[Client]],
        sandbox_offered: bool,
    ) -> None:
        self.catalogue = Catalogue.load()
        self._publisher = publisher
        self._settings = settings
        self._hosts = hosts
        self._key_store = key_store
        self._find_runner = find_runner
        self._find_api = find_api
        self._sandbox_offered = sandbox_offered

    async def fetch(self, region_id: str) -> None:
        """Merge the API's own list of models into the catalogue.

        Raises:
            GenwidgetError: no key is locked, or the list could not be fetched; the catalogue stays.
        """
        api = await self._find_api(region_id)
        self._merge(await live_models.fetch(await api.target(), api.library_models))

    async def recall(self, region_id: str) -> KeptList | None:
        """Merge what was kept of a host's list. Nothing is started for it: it is of hosts that were asked."""
        return await asyncio.to_thread(self._recall, region_id)

    def look_for(self, model_id: str, region_id: str) -> str:
        """Look for a model that is not known, and return a sentence where the API's list cannot tell of it.

        What was kept of the list is read, which is a small file. With the key of the region locked the API is asked
        then, and waited for no longer than :data:`LOOK_TIMEOUT_S`; it is for Python, and not for the page, which has
        the list once it is fetched.
        """
        if not is_endpoint(model_id) or self.catalogue.find(model_id) is not None:
            return ""
        if not self._settings.live_models:
            return render("live_models_off")
        self._recall(region_id)
        if self.catalogue.find(model_id) is not None or self._find_runner().is_own_thread():
            return ""
        return self._ask_for(model_id, region_id)

    def _ask_for(self, model_id: str, region_id: str) -> str:
        if self._key_store.region_id != region_id:
            return render("live_models_unasked")
        try:
            return self._find_runner().submit(self._learn(model_id, region_id)).result(LOOK_TIMEOUT_S)
        except GenwidgetError as error:
            return error.message
        except TimeoutError:
            return render("live_models_coming")

    async def _learn(self, model_id: str, region_id: str) -> str:
        api = await self._find_api(region_id)
        known = await api.learn(model_id)
        if known.catalogue.find(model_id) is not None:
            found = live_models.kept().known((await api.target()).api_url)
            assert found is not None, "it is on the list alone"
            self._merge(found)
        return known.note

    def _recall(self, region_id: str) -> KeptList | None:
        found = live_models.kept().read(self._hosts.known(region_id))
        if found is not None:
            self._merge(found)
        return found

    def _merge(self, found: KeptList) -> None:
        self.catalogue = self.catalogue.merge(found.library)
        self._publisher.publish(catalogue=lambda: offer(self.catalogue, sandbox_offered=self._sandbox_offered))
