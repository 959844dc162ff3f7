"""The balance is that of the account: every playground of the process with a key of it shows the same, the newest."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from genwidget.api.client import Client
from genwidget.errors import AuthenticationFailed, RunFailed
from genwidget.sandbox import API_KEY
from genwidget.sandbox.core.accounts import STATE_KEYS
from genwidget.widget import balances
from tests.widget.conftest import FAST, PROMPT, Page, eventually

CHECKED = replace(FAST, check_keys=True)
BILLING = "/v1/user/billing"


@pytest.fixture
def two(make):
    """Two playgrounds with two keys of one account, each checked and each knowing the balance."""
    keys = (API_KEY, STATE_KEYS["rotated"])
    both = [make(values={"generation_prompt": PROMPT}, settings=CHECKED) for _ in keys]
    for playground, key in zip(both, keys, strict=True):
        playground.session.lock_key(key, "sandbox")
    pages = [Page(playground) for playground in both]
    for page in pages:
        page.wait_for("balance", lambda told: told == 100)
    return pages


def test_a_run_that_ends_changes_it_in_every_view(two, sandbox):
    first, second = two
    assert first.send()["ok"]
    first.wait_for("run", lambda told: told["state"] == "succeeded")
    for page in (first, second):
        page.wait_for("balance", lambda told: told == 99.995)
    assert sandbox.credits == 99.995


@pytest.mark.parametrize("how", ["cancel", "manage"])
def test_what_a_cancel_gives_back_is_seen_in_every_view(two, sandbox, how):
    first, second = two
    sandbox.hold()
    run_id = first.send()["run_id"]
    told = first.wait_for("run", lambda told: told["generation_id"] is not None)
    for page in (first, second):
        page.wait_for("balance", lambda told: told == 99.995)
    parts = {"run_id": run_id} if how == "cancel" else {"action": "cancel", "generation_id": told["generation_id"]}
    assert second.ask(how, **parts)[0]["ok"] if how == "manage" else first.ask(how, **parts)[0]["ok"]
    for page in (first, second):
        page.wait_for("balance", lambda told: told == 100)
    sandbox.let_go()


def test_a_run_that_fails_gives_back_what_it_cost_in_every_view(two, sandbox):
    first, second = two
    sandbox.faults.add(kind="provider_error")
    assert first.send()["ok"]
    first.wait_for("run", lambda told: told["state"] == "failed")
    for page in (first, second):
        page.wait_for("balance", lambda told: told == sandbox.credits)


def test_it_is_unknown_without_a_key_and_asked_for_by_no_one(two, sandbox):
    first, second = two
    for page in two:
        page.playground.unlock_key()
        assert page.playground.balance is None
    first.playground.session.lock_key(API_KEY, "sandbox")
    first.playground.unlock_key()
    before = [row.path for row in sandbox.requests].count(BILLING)
    run = None
    with pytest.raises(Exception, match="lock your API key"):
        run = second.playground.send()
    assert run is None
    assert [row.path for row in sandbox.requests].count(BILLING) <= before + 1


def test_many_runs_at_once_ask_a_few_times_and_never_pay(two, sandbox):
    first, second = two
    before = len(sandbox.requests)
    for _ in range(12):
        assert first.send()["ok"]
    eventually(lambda: all(run.is_terminal for run in first.playground.session.run_list.all()))
    for page in (first, second):
        page.wait_for("balance", lambda told: told == sandbox.credits)
    asked = [row for row in sandbox.requests[before:] if row.path == BILLING]
    assert {row.method for row in asked} == {"GET"}
    assert len(asked) <= 12


def test_an_older_answer_never_replaces_a_newer_one(make):
    playground = make()
    playground.session.lock_key(API_KEY, "sandbox")
    home, use = balances.shared(), playground.session.balance._find_use()
    early, late = home.turn(), home.turn()
    home.note(use, late, 3.0)
    home.note(use, early, 5.0)
    assert home.of(use) == 3.0


def generate(client):
    return client.generate("bfl/flux-schnell", {"generation_prompt": PROMPT}).generation_id


def test_a_client_of_the_same_process_changes_it_in_every_view(two, sandbox):
    with Client.blocking("sandbox", settings=FAST) as client:
        generate(client)
    for page in two:
        page.wait_for("balance", lambda told: told == 99.995)
    assert sandbox.credits == 99.995


def test_a_client_in_a_loop_of_its_own_changes_it_too(two):
    async def pay():
        async with Client("sandbox", STATE_KEYS["rotated"], settings=FAST) as client:
            await client.generate_and_wait("bfl/flux-schnell", {"generation_prompt": PROMPT})

    asyncio.run(pay())
    for page in two:
        page.wait_for("balance", lambda told: told == 99.995)


def cancel(client, sandbox, generation_id):
    client.cancel_generation(generation_id)


def wait_for_failure(client, sandbox, generation_id):
    sandbox.let_go()
    with pytest.raises(RunFailed):
        client.wait(generation_id)


@pytest.mark.parametrize(("end", "fault"), [(cancel, None), (wait_for_failure, "provider_error")])
def test_what_a_client_is_given_back_is_seen_in_every_view(two, sandbox, end, fault):
    if fault is not None:
        sandbox.faults.add(kind=fault)
    sandbox.hold()
    with Client.blocking("sandbox", settings=FAST) as client:
        generation_id = generate(client)
        for page in two:
            page.wait_for("balance", lambda told: told == 99.995)
        end(client, sandbox, generation_id)
    for page in two:
        page.wait_for("balance", lambda told: told == 100)


def test_a_client_with_a_key_that_nobody_shows_changes_nothing_here(two, sandbox):
    before = [row.path for row in sandbox.requests].count(BILLING)
    with (
        Client.blocking("sandbox", STATE_KEYS["revoked"], settings=FAST) as client,
        pytest.raises(AuthenticationFailed),
    ):
        generate(client)
    assert [row.path for row in sandbox.requests].count(BILLING) == before


def spend_elsewhere(sandbox):
    """Pay for a picture as another process does, of which nothing is heard here."""
    headers = {"Authorization": f"Bearer {API_KEY}"}
    body = {"generation_prompt": PROMPT}
    httpx.post(f"{sandbox.url}/v1/generate/image/bfl/flux-schnell", headers=headers, json=body).raise_for_status()


def times_asked(sandbox):
    return [row.path for row in sandbox.requests].count(BILLING)


def test_what_another_process_spends_is_seen_once_a_page_asks_whether_the_kernel_is_there(two, sandbox, monkeypatch):
    spend_elsewhere(sandbox)
    before = times_asked(sandbox)
    assert two[1].ask("beat")[0]["ok"]
    assert two[1].playground.balance == 100
    assert times_asked(sandbox) == before, "what is young is not asked for"
    monkeypatch.setattr(balances, "OLD_AFTER_S", 0)
    assert two[1].ask("beat")[0]["ok"]
    for page in two:
        page.wait_for("balance", lambda told: told == 99.995)


def test_an_old_balance_is_asked_for_once_at_a_time(two, sandbox, monkeypatch):
    monkeypatch.setattr(balances, "OLD_AFTER_S", 0)
    sandbox.faults.add(kind="hang", route="billing")
    before = times_asked(sandbox)
    for page in [*two, *two]:
        page.ask("beat")
    eventually(lambda: times_asked(sandbox) == before + 1)
    assert two[1].ask("beat")[0]["ok"]
    assert times_asked(sandbox) == before + 1


REFUSED = {"kind": "altered", "status": 401, "content": "{}"}


@pytest.mark.parametrize(("fault", "asks"), [({"kind": "server_error"}, 2), (REFUSED, 1)])
def test_a_balance_that_cannot_be_asked_for_anew_stays_and_tells_no_error(two, sandbox, monkeypatch, fault, asks):
    monkeypatch.setattr(balances, "OLD_AFTER_S", 0)
    sandbox.faults.add(route="billing", **fault)
    (page, _), before = two, times_asked(sandbox)
    told = page.values_of("alert")
    for asked in range(1, 3):
        assert page.ask("beat")[0]["ok"]
        eventually(lambda asked=asked: times_asked(sandbox) == before + min(asked, asks))
        eventually(lambda: not balances.shared()._renewing)
    assert times_asked(sandbox) == before + asks
    assert page.playground.balance == 100
    assert page.values_of("alert") == told


def test_without_a_known_balance_nothing_is_asked(make, sandbox, monkeypatch):
    monkeypatch.setattr(balances, "OLD_AFTER_S", 0)
    playground = make()
    page = Page(playground)
    assert page.ask("beat")[0]["ok"]
    playground.session.lock_key(STATE_KEYS["revoked"], "sandbox")
    assert page.ask("beat")[0]["ok"]
    assert page.ask("beat")[0]["ok"]
    assert times_asked(sandbox) == 0
