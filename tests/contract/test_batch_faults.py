"""A batch under each kind of trouble that the sandbox knows: how it ends, and that each generation is charged once."""

from collections import Counter

import httpx
import pytest

from genwidget.batch.rows import ItemState
from genwidget.errors import BatchStopped
from genwidget.sandbox import API_KEY
from genwidget.sandbox.assumptions import OPENING_BALANCE
from genwidget.sandbox.faults.faults import ALTERED, PROVIDER_KINDS, REQUEST_KINDS
from tests.contract.test_batch import PATIENCE_S, make_sandbox, plan, run, sandbox, world  # noqa: F401 - fixtures

COUNT = 2
KINDS = {*REQUEST_KINDS, *PROVIDER_KINDS, ALTERED}
#: What else a fault needs, so that it is one here.
MORE = {ALTERED: {"status": 503}, "slow_drip": {"duration_s": 60}}
#: An answer that says no, or that nobody can read as one of the API, is an end; all else passes, or is asked for again.
NO_ANSWER = "The API answered without a generation."
A_PAGE = "Invalid JSON response from server"
ALL_FAILED = "All inference providers failed."
UNANSWERED = "Sent 9 times with one idempotency key, and never answered."
#: How an item ends whose first POST, or first provider, meets trouble; those that are not here are done.
ONCE = {"foreign": ("answered", NO_ANSWER), "html_403": ("refused", A_PAGE)}
#: How every item ends where the trouble does not end, and what was made by then.
ALWAYS = {
    "accept_then_drop": ("lost", UNANSWERED, "succeeded"),
    "all_providers_failed": ("refused", ALL_FAILED, None),
    "altered": ("lost", UNANSWERED, "succeeded"),
    "cut_json": ("lost", UNANSWERED, "succeeded"),
    "drop": ("lost", UNANSWERED, None),
    "foreign": ("answered", NO_ANSWER, None),
    "hang": ("lost", UNANSWERED, "succeeded"),
    "html": ("lost", UNANSWERED, None),
    "html_403": ("refused", A_PAGE, None),
    "not_json": ("lost", UNANSWERED, "succeeded"),
    "oversize": ("lost", UNANSWERED, "succeeded"),
    "provider_error": ("failed", ALL_FAILED, "failed"),
    "provider_hang": ("failed", ALL_FAILED, "failed"),
    "provider_late": ("failed", ALL_FAILED, "failed"),
    "replay_conflict": ("lost", UNANSWERED, None),
    "server_error": ("refused", "An unexpected error occurred.", None),
    "slow_drip": ("lost", UNANSWERED, "succeeded"),
    "wrong_types": ("lost", UNANSWERED, "succeeded"),
}
#: It is waited for until it has passed, however long that is.
WAITED_FOR = {"rate_limit"}


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch):
    for name, value in {"POST_TIMEOUT": 0.7, "REQUEST_TIMEOUT": 0.7, "RETRY_FIRST": 0.01, "RETRY_MAX": 0.02}.items():
        monkeypatch.setenv(f"GENWIDGET_{name}_S", str(value))


def add(server, kind, route="generate", **more):
    where = {} if kind in PROVIDER_KINDS else {"route": route}
    server.faults.add(kind=kind, **where, **MORE.get(kind, {}), **more)


def wait(batch):
    """Wait for the end, and return why it is none, or an empty text."""
    try:
        batch.wait(PATIENCE_S)
    except BatchStopped as stopped:
        return stopped.message
    return batch.reason or ""


def go_on(batch):
    """Do what a person does once the trouble is over."""
    if batch.state == "stopped":
        batch.resume()
    else:
        batch.retry_failed()
    return wait(batch)


def assert_paid_once(server, batch):
    """Compare what the account has paid with what it has, and with what the batch says."""
    made = [one for one in server.generations if one["generation_status"] == "succeeded"]
    reply = httpx.get(f"{server.url}/v1/user/billing", headers={"Authorization": f"Bearer {API_KEY}"})
    paid = OPENING_BALANCE - reply.json()["data"]["billing_credit_balance"]
    cost = sum(item.credits for item in batch.items())
    assert round(paid, 6) == round(cost, 6) == round(len(made) * 0.005, 6)
    assert {one["generation_id"] for one in made} == {item.generation_id for item in batch.items()}
    assert len(made) == COUNT == len({path for item in batch.items() for path in item.files if path.is_file()})


def test_each_kind_of_trouble_has_its_row():
    assert ALWAYS.keys() | WAITED_FOR == KINDS
    assert {state for state, *_ in (*ALWAYS.values(), *ONCE.values())} < set(ItemState)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_trouble_that_is_met_once_costs_nothing(run, sandbox, kind):  # noqa: F811
    add(sandbox, kind, count=1)
    batch = run(plan(COUNT))
    assert wait(batch) == ""
    state, told = ONCE.get(kind, ("done", None))
    assert batch.counts == Counter(["done"] * (COUNT - 1) + [state])
    assert [item.error for item in batch.items() if item.state == state and told] == ([told] if told else [])
    if state != "done":
        assert go_on(batch) == ""
    assert batch.counts == {"done": COUNT}
    assert sandbox.faults.all() == []
    assert_paid_once(sandbox, batch)


@pytest.mark.parametrize("kind", sorted(ALWAYS))
def test_trouble_without_an_end_ends_each_item_with_a_sentence_and_what_is_done_after_it_pays_once(
    run,  # noqa: F811
    sandbox,  # noqa: F811
    wait_until,
    kind,
):
    add(sandbox, kind)
    batch = run(plan(COUNT))
    left = wait(batch)
    state, told, status = ALWAYS[kind]
    assert (batch.counts, {item.error for item in batch.items()}) == ({state: COUNT}, {told})
    made = [status] * (COUNT if status else 0)
    wait_until(lambda: [one["generation_status"] for one in sandbox.generations] == made)
    if state == "lost":
        assert left == f"Items that have no answer, or not all of their files, yet: {COUNT}."
    sandbox.faults.clear()
    assert go_on(batch) == ""
    assert batch.counts == {"done": COUNT}
    assert_paid_once(sandbox, batch)


@pytest.mark.parametrize("kind", sorted(WAITED_FOR))
def test_what_asks_for_patience_is_waited_for(run, sandbox, kind):  # noqa: F811
    add(sandbox, kind, count=3)
    batch = run(plan(COUNT))
    assert wait(batch) == ""
    assert batch.counts == {"done": COUNT}
    assert_paid_once(sandbox, batch)


@pytest.mark.parametrize("route", ["content", "files"])
@pytest.mark.parametrize("kind", sorted(KINDS - {*PROVIDER_KINDS}))
def test_trouble_after_the_post_leaves_no_item_without_its_file(run, sandbox, route, kind):  # noqa: F811
    add(sandbox, kind, route, count=2)
    batch = run(plan(COUNT))
    assert wait(batch) == ""
    assert batch.counts == {"done": COUNT}
    assert_paid_once(sandbox, batch)
