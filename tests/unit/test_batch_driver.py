"""What carries a batch writes its changes in order, and says so only when they are down."""

import asyncio
from concurrent.futures import Future
from types import SimpleNamespace

import numpy as np
import pandas as pd

from genwidget.batch.driver import Driver
from genwidget.batch.stop_if import ask


def a_driver(write):
    status = SimpleNamespace(take=lambda *_: None, counts={})
    store = SimpleNamespace(write=write)
    return Driver(SimpleNamespace(store=store, hold=SimpleNamespace(), wait_for_ledger=lambda _: None), status)


def test_a_write_waits_for_what_another_call_has_in_hand():
    held, written = Future(), []

    async def write_twice():
        driver = a_driver(lambda items: written.append(items) or held)
        driver._dirty = {0: "row"}
        first, second = asyncio.create_task(driver.write()), asyncio.create_task(driver.write())
        for _ in range(10):
            await asyncio.sleep(0)
        assert written == [["row"]]
        assert not second.done()
        held.set_result(True)
        await asyncio.gather(first, second)

    asyncio.run(write_twice())
    assert written == [["row"]]


def test_what_is_in_hand_when_the_process_ends_is_handed_over_too():
    written = []

    async def end():
        driver = a_driver(lambda items: written.append(items) or Future())
        driver._dirty = {0: "first"}
        writing = asyncio.create_task(driver.write())
        for _ in range(5):
            await asyncio.sleep(0)
        driver._dirty = {1: "second"}
        driver._shut_down()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)

    asyncio.run(end())
    assert written == [["first"], ["first", "second"]]


def test_an_answer_that_is_neither_true_nor_false_is_one_that_failed():
    for answer in (np.array([1, 2]), pd.NA):
        asked = ask(lambda _, answer=answer: answer, None)
        assert type(asked.error).__name__ in asked.failure
