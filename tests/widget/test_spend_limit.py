"""A playground's spend limit, and the whole ledger's: what is refused, what is counted, what the page is told."""

from decimal import Decimal

import pytest

from genwidget.errors import ConfigurationError, PriceUnknown, RunFailed, RunRefused, SpendLimitReached
from genwidget.sandbox import API_KEY
from tests.widget.conftest import FORM, PROMPT, Page

PRICE = Decimal("0.005")
VALUES = {"generation_prompt": PROMPT}


@pytest.fixture(autouse=True)
def _own_ledger(monkeypatch, tmp_path):
    """The ledger of a machine that has spent nothing."""
    monkeypatch.setenv("GENWIDGET_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def limited(make):
    def limited(limit, **options):
        playground = make(values=VALUES, spend_limit=limit, **options)
        playground.session.lock_key(API_KEY, "sandbox")
        return playground

    return limited


def charged(sandbox):
    return -sum(Decimal(str(one["amount"])) for one in sandbox.credit_events if one["kind"] in {"reserve", "refund"})


def test_what_would_pass_the_limit_is_refused_with_a_sentence_and_never_sent(limited, sandbox):
    pg = limited(0.012)
    for _ in range(2):
        pg.send().wait(15)
    run = pg.send()
    with pytest.raises(RunRefused) as caught:
        run.wait(15)
    assert str(caught.value) == (
        "The spend limit of 0.012 credits (of this playground) would be passed: this costs 0.005, and 0.01 are used."
    )
    assert isinstance(run.error, SpendLimitReached)
    assert run.next_step == "Nothing was sent. Raise the limit to send more."
    assert (pg.spend_limit, pg.spent, pg.used) == (Decimal("0.012"), Decimal("0.01"), Decimal("0.01"))
    assert len(sandbox.generations) == 2
    assert charged(sandbox) == 2 * PRICE


def test_the_limit_can_be_raised_and_taken_away(limited, sandbox):
    pg = limited(0)
    with pytest.raises(RunRefused):
        pg.send().wait(15)
    pg.spend_limit = Decimal("0.005")
    pg.send().wait(15)
    with pytest.raises(RunRefused):
        pg.send().wait(15)
    pg.spend_limit = None
    pg.send().wait(15)
    assert pg.spend_limit is None
    assert pg.spent == 2 * PRICE, "what is sent without a limit is counted too"
    assert len(sandbox.generations) == 2


def test_what_comes_back_can_be_spent_again(limited, sandbox):
    pg = limited(0.005)
    sandbox.faults.add(kind="provider_error")
    for _ in range(2):
        with pytest.raises(RunFailed):
            pg.send().wait(15)
        assert (pg.spent, pg.used) == (0, 0)


def test_the_machines_limit_holds_for_all_playgrounds_and_whatever_settings_are_given(limited, monkeypatch, sandbox):
    monkeypatch.setenv("GENWIDGET_SPEND_LIMIT", "0.01")
    first, second = limited(None), limited(1)
    first.send().wait(15)
    second.send().wait(15)
    for pg in (first, second):
        with pytest.raises(RunRefused, match=r"^The spend limit of 0\.01 credits \(GENWIDGET_SPEND_LIMIT\) would be"):
            pg.send().wait(15)
    assert (first.spent, second.spent) == (PRICE, PRICE)
    assert len(sandbox.generations) == 2


def test_a_price_that_no_list_has_is_asked_for_and_held_to_the_limit(limited, sandbox):
    unknown = {"model": "qwen/image"}
    pg = limited(10, **unknown)
    run = pg.send()
    run.wait(15)
    assert run.credits is not None
    assert pg.spent == charged(sandbox) == Decimal(str(run.credits))
    pg.spend_limit = pg.spent
    with pytest.raises(RunRefused, match=r"would be passed: this costs"):
        pg.send().wait(15)


def test_a_price_that_cannot_be_asked_for_is_refused_unless_that_is_allowed(limited, sandbox):
    pg = limited(10, model="qwen/image")
    sandbox.faults.add(kind="server_error", route="estimate")
    with pytest.raises(RunRefused) as caught:
        pg.send().wait(15)
    assert isinstance(caught.value.__cause__, PriceUnknown)
    assert str(caught.value).startswith("What this costs is not known, and could not be asked (")
    assert not sandbox.generations
    pg.send(allow_unknown=True).wait(15)
    assert len(sandbox.generations) == 1
    assert pg.used == 0, "what is not known is not counted"


@pytest.mark.parametrize(
    ("limit", "named"),
    [
        (-1, "-1"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (10**10, "10000000000"),
        ("5", "str"),
        (True, "True"),
        ([], "list"),
        (Decimal("-0.001"), "-0.001"),
    ],
)
def test_a_limit_that_is_none_is_refused_when_it_is_given_and_when_it_is_set(make, limited, limit, named):
    sentence = (
        f"spend_limit cannot be {named}. It is a number of credits from 0 to 1,000,000,000; leave it out for no limit."
    )
    with pytest.raises(ConfigurationError) as caught:
        make(spend_limit=limit)
    assert str(caught.value) == sentence
    pg = limited(3)
    with pytest.raises(ConfigurationError):
        pg.spend_limit = limit
    assert pg.spend_limit == 3


@pytest.mark.parametrize("text", ["-1", "nan", "much", "1e10", "5 credits", "1_000"])
def test_a_variable_that_is_no_limit_is_named_where_a_playground_is_made_and_keeps_all_from_being_sent(
    make, limited, monkeypatch, sandbox, text
):
    pg = limited(None)
    monkeypatch.setenv("GENWIDGET_SPEND_LIMIT", text)
    sentence = f"GENWIDGET_SPEND_LIMIT cannot be {text}."
    with pytest.raises(ConfigurationError, match=sentence):
        make()
    with pytest.raises(ConfigurationError, match=sentence):
        pg.send()
    assert not sandbox.generations
    pg.region = "us"  # which tells the page what is used there
    assert Page(pg).ask("hello", view="one")[0]["ok"]


# The page.


def test_the_page_is_told_what_is_used_of_the_limit_and_of_its_end(limited):
    pg = limited(0.01)
    page = Page(pg)
    page.ask("hello", view="one")
    assert page.wait_for("spending", lambda told: told["used"] == 0) == {
        "limit": 0.01,
        "used": 0,
        "whose": "of this playground",
    }
    assert page.send()["ok"]
    page.wait_for("spending", lambda told: told["used"] == 0.005)
    pg.spend_limit = None
    page.ask("beat", view="one")
    assert page.values_of("spending")[-1] is None


def test_the_page_is_told_of_the_limit_that_leaves_less(limited, monkeypatch):
    pg = limited(2)
    page = Page(pg)
    monkeypatch.setenv("GENWIDGET_SPEND_LIMIT", "1")
    page.ask("hello", view="one")
    assert page.wait_for("spending", bool) == {
        "limit": 1,
        "used": 0,
        "whose": "GENWIDGET_SPEND_LIMIT",
    }


def test_without_a_limit_the_page_is_told_of_none(pg, page):
    page.ask("hello", view="one")
    pg.send().wait(15)
    assert set(page.values_of("spending")) <= {None}


def test_a_click_that_would_pass_the_limit_is_told_in_the_page(limited):
    page = Page(limited(0.001))
    assert page.send(**FORM)["ok"]
    alert = page.wait_for("run", lambda told: told["state"] == "refused")["alert"]
    assert alert["message"] == (
        "The spend limit of 0.001 credits (of this playground) would be passed: this costs 0.005, and 0 are used."
    )
    assert (alert["more"], alert["can_resume"]) == ("Nothing was sent. Raise the limit to send more.", False)
