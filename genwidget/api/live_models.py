"""Which models are known: those that ship, and those that the API's own list adds. One rule for page, Python, shell."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from genwidget import io_thread
from genwidget.api.kept_models import KeptList, KeptModels
from genwidget.api.models import LibraryModels
from genwidget.api.regions import Target
from genwidget.catalogue import Catalogue
from genwidget.catalogue.live import readable_entries
from genwidget.errors import GenwidgetError
from genwidget.messages import render
from genwidget.request.validation import is_endpoint
from genwidget.settings import Settings

#: A list that is older is fetched again where a model is asked for that does not ship, in seconds.
FRESH_S: Final = 24 * 3600.0
#: A model that is on no list is not looked for again so soon, in seconds.
PAUSE_S: Final = 60.0

#: Asks the API for its list.
Ask = Callable[[], Awaitable[LibraryModels]]

#: The lists of this process.
kept: Final = io_thread.PerProcess(KeptModels)


@dataclass(frozen=True, slots=True)
class Known:
    """The models known, and a sentence where the API's own list is not, or only an old one; else an empty text."""

    catalogue: Catalogue
    note: str = ""


async def fetch(target: Target, ask: Ask) -> KeptList:
    """Fetch the API's list and keep it; that of the sandbox, which ships, in this process alone.

    Raises:
        GenwidgetError: it could not be fetched.
    """
    library = await ask()
    entries = readable_entries(library.meta.json["data"])
    found = KeptList(target.api_url, kept().clock(), entries)
    await asyncio.to_thread(kept().keep, found, on_disk=target.region_id != "sandbox")
    return found


async def recall(shipped: Catalogue, target: Target, settings: Settings) -> Known:
    """Return the models known without asking the API."""
    found = await _kept(target, settings)
    return Known(shipped if found is None else shipped.merge(found.library))


async def learn(shipped: Catalogue, target: Target, settings: Settings, ask: Ask, model_id: str | None = None) -> Known:
    """Return the models known, the API's list fetched where it is needed.

    It is needed for a model that neither ships nor stands in a list of the last day; without a ``model_id``, where
    there is no list of the last day. One that cannot be fetched leaves what is known, and a note that says why.
    """
    if model_id is not None and not is_endpoint(model_id):
        return Known(shipped)
    if not settings.live_models:
        is_enough = model_id is not None and shipped.find(model_id) is not None
        return Known(shipped, "" if is_enough else render("live_models_off"))
    found = await _kept(target, settings)
    known = Known(shipped if found is None else shipped.merge(found.library))
    if model_id is not None and shipped.find(model_id) is not None:
        return known
    age_s = math.inf if found is None else kept().clock() - found.fetched_at
    is_listed = model_id is None or known.catalogue.find(model_id) is not None
    if age_s < (FRESH_S if is_listed else PAUSE_S):
        return known
    try:
        return Known(shipped.merge((await fetch(target, ask)).library))
    except GenwidgetError as error:
        return replace(known, note=note_of(error, found))


def note_of(error: GenwidgetError, found: KeptList | None) -> str:
    """Return the sentence for a list that could not be fetched, where an older one may be at hand."""
    reason = error.message.rstrip(".")
    if found is None:
        return render("live_models_unknown", reason=reason)
    return render(
        "live_models_old", reason=reason, when=f"{datetime.fromtimestamp(found.fetched_at, UTC):%Y-%m-%d %H:%M}"
    )


async def _kept(target: Target, settings: Settings) -> KeptList | None:
    if not settings.live_models:
        return None
    return kept().known(target.api_url) or await asyncio.to_thread(kept().read, target.api_url)
