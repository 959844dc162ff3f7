"""Asking the API afterwards what a run has made: by its id, or in the content list where its answer was lost."""

from collections.abc import Collection
from typing import Final

from genwidget.api.client import Client, read_sent
from genwidget.api.models import Generation
from genwidget.api.responses import segment
from genwidget.runs.recorder import unix_ms
from genwidget.runs.run import Run

#: How far the API's clock may be behind this machine's, in seconds.
CLOCK_SKEW_S: Final = 300
#: Until when a repeated request may have made it: so long does the API keep an idempotency key, in seconds.
WINDOW_S: Final = 24 * 60 * 60
#: How many records are looked at; nothing says that the newest come first.
MOST_RECORDS: Final = 500
PAGE_SIZE: Final = 100


async def fetch_record(api: Client, run: Run) -> None:
    """Give a run of an earlier process its generation's record.

    Raises:
        GenwidgetError: the API could not be asked, or has no such generation.
    """
    sent = await api.send("GET", f"/v1/content/{segment(str(run.generation_id))}")
    record = read_sent(Generation, sent).meta.json["data"]
    assert sent.reply is not None, "what was read was answered"
    run.advance(generation=record, raw_record=sent.reply.content)


async def find_generations(api: Client, run: Run, known_ids: Collection[str]) -> tuple[Generation, ...]:
    """Return the generations of a run's model and prompt that were made since it was sent, and are no other run's.

    Args:
        api: where to look.
        run: whose answer was lost; without its stored body only the model and the time are compared.
        known_ids: generations of other runs.

    Raises:
        ApiError, TransportError: the list cannot be read.
    """
    found: dict[str, Generation] = {}
    count = 0
    async for record in api.each_generation(PAGE_SIZE):
        if record.generation_id not in known_ids and may_be_of(run, record):
            found[record.generation_id] = record
        count += 1
        if count >= MOST_RECORDS:
            break
    return tuple(found.values())


def may_be_of(run: Run, record: Generation) -> bool:
    """Tell whether a run may have made a generation, by its model, its prompt and its time."""
    made_ms = unix_ms(record.generation_created_at)
    since_s = None if made_ms is None else made_ms / 1000 - run.created_at
    is_in_time = since_s is None or -CLOCK_SKEW_S <= since_s <= WINDOW_S
    is_same_prompt = run.request is None or record.generation_prompt in {None, run.prompt}
    return record.model_identifier == run.model_id and is_same_prompt and is_in_time
