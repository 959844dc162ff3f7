import copy
import pickle
import warnings

import pytest

from genwidget.errors import InvalidApiKey, KeyNotLocked
from genwidget.messages import MESSAGES
from genwidget.sandbox import API_KEY, STATE_KEYS
from genwidget.widget import policy
from tests.widget.conftest import FORM, PROMPT, Page

KEY = "bye_TheOneThatIsLooked4"


def locked(pg):
    return pg.session.policy.key_for(pg.region).reveal()


def test_a_literal_key_is_taken_and_warned_about(make):
    pg = make()
    with pytest.warns(UserWarning, match=r"^The key is now in this cell") as told:
        pg.lock_key(f"  {KEY}\n")
    assert str(told[0].message) == MESSAGES["key_literal"]
    assert told[0].filename == __file__
    assert [pg.locked, pg.key_hint, locked(pg)] == [True, "bye_TheOn...", KEY]


def test_without_a_literal_the_callable_comes_first_then_the_environment_then_the_sandbox(make, monkeypatch):
    monkeypatch.setenv("BABYSEA_API_KEY", "bye_environment1")
    pg = make(key=lambda: KEY)
    pg.lock_key()
    assert locked(pg) == KEY
    pg = make()
    pg.lock_key()
    assert locked(pg) == "bye_environment1"
    monkeypatch.delenv("BABYSEA_API_KEY")
    pg = make()
    pg.lock_key()
    assert locked(pg) == API_KEY


def test_last_of_all_the_key_is_asked_for(make, monkeypatch):
    monkeypatch.delenv("BABYSEA_API_KEY", raising=False)
    monkeypatch.setattr(policy.getpass, "getpass", lambda prompt: KEY if prompt == "API key: " else "")
    pg = make("us")
    pg.lock_key()
    assert locked(pg) == KEY


@pytest.mark.parametrize("failure", [EOFError, NotImplementedError])
def test_where_nobody_can_be_asked_it_says_so(make, monkeypatch, failure):
    def ask(_):
        raise failure

    monkeypatch.delenv("BABYSEA_API_KEY", raising=False)
    monkeypatch.setattr(policy.getpass, "getpass", ask)
    with pytest.raises(KeyNotLocked) as refused:
        make("us").lock_key()
    assert refused.value.message == "No API key: set BABYSEA_API_KEY, or give one."


@pytest.mark.parametrize("key", ["", "   ", "hello", "bye_", "bye_a b", "bye_\x00a", "bye_\u202eabc", "bye_é"])
def test_what_is_no_key_is_refused_and_what_was_locked_stays(pg, key):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(InvalidApiKey) as refused:
            pg.lock_key(key)
    assert refused.value.message == "Invalid API key format"
    assert [pg.locked, locked(pg)] == [True, API_KEY]


def test_a_custom_host_takes_any_key_that_a_header_can_carry(make, sandbox):
    pg = make(base_url=sandbox.url, key=lambda: "any/key=1")
    pg.lock_key()
    assert locked(pg) == "any/key=1"
    assert [pg.host, pg.host_fixed] == [sandbox.url, True]


def test_unlocking_forgets_the_key(pg):
    pg.unlock_key()
    assert [pg.locked, pg.key_hint] == [False, ""]
    with pytest.raises(KeyNotLocked) as refused:
        pg.send()
    assert refused.value.message == "Please lock your API key first"


def test_another_region_unlocks_and_says_so(pg, page):
    pg.region = "eu"
    assert [pg.locked, pg.key_hint, pg.host] == [False, "", "https://api.eu.babysea.ai"]
    assert [pg.alert["message"], pg.alert["kind"], pg.alert["scope"]] == [
        "API key unlocked: a key belongs to one region. Lock a key for EU.",
        "note",
        "key",
    ]


def test_a_key_that_overtakes_its_region_stays_locked_when_the_region_arrives(make):
    pg = make("us")
    page = Page(pg)
    assert page.ask("lock_key", key=API_KEY, region="sandbox")[0]["ok"]
    page.write(region="sandbox")
    assert [pg.region, pg.locked, locked(pg)] == ["sandbox", True, API_KEY]


def test_a_key_of_one_region_is_not_used_for_another(make, sandbox):
    pg = make("us")
    page = Page(pg)
    page.ask("lock_key", key=API_KEY, region="us")
    answer = page.send()
    assert FORM["region"] == "sandbox"
    assert answer["alert"]["message"] == "Please lock your API key first"
    assert sandbox.generations == []


def test_close_forgets_the_key(pg):
    pg.close()
    assert not pg.session.policy.is_locked


@pytest.mark.parametrize("logger", ["", "Comm"])
def test_while_messages_are_logged_a_key_from_the_page_is_refused_unless_allowed(make, caplog, logger):
    refused, allowed = make(), make(allow_debug=True)
    caplog.set_level("DEBUG", logger)
    answer, _ = Page(refused).ask("lock_key", key=API_KEY)
    assert [answer["ok"], answer["alert"]["message"]] == [False, MESSAGES["key_in_debug_log"]]
    assert not refused.locked
    assert Page(allowed).ask("lock_key", key=API_KEY)[0]["ok"]
    assert allowed.locked
    caplog.set_level("INFO", logger)
    assert Page(refused).ask("lock_key", key=API_KEY)[0]["ok"]


def test_the_key_is_in_nothing_that_reaches_the_page_or_can_be_printed(make, sandbox, caplog, capsys):
    key = STATE_KEYS["other_account"]
    pg = make(values={"generation_prompt": PROMPT})
    page = Page(pg)
    assert page.ask("lock_key", key=key)[0]["ok"]
    caplog.set_level(0)
    run = pg.send()
    run.wait(15)
    page.ask("fetch_body", run_id=run.run_id, which="record")
    page.ask("list_runs")
    print(  # noqa: T201 - what a cell might print
        pg, pg.get_state(), vars(pg), vars(pg.session), run, vars(run), run.facts, pg.session.policy
    )
    assert key not in page.everything()
    assert key not in caplog.text
    assert key not in "".join(capsys.readouterr())
    for copier in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            copier(pg.session.policy)
