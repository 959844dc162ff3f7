"""Looking in the account's content list for what a run may have made whose answer was lost."""

from collections.abc import Collection
from typing import Final

from genwidget.endpoints import Endpoints
from genwidget.facts import RunView
from genwidget.progress import unix_ms
from genwidget.replies import Generation

#: How far the API's clock may be behind this machine's, in seconds.
CLOCK_SKEW_S: Final = 300
#: Until when a repeated request may have made it: so long does the API keep an idempotency key, in seconds.
WINDOW_S: Final = 24 * 60 * 60
#: How many records are looked at; nothing says that the newest come first.
MOST_RECORDS: Final = 500
PAGE_SIZE: Final = 100


async def find_made(api: Endpoints, run: RunView, known_ids: Collection[str]) -> tuple[Generation, ...]:
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
        if record.generation_id not in known_ids and _may_be_of(run, record):
            found[record.generation_id] = record
        count += 1
        if count >= MOST_RECORDS:
            break
    return tuple(found.values())


def _may_be_of(run: RunView, record: Generation) -> bool:
    made_ms = unix_ms(record.generation_created_at)
    since_s = None if made_ms is None else made_ms / 1000 - run.created_at
    is_in_time = since_s is None or -CLOCK_SKEW_S <= since_s <= WINDOW_S
    is_same_prompt = run.request is None or record.generation_prompt in {None, run.prompt}
    return record.model_identifier == run.model_id and is_same_prompt and is_in_time
