import copy
import inspect
import itertools
import pickle
import warnings
from types import SimpleNamespace

import pytest
from IPython.core.compilerop import CachingCompiler

from genwidget.api.client import Client
from genwidget.errors import InvalidApiKey, KeyNotLocked
from genwidget.messages import MESSAGES, render
from genwidget.sandbox import API_KEY, STATE_KEYS
from genwidget.widget import cells, key_store
from tests.widget.conftest import FORM, PROMPT, Page

KEY = "bye_TheOneThatIsLooked4"


def locked(pg):
    return pg.session.key_store.key_for(pg.region).reveal()


def test_a_literal_key_is_taken_and_warned_about(make):
    pg = make()
    with pytest.warns(UserWarning, match=r"^The key is now in this program") as told:
        pg.lock_key(f"  {KEY}\n")
    assert str(told[0].message) == MESSAGES["key_literal_file"]
    here = inspect.getsourcelines(test_a_literal_key_is_taken_and_warned_about)[1]
    assert [told[0].filename, told[0].lineno, told[0].line] == [f"({__file__})", here + 3, None]
    shown = warnings.formatwarning(told[0].message, UserWarning, told[0].filename, told[0].lineno, told[0].line)
    assert shown.count("\n") == 1, "without the line of the cell, in which the key is"
    assert [pg.locked, pg.key_hint, locked(pg)] == [True, "bye_TheOn...", KEY]


def test_a_text_that_is_no_key_is_refused_without_a_warning(make):
    pg = make()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InvalidApiKey):
            pg.lock_key("no key")


def test_the_warning_of_a_literal_key_names_the_cell_and_its_line_without_repeating_it(make, monkeypatch):
    cell = f'pg = make()\npg.lock_key("{KEY}")\n'
    compiler = CachingCompiler()
    file = compiler.cache(cell, 7)
    monkeypatch.setattr(cells, "get_ipython", lambda: SimpleNamespace(compile=compiler))
    with pytest.warns(UserWarning, match=r"^The key is now in this cell") as told:
        exec(compiler(cell, file, "exec"), {"make": make})  # noqa: S102 - a cell
    shown = warnings.formatwarning(told[0].message, UserWarning, told[0].filename, told[0].lineno, told[0].line)
    assert shown == f"Cell In[7]:2: UserWarning: {MESSAGES['key_literal']}\n"


LITERAL, CALLED, ENVIRONMENT, TYPED = "bye_Literal0001", "bye_Called000001", "bye_Environment1", "bye_Typed00000001"


@pytest.mark.parametrize("base_url", [None, "https://api.example.com"])
@pytest.mark.parametrize("region", ["us", "eu", "jp", "sandbox"])
@pytest.mark.parametrize("sources", list(itertools.product([True, False], repeat=3)), ids=str)
def test_where_a_key_comes_from_for_each_region_and_host(make, monkeypatch, region, base_url, sources):
    is_literal, is_called, is_set = sources
    monkeypatch.setattr(key_store.getpass, "getpass", lambda prompt: TYPED if prompt == "API key: " else "")
    if is_set:
        monkeypatch.setenv("BABYSEA_API_KEY", ENVIRONMENT)
    else:
        monkeypatch.delenv("BABYSEA_API_KEY", raising=False)
    pg = make(region, base_url=base_url, key=(lambda: CALLED) if is_called else None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pg.lock_key(LITERAL if is_literal else None)
    is_sandbox = region == "sandbox" and base_url is None
    without = API_KEY if is_sandbox else ENVIRONMENT if is_set else TYPED
    assert locked(pg) == (LITERAL if is_literal else CALLED if is_called else without)


@pytest.mark.parametrize("base_url", [None, "https://api.example.com"])
@pytest.mark.parametrize("region", ["us", "eu", "jp", "sandbox"])
@pytest.mark.parametrize("is_set", [True, False])
@pytest.mark.parametrize("given", [None, LITERAL])
def test_where_a_client_takes_its_key_from(monkeypatch, region, base_url, is_set, given):
    monkeypatch.setenv("BABYSEA_API_KEY", ENVIRONMENT if is_set else "")
    is_sandbox = region == "sandbox" and base_url is None
    expected = given or (API_KEY if is_sandbox else ENVIRONMENT if is_set else None)
    key = Client(region, given, base_url=base_url)._key
    assert (key and key.reveal()) == expected


@pytest.mark.parametrize("failure", [EOFError, NotImplementedError])
def test_where_nobody_can_be_asked_it_says_so(make, monkeypatch, failure):
    def ask(_):
        raise failure

    monkeypatch.delenv("BABYSEA_API_KEY", raising=False)
    monkeypatch.setattr(key_store.getpass, "getpass", ask)
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
    assert not pg.session.key_store.is_locked


@pytest.mark.parametrize("region", ["evil", "u s", "us ", "sandbox/..", "x" * 512])
def test_a_key_for_no_region_is_refused(make, region):
    pg = make("us")
    answer, _ = Page(pg).ask("lock_key", key=KEY, region=region)
    assert answer["alert"]["message"].startswith(f"Unknown region: {region}. Choose one of us, eu, jp (APAC), sandbox.")
    assert [answer["ok"], pg.region, pg.locked] == [False, "us", False]


def test_a_key_for_another_region_than_the_kernels_brings_its_region(make):
    """A key can overtake the change of the region in the page; it is of the region that the page showed."""
    pg = make("us")
    assert Page(pg).ask("lock_key", key=KEY, region="eu")[0]["ok"]
    assert [pg.region, pg.host, pg.locked, locked(pg)] == ["eu", "https://api.eu.babysea.ai", True, KEY]


def test_what_stood_around_a_pasted_key_is_left_out_and_the_page_says_so(make):
    pg = make("us")
    page = Page(pg)
    page.ask("lock_key", key=f'export BABYSEA_API_KEY="{KEY}"\u200b', region="us")
    told = page.wait_for("alert", bool)
    assert [locked(pg), told["message"], told["kind"]] == [KEY, MESSAGES["key_taken_out"], "note"]
    page.ask("lock_key", key=KEY, region="us")
    assert pg.alert is None


def test_the_page_knows_before_a_key_is_typed_whether_the_kernel_logs_its_messages(make, caplog):
    pg = make()
    page = Page(pg)
    assert pg.key_entry == "open"
    caplog.set_level("DEBUG", "Comm")
    assert page.ask("check_key_entry")[0]["ok"]
    page.wait_for("key_entry", lambda told: told == "debug_log")
    assert make().key_entry == "debug_log"
    assert make(allow_debug=True).key_entry == "open"
    caplog.set_level("INFO", "Comm")
    page.ask("list_runs")  # any message tells
    page.wait_for("key_entry", lambda told: told == "open")
    page.write(key_entry="debug_log")
    assert pg.key_entry == "open", "only the kernel says"


@pytest.mark.parametrize("kind", ["hello", "lock_key"])
def test_a_view_that_opens_and_a_key_that_arrives_tell_of_the_log(make, caplog, kind):
    pg = make()
    page = Page(pg)
    caplog.set_level("DEBUG", "Comm")
    page.ask(kind, **({"key": KEY} if kind == "lock_key" else {}))
    page.wait_for("key_entry", lambda told: told == "debug_log")
    assert not pg.locked


def test_an_observer_that_fails_keeps_no_key_out_and_shows_no_message(make, capsys):
    pg = make()
    pg.observe(lambda _: 1 / 0, "locked")
    answer, _ = Page(pg).ask("lock_key", key=KEY)
    assert answer["alert"]["message"] == render("unforeseen", kind="ZeroDivisionError")
    assert KEY not in "".join(capsys.readouterr())


@pytest.mark.parametrize("logger", ["", "Comm"])
def test_while_messages_are_logged_a_key_from_the_page_is_refused_unless_allowed(make, caplog, logger):
    refused, allowed = make(), make(allow_debug=True)
    caplog.set_level("DEBUG", logger)
    answer, _ = Page(refused).ask("lock_key", key=API_KEY)
    assert "is in its log now" in MESSAGES["key_in_debug_log"]
    assert "replace it" in MESSAGES["key_in_debug_log"]
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
        pg, pg.get_state(), vars(pg), vars(pg.session), run, vars(run), run.snapshot, pg.session.key_store
    )
    assert key not in page.everything()
    assert key not in caplog.text
    assert key not in "".join(capsys.readouterr())
    for copier in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            copier(pg.session.key_store)
