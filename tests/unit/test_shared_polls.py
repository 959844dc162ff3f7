import asyncio
import contextlib

import pytest

from genwidget.api.http_response import HttpResponse
from genwidget.api.transport import Timing
from genwidget.errors import NotFound
from genwidget.runs.shared_polls import FEW, LONGEST_S, SharedPolls


class NoList:
    """An API whose content list is not there, and answers only when it is told to."""

    def __init__(self):
        self.asked = 0
        self.answers = asyncio.Event()

    async def send(self, *_, **__):
        self.asked += 1
        await self.answers.wait()
        return Answer()


class Answer:
    error = NotFound("There is no list.", status_code=404, api_code="")
    reply = None


def test_a_page_asked_for_while_the_last_was_under_way_is_not_read_where_that_had_no_list():
    asyncio.run(asked_for_twice())


async def asked_for_twice():
    polls, api = SharedPolls(Timing(clock=lambda: 0.0, sleep=lambda _: asyncio.sleep(0))), NoList()
    ids = [f"id {number}" for number in range(FEW + 1)]
    with contextlib.ExitStack() as stack:
        for one in ids:
            stack.enter_context(polls.follow(one))
        first = asyncio.ensure_future(polls.read(api, ids[0]))
        while not api.asked:  # noqa: ASYNC110 - a few turns of the loop
            await asyncio.sleep(0)
        held = asyncio.Event()
        polls._timing = Timing(clock=lambda: 0.0, sleep=lambda _: held.wait())
        second = asyncio.ensure_future(polls.read(api, ids[1]))
        while polls._next is None:  # noqa: ASYNC110 - a few turns of the loop
            await asyncio.sleep(0)
        api.answers.set()
        assert await first is None
        held.set()
        assert await second is None
    assert api.asked == 1


def due(remaining, reset, date=""):
    polls = SharedPolls(Timing(clock=lambda: 0.0, now=lambda: 1000.0))
    headers = {"x-ratelimit-limit": "60", "x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset, "date": date}
    polls._keep_within(HttpResponse(200, b"{}", headers))
    return polls._due


@pytest.mark.parametrize(
    ("remaining", "reset", "after_s"),
    [
        ("20", "1060", 6.0),
        ("0", "1030", 30.0),
        ("60", "900", 0.0),
        ("0", "9000000000000", LONGEST_S),
        ("1", "4102444800", LONGEST_S),
        ("none", "1060", 0.0),
    ],
)
def test_pages_are_rarer_where_few_requests_are_left_and_never_a_minute_apart(remaining, reset, after_s):
    assert due(remaining, reset) == pytest.approx(after_s)


def test_when_the_window_ends_is_told_by_the_servers_own_clock():
    assert due("20", "7260", date="Thu, 01 Jan 1970 02:00:00 GMT") == pytest.approx(6.0)
    assert due("20", "160", date="Thu, 01 Jan 1970 00:01:40 GMT") == pytest.approx(6.0)
