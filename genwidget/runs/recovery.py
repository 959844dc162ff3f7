"""Asking the API afterwards what a run has made: by its id, or in the content list where its answer was lost."""

import math
from collections.abc import Collection
from typing import Final

from genwidget.api.client import Client, read_sent
from genwidget.api.models import Generation
from genwidget.api.responses import segment
from genwidget.errors import GenwidgetError
from genwidget.messages import render
from genwidget.runs.recorder import unix_ms
from genwidget.runs.run import Run

#: How far the API's clock may be behind this machine's, in seconds.
CLOCK_SKEW_S: Final = 300
#: How many records are looked at. Nothing says that the newest come first, but a whole page may show it.
MOST_RECORDS: Final = 2_000
PAGE_SIZE: Final = 100


async def fetch_record(api: Client, run: Run) -> None:
    """Give a run its generation's record, as one of an earlier process lacks it.

    Raises:
        GenwidgetError: there is no generation, or the API could not be asked, or has none such.
    """
    if run.generation_id is None:
        raise GenwidgetError(render("no_generation"))
    before = run.generation
    sent = await api.send("GET", f"/v1/content/{segment(run.generation_id)}")
    record = read_sent(Generation, sent).meta.json["data"]
    assert sent.reply is not None, "what was read was answered"
    if run.generation is before:  # else a poll has read a newer one meanwhile
        run.advance(generation=record, raw_record=sent.reply.content)


async def find_generations(api: Client, run: Run, known_ids: Collection[str]) -> tuple[Generation, ...]:
    """Return the generations of a run's model and prompt that were made since it was sent, and are no other run's.

    Args:
        api: where to look.
        run: whose answer was lost; without its stored body only the model and the time are compared.
        known_ids: generations of other runs.

    Raises:
        ApiError, TransportError: the list cannot be read.
        GenwidgetError: nothing was found in :data:`MOST_RECORDS` records, and there are more.
    """
    found: dict[str, Generation] = {}
    count, last_ms, is_newest_first = 0, math.inf, True
    async for record in api.each_generation(PAGE_SIZE):
        if count == MOST_RECORDS:
            if not found:
                raise GenwidgetError(render("content_not_all", count=f"{count:,}"))
            break
        if record.generation_id not in known_ids and may_be_of(run, record):
            found[record.generation_id] = record
        made_ms = unix_ms(record.generation_created_at)
        is_newest_first = is_newest_first and made_ms is not None and made_ms <= last_ms
        count, last_ms = count + 1, made_ms or 0.0
        if count >= PAGE_SIZE and is_newest_first and _is_before(run, record):
            break
    return tuple(found.values())


def may_be_of(run: Run, record: Generation) -> bool:
    """Tell whether a run may have made a generation, by its model, its prompt and its time."""
    is_same_prompt = run.request is None or record.generation_prompt in {None, run.prompt}
    return record.model_identifier == run.model_id and is_same_prompt and not _is_before(run, record)


def _is_before(run: Run, record: Generation) -> bool:
    made_ms = unix_ms(record.generation_created_at)
    return made_ms is not None and made_ms / 1000 - run.created_at < -CLOCK_SKEW_S
