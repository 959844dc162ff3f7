"""A playground's spend limit, and the whole ledger's: what is refused, what is counted, what the page is told."""

import functools
import threading
from decimal import Decimal
from types import SimpleNamespace

import pytest

from genwidget.api.keys import ApiKey
from genwidget.api.regions import resolve
from genwidget.catalogue import Catalogue
from genwidget.errors import ConfigurationError, PriceUnknown, RunFailed, RunRefused, SpendLimitReached
from genwidget.request.validation import prepare
from genwidget.runs.money import money
from genwidget.runs.runner import Runner
from genwidget.runs.spend_limit import Spending
from genwidget.sandbox import API_KEY
from genwidget.widget import budget
from genwidget.widget.publisher import TraitPublisher
from tests.widget.conftest import FAST, FORM, LIMIT_S, PROMPT, Page, eventually

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


def test_an_estimate_below_nothing_is_not_told_and_lets_nothing_through_a_limit(limited, sandbox):
    pg = limited(1, model="bfl/flux-2-flex")
    page = Page(pg)
    sandbox.faults.add(kind="altered", route="estimate", patch={"data": {"cost_total_consumed": -5}})
    form = {"model_type": "image", "model_id": pg.model_id, "values": dict(pg.values)}
    assert page.ask("estimate", **form, of="a")[0]["ok"]
    assert page.values_of("estimate")[-1] is None
    with pytest.raises(RunRefused):
        pg.send().wait(15)
    assert sandbox.generations == []


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (-1, " cannot be -1. It is a number of credits from 0 to 1,000,000,000;"),
        (float("nan"), " cannot be nan. It is a number of credits from 0 to 1,000,000,000;"),
        (float("inf"), " cannot be inf. It is a number of credits from 0 to 1,000,000,000;"),
        (10**10, " cannot be 10000000000. It is a number of credits from 0 to 1,000,000,000;"),
        ("5", " is a number of credits from 0 to 1,000,000,000, such as 0.5, and this is of type str;"),
        (True, " is a number of credits from 0 to 1,000,000,000, such as 0.5, and this is of type bool;"),
        ([], " is a number of credits from 0 to 1,000,000,000, such as 0.5, and this is of type list;"),
        (Decimal("-0.001"), " cannot be -0.001. It is a number of credits from 0 to 1,000,000,000;"),
    ],
)
def test_a_limit_that_is_none_is_refused_when_it_is_given_and_when_it_is_set(make, limited, limit, said):
    with pytest.raises(ConfigurationError) as caught:
        make(spend_limit=limit)
    assert str(caught.value) == f"spend_limit{said} leave it out for no limit."
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


def test_a_kernels_total_counts_all_that_it_has_sent_and_nothing_of_before(limited, carrier):
    first, second = limited(None), limited(1)
    before = Runner(ledger=carrier.ledger)
    key = ApiKey(API_KEY)
    request = prepare(Catalogue.load(), "image", "bfl/flux-schnell", VALUES)
    before.start(request, resolve("sandbox"), key, FAST).wait(15)
    before.close()
    for pg in (first, second):
        pg.send().wait(15)
    assert [one.kernel_spent for one in (first, second)] == [2 * PRICE] * 2
    assert carrier.ledger.spending(is_sandbox=True).spent == 3 * PRICE


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
    eventually(lambda: page.values_of("spending")[-1] is None)


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


def test_a_page_that_sees_its_own_runs_alone_is_not_told_what_all_have_spent(limited, monkeypatch):
    limited(None).send().wait(15)
    pg = limited(2, history="session")
    page = Page(pg)
    monkeypatch.setenv("GENWIDGET_SPEND_LIMIT", "0.009")
    page.ask("hello", view="one")
    assert page.wait_for("spending", bool) == {"limit": 2, "used": 0, "whose": "of this playground"}
    with pytest.raises(RunRefused, match="GENWIDGET_SPEND_LIMIT"):
        pg.send().wait(15)
    pg.spend_limit = None
    eventually(lambda: page.values_of("spending")[-1] is None)


def test_the_page_has_in_words_what_was_spent_by_whom_and_what_is_left(limited, sandbox):
    limited(None).send().wait(15)
    pg = limited(0.02)
    pg.send().wait(15)
    sandbox.hold()
    run = pg.send()
    eventually(lambda: run.generation_id is not None)
    answer, _ = Page(pg).ask("fetch_spending")
    of_sandbox = "of the sandbox (no money)"
    assert answer["data"]["lines"] == [
        f"Spent from this playground: 0.005 credits {of_sandbox}.",
        f"Reserved for its runs that have not ended, or can be resumed: 0.005 credits {of_sandbox}.",
        f"Spent by this kernel, from other playgrounds and batches too: 0.01 credits {of_sandbox}.",
        f"Spend limit (of this playground): 0.02 credits {of_sandbox}; 0.01 credits {of_sandbox} left.",
    ]
    run.cancel(15)
    eventually(lambda: not any("Reserved" in line for line in Page(pg).ask("fetch_spending")[0]["data"]["lines"]))


def test_at_the_apis_hosts_the_words_have_dollars(make):
    lines = Page(make(region="us")).ask("fetch_spending")[0]["data"]["lines"]
    assert lines == [
        "Spent from this playground: 0 credits ($0).",
        "Spent by this kernel, from other playgrounds and batches too: 0 credits ($0).",
        "No spend limit is set for this playground.",
    ]
    assert money(Decimal(1), is_sandbox=False) == "1 credit ($1)"


def test_a_page_that_sees_its_own_runs_alone_has_no_words_of_what_all_have_spent(limited):
    limited(None).send().wait(15)
    pg = limited(None, history="session")
    lines = Page(pg).ask("fetch_spending")[0]["data"]["lines"]
    assert lines == [
        "Spent from this playground: 0 credits of the sandbox (no money).",
        "No spend limit is set for this playground.",
    ]


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


class SlowLedger:
    """Answers each reading with what it was told last, once it is let."""

    def __init__(self):
        self.used = 0
        self.at_once = self.most_at_once = 0
        self.turns = threading.Semaphore(0)
        self.began = threading.Semaphore(0)

    def subscribe_written(self, listener):
        return lambda: None

    def spending(self, scope, *, is_sandbox):
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        found = Spending(Decimal(self.used))
        self.began.release()
        assert self.turns.acquire(timeout=LIMIT_S)
        self.at_once -= 1
        return found


def test_of_readings_that_take_their_time_the_newest_is_told_last(carrier, monkeypatch):
    told, ledger = [], SlowLedger()
    monkeypatch.setattr(budget, "TELL_INTERVAL_S", 0)
    publisher = TraitPublisher(lambda _, value: told.append(value["used"]), lambda *_: None, threading.RLock())
    find_runner = functools.partial(SimpleNamespace, ledger=ledger)
    one = budget.Budget(
        "1",
        publisher,
        find_runner,
        is_machine_told=True,
        is_sandbox=lambda: True,
        start=carrier.submit,
        limit=Decimal(9),
    )
    one.tell()
    assert ledger.began.acquire(timeout=LIMIT_S)
    ledger.used = 1
    for _ in range(20):
        one.tell()
    ledger.turns.release(2)
    eventually(lambda: told[-1:] == [1])
    assert ledger.most_at_once == 1
    assert ledger.turns.acquire(blocking=False) is False, "twenty changes are one reading"
    ledger.turns.release()
    ledger.used = 2
    one.tell()
    eventually(lambda: told[-1:] == [2])
