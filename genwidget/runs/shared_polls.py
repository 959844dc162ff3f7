"""One question for all: with many generations of an account under way, a page of the content list tells of each."""

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from genwidget.api.client import Client
from genwidget.api.http_response import HttpResponse
from genwidget.api.polling import can_pass
from genwidget.api.responses import decode_json, identifier, listed, rate_limit, server_time, text
from genwidget.api.transport import Timing
from genwidget.errors import GenwidgetError, TransportError

#: Up to so many are asked about one by one.
FEW: Final = 8
PAGE_SIZE: Final = 100
#: More than so many pages are not read at once; what is on none of them is asked about by itself.
MAX_PAGES: Final = 5
#: After so many pages in a row that could not be read it is done without them for so many seconds.
MAX_FAILURES: Final = 3
REST_S: Final = 60.0
#: A page is read as often as this part of what generations take, and not more often than each 0.1 s.
PART_OF_WORK: Final = 0.03
SHORTEST_S: Final = 0.1
#: Pages are never further apart than this, whatever the server says of its window.
LONGEST_S: Final = 60.0
#: How much the newest generation counts in what they take.
_NEWEST: Final = 0.2
#: Of the requests that the account has left, at most this part goes to pages.
_SHARE: Final = 0.5

#: The records of a page by their ids; or why there is none for now; or None where each is to be asked about by itself.
Page: TypeAlias = "dict[str, dict[str, Any]] | GenwidgetError | None"


class SharedPolls:
    """The polls of one account. Used on one event loop.

    Args:
        timing: clock and sleep.
    """

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._ids: set[str] = set()
        #: Whether pages tell of them: from where more are under way than are asked about singly, until one is left.
        self.is_crowded = False
        self._next: asyncio.Future[Page] | None = None
        self._tasks: set[asyncio.Future[Page]] = set()
        self._due = 0.0
        self._work_s: float | None = None
        self._failures = 0
        self._off_until = -math.inf

    @contextmanager
    def follow(self, generation_id: str) -> Iterator[None]:
        """Count a generation in, until its end."""
        self._ids.add(generation_id)
        self.is_crowded = self.is_crowded or len(self._ids) > FEW
        began = self._timing.clock()
        try:
            yield
        finally:
            self._ids.discard(generation_id)
            self.is_crowded = self.is_crowded and len(self._ids) > 1
            taken = self._timing.clock() - began
            self._work_s = taken if self._work_s is None else (1 - _NEWEST) * self._work_s + _NEWEST * taken

    async def read(self, api: Client, generation_id: str) -> dict[str, Any] | GenwidgetError | None:
        """Wait for the next page, and return what it has of a generation.

        None says that it is to be asked about by itself: few are under way, the page does not have it, or there is no
        list. An error says that the page could not be read for now, and that a single poll would fare no better.
        """
        if not self.is_crowded or self._timing.clock() < self._off_until:
            return None
        if self._next is None:
            self._next = asyncio.ensure_future(self._fetch(api))
            self._tasks.add(self._next)
            self._next.add_done_callback(self._tasks.discard)
        page = await asyncio.shield(self._next)
        return page.get(generation_id) if isinstance(page, dict) else page

    def close(self) -> None:
        """Ask no more."""
        for task in self._tasks:
            task.cancel()

    async def _fetch(self, api: Client) -> Page:
        await self._timing.sleep(max(0.0, self._due - self._timing.clock()))
        self._next = None  # whoever asks from now on wants to know what is the case after this page
        if self._timing.clock() < self._off_until:
            return None  # the page before, which was still under way as this one was asked for, had no list
        interval_s = max(SHORTEST_S, PART_OF_WORK * (self._work_s or 0.0))
        self._due = self._timing.clock() + interval_s
        records: dict[str, dict[str, Any]] = {}
        pages = min(MAX_PAGES, -(-len(self._ids) // PAGE_SIZE))
        for number in range(pages):
            query = urlencode({"limit": PAGE_SIZE, "offset": number * PAGE_SIZE})
            sent = await api.send("GET", f"/v1/content/list?{query}", once=True)
            if sent.error is not None:
                return self._judge(sent.error)
            assert sent.reply is not None, "without an error there is a reply"
            self._keep_within(sent.reply)
            try:
                found = _records(sent.reply)
            except TransportError as error:
                return self._judge(error)
            records |= found
        self._failures = 0
        return records

    def _judge(self, error: GenwidgetError) -> Page:
        """Do without a list that is not to be had: for good where it is refused, else for a while."""
        self._failures += 1
        if can_pass(error) and self._failures < MAX_FAILURES:
            return error
        self._off_until = self._timing.clock() + REST_S if can_pass(error) else math.inf
        self._failures = 0
        return None

    def _keep_within(self, reply: HttpResponse) -> None:
        """Read pages more rarely where few requests are left to the account."""
        window = rate_limit(reply.headers)
        if window is None or window.remaining is None or window.reset is None:
            return
        left_s = window.reset - server_time(reply.headers, self._timing.now())
        if left_s > 0:
            interval_s = min(left_s, left_s / max(1.0, window.remaining * _SHARE), LONGEST_S)
            self._due = max(self._due, self._timing.clock() + interval_s)


def _records(reply: HttpResponse) -> dict[str, dict[str, Any]]:
    """Return the records of a page that have an id and a status.

    Raises:
        TransportError: it is no JSON.
    """
    body = decode_json(reply.content, status_code=reply.status_code)
    data = body.get("data") if isinstance(body, dict) else None
    found = listed(data.get("generations")) if isinstance(data, dict) else []
    records = {identifier(one.get("generation_id")): one for one in found if isinstance(one, dict)}
    return {key: one for key, one in records.items() if key is not None and text(one.get("generation_status"))}
