"""What is reserved, spent and released in the ledger, and what is refused."""

import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest

from genwidget.errors import SpendLimitReached
from genwidget.runs.ledger import Ledger
from genwidget.runs.ledger import file as files
from genwidget.runs.ledger.file import MIGRATIONS
from genwidget.runs.ledger.spending import SCHEMA
from genwidget.runs.spend_limit import Spending, SpendLimit
from tests.unit.test_ledger import a_row
from tests.unit.test_ledger_writer import locked

SCOPE = "playground:1"
FIVE = SpendLimit(SCOPE, Decimal(5))


@pytest.fixture
def ledger(tmp_path):
    one = Ledger(tmp_path / "data" / "ledger.sqlite3")
    yield one
    one.close()


def spending(ledger, scope=SCOPE):
    assert ledger.drain(10)
    return ledger.spending(scope, is_sandbox=True)


def test_a_price_is_reserved_with_its_intent_and_spent_with_its_end(ledger):
    assert ledger.begin(a_row(price=0.42), [FIVE])
    assert spending(ledger) == Spending(Decimal(0), Decimal("0.42"))
    ledger.record(a_row(state="accepted", price=0.42, credits=0.42))
    assert spending(ledger) == Spending(Decimal(0), Decimal("0.42"))
    ledger.record(a_row(state="succeeded", price=0.42, credits=0.42))
    assert spending(ledger) == Spending(Decimal("0.42"), Decimal(0))
    assert spending(ledger, "machine") == Spending(Decimal("0.42"), Decimal(0))
    assert ledger.spending(SCOPE) == ledger.spending() == Spending(), "the sandbox's credits are no others"


def test_what_would_pass_a_limit_is_refused_and_not_written(ledger):
    ledger.begin(a_row(price=4.0), [FIVE])
    ledger.record(a_row(state="succeeded", credits=4.0))
    ledger.begin(a_row("i2", price=0.7), [FIVE])
    with pytest.raises(SpendLimitReached) as caught:
        ledger.begin(a_row("i3", price=0.301), [FIVE])
    error = caught.value
    assert (error.scope, error.limit, error.used, error.reserved, error.price) == (
        SCOPE,
        Decimal(5),
        Decimal("4.7"),
        Decimal("0.7"),
        Decimal("0.301"),
    )
    assert str(error) == (
        "The spend limit of 5 credits (of this playground) would be passed: this costs 0.301, and 4.7 are used."
    )
    assert error.next_step == (
        "Of what is used, 0.7 are reserved for runs that have not ended, or can be resumed. Nothing was sent. Raise "
        "the limit to send more."
    )
    assert ledger.find("i3") is None
    assert spending(ledger).used == spending(ledger, "machine").used == Decimal("4.7")
    assert ledger.begin(a_row("i3", price=0.3), [FIVE]), "to the last thousandth"
    assert spending(ledger).used == 5


def test_each_of_several_limits_is_kept_and_a_refusal_reserves_in_none(ledger):
    small = SpendLimit("batch:1", Decimal(1))
    with pytest.raises(SpendLimitReached) as caught:
        ledger.begin(a_row(price=2.0), [FIVE, small])
    assert caught.value.scope == "batch:1"
    assert spending(ledger) == spending(ledger, "batch:1") == spending(ledger, "machine") == Spending()


def test_credits_are_added_exactly(ledger):
    limit = SpendLimit(SCOPE, Decimal("0.3"))
    for at in range(3):
        ledger.begin(a_row(f"i{at}", price=0.1), [limit])
    assert spending(ledger).used == Decimal("0.3")
    with pytest.raises(SpendLimitReached):
        ledger.begin(a_row("i3", price=0.000_000_1), [limit])


def test_a_free_run_passes_no_limit_and_an_unknown_price_passes_one_that_is_reached(ledger):
    ledger.begin(a_row(price=5.0), [FIVE])
    assert ledger.begin(a_row("free", price=0.0), [FIVE])
    with pytest.raises(SpendLimitReached) as caught:
        ledger.begin(a_row("unknown"), [FIVE])
    assert str(caught.value) == (
        "The spend limit of 5 credits (of this playground) is reached: 5 are used, and what this costs is not known."
    )


def test_an_intent_that_is_there_reserves_nothing_more_and_is_not_refused(ledger):
    ledger.begin(a_row(price=3.0), [FIVE])
    assert ledger.begin(a_row(price=3.0), [FIVE]) is False
    assert spending(ledger).used == 3


def test_what_comes_back_can_be_spent_at_once(ledger):
    ledger.begin(a_row(price=5.0), [FIVE])
    with locked(ledger):
        ledger.record(a_row(state="failed", credits=0.0))
        waiting = ledger.begin_soon(a_row("i2", price=5.0), [FIVE])
    assert waiting.result(10) is True


def test_a_ledger_of_before_counts_what_its_runs_have_cost(ledger, monkeypatch):
    monkeypatch.setattr(files, "MIGRATIONS", MIGRATIONS[: MIGRATIONS.index(SCHEMA)])
    with closing(files.LedgerFile(ledger.path).open()) as old:
        for at, (state, price, charged) in enumerate(
            [("succeeded", 0.1, 0.1), ("failed", 0.2, 0.0), ("lost", 0.4, None), ("sending", 0.8, 0.8)]
        ):
            old.execute(
                "INSERT INTO runs (intent_id, idempotency_key, request_hash, region_id, api_url, helper_url, "
                "is_own_origin, model_type, model_id, path, key_fingerprint, created_at, state, price, credits, "
                "updated_at) VALUES (?, ?, '', 'us', '', '', 0, '', '', '', '', 0, ?, ?, ?, 0)",
                (f"i{at}", f"key {at}", state, price, charged),
            )
        old.execute(
            "INSERT INTO runs (intent_id, idempotency_key, request_hash, region_id, api_url, helper_url, is_own_origin,"
            " model_type, model_id, path, key_fingerprint, created_at, state, price, credits, updated_at)"
            " VALUES (x'ff', 'odd', x'00', x'ff', '', '', 0, '', '', '', '', 0, 'sending', 'much', 1e300, 0)"
        )
    monkeypatch.undo()
    assert ledger.spending() == Spending(Decimal("0.1"), Decimal("1.2"))
    with closing(sqlite3.connect(ledger.path)) as other:
        assert other.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
