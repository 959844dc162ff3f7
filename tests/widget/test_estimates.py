"""Estimates are asked for while a person types: only the newest one's price is told and kept."""

import asyncio

from genwidget.api.models import Estimate
from genwidget.catalogue import Catalogue
from genwidget.request.validation import check, require
from genwidget.widget.estimates import Estimates
from tests.hostile.cases import example

SPEC = Catalogue.load().find("bytedance/seedance-1-pro")


class LateApi:
    """Answers each question when it is told to."""

    def __init__(self):
        self.asked = []

    async def estimate(self, model_id, *, duration, **_):
        reply = asyncio.get_running_loop().create_future()
        self.asked.append((duration, reply))
        return await reply


def values_of(duration):
    return SPEC.defaults() | {"generation_prompt": "A seal", "generation_duration": duration}


def test_a_reply_that_is_overtaken_is_neither_told_nor_kept():
    async def race():
        api, estimates = LateApi(), Estimates(lambda: None)
        asks = []
        for duration in ("5", "10"):
            asks.append(asyncio.ensure_future(estimates.ask(api, SPEC, values_of(duration))))
            await asyncio.sleep(0)
        found = Estimate.model_validate(example(Estimate) | {"cost_total_consumed": 1.5})
        for _, reply in reversed(api.asked):
            reply.set_result(found)
        told = [await one for one in asks]
        return told, [estimates.complete(SPEC, require(check(SPEC, values_of(one)))).price for one in ("5", "10")]

    told, prices = asyncio.run(race())
    assert [one is not None for one in told] == [False, True]
    assert prices == [None, 1.5]
