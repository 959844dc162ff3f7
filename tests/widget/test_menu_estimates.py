"""Models that no list has a price of: the menu has what the API's estimate says, asked once and few at a time."""

import asyncio
from types import SimpleNamespace

import pytest

from genwidget.api.http_response import RateLimit
from genwidget.api.models import Estimate
from genwidget.catalogue import Catalogue
from genwidget.errors import AuthenticationFailed, GenwidgetError, InvalidRequest, NotFound
from genwidget.messages import render
from genwidget.runs.ledger import KeyUse
from genwidget.sandbox import API_KEY
from genwidget.widget.menu_prices import AT_ONCE, MenuPrices
from tests.hostile.cases import example
from tests.widget.conftest import Page

USE = KeyUse.of("0" * 16, "us", "https://api.us.babysea.ai")
OTHER_USE = KeyUse.of("1" * 16, "us", "https://api.us.babysea.ai")
MODELS = Catalogue.load()


class Answer(SimpleNamespace):
    """An estimate and what stands around it."""


class CountingApi:
    """Answers each question a turn of the loop later; keeps what was asked, and how much of it at once."""

    def __init__(self, answer):
        self.asked, self.most, self._now, self._answer = [], 0, 0, answer

    async def estimate(self, model_id, **question):
        self.asked.append((model_id, question))
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            await asyncio.sleep(0)
            return self._answer(len(self.asked))
        finally:
            self._now -= 1


class Told:
    """Keeps what the page is told."""

    def __init__(self):
        self.prices = {}

    def publish(self, menu_prices):
        self.prices = menu_prices()


def film(left=60, **more):
    said = example(Estimate) | {"cost_per_second": 0.25, "resolution": None} | more
    fields = Estimate.model_validate(said).model_dump()
    return Answer(**fields, meta=SimpleNamespace(rate_limit=RateLimit(60, left, 1)))


def prices_of(api, told, uses=lambda: USE):
    async def find_api():
        return api

    return MenuPrices(told, uses, find_api, lambda: MODELS)


def test_each_film_is_asked_about_once_and_few_at_a_time():
    api, told = CountingApi(lambda _: film()), Told()
    prices = prices_of(api, told)

    async def open_thrice():
        await asyncio.gather(prices.ask("video"), prices.ask("video"))
        await prices.ask("video")

    asyncio.run(open_thrice())
    films = {one.model_id for one in MODELS.models if one.model_type == "video"}
    assert sorted(model_id for model_id, _ in api.asked) == sorted(films)
    assert told.prices == dict.fromkeys(films, "0.25 credits a second")
    assert all(question["duration"] for _, question in api.asked)
    assert api.most <= 2 * AT_ONCE  # two menus were opened at once


def test_models_with_a_price_are_not_asked_about():
    api = CountingApi(lambda _: film())
    asyncio.run(prices_of(api, Told()).ask("image"))
    assert not {"bfl/flux-schnell", "bfl/flux-1.1-pro"} & {model_id for model_id, _ in api.asked}


def test_what_is_left_of_the_window_is_not_used_up():
    api, told = CountingApi(lambda count: film(left=17 - count)), Told()
    asyncio.run(prices_of(api, told).ask("image"))
    assert len(api.asked) <= AT_ONCE + 1


def test_answers_without_a_price_use_up_no_more_of_the_window_either():
    def refuse(count):
        raise NotFound("No", status_code=404, api_code="BSE2001", rate_limit=RateLimit(60, 17 - count, 1))

    api, told = CountingApi(refuse), Told()
    asyncio.run(prices_of(api, told).ask("image"))
    assert len(api.asked) <= AT_ONCE + 1
    assert set(told.prices.values()) == {"price not known"}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"cost_per_second": None, "cost_per_generation": 1.5, "duration_seconds": 5}, "1.5 credits for 5 s"),
        ({"cost_per_second": None, "cost_per_generation": 1.5, "duration_seconds": None}, "1.5 credits"),
        ({"cost_per_second": None, "cost_per_generation": 1.5, "duration_seconds": 1e15}, "1.5 credits"),
        ({"cost_per_second": None, "cost_per_generation": -1}, "price not known"),
        ({"cost_per_second": -3.5}, "price not known"),
        ({"cost_per_second": 0.5, "resolution": "1080p" * 2000}, "0.5 credits/s at 1080p1080p1080p1080…"),
    ],
)
def test_what_no_model_costs_is_no_price(said, words):
    api, told = CountingApi(lambda _: film(**said)), Told()
    asyncio.run(prices_of(api, told).ask("video"))
    assert set(told.prices.values()) == {words}


def test_a_model_whose_values_no_question_takes_leaves_the_others_their_prices():
    refusals = [InvalidRequest("duration= is a number of seconds, at least 0, or None.")]

    def answer(_):
        if refusals:
            raise refusals.pop()
        return film()

    api, told = CountingApi(answer), Told()
    asyncio.run(prices_of(api, told).ask("video"))
    assert told.prices[api.asked[0][0]] == render("menu_price_unknown")
    assert len(told.prices) == len(api.asked) > 2
    assert list(told.prices.values()).count(render("menu_price_unknown")) == 1


def test_a_key_that_is_exchanged_while_an_answer_comes_is_not_told_of_the_former_ones_prices():
    uses = [USE]

    def answer(_):
        uses[0] = OTHER_USE
        return film()

    told = Told()
    asyncio.run(prices_of(CountingApi(answer), told, lambda: uses[0]).ask("video"))
    assert told.prices == {}


def test_prices_are_of_one_key_and_asked_anew_with_another():
    uses = [USE]
    api, told = CountingApi(lambda _: film()), Told()
    prices = prices_of(api, told, lambda: uses[0])
    asyncio.run(prices.ask("video"))
    asked, uses[0] = len(api.asked), OTHER_USE
    asyncio.run(prices.ask("video"))
    assert len(api.asked) == 2 * asked
    uses[0] = USE
    asyncio.run(prices.ask("video"))
    assert len(api.asked) == 2 * asked


def test_a_refusal_of_the_key_ends_the_asking_and_is_told():
    def refuse(_):
        raise AuthenticationFailed("No", status_code=401, api_code="BSE1002")

    api, told = CountingApi(refuse), Told()
    with pytest.raises(GenwidgetError):
        asyncio.run(prices_of(api, told).ask("video"))
    assert len(api.asked) <= AT_ONCE
    assert told.prices == {}


def test_the_page_has_every_price_of_a_type_once_it_asked(make):
    playground = make()
    playground.session.lock_key(API_KEY, "sandbox")
    page = Page(playground)
    assert page.ask("ask_menu_prices", model_type="video")[0]["ok"]
    films = {one.model_id for one in playground.session.catalogue.models if one.model_type == "video"}
    told = page.wait_for("menu_prices", lambda prices: set(prices) == films)
    assert told["google/veo-2"].endswith(" credits a second")
    assert told["bytedance/seedance-1-pro"].endswith(" credits/s at 1080p")
    page.ask("estimate", model_type="video", model_id="google/veo-2", values={"generation_duration": 5}, of="a")
    whole = page.values_of("estimate")[-1]["credits"]
    assert float(told["google/veo-2"].split()[0]) * 5 == pytest.approx(whole)
    page.ask("unlock_key")
    page.wait_for("menu_prices", lambda prices: prices == {})
