"""A key reaches the origin that it was locked for and no other, whatever is asked of a run, from page, Python, shell.

Each operation is tried on runs of another origin and of another key, and, to show that it would reach a host, on a run
of the key's own.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import inspect
import re

import pytest

from genwidget import Client, Run
from genwidget.api.keys import ApiKey
from genwidget.api.regions import sandbox_target
from genwidget.api.retry import Attempts
from genwidget.api.transport import Call, Transport
from genwidget.catalogue import Catalogue
from genwidget.cli import main, runs
from genwidget.errors import AuthenticationFailed, GenwidgetError, KeyNotLocked, WrongKey
from genwidget.messages import MESSAGES, SHELL, render
from genwidget.request.validation import prepare
from genwidget.runs import runner
from genwidget.widget import Playground, commands
from genwidget.widget.traits import PlaygroundTraits
from tests.keys.conftest import FAST, KEY, ONE_TRY, OTHER_KEY, send, target_at
from tests.widget.conftest import Page, eventually

FORM = {"model_type": "image", "model_id": "bfl/flux-schnell", "values": {"generation_prompt": "A seal"}}
RECORD = "00000000-0000-4000-8000-000000000000"

#: Commands about a run for which the API is asked with a key, and the state of the run that they are for.
ASKING_COMMANDS = {
    "resume": "lost",
    "check_content": "lost",
    "load_run": "succeeded",
    "fetch_output": "succeeded",
    "delete_run": "succeeded",  # the last: there is nothing to fetch after it
}
OTHER_PARTS = {"fetch_output": {"index": 0}}
#: Commands that ask the API with a key about no run.
OWN_COMMANDS = {
    "send": {**FORM, "intent_id": "i-1", "region": "us"},
    "estimate": FORM,
    "ask_menu_prices": {"model_type": "image"},
    "manage": {"action": "info", "generation_id": RECORD},
    "check_key": {},
    "price_sweep": {
        **FORM,
        "axes": [
            {"name": "model", "values": [one.model_id for one in Catalogue.load().models if one.price is None][:1]}
        ],
    },
    "send_sweep": {**FORM, "intent_id": "i-2", "region": "us", "axes": []},
}
#: A command that asks about a run where it can, and else says why not in its data.
THUMBNAIL = "fetch_thumbnail"
#: Commands that ask with no key.
SILENT_COMMANDS = {
    "hello": {"view": "v"},
    "bye": {"view": "v"},
    "beat": {},
    "cancel": {"run_id": "succeeded"},  # a run that is carried has its key already; any other has ended
    "lock_key": {"key": KEY},
    "check_key_entry": {},
    "unlock_key": {},
    "fetch_body": {"run_id": "succeeded", "which": "record"},
    "fetch_request": {"run_id": "succeeded"},
    "usual_time": {"region": "us", "model_type": "image", "model_id": "bfl/flux-schnell"},
    # Of runs that wait, of which there are none here; each is sent with its own key (`tests/widget/test_unsent.py`).
    "resume_unsent": {},
    "list_runs": {},
    "find_runs": {"search": "seal", "also": ["succeeded"]},
    "rate_run": {"run_id": "succeeded", "rating": 5},
    "forget_run": {"run_id": "succeeded"},
    "fill_from_run": {**FORM, "run_id": "succeeded", "region": "us"},
    "put_part": {"upload": "u"},
    "paste": {**FORM, "region": "us"},
    "add_input": {"region": "us", "filename": "seal.png"},
    "fetch_input": {"region": "us", "url": "http://127.0.0.1:1/sandbox/inputs/floe.png"},
    "list_inputs": {"region": "us"},
    "list_prompts": {},
    "export": {**FORM, "language": "curl", "region": "us"},
    "fetch_schema": {"model_id": "bfl/flux-schnell"},
    "fetch_spending": {},
    "fetch_module": {"name": "json"},
    # Of a batch that was not begun here nothing is told; one that was has a host and a key of its own, which are
    # checked wherever it goes on (`batch/lookup.py`), and at each run.
    "plan_sweep": {**FORM, "axes": []},
    "export_sweep": {**FORM, "language": "shell", "region": "us", "axes": []},
    "open_sheet": {"batch_id": "b_0123"},
    "watch_cells": {"batch_id": "b_0123", "view": "v", "positions": [0]},
    "fetch_thumbnails": {"batch_id": "b_0123", "positions": [0]},
    "fetch_item_output": {"batch_id": "b_0123", "position": 0, "index": 0},
    "rate_item": {"batch_id": "b_0123", "position": 0, "rating": 5},
    "retry_item": {"batch_id": "b_0123", "position": 0},
    "load_item": {"batch_id": "b_0123", "position": 0},
    "steer_batch": {"batch_id": "b_0123", "action": "resume"},
    "fetch_picks": {"batch_id": "b_0123"},
    "export_batch": {"batch_id": "b_0123", "language": "python"},
}

ASKING_METHODS = {
    "delete": ("succeeded", lambda run, key: run.delete(key, timeout_s=20)),
    "search": ("lost", lambda run, key: run.search(key, timeout_s=20)),
    "reload": ("succeeded", lambda run, key: run.reload(key, timeout_s=20)),
    "resume": ("lost", lambda run, key: run.resume(key)),
}
SILENT_METHODS = {"wait", "cancel", "rate", "subscribe", "advance", "restate", "outputs", "recipe"}

ASKING_SHELL = {"resume": "lost", "save": "succeeded", "find": "lost"}
SILENT_SHELL = {"list", "show", "forget", "spent"}

OWN_PLAYGROUND = {"send", "compare", "sweep"}
SILENT_PLAYGROUND = {
    "lock_key",
    "unlock_key",
    "export",
    "paste",
    "close",
    "problems",
    "open",
    "get_state",
    "set_state",
    "post",
    "fold",
    "unfold",
}

CLIENT_CALLS = {
    "generate": ("bfl/flux-schnell", {"generation_prompt": "A seal"}),
    "generation_status": (RECORD,),
    "wait": (RECORD,),
    "generate_and_wait": ("bfl/flux-schnell", {"generation_prompt": "A seal"}),
    "get_generation": (RECORD,),
    "list_generations": (),
    "cancel_generation": (RECORD,),
    "delete_generation": (RECORD,),
    "library_models": (),
    "known_models": (),
    "learn": (),
    "library_providers": (),
    "estimate": ("bfl/flux-schnell",),
    "status": (),
    "usage": (),
    "account": (),
    "billing": (),
    "health_providers": (),
    "health_models": (),
    "health_storage": (),
    "health_cache": (),
    "send": ("GET", "/v1/status"),
    "attempts": ("/v1/generate/image/bfl/flux-schnell", b"{}", "intent-1"),
    "each_generation": (),
}
CLIENT_OTHER = {"save", "over", "blocking", "target", "aclose", "report_change"}


# Every operation is in a table above.


def public(*kinds):
    names = {name for kind in kinds for name in vars(kind)}
    return {name for name in names if not name.startswith("_")}


def test_every_command_of_the_page_is_in_a_table():
    kinds = set(commands._READER.json_schema()["discriminator"]["mapping"])
    assert kinds == ASKING_COMMANDS.keys() | OWN_COMMANDS.keys() | SILENT_COMMANDS.keys() | {THUMBNAIL}


def test_every_method_of_a_run_is_in_a_table():
    facts = {name for name in public(Run) if isinstance(vars(Run)[name], property)} - SILENT_METHODS
    assert public(Run) - facts == ASKING_METHODS.keys() | SILENT_METHODS


def test_every_method_of_a_playground_is_in_a_table():
    methods = {name for name in public(Playground, PlaygroundTraits) if inspect.isroutine(getattr(Playground, name))}
    assert methods == (OWN_PLAYGROUND | SILENT_PLAYGROUND) - {"problems"}


def test_every_method_of_a_client_is_in_a_table():
    methods = {name for kind in Client.__mro__ for name in vars(kind) if kind is not object and name[0] != "_"}
    assert methods == CLIENT_CALLS.keys() | CLIENT_OTHER


def test_every_command_of_the_shell_about_runs_is_in_a_table():
    parser = argparse.ArgumentParser()
    runs.add_parser(parser.add_subparsers())
    (below,) = (one for one in parser._actions if one.choices)
    (below,) = (one for one in below.choices["runs"]._actions if one.choices)
    assert set(below.choices) == ASKING_SHELL.keys() | SILENT_SHELL


# Who hears of a key.


def keys_in(host):
    return [key for key in (KEY, OTHER_KEY) if key.encode() in host.heard]


def names_hosts(sentence, *hosts):
    return all(host.url in sentence for host in hosts)


@pytest.fixture
def lock(make, home):
    """Make a playground at home, with a key locked, which knows the runs of the ledger."""

    def lock(key, **options):
        pg = make(**{"base_url": home.url, **options})
        pg.session.lock_key(key, pg.region)
        page = Page(pg)
        page.ask("hello", view="v")
        eventually(lambda: len(pg.runs) >= 4)
        return pg, page

    return lock


@pytest.mark.parametrize("kind", ASKING_COMMANDS)
def test_the_page_asks_about_a_run_of_its_own_key_at_its_own_host(lock, ids, home, foreign, kind):
    _, page = lock(KEY)
    answer, _ = page.ask(kind, run_id=ids["home", ASKING_COMMANDS[kind]], **OTHER_PARTS.get(kind, {}))
    assert answer["ok"], answer
    eventually(lambda: keys_in(home) == [KEY])
    assert foreign.heard == b""


@pytest.mark.parametrize("kind", ASKING_COMMANDS)
@pytest.mark.parametrize("key", [KEY, OTHER_KEY], ids=["same-key", "other-key"])
def test_the_page_asks_nothing_about_a_run_of_another_host(lock, ids, home, foreign, kind, key):
    _, page = lock(key)
    answer, _ = page.ask(kind, run_id=ids["foreign", ASKING_COMMANDS[kind]], **OTHER_PARTS.get(kind, {}))
    assert not answer["ok"]
    assert names_hosts(answer["alert"]["message"], home, foreign), answer["alert"]["message"]
    assert [foreign.heard, home.heard] == [b"", b""]


@pytest.mark.parametrize("kind", ASKING_COMMANDS)
def test_the_page_asks_nothing_about_a_run_of_another_key(lock, ids, home, foreign, kind):
    _, page = lock(OTHER_KEY)
    answer, _ = page.ask(kind, run_id=ids["home", ASKING_COMMANDS[kind]], **OTHER_PARTS.get(kind, {}))
    code = "resume_other_key" if kind == "resume" else "key_of_other_run"
    assert [answer["ok"], answer["alert"]["message"]] == [False, MESSAGES[code]]
    assert [foreign.heard, home.heard] == [b"", b""]


@pytest.mark.parametrize(
    ("whose", "key", "heard"), [("home", KEY, [KEY]), ("home", OTHER_KEY, []), ("foreign", KEY, [])]
)
def test_a_thumbnail_is_asked_of_the_runs_own_host_with_its_own_key(lock, ids, home, foreign, whose, key, heard):
    _, page = lock(key)
    answer, _ = page.ask(THUMBNAIL, run_id=ids[whose, "succeeded"])
    assert answer["ok"]
    assert heard or answer["data"]["reason"]
    assert [foreign.heard, keys_in(home)] == [b"", heard]


@pytest.mark.parametrize("kind", ASKING_COMMANDS)
@pytest.mark.parametrize("region", ["us", "eu", "sandbox"])
def test_a_regions_key_does_not_reach_the_host_of_an_old_base_url(
    lock, ids, foreign, service, monkeypatch, kind, region
):
    monkeypatch.setenv("GENWIDGET_SANDBOX_URL", service.url)
    pg, page = lock(KEY, base_url=None, region=region)
    answer, _ = page.ask(kind, run_id=ids["foreign", ASKING_COMMANDS[kind]], **OTHER_PARTS.get(kind, {}))
    assert not answer["ok"]
    assert foreign.url in answer["alert"]["message"]
    assert pg.host in answer["alert"]["message"]
    assert foreign.heard == b""


@pytest.mark.parametrize("kind", ASKING_COMMANDS)
def test_without_a_key_the_page_asks_nothing(make, ids, home, foreign, kind):
    pg = make(base_url=home.url)
    page = Page(pg)
    page.ask("hello", view="v")
    eventually(lambda: len(pg.runs) >= 4)
    answer, _ = page.ask(kind, run_id=ids["home", ASKING_COMMANDS[kind]], **OTHER_PARTS.get(kind, {}))
    assert answer["ok"] is (kind == "load_run"), "what the ledger has of a run is shown without asking"
    assert [foreign.heard, home.heard] == [b"", b""]


@pytest.mark.parametrize("kind", OWN_COMMANDS)
def test_a_command_about_no_run_goes_to_the_own_host(lock, home, foreign, kind):
    _, page = lock(KEY)
    page.ask(kind, **OWN_COMMANDS[kind])
    eventually(lambda: keys_in(home) == [KEY])
    assert foreign.heard == b""


@pytest.mark.parametrize("how", ["page", "Python"])
def test_a_key_is_checked_at_its_own_host_alone(make, home, foreign, how):
    pg = make(base_url=home.url, settings=dataclasses.replace(FAST, check_keys=True))
    if how == "page":
        assert Page(pg).ask("lock_key", key=KEY)[0]["ok"]
    else:
        pg.session.lock_key(KEY, "us")
    eventually(lambda: keys_in(home) == [KEY])
    assert home.calls == ["GET /v1/user/billing"]
    assert foreign.heard == b""


@pytest.mark.parametrize("kind", SILENT_COMMANDS)
@pytest.mark.parametrize("whose", ["home", "foreign"])
def test_any_other_command_carries_no_key(lock, ids, home, foreign, kind, whose):
    _, page = lock(KEY)
    parts = dict(SILENT_COMMANDS[kind])
    if "run_id" in parts:
        parts["run_id"] = ids[whose, parts["run_id"]]
    page.ask(kind, **parts)
    assert [keys_in(foreign), keys_in(home)] == [[], []]


def restored(ids, whose, state, **options):
    return runner.shared().restore(runner.shared().ledger.find(ids[whose, state]), FAST, **options)


@pytest.mark.parametrize("method", ASKING_METHODS)
@pytest.mark.parametrize("source", ["given", "object", "in-use", "environment"])
def test_a_run_asks_its_own_host_with_its_own_key(ids, home, foreign, monkeypatch, method, source):
    state, call = ASKING_METHODS[method]
    options = {"key_source": lambda: ApiKey(KEY).at(home.url)} if source == "in-use" else {}
    if source == "environment":
        monkeypatch.setenv("BABYSEA_API_KEY", KEY)
    call(restored(ids, "home", state, **options), {"given": KEY, "object": ApiKey(KEY)}.get(source))
    eventually(lambda: keys_in(home) == [KEY])
    assert foreign.heard == b""


@pytest.mark.parametrize("method", ASKING_METHODS)
@pytest.mark.parametrize("source", ["given", "object", "bound", "in-use", "environment"])
def test_a_run_of_another_host_hears_nothing(ids, home, foreign, monkeypatch, method, source):
    """The key is the one locked at home; the run was sent elsewhere, with another."""
    state, call = ASKING_METHODS[method]
    at_home = ApiKey(OTHER_KEY).at(home.url)
    options = {"key_source": lambda: at_home} if source == "in-use" else {}
    if source == "environment":
        monkeypatch.setenv("BABYSEA_API_KEY", OTHER_KEY)
    given = {"given": OTHER_KEY, "object": ApiKey(OTHER_KEY), "bound": at_home}.get(source)
    run = restored(ids, "foreign", state, **options)
    with pytest.raises(GenwidgetError) as refused:
        call(run, given)
    if source in {"bound", "in-use"}:
        assert type(refused.value) is WrongKey
        assert names_hosts(refused.value.message, home, foreign)
    else:
        assert refused.value.message in {MESSAGES["resume_other_key"], MESSAGES["key_of_other_run"]}
    assert [foreign.heard, home.heard] == [b"", b""]


@pytest.mark.parametrize("method", ASKING_METHODS)
@pytest.mark.parametrize("source", ["bound", "in-use"])
def test_a_key_bound_to_one_host_is_not_sent_to_another_even_where_the_run_was_sent_with_it(
    ids, home, foreign, method, source
):
    state, call = ASKING_METHODS[method]
    at_home = ApiKey(KEY).at(home.url)
    options = {"key_source": lambda: at_home} if source == "in-use" else {}
    with pytest.raises(WrongKey) as refused:
        call(restored(ids, "foreign", state, **options), at_home if source == "bound" else None)
    assert names_hosts(refused.value.message, home, foreign)
    assert [foreign.heard, home.heard] == [b"", b""]


@pytest.mark.parametrize("method", ASKING_METHODS)
@pytest.mark.parametrize("source", ["given", "object", "in-use", "environment"])
def test_a_run_of_another_key_is_not_asked_about(ids, home, foreign, monkeypatch, method, source):
    state, call = ASKING_METHODS[method]
    options = {"key_source": lambda: ApiKey(OTHER_KEY).at(home.url)} if source == "in-use" else {}
    if source == "environment":
        monkeypatch.setenv("BABYSEA_API_KEY", OTHER_KEY)
    with pytest.raises(GenwidgetError) as refused:
        call(restored(ids, "home", state, **options), {"given": OTHER_KEY, "object": ApiKey(OTHER_KEY)}.get(source))
    assert refused.value.message in {MESSAGES["resume_other_key"], MESSAGES["key_of_other_run"]}
    assert [foreign.heard, home.heard] == [b"", b""]


@pytest.mark.parametrize("method", sorted(SILENT_METHODS - {"subscribe", "advance", "restate"}))
def test_any_other_method_of_a_run_sends_no_key(ids, home, foreign, monkeypatch, method):
    monkeypatch.setenv("BABYSEA_API_KEY", KEY)
    run = restored(ids, "foreign", "succeeded", key_source=lambda: ApiKey(KEY).at(home.url))
    if method == "wait":
        run.wait()
    elif method == "cancel":
        with pytest.raises(GenwidgetError):
            run.cancel(20)
    elif method == "recipe":
        assert run.recipe.json_text
    else:
        assert run.outputs == ()
    assert [keys_in(foreign), keys_in(home)] == [[], []]


def test_a_run_under_way_is_canceled_with_the_key_that_it_was_sent_with(service, make, ids, home, foreign):
    service.hold()
    pg = make(base_url=foreign.url)
    pg.session.lock_key(KEY, "us")
    run = pg.send()
    eventually(lambda: run.generation_id)
    pg.session.lock_key(OTHER_KEY, "us")
    run.cancel(20)
    service.let_go()
    assert [keys_in(foreign), home.heard] == [[KEY], b""]


@pytest.mark.parametrize("command", ASKING_SHELL)
@pytest.mark.parametrize("whose", ["home", "foreign"])
def test_the_shell_asks_nothing_with_another_key(ids, home, foreign, monkeypatch, capsys, tmp_path, command, whose):
    monkeypatch.setenv("BABYSEA_API_KEY", OTHER_KEY)
    monkeypatch.chdir(tmp_path)
    assert main(["runs", command, ids[whose, ASKING_SHELL[command]]]) != 0
    said = capsys.readouterr().err
    assert SHELL["resume_other_key" if command == "resume" else "key_of_other_run"] in said
    assert [foreign.heard, home.heard] == [b"", b""]


@pytest.mark.parametrize("command", ASKING_SHELL)
def test_the_shell_asks_with_the_runs_own_key(ids, home, foreign, monkeypatch, tmp_path, command):
    monkeypatch.setenv("BABYSEA_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    main(["runs", command, ids["foreign", ASKING_SHELL[command]]])
    assert [keys_in(foreign), home.heard] == [[KEY], b""]


@pytest.mark.parametrize("command", sorted(SILENT_SHELL))
def test_any_other_command_of_the_shell_asks_nobody(ids, home, foreign, monkeypatch, command):
    monkeypatch.setenv("BABYSEA_API_KEY", KEY)
    assert main(["runs", command, *([] if command in {"list", "spent"} else [ids["foreign", "succeeded"]])]) == 0
    assert [foreign.heard, home.heard] == [b"", b""]


@pytest.mark.parametrize("name", CLIENT_CALLS)
def test_a_client_sends_its_key_to_its_own_host_alone(home, foreign, ids, name):
    async def ask():
        async with Client(
            base_url=home.url, key=KEY, settings=dataclasses.replace(ONE_TRY, live_models=True)
        ) as client:
            made = getattr(client, name)(*CLIENT_CALLS[name])
            if inspect.isasyncgen(made):
                return [one async for one in made]
            answer = await made
            return [one async for one in answer] if isinstance(answer, Attempts) else answer

    try:
        asyncio.run(ask())
    except GenwidgetError as error:
        assert not isinstance(error, KeyNotLocked), error  # noqa: PT017 - the answers of the sandbox are its own
    assert home.calls
    assert keys_in(home) == ([] if name == "generation_status" else [KEY])
    assert foreign.heard == b""


# The last line of defence: the transport, which no caller can talk round.


@pytest.mark.parametrize("key", [ApiKey(KEY), ApiKey(KEY).at("https://api.us.babysea.ai")], ids=["unbound", "bound"])
def test_the_transport_sends_no_key_that_is_not_of_the_url(home, key):
    home.forget()

    async def ask():
        transport = Transport(FAST)
        try:
            await transport.exchange(Call("GET", f"{home.url}/v1/status", key=key))
        finally:
            await transport.aclose()

    with pytest.raises(WrongKey):
        asyncio.run(ask())
    assert home.heard == b""


@pytest.mark.parametrize(
    ("own", "asked"),
    [
        ("http://127.0.0.1:1", "http://127.0.0.1:1@evil.example/v1"),
        ("https://h.example", "https://h.example.evil.example/v1"),
        ("https://h.example", "http://h.example/v1"),
        ("https://h.example", "https://h.example:444/v1"),
        ("https://h.example", "https://h.example\\@evil.example/v1"),
    ],
)
def test_the_transport_reads_urls_as_httpx_does(own, asked):
    async def ask():
        transport = Transport(FAST)
        try:
            await transport.exchange(Call("GET", asked, key=ApiKey(KEY).at(own)))
        finally:
            await transport.aclose()

    with pytest.raises(GenwidgetError) as refused:
        asyncio.run(ask())
    assert type(refused.value) is WrongKey


def test_an_api_of_another_host_is_refused_its_key(home):
    async def ask():
        transport = Transport(FAST)
        try:
            await Client.over(target_at(home), ApiKey(KEY).at("https://api.us.babysea.ai"), transport).status()
        finally:
            await transport.aclose()

    with pytest.raises(WrongKey):
        asyncio.run(ask())


def test_a_run_is_not_started_with_a_key_of_another_host(ids, home, foreign):
    carrier = runner.shared()
    before = len(carrier.ledger.rows())
    with pytest.raises(WrongKey):
        carrier.start(_request(), target_at(foreign), ApiKey(KEY).at(home.url), FAST)
    assert [foreign.heard, len(carrier.ledger.rows())] == [b"", before]


def _request():
    return prepare(Catalogue.load(), "image", "bfl/flux-schnell", {"generation_prompt": "A seal"})


# The sandbox, whose port is another in each process and whose keys are public.


def test_a_key_locked_for_the_sandbox_stays_at_the_one_it_was_locked_for(make, home, foreign, monkeypatch):
    monkeypatch.setenv("GENWIDGET_SANDBOX_URL", home.url)
    pg = make("sandbox")
    pg.lock_key()
    monkeypatch.setenv("GENWIDGET_SANDBOX_URL", foreign.url)
    pg.send().wait(20)
    assert [keys_in(home), foreign.heard] == [[KEY], b""]


def test_a_key_locked_for_the_own_sandbox_stays_there(make, foreign, monkeypatch):
    monkeypatch.delenv("GENWIDGET_SANDBOX_URL", raising=False)
    pg = make("sandbox")
    pg.lock_key()
    monkeypatch.setenv("GENWIDGET_SANDBOX_URL", foreign.url)
    assert pg.session.hosts.find("sandbox").api_url != foreign.url
    assert foreign.heard == b""


@pytest.mark.parametrize("key", [KEY, "bye_ARealKeyThatSomeoneLockedForTheSandbox"], ids=["public", "real"])
def test_only_a_public_key_follows_the_sandbox_to_another_port(ids, home, foreign, monkeypatch, key):
    monkeypatch.setenv("GENWIDGET_SANDBOX_URL", home.url)
    carrier = runner.shared()
    run = carrier.start(_request(), sandbox_target(home.url), ApiKey(key), ONE_TRY)
    eventually(lambda: run.is_terminal)
    row = carrier.ledger.find(run.run_id)
    home.forget()
    monkeypatch.setenv("GENWIDGET_SANDBOX_URL", foreign.url)
    later = runner.Runner(ledger=carrier.ledger)
    again = later.restore(row, FAST)
    with contextlib.suppress(AuthenticationFailed):  # the sandbox does not know the real one
        again.search(key, timeout_s=20)
    assert [key.encode() in foreign.heard, key.encode() in home.heard] == [key == KEY, key != KEY]
    later.close()


def test_the_sentences_say_what_to_do():
    told = render("key_of_other_host", locked="https://a", wanted="https://b")
    assert re.search(r"lock a key for https://b", told)


def test_a_run_sent_now_is_as_bound_as_one_of_the_ledger(make, ids, home, foreign):
    run = send(runner.shared(), foreign).wait(20)
    pg = make(base_url=home.url)
    pg.session.lock_key(KEY, "us")
    page = Page(pg)
    page.ask("hello", view="v")
    eventually(lambda: any(one.run_id == run.run_id for one in pg.runs))
    foreign.forget()
    answer, _ = page.ask("check_content", run_id=run.run_id)
    assert names_hosts(answer["alert"]["message"], home, foreign)
    assert foreign.heard == b""
