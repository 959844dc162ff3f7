"""What is reserved, spent and released in the ledger, and what is refused."""

import dataclasses
import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genwidget.api.keys import ApiKey
from genwidget.errors import SpendLimitReached
from genwidget.runs.ledger import Ledger
from genwidget.runs.ledger import file as files
from genwidget.runs.ledger.file import MIGRATIONS
from genwidget.runs.ledger.spending import SCHEMA
from genwidget.runs.records import facts_of, first_facts, intent_of, row_of, target_of
from genwidget.runs.run import Run
from genwidget.runs.spend_limit import Spending, SpendLimit
from genwidget.runs.state import TRANSITIONS, RunEvent, RunState
from genwidget.sandbox import API_KEY, API_KEYS
from genwidget.settings import Settings
from tests.ledger_rows import a_row
from tests.unit.test_ledger_writer import locked

SCOPE = "playground:1"
REAL_KEY = f"bye_{'x' * 60}"
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


@pytest.mark.parametrize(
    ("region_id", "url", "key", "is_sandbox"),
    [
        ("sandbox", "http://127.0.0.1:1", API_KEY, True),
        ("sandbox", "http://127.0.0.1:1", REAL_KEY, True),
        ("us", "http://127.0.0.1:1", API_KEY, True),  # its URL was given instead of its region
        ("eu", "http://127.0.0.1:1", API_KEYS["generate_only"], True),
        ("us", "http://127.0.0.1:1", REAL_KEY, False),  # another server of one's own, which may be charged
        ("us", "https://api.us.babysea.ai", REAL_KEY, False),
    ],
)
def test_what_the_sandbox_takes_by_its_url_is_counted_as_its_own(ledger, region_id, url, key, is_sandbox):
    row = a_row(region_id=region_id, api_url=url, key_fingerprint=ApiKey(key).fingerprint, price=0.42)
    assert ledger.begin(row, [FIVE])
    assert spending(ledger) == (Spending(Decimal(0), Decimal("0.42")) if is_sandbox else Spending())
    assert ledger.spending() == (Spending() if is_sandbox else Spending(Decimal(0), Decimal("0.42")))


def test_what_another_process_saw_come_back_is_not_counted_by_who_carries_the_run(ledger):
    row = a_row(price=0.42, generation_id="g1", state="processing", credits=0.42)
    other = Ledger(ledger.path)
    assert ledger.begin(row, [FIVE])
    ledger.record(row)
    assert ledger.drain(10)
    assert other.mark_refunded("g1", row.region_id, row.api_url).result(10)
    other.close()
    ledger.record(dataclasses.replace(row, state="canceled"))
    assert spending(ledger) == Spending()
    assert ledger.find(row.intent_id).credits == 0


GENERATION = "8f0c2a4e-7b1d-4c7e-9f0a-0123456789ab"
OUTCOMES = st.lists(st.tuples(st.sampled_from(RunState), st.booleans()), min_size=1, max_size=6)


@settings(max_examples=25)  # each writes to a disk
@given(OUTCOMES, st.sampled_from([None, 0.42]))
def test_what_came_back_of_a_generation_is_counted_by_no_later_outcome_of_it(tmp_path_factory, outcomes, price):
    path = tmp_path_factory.mktemp("data") / "ledger.sqlite3"
    with closing(Ledger(path)) as carrying, closing(Ledger(path)) as other:
        row = a_row(price=price, generation_id="g1", state="accepted", credits=price)
        assert carrying.begin(row, [FIVE])
        carrying.record(row)
        assert carrying.drain(10)
        assert other.mark_refunded("g1", row.region_id, row.api_url).result(10)
        for state, is_first in outcomes:  # the price may have been learned meanwhile
            ledger = carrying if is_first else other
            ledger.record(dataclasses.replace(row, state=state.value, price=0.42, credits=0.42))
            assert spending(ledger) == ledger.spending(is_sandbox=True) == Spending()
            assert ledger.find(row.intent_id).credits == 0
            assert facts_of(ledger.find(row.intent_id)).credits_refunded


def test_another_generation_of_the_same_run_is_counted(ledger):
    row = a_row(price=0.42, generation_id="g1", state="accepted", credits=0.42)
    ledger.begin(row, [FIVE])
    ledger.record(row)
    assert ledger.drain(10)
    assert ledger.mark_refunded("g1", row.region_id, row.api_url).result(10)
    ledger.record(dataclasses.replace(row, generation_id="g2"))
    assert spending(ledger) == Spending(Decimal(0), Decimal("0.42"))
    ledger.record(dataclasses.replace(row, generation_id="g2", state="succeeded"))
    assert spending(ledger) == Spending(Decimal("0.42"), Decimal(0))


def test_what_came_back_is_read_before_the_next_outcome_is_written(ledger):
    row = a_row(price=0.42, generation_id="g1", state="accepted", credits=0.42)
    ledger.begin(row)
    ledger.record(row)
    assert ledger.drain(10)
    assert ledger.mark_refunded("g1", row.region_id, row.api_url).result(10)
    with locked(ledger):
        ledger.record(dataclasses.replace(row, state="expired"))
        assert (ledger.find("i1").state, ledger.find("i1").credits) == ("expired", 0)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (("sandbox", "http://127.0.0.1:1"), ("us", "http://127.0.0.1:1")),
        (("us", "http://127.0.0.1:1"), ("sandbox", "http://127.0.0.1:1")),
        (("sandbox", "http://127.0.0.1:1"), ("us", "http://localhost:2")),  # where it serves now
        (("us", "http://127.0.0.1:1"), ("eu", "http://localhost:1")),
        (("us", "http://localhost:1"), ("us", "http://[::1]:1/")),
        (("us", "https://api.example"), ("eu", "https://API.example:443")),
    ],
)
def test_one_generation_is_the_same_however_its_host_and_its_id_are_written(ledger, sent, told):
    row = a_row(region_id=sent[0], api_url=sent[1], price=0.42, state="accepted", generation_id=GENERATION)
    ledger.begin(row, [FIVE])
    assert ledger.mark_refunded(GENERATION.upper(), *told).result(10)
    assert ledger.find("i1").credits == 0
    assert ledger.mark_deleted(GENERATION.upper(), *told).result(10)
    assert ledger.find("i1").is_deleted


@pytest.mark.parametrize(
    ("generation_id", "told"),
    [
        (GENERATION, ("us", "http://127.0.0.1:2")),
        (GENERATION, ("us", "https://127.0.0.1:1")),
        (GENERATION, ("us", "http://127.0.0.1:1/under")),
        (GENERATION, ("us", "https://api.example")),
        (GENERATION[:-1] + "c", ("us", "http://127.0.0.1:1")),
    ],
)
def test_another_generation_or_host_is_not(ledger, generation_id, told):
    ledger.begin(a_row(region_id="us", price=0.42, state="accepted", generation_id=GENERATION))
    assert not ledger.mark_refunded(generation_id, *told).result(10)
    assert not ledger.mark_deleted(generation_id, *told).result(10)


def test_an_id_that_is_no_uuid_is_compared_as_it_is(ledger):
    ledger.begin(a_row(price=0.42, state="accepted", generation_id="g1"))
    assert not ledger.mark_refunded("G1", "sandbox", "http://127.0.0.1:1").result(10)


def test_what_is_told_where_there_is_no_ledger_makes_none(ledger):
    assert not ledger.mark_refunded("g1", "sandbox", "http://127.0.0.1:1").result(10)
    assert not ledger.mark_deleted("g1", "sandbox", "http://127.0.0.1:1").result(10)
    assert not ledger.path.exists()


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


#: What counts of a run with a price of 1 that was begun, after each end: what is spent, and what stays reserved.
ENDS = {
    RunState.WAITING: (0, 1),
    RunState.SENDING: (0, 1),
    RunState.ACCEPTED: (0, 1),
    RunState.PROCESSING: (0, 1),
    RunState.SUCCEEDED: (1, 0),
    RunState.FAILED: (0, 0),
    RunState.CANCELED: (1, 0),  # the API did not say that its credits came back
    RunState.ANSWERED: (0, 0),
    RunState.REFUSED: (0, 0),
    RunState.UNREACHED: (0, 0),
    RunState.UNSENT: (0, 0),
    RunState.LOST: (0, 1),
    RunState.EXPIRED: (0, 1),
}

NOTHING_MADE = {RunState.UNREACHED, RunState.UNSENT}


def carried(ledger, *events, **facts):
    """Take a run with a price of 1 through events, and hand what has come of it to the ledger."""
    intent = intent_of(a_row(price=1.0))
    run = Run(intent, target_of(a_row()), Settings(), None, first_facts(intent))
    assert ledger.begin(row_of(run, "0123456789ab", 0.0), [FIVE])
    for event in events:
        run.advance(event, **facts)
        ledger.record(row_of(run, "0123456789ab", 0.0))
    return run


def way_to(state):
    """The events that lead from `sending` to a state, by the shortest way."""
    ways = {RunState.SENDING: ()}
    for _ in TRANSITIONS:
        for before, way in list(ways.items()):
            for event, after in TRANSITIONS[before].items():
                ways.setdefault(after, (*way, event))
    return ways[state]


@pytest.mark.parametrize("state", RunState)
def test_each_state_of_a_run_says_what_is_spent_and_what_stays_reserved(ledger, state):
    run = carried(ledger, *way_to(state))
    assert run.state is state
    spent, reserved = ENDS[state]
    assert spending(ledger) == spending(ledger, "machine") == Spending(Decimal(spent), Decimal(reserved))
    assert bool(reserved) is (not state.is_terminal or (state.can_resume and state not in NOTHING_MADE)), (
        "reserved is what may yet be charged"
    )


def test_what_a_cancel_gives_back_is_not_spent(ledger):
    carried(ledger, *way_to(RunState.CANCELED), credits_refunded=True)
    assert spending(ledger) == Spending()


@pytest.mark.parametrize("state", RunState)
def test_what_is_reserved_for_a_run_that_is_forgotten_is_spent_and_what_is_known_stays(ledger, state):
    run = carried(ledger, *way_to(state))
    assert ledger.forget(run.run_id)
    assert spending(ledger) == Spending(Decimal(sum(ENDS[state])), Decimal(0))
    run.restate(dataclasses.replace(run.snapshot, state=RunState.FAILED))
    ledger.record(row_of(run, "0123456789ab", 0.0))  # whoever carries it learns more
    assert spending(ledger) == Spending()


@pytest.mark.parametrize("state", RunState)
def test_what_is_reserved_for_a_run_whose_generation_was_deleted_is_spent(ledger, state):
    carried(ledger, *way_to(state), generation_id="g")
    assert ledger.mark_deleted("g", "sandbox", "http://127.0.0.1:1").result(10) is (state is not RunState.SENDING)
    expected = ENDS[state] if state is RunState.SENDING else (sum(ENDS[state]), 0)
    assert spending(ledger) == Spending(*map(Decimal, expected))


@pytest.mark.parametrize("state", [one for one in RunState if one.can_resume])
def test_a_run_that_is_taken_up_again_is_settled_once(ledger, state):
    run = carried(ledger, *way_to(state))
    if state in NOTHING_MADE:
        assert ledger.begin_again(row_of(run, "0123456789ab", 0.0))
    run.advance(RunEvent.RESUMED)
    ledger.record(row_of(run, "0123456789ab", 0.0))
    assert spending(ledger) == Spending(Decimal(0), Decimal(1))
    if run.state is RunState.SENDING:
        run.advance(RunEvent.ACCEPTED)
    run.advance(RunEvent.SUCCEEDED)
    ledger.record(row_of(run, "0123456789ab", 0.0))
    assert spending(ledger) == Spending(Decimal(1), Decimal(0))


def test_a_run_that_reached_nobody_is_held_to_its_limits_again(ledger):
    run = carried(ledger, RunEvent.UNREACHED)
    row = row_of(run, "0123456789ab", 0.0)
    ledger.begin(a_row("another", price=4.5), [FIVE])
    with pytest.raises(SpendLimitReached) as caught:
        ledger.begin_again(row)
    assert (caught.value.scope, caught.value.used) == (SCOPE, Decimal("4.5"))
    assert ledger.find(run.run_id).state == "unreached"
    with pytest.raises(SpendLimitReached):
        ledger.begin_again(row, [SpendLimit("machine", Decimal(5))])
    assert ledger.begin_again(row, [SpendLimit(SCOPE, Decimal(6))]), "the limit was raised"
    assert ledger.find(run.run_id).state == "sending"
    assert spending(ledger).used == spending(ledger, "machine").used == Decimal("5.5")
    assert ledger.begin_again(row) is False, "it was taken up already"
    assert spending(ledger).used == Decimal("5.5")


def test_a_run_that_reached_nobody_and_was_forgotten_is_held_to_its_limits_too(ledger):
    run = carried(ledger, RunEvent.UNREACHED)
    assert ledger.forget(run.run_id)
    ledger.begin(a_row("another", price=4.5), [FIVE])
    with pytest.raises(SpendLimitReached):
        ledger.begin_again(row_of(run, "0123456789ab", 0.0))


# Any order of what can happen, in two ledgers on one file, beside a model that adds up.

PRICES = ("0.005", "0.1", "0.333333", "1", "2.5", None)
steps = st.lists(
    st.tuples(
        st.sampled_from(["begin", "succeeded", "failed", "lost", "unreached", "again", "forget"]),
        st.integers(0, 5),
        st.sampled_from(PRICES),
        st.booleans(),
    ),
    max_size=30,
)


class Model:
    """What should be counted: of each run its price, what is held of it, and whether that is spent."""

    def __init__(self, limit):
        self.limit = limit
        self.runs = {}
        self.states = {}

    @property
    def spending(self):
        reserved = sum((held for held, is_spent in self.runs.values() if not is_spent), Decimal(0))
        return Spending(sum((held for held, is_spent in self.runs.values() if is_spent), Decimal(0)), reserved)

    def admits(self, price):
        left = self.limit - self.spending.used
        return left > 0 if price is None else price <= left


@settings(max_examples=25)  # each writes to a disk
@given(steps)
def test_whatever_happens_in_whatever_order_the_sums_are_true_and_within_the_limit(tmp_path_factory, taken):
    path = tmp_path_factory.mktemp("data") / "ledger.sqlite3"
    ledgers, model = (Ledger(path), Ledger(path)), Model(Decimal(3))
    limit, rows = SpendLimit(SCOPE, model.limit), {}
    try:
        for action, number, price, is_first in taken:
            ledger, name = ledgers[is_first], f"i{number}"
            _take(action, name, None if price is None else Decimal(price), (ledger, model, limit, rows))
            assert ledger.drain(10)
            found = ledger.spending(SCOPE, is_sandbox=True)
            assert found == model.spending == ledger.spending(is_sandbox=True)
            assert found.used <= model.limit
    finally:
        for one in ledgers:
            one.close()


def _take(action, name, price, parts):
    ledger, model, limit, rows = parts
    if action == "begin" and name not in rows:
        row = a_row(name, price=None if price is None else float(price))
        if model.admits(price):
            assert ledger.begin(row, [limit])
            rows[name], model.states[name] = row, "sending"
            model.runs[name] = (price or Decimal(0), False)
        else:
            with pytest.raises(SpendLimitReached):
                ledger.begin(row, [limit])
    elif action == "again" and model.states.get(name) == "unreached":
        price = None if rows[name].price is None else Decimal(str(rows[name].price))
        if model.admits(price):
            assert ledger.begin_again(rows[name])
            model.states[name], model.runs[name] = "sending", (price or Decimal(0), False)
        else:
            with pytest.raises(SpendLimitReached):
                ledger.begin_again(rows[name])
    elif action == "forget" and name in rows:
        held, _ = model.runs[name]
        model.runs[name] = (held, True)
        ledger.forget(name)
    elif model.states.get(name) == "sending" and action not in {"begin", "again"}:
        row = rows[name]
        ledger.record(dataclasses.replace(row, state=action, credits=row.price if action == "succeeded" else 0.0))
        model.states[name] = "lost" if action == "lost" else action
        if action == "succeeded":
            model.runs[name] = (Decimal(str(row.price or 0)), True)
        elif action != "lost":
            model.runs[name] = (Decimal(0), True)
