"""Prices that no list has, where no limit holds: asked for beside the polls, once for all that cost the same."""

import json
import time
from dataclasses import replace
from decimal import Decimal

import pytest

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.api.transport import Timing
from genwidget.catalogue import Catalogue
from genwidget.errors import DeadlinePassed
from genwidget.request.validation import prepare
from genwidget.runs import prices
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from genwidget.sandbox import API_KEY, Sandbox
from genwidget.settings import Settings

PRICE = 0.04
SETTINGS = Settings(poll_first_s=0.02, poll_max_s=0.1, retry_first_s=0.01, live_models=False)


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("GENWIDGET_DATA_DIR", str(tmp_path))
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def sandbox():
    with Sandbox(speed=50) as running:
        yield running


@pytest.fixture
def later():
    """By how many seconds the runner's clock is ahead."""
    return [0.0]


@pytest.fixture
def carrier(path, later):
    one = Runner(ledger=Ledger(path), timing=Timing(clock=lambda: time.monotonic() + later[0]))
    yield one
    one.close()


@pytest.fixture
def start(carrier, sandbox):
    def start(model="qwen/image", settings=SETTINGS, url=sandbox.url, **more):
        request = prepare(Catalogue.load(), "image", model, {"generation_prompt": "A seal"})
        target = Target("us", url, url, is_own_origin=True)
        return carrier.start(replace(request, **more), target, ApiKey(API_KEY), settings)

    return start


def asked(sandbox):
    return [one for one in sandbox.requests if one.path.startswith("/v1/estimate/")]


def test_run_ledger_recipe_and_totals_have_what_it_cost(start, carrier, sandbox):
    run = start().wait(30)
    assert (run.credits, json.loads(run.recipe.json_text)["price"]) == (PRICE, PRICE)
    assert carrier.ledger.drain(10)
    row = carrier.ledger.find(run.run_id)
    assert (row.price, row.credits) == (PRICE, PRICE)
    assert carrier.ledger.spending(is_sandbox=True).spent == Decimal(str(PRICE))
    assert carrier.ledger.spending(is_sandbox=True).reserved == 0


def test_the_post_leaves_before_the_question(start, sandbox):
    start().wait(30)
    (question,) = asked(sandbox)
    post = next(one for one in sandbox.requests if one.method == "POST")
    assert sandbox.requests.index(post) < sandbox.requests.index(question)


def test_runs_that_cost_the_same_ask_once_in_a_minute(start, sandbox, later):
    runs = [start() for _ in range(3)]
    assert [run.wait(30).credits for run in runs] == [PRICE] * 3
    assert len(asked(sandbox)) == 1
    later[0] += prices.KEPT_S + 1
    start().wait(30)
    assert len(asked(sandbox)) == 2


def test_a_price_that_is_known_is_not_asked_for(start, sandbox):
    assert start("bfl/flux-schnell").wait(30).credits == 0.005
    assert start(price=0.5).wait(30).credits == 0.5
    assert asked(sandbox) == []


def test_a_question_that_fails_changes_nothing_and_is_not_asked_again(start, carrier, sandbox):
    sandbox.faults.add(kind="server_error", route="estimate", count=10)
    run = start().wait(30)
    assert (run.credits, run.error, len(asked(sandbox))) == (None, None, 1)
    assert carrier.ledger.drain(10)
    assert carrier.ledger.find(run.run_id).price is None


def test_a_question_that_failed_is_asked_again_by_who_comes_later_and_no_sooner(start, sandbox, later):
    sandbox.faults.add(kind="server_error", route="estimate", count=1)
    assert start().wait(30).credits is None
    assert start().wait(30).credits is None
    assert len(asked(sandbox)) == 1
    later[0] += prices.FAILED_KEPT_S + 1
    assert start().wait(30).credits == PRICE


def test_of_a_run_whose_end_is_not_known_the_price_is_reserved(start, carrier):
    with Sandbox(clock=lambda: 1_780_000_000.0) as standing, pytest.raises(DeadlinePassed):
        start(settings=replace(SETTINGS, deadline_s=0.5), url=standing.url).wait(30)
    assert carrier.ledger.drain(10)
    assert carrier.ledger.spending(is_sandbox=True).reserved == Decimal(str(PRICE))
