"""What a plan would cost, asked of the sandbox."""

import statistics
from dataclasses import replace

import pytest

from genwidget.api.keys import ApiKey
from genwidget.batch.sweep import sweep
from genwidget.catalogue import Catalogue
from genwidget.errors import ApiError, ConfigurationError, ConnectionFailed
from genwidget.runs import runner
from genwidget.runs.ledger import KeyUse, SentTo
from genwidget.sandbox import API_KEY, Limits, Sandbox
from genwidget.sandbox.core.pricing import image_price
from tests.ledger_rows import a_row

MODELS = ["bfl/flux-schnell", "qwen/image"]


@pytest.fixture
def sandbox():
    with Sandbox(speed=50) as running:
        yield running


@pytest.fixture(autouse=True)
def _carrier(monkeypatch, sandbox):
    monkeypatch.setenv("BABYSEA_API_KEY", API_KEY)
    one = runner.Runner()
    monkeypatch.setattr(runner, "shared", lambda: one)
    yield
    one.close()


def plan():
    return sweep(MODELS, prompt=["a", "b"], ratio=["1:1", "16:9"], repeat=5)


def test_one_question_is_asked_for_each_distinct_price_and_the_balance_comes_along(sandbox):
    found = plan().estimate(base_url=sandbox.url)
    assert [one.path.partition("?")[0] for one in sandbox.requests] == [f"/v1/estimate/{one}" for one in MODELS]
    costs = [image_price(Catalogue.load().find(one)) for one in MODELS]
    assert found.items == 40
    assert found.credits == pytest.approx(20 * sum(costs))
    assert (found.unknown, found.balance, found.can_afford) == (0, 100.0, True)
    assert found.seconds is None


def test_less_than_nothing_is_no_price(sandbox):
    sandbox.faults.add(kind="altered", route="estimate", patch={"data": {"cost_total_consumed": -5}})
    found = sweep("qwen/image", prompt="a").estimate(base_url=sandbox.url)
    assert (found.credits, found.unknown, found.can_afford) == (0, 1, None)


def test_a_plan_that_costs_more_than_there_is_cannot_be_afforded(sandbox):
    found = sweep("bfl/flux-schnell", prompt="a", repeat=30_000).estimate(base_url=sandbox.url)
    assert (found.credits, found.balance, found.can_afford) == (150.0, 100.0, False)


def test_without_a_key_only_the_prices_that_ship_are_known(sandbox, monkeypatch):
    monkeypatch.delenv("BABYSEA_API_KEY")
    found = plan().estimate(base_url=sandbox.url)
    assert (found.items, found.credits, found.unknown) == (40, 0.1, 20)
    assert (found.balance, found.can_afford, found.seconds) == (None, None, None)
    assert list(sandbox.requests) == []


def test_how_long_it_takes_is_told_by_the_runs_of_before(sandbox):
    ledger = runner.shared().ledger
    for number in range(3):
        fingerprint = ApiKey(API_KEY).fingerprint
        row = a_row(f"i{number}", api_url=sandbox.url, region_id="us", key_fingerprint=fingerprint)
        ledger.begin(row)
        ledger.record(replace(row, state="succeeded", total_ms=4_000))
    ledger.drain()
    seconds = sweep(MODELS[0], prompt="a", repeat=80).estimate(base_url=sandbox.url).seconds
    assert 4_000 / 1000 * 80 / 64 <= seconds < 4_000 / 1000 * 80 / 4, "from 4 at once to 64"


def test_how_long_it_takes_is_told_by_the_cap_that_was_met():
    with Sandbox(speed=50, limits=Limits(images_at_once=2)) as sandbox:
        sweep(MODELS[0], prompt="a", repeat=12).run(base_url=sandbox.url).wait(progress=False)
        found = sweep(MODELS[0], prompt="a", repeat=1_000).estimate(base_url=sandbox.url)
        key = KeyUse(ApiKey(API_KEY).fingerprint, sandbox.url)
        times_ms = runner.shared().ledger.durations(SentTo("image", MODELS[0], sandbox.url), 20, key)
    assert found.seconds == pytest.approx(statistics.median(times_ms) / 1000 * 1_000 / 2, rel=0.02)


def test_items_that_cannot_be_sent_are_counted_and_have_no_price(sandbox):
    found = sweep(MODELS[0], prompt=["a", None]).estimate(base_url=sandbox.url)
    assert (found.items, found.credits, found.unknown) == (2, 0.005, 1)


@pytest.mark.parametrize("name", ["estimate", "run"])
def test_a_plan_is_neither_priced_nor_sent_from_the_thread_that_would_have_to_ask_for_its_prices(sandbox, name):
    async def ask():
        getattr(plan(), name)(base_url=sandbox.url)

    with pytest.raises(RuntimeError, match="This would block the thread that executes runs"):
        runner.shared().submit(ask()).result(10)
    assert list(sandbox.requests) == []


def test_why_nothing_can_be_asked_is_told(sandbox):
    with pytest.raises(ConfigurationError):
        plan().estimate("mars")
    with pytest.raises(ConfigurationError):
        plan().estimate(base_url="nowhere")
    with pytest.raises(ApiError):
        plan().estimate(base_url=sandbox.url, key="bye_wrong_key")
    url = sandbox.url
    sandbox.stop()
    with pytest.raises(ConnectionFailed):
        plan().estimate(base_url=url)
