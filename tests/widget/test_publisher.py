import asyncio
import threading
import time

import pytest

from genwidget import platform
from genwidget.widget.publisher import TraitPublisher
from tests.widget.conftest import eventually


class Page:
    """Stands where the widget's traits and comm would be; keeps what arrived and when."""

    def __init__(self):
        self.lock = threading.RLock()
        self.arrived = []
        self.times = []
        self.sender = TraitPublisher(self.apply, self.post, self.lock, interval_s=0.02)

    def apply(self, name, value):
        self.times.append(time.monotonic())
        self.arrived.append((name, value))

    def post(self, message, buffers):
        self.arrived.append((message, list(buffers)))


@pytest.fixture
def page():
    page = Page()
    yield page
    page.sender.close()


def test_a_flood_of_values_arrives_as_few_deliveries_that_end_with_the_newest(page):
    began = time.monotonic()
    for number in range(2000):
        page.sender.publish(run=number)
    assert page.sender.drain()
    allowed = (time.monotonic() - began) / 0.02 + 2
    assert len(page.arrived) <= allowed
    assert page.arrived[-1] == ("run", 1999)


def test_deliveries_keep_their_distance_even_where_each_was_waited_for(page):
    began = time.monotonic()
    for number in range(11):
        page.sender.publish(run=number)
        assert page.sender.drain()
    assert len(page.times) == 11
    assert page.times[-1] - began >= 10 * 0.02


def test_what_is_set_now_is_not_overtaken_by_what_was_on_its_way(page):
    def made_late():
        page.sender.set_now(host="new")
        return "old"

    page.sender.publish(host=made_late, run=1)
    assert page.sender.drain()
    assert page.arrived == [("host", "new"), ("run", 1)]


def test_an_answer_follows_the_traits_that_were_handed_over_before_it(page):
    with page.lock:  # nothing is delivered while this is held
        page.sender.publish(run=1, runs=[1])
        page.sender.answer({"id": "a"}, [b"x"])
        page.sender.publish(run=2)
    assert page.sender.drain()
    assert page.arrived.index(("runs", [1])) < page.arrived.index(({"id": "a"}, [b"x"]))
    assert [one for one in page.arrived if one[0] == "run"][-1] == ("run", 2)


def test_every_answer_arrives_once(page):
    for number in range(500):
        page.sender.answer({"id": number})
    assert page.sender.drain()
    assert [message["id"] for message, _ in page.arrived] == list(range(500))


def answers_of(page):
    return [message["id"] for message, _ in page.arrived if isinstance(message, dict)]


def test_an_answer_waits_for_no_interval_and_brings_the_traits_before_it(page):
    page.sender = TraitPublisher(page.apply, page.post, page.lock, interval_s=3600)
    for number in range(5):
        page.sender.publish(run=number)
        page.sender.answer({"id": number})
        eventually(lambda number=number: answers_of(page) == list(range(number + 1)))
    page.sender.publish(run=5)
    assert not page.sender.drain(0)
    assert [one for one in page.arrived if one[0] == "run"] == [("run", number) for number in range(5)]
    page.sender.close()


def test_nor_does_it_where_the_sender_is_a_task(page, monkeypatch):
    monkeypatch.setattr(platform, "can_start_threads", lambda: False)

    async def ask():
        arrived = asyncio.Queue()
        sender = TraitPublisher(page.apply, lambda message, _: arrived.put_nowait(message), page.lock, interval_s=3600)
        for number in range(5):
            sender.answer({"id": number})
            assert await arrived.get() == {"id": number}
        sender._sender.cancel()

    asyncio.run(asyncio.wait_for(ask(), 30))


def test_a_value_set_now_is_there_when_the_call_returns_and_is_not_undone_by_an_older_one(page):
    with page.lock:
        page.sender.publish(locked=False)
        page.sender.set_now(locked=True)
        assert ("locked", True) in page.arrived
    page.sender.drain()
    assert page.arrived[-1] == ("locked", True)


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt])
def test_an_observer_that_raises_is_shown_and_keeps_nothing_from_the_page(page, monkeypatch, error):
    shown = []
    monkeypatch.setattr(threading, "excepthook", shown.append)

    def apply(name, value):
        page.arrived.append((name, value))
        if name == "run":
            raise error("mine")

    sender = TraitPublisher(apply, page.post, page.lock)
    sender.publish(run=1, runs=[])
    sender.answer({"id": "a"})
    assert sender.drain()
    assert page.arrived == [("run", 1), ("runs", []), ({"id": "a"}, [])]
    assert [str(one.exc_value) for one in shown] == ["mine"]


def test_an_answer_that_cannot_be_written_is_shown_and_keeps_none_after_it_from_the_page(page, monkeypatch):
    shown = []
    monkeypatch.setattr(threading, "excepthook", shown.append)
    page.sender.answer({"kind": "reply", "id": "a", "data": object()})
    page.sender.answer({"kind": "reply", "id": "b"})
    assert page.sender.drain()
    assert [message["id"] for message, _ in page.arrived] == ["b"]
    assert [one.exc_type for one in shown] == [TypeError]


def test_a_closed_sender_delivers_nothing(page):
    page.sender.close()
    page.sender.publish(run=1)
    page.sender.answer({"id": "a"})
    assert page.sender.drain()
    assert page.arrived == []


def test_its_thread_ends_with_the_last_delivery(page):
    page.sender.publish(run=1)
    assert page.sender.drain()
    assert page.sender._sender is None
    page.sender.publish(run=2)
    assert page.sender.drain()
    assert page.arrived == [("run", 1), ("run", 2)]


def test_what_takes_time_to_make_is_made_only_for_what_arrives_and_on_the_senders_thread(page):
    made = []

    def make(number):
        made.append((number, threading.current_thread().name))
        return number

    with page.lock:
        page.sender.publish(run=0)
        for number in range(1, 100):
            page.sender.publish(run=lambda number=number: make(number))
    assert page.sender.drain()
    assert page.arrived[-1] == ("run", 99)
    assert made[-1] == (99, "genwidget-page")
    assert len(made) <= 2


def test_a_sender_of_an_ending_interpreter_drops_what_it_cannot_deliver(monkeypatch):
    def refuse(_):
        raise RuntimeError("can't create new thread at interpreter shutdown")

    sent = []
    sender = TraitPublisher(lambda name, value: sent.append((name, value)), lambda *_: None, threading.RLock())
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        sender.publish(run=1)
        sender.answer({"id": "1"})
        assert sender.drain(0)
    assert sent == []
