import asyncio
import inspect
import signal
import threading

import pytest

from genwidget import io_thread
from genwidget.errors import ShutDown
from genwidget.io_thread import IoThread, wait_for, wait_or_end
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner


async def work():
    """What nobody carries out any more."""


def close_loop(thread):
    """End the loop behind the thread's back, as a kernel does that ends with its own."""
    loop = thread._loop
    loop.call_soon_threadsafe(loop.stop)
    thread._thread.join(10)
    assert loop.is_closed()


@pytest.mark.parametrize("end", [IoThread.close, close_loop])
def test_work_for_a_thread_that_has_ended_is_refused_and_shut_down(end):
    thread = IoThread()
    thread.submit(work()).result(10)
    end(thread)
    one = work()
    with pytest.raises(ShutDown):
        thread.submit(one)
    assert inspect.getcoroutinestate(one) == "CORO_CLOSED"


@pytest.mark.parametrize("end", [IoThread.close, close_loop])
def test_work_in_the_background_of_a_thread_that_has_ended_is_shut_down_too(end, tmp_path):
    thread = IoThread()
    runner = Runner(thread, ledger=Ledger(tmp_path / "ledger.sqlite3"))
    thread.submit(work()).result(10)
    end(thread)
    one = work()
    with pytest.raises(ShutDown):
        runner.run_in_background(one)
    assert inspect.getcoroutinestate(one) == "CORO_CLOSED"


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("place", ["in a task", "in a callback"])
def test_the_thread_goes_on_after_work_that_asks_python_to_exit(error, place, caplog):
    thread = IoThread()

    def leave():
        raise error

    async def work():
        if place == "in a task":
            leave()
        asyncio.get_running_loop().call_soon(leave)

    begun = thread.submit(work())
    if place == "in a task":
        with pytest.raises(error):
            begun.result(10)
    assert thread.submit(asyncio.sleep(0, "still here")).result(10) == "still here"
    assert [one.message for one in caplog.records] == ["Work on the thread genwidget-io asked Python to exit"]
    thread.close()
    assert not thread._thread.is_alive()


def test_who_is_interrupted_in_a_wait_ends_the_work(monkeypatch):
    thread, began, ended = IoThread(), threading.Event(), threading.Event()

    async def work():
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    def interrupted(future, timeout_s):
        assert began.wait(10)
        signal.raise_signal(signal.SIGINT)
        return wait_for(future, timeout_s)

    monkeypatch.setattr(io_thread, "wait_for", interrupted)
    with pytest.raises(KeyboardInterrupt):
        wait_or_end(thread.submit(work()))
    assert ended.wait(10)
    thread.close()


def test_who_waited_for_long_enough_does_not():
    thread, goes_on = IoThread(), threading.Event()

    async def work():
        await asyncio.to_thread(goes_on.wait)
        return "ended"

    begun = thread.submit(work())
    with pytest.raises(TimeoutError):
        wait_or_end(begun, 0)
    goes_on.set()
    assert begun.result(10) == "ended"
    thread.close()
