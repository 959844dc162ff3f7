"""A key is checked when it is locked: what comes of it, from the page and from Python, over real HTTP."""

import dataclasses
import socket

import pytest

from genwidget.errors import KeyNotLocked
from genwidget.sandbox import API_KEY, API_KEYS, STATE_KEYS, Sandbox
from genwidget.text import host_of
from genwidget.widget import key_check
from tests.widget.conftest import FAST, PROMPT, Page, eventually

CHECKED = dataclasses.replace(FAST, check_keys=True, live_models=True, max_tries=1)
LOCKED, REFUSED, UNCHECKED = "locked", "refused", "locked, not checked"
BAD = "The API key is not valid for this region, or it has expired or was revoked."

#: outcome -> key, what the host does, what comes of it, what is said.
OUTCOMES = {
    "a valid key": (API_KEY, {}, LOCKED, None),
    "a rotated key": (STATE_KEYS["rotated"], {}, LOCKED, None),
    "a key that may not read the balance": (API_KEYS["generate_only"], {}, LOCKED, None),
    "a key that may read nothing but models": (API_KEYS["monitor_only"], {}, LOCKED, None),
    "no such key": ("bye_NoSuchKeyAnywhere000000001", {}, REFUSED, BAD),
    "a key of another region": (STATE_KEYS["wrong_region"], {}, REFUSED, BAD),
    "a revoked key": (STATE_KEYS["revoked"], {}, REFUSED, BAD),
    "an expired key": (STATE_KEYS["expired"], {}, REFUSED, BAD),
    "another address": (STATE_KEYS["other_address"], {}, REFUSED, "This IP address is not allowed to use the API key."),
    "an account that is gone": (
        STATE_KEYS["account_gone"],
        {},
        REFUSED,
        "The account of this API key was not found.",
    ),
    "a 5xx": (API_KEY, {"kind": "server_error"}, UNCHECKED, None),
    "too many requests": (API_KEY, {"kind": "rate_limit"}, UNCHECKED, None),
    "a firewall's 403": (API_KEY, {"kind": "html_403"}, UNCHECKED, "Invalid JSON response from server"),
    "no JSON": (API_KEY, {"kind": "not_json"}, UNCHECKED, "Invalid JSON response from server"),
    "a connection that is closed": (API_KEY, {"kind": "drop"}, UNCHECKED, "{host} closed the connection"),
    "no answer in time": (API_KEY, {"kind": "hang"}, UNCHECKED, "Request timed out"),
    "no server": (API_KEY, None, UNCHECKED, "Could not reach {host}"),
}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def lock(make, sandbox, monkeypatch, request):
    """Lock a key at a host that does something; return the playground, its host, and the page's answer, if any."""

    def lock(how, key, fault):
        monkeypatch.setattr(key_check, "CHECK_TIMEOUT_S", 5.0 if fault != {"kind": "hang"} else 3.0)
        url = sandbox.url
        if fault is None:
            url = f"http://127.0.0.1:{free_port()}"
            monkeypatch.setenv("GENWIDGET_SANDBOX_URL", url)
        elif fault:
            sandbox.faults.add(**fault, route="billing")
        pg = make(values={"generation_prompt": PROMPT}, settings=CHECKED)
        page = Page(pg)
        if how == "page":
            return pg, host_of(url), page.ask("lock_key", key=key, region="sandbox")[0]
        told = []
        pg.observe(lambda change: told.append(change.new), "locked")
        pg.session.lock_key(key, "sandbox")
        assert told[:1] == [True], "at once, so that the same cell can send"
        return pg, host_of(url), None

    return lock


@pytest.mark.parametrize("how", ["page", "Python"])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_comes_of_a_check(lock, sandbox, how, outcome):
    key, fault, comes, said = OUTCOMES[outcome]
    pg, host, answer = lock(how, key, fault)
    said = said and said.format(host=host)
    if comes == LOCKED:
        eventually(lambda: "library_models" in [row.route for row in sandbox.requests])
        assert [pg.locked, pg.alert, answer and answer["ok"]] == [True, None, answer and True]
    elif comes == REFUSED:
        if how == "Python":
            eventually(lambda: not pg.locked and pg.alert)
        alert = answer["alert"] if answer else pg.alert
        assert [alert["message"], alert["more"], alert["scope"], alert["kind"]] == [
            "Not valid for Sandbox",
            said,
            "key",
            "error",
        ]
        assert [pg.locked, pg.key_hint] == [False, ""]
        assert "library_models" not in [row.route for row in sandbox.requests], "which would only be blamed"
    else:
        eventually(lambda: pg.alert and pg.alert["code"] == "key_unchecked")
        assert [pg.locked, pg.alert["kind"], pg.alert["again"]] == [True, "note", "check_key"]
        assert pg.alert["message"].startswith("API key locked, but not checked: ")
        assert said is None or said in pg.alert["message"]
        assert answer is None or answer["ok"]
    assert [row.route for row in sandbox.requests].count("billing") <= 1, "one free call, and no second try"


def test_python_says_why_it_has_no_key_any_more(lock):
    pg, _, _ = lock("Python", STATE_KEYS["revoked"], {})
    eventually(lambda: not pg.locked)
    with pytest.raises(KeyNotLocked) as refused:
        pg.send()
    assert refused.value.message == "Please lock your API key first"
    assert refused.value.__notes__ == [f"Not valid for Sandbox. {BAD}"]


@pytest.mark.parametrize("key", [API_KEY, STATE_KEYS["revoked"]], ids=["valid", "revoked"])
def test_a_key_that_was_not_checked_is_checked_again(lock, sandbox, key):
    pg, _, _ = lock("page", key, {"kind": "server_error", "count": 1})
    eventually(lambda: pg.alert and pg.alert["again"] == "check_key")
    Page(pg).ask("check_key")
    if key == API_KEY:
        eventually(lambda: pg.alert is None)
        assert pg.locked
    else:
        eventually(lambda: not pg.locked)
        assert pg.alert["message"] == "Not valid for Sandbox"


@pytest.mark.parametrize("what", ["unlock", "region", "another key", "close"])
def test_a_check_that_is_overtaken_locks_nothing(make, sandbox, what):
    sandbox.faults.add(kind="slow_drip", route="billing", duration_s=1.0, count=1)
    pg = make(settings=CHECKED)
    page = Page(pg)
    page.tell({"id": "1", "kind": "lock_key", "key": STATE_KEYS["other_account"], "region": "sandbox"})
    eventually(lambda: "billing" in [row.route for row in sandbox.requests])
    if what == "unlock":
        pg.unlock_key()
    elif what == "region":
        page.write(region="eu")
    elif what == "another key":
        assert page.ask("lock_key", key=API_KEY, region="sandbox")[0]["ok"]
    else:
        pg.close()
        assert not pg.session.key_store.is_locked
        return
    answer, _ = page.answer_to("1")
    assert answer["alert"]["message"] == "Not locked: the region or the key was changed meanwhile."
    assert pg.session.key_store.is_locked is (what == "another key")
    if what == "another key":
        assert pg.session.key_store.key_for("sandbox").reveal() == API_KEY


def test_what_is_no_key_is_said_at_once_and_asks_nobody(make, sandbox):
    answer, _ = Page(make(settings=CHECKED)).ask("lock_key", key="hello", region="sandbox")
    alert = answer["alert"]
    assert [alert["message"], alert["more"], alert["scope"]] == [
        "Invalid API key format",
        "Keys begin with bye_, followed by letters, digits, _ and - alone.",
        "key",
    ]
    assert "billing" not in [row.route for row in sandbox.requests]


def test_a_host_of_ones_own_is_named(make):
    with Sandbox() as one:
        pg = make("us", base_url=one.url, settings=CHECKED)
        answer, _ = Page(pg).ask("lock_key", key="any/key=1")
        assert answer["alert"]["message"] == f"Not valid for {host_of(one.url)}"
