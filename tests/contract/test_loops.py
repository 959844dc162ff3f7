"""A client in more than one event loop, in a child process, and after its end: what is paid for is told."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import warnings

import httpx
import pytest

from genwidget.api.client import Client
from genwidget.api.transport import Timing
from genwidget.catalogue import Catalogue
from genwidget.errors import ClientClosed, ConnectionFailed, GenwidgetError
from genwidget.sandbox import API_KEY, Sandbox
from genwidget.settings import Settings
from tests.odd import OddServer

MODEL = "bfl/flux-schnell"
PROMPT = {"generation_prompt": "A seal"}
BUSY = httpx.Response(503, json={"error": {"code": "BSE5001", "message": "busy", "retryable": True}})


@pytest.fixture
def sandbox():
    with Sandbox() as one:
        yield one


def client_of(sandbox, **settings):
    return Client(base_url=sandbox.url, key=API_KEY, settings=Settings(live_models=False, **settings))


def test_a_client_serves_one_loop_after_the_other(sandbox):
    client = client_of(sandbox)
    made = [asyncio.run(client.generate(MODEL, PROMPT)).generation_id for _ in range(3)]
    assert len(set(made)) == len(sandbox.generations) == 3


def test_a_loop_that_ends_closes_its_connections_and_leaves_nothing(sandbox):
    client = client_of(sandbox)
    for _ in range(4):
        asyncio.run(client.status())
    assert len(client._transport._senders._made) == 1, "of a loop that has ended nothing is kept"
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        del client
        gc.collect()
    assert [str(one.message) for one in told] == []


def test_a_client_serves_many_loops_at_once_without_a_lock_of_one_in_another(sandbox):
    client, came = client_of(sandbox), []

    async def ask():
        await asyncio.gather(*(client.status() for _ in range(40)))  # more than there are places

    threads = [threading.Thread(target=lambda: came.append(asyncio.run(ask()))) for _ in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert came == [None] * 5


def test_a_client_asks_for_the_list_of_models_in_each_loop(sandbox):
    client = Client(base_url=sandbox.url, key=API_KEY)

    async def ask():
        return [len(one.models) for one in await asyncio.gather(*(client.known_models() for _ in range(3)))]

    assert asyncio.run(ask()) == asyncio.run(ask())


CHILD = """
    import asyncio, os, sys
    from genwidget import Client, Settings
    url, key, kind = sys.argv[1:]
    given = dict(base_url=url, key=key, settings=Settings(live_models=False))
    values = {"generation_prompt": "A seal"}

    def forked(work):
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            asyncio._set_running_loop(None)
            try:
                print("child", work(), flush=True)
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    if kind == "blocking":
        client = Client.blocking(**given)
        make = lambda: client.generate("bfl/flux-schnell", values).generation_id
        print("parent", make())
        forked(make)
        print("parent", make())
    else:
        client = Client(**given)

        async def make():
            return (await client.generate("bfl/flux-schnell", values)).generation_id

        async def both():
            print("parent", await make())
            forked(lambda: asyncio.new_event_loop().run_until_complete(make()))
            print("parent", await make())
            await client.aclose()

        asyncio.run(both())
"""


@pytest.mark.parametrize("kind", ["blocking", "async"])
def test_a_client_that_a_child_inherits_serves_it_and_the_parent(kind, sandbox):
    command = [sys.executable, "-c", textwrap.dedent(CHILD), sandbox.url, API_KEY, kind]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    said = [line.split() for line in done.stdout.splitlines()]
    assert [who for who, _ in said] == ["parent", "child", "parent"], done.stderr
    assert len({made for _, made in said}) == len(sandbox.generations) == 3


def test_a_child_that_closes_what_it_inherited_leaves_the_parents_connections_open(sandbox):
    client = client_of(sandbox)

    async def both():
        await client.status()
        child = os.fork()
        if child == 0:
            asyncio._set_running_loop(None)
            code = 1
            with contextlib.suppress(BaseException):
                asyncio.new_event_loop().run_until_complete(client.aclose())
                code = 0
            os._exit(code)
        assert os.waitpid(child, 0)[1] == 0  # noqa: ASYNC222 - the child has a loop of its own
        assert (await client.status()).meta.phases.reused
        await client.aclose()

    asyncio.run(both())


#: Every way to ask something of a client.
CALLS = {
    "generate": lambda one: one.generate(MODEL, PROMPT),
    "generate_and_wait": lambda one: one.generate_and_wait(MODEL, PROMPT),
    "wait": lambda one: one.wait("g1"),
    "known_models": lambda one: one.known_models(),
    "list_generations": lambda one: one.list_generations(),
    "get_generation": lambda one: one.get_generation("g1"),
    "cancel_generation": lambda one: one.cancel_generation("g1"),
    "delete_generation": lambda one: one.delete_generation("g1"),
    "generation_status": lambda one: one.generation_status("g1"),
    "library_models": lambda one: one.library_models(),
    "library_providers": lambda one: one.library_providers(),
    "estimate": lambda one: one.estimate(MODEL),
    "status": lambda one: one.status(),
    "usage": lambda one: one.usage(),
    "account": lambda one: one.account(),
    "billing": lambda one: one.billing(),
    "health_providers": lambda one: one.health_providers(),
    "health_models": lambda one: one.health_models(),
    "health_storage": lambda one: one.health_storage(),
    "health_cache": lambda one: one.health_cache(),
}
OTHERS = {"blocking", "over", "target", "aclose", "learn", "attempts", "send", "report_change", "save"}


def test_every_way_to_ask_is_in_the_table():
    public = {name for name in vars(Client) if not name.startswith("_")} | {"save"}
    assert public - OTHERS == CALLS.keys() | {"each_generation"}


@pytest.mark.parametrize("name", CALLS)
def test_a_client_that_was_closed_says_so_and_asks_nothing(name):
    with OddServer() as server:
        server.generates({"generation_id": "g1"})

        async def ask():
            async with Client(base_url=server.url, key="any-key") as client:
                pass
            with pytest.raises(ClientClosed) as caught:
                await CALLS[name](client)
            return caught.value

        error = asyncio.run(ask())
        assert (error.may_have_started, error.next_step) == (False, "Nothing was sent.")
        with Client.blocking(base_url=server.url, key="any-key") as client:
            pass
        with pytest.raises(ClientClosed):
            CALLS[name](client)
        client.close()
        assert server.asked == []


def test_a_list_that_is_walked_after_the_end_says_so():
    with OddServer() as server, Client.blocking(base_url=server.url, key="any-key") as client:
        client.close()
        with pytest.raises(ClientClosed):
            next(client.each_generation())
        assert server.asked == []


def test_a_client_that_is_closed_between_two_tries_makes_no_second_one_and_says_that_the_first_may_have_started():
    sent = []

    async def close_meanwhile(_delay_s):
        await client.aclose()

    def answer(request):
        sent.append(request)
        raise httpx.ReadError("cut")

    client = Client(
        base_url="https://api.example",
        key="any-key",
        transport=httpx.MockTransport(answer),
        timing=Timing(sleep=close_meanwhile),
        catalogue=Catalogue.load(),
    )
    with pytest.raises(ClientClosed) as caught:
        asyncio.run(client.generate(MODEL, PROMPT))
    assert caught.value.may_have_started is True
    assert len(sent) == 1


def test_ctrl_c_in_a_blocking_call_ends_its_tries():
    sent, ended = [], threading.Event()

    async def interrupted(_delay_s):
        os.kill(os.getpid(), signal.SIGINT)
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    def answer(request):
        sent.append(request)
        return BUSY

    client = Client.blocking(
        base_url="https://api.example",
        key="any-key",
        transport=httpx.MockTransport(answer),
        timing=Timing(sleep=interrupted),
        catalogue=Catalogue.load(),
    )
    with pytest.raises(KeyboardInterrupt), client:
        client.generate(MODEL, PROMPT)
    assert ended.wait(10), "its next try is given up"
    assert len(sent) == 1


#: What keeps a request from leaving, by the variable that says it, and a word of what is told.
UNUSABLE = {
    "ALL_PROXY": ("socks5://127.0.0.1:9", "httpx[socks]"),
    "HTTPS_PROXY": ("ftp://user:hunter2@127.0.0.1", "no URL"),
    "HTTP_PROXY": ("http://127.0.0.1:port", "no URL"),
    "https_proxy": ("socks4://127.0.0.1:9", "no URL"),
    "NO_PROXY": ("http://nobody.invalid:port", "no URL"),
    "SSL_CERT_FILE": ("/nowhere/of/all.pem", "No such file"),
    "SSLKEYLOGFILE": ("/nowhere/of/all.log", "No such file"),
}


@pytest.fixture
def unusable(request, monkeypatch):
    for name in [one for one in os.environ if one.lower().endswith("_proxy") or one.startswith("SSL")]:
        monkeypatch.delenv(name)
    value, word = UNUSABLE[request.param]
    if request.param == "ALL_PROXY":
        monkeypatch.setitem(sys.modules, "socksio", None)
    if request.param == "NO_PROXY":
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv(request.param, value)
    return request.param, word


@pytest.mark.parametrize("unusable", UNUSABLE, indirect=True)
def test_a_variable_that_keeps_requests_from_leaving_is_named_and_nothing_is_taken_to_have_left(unusable):
    variable, word = unusable

    async def ask():
        async with Client(
            base_url="https://nobody.invalid", key="any-key", settings=Settings(live_models=False)
        ) as one:
            with pytest.raises(ConnectionFailed) as caught:
                await one.generate(MODEL, PROMPT)
        return caught.value

    error = asyncio.run(ask())
    assert (error.may_have_started, error.attempts, error.reason) == (False, 1, "environment")
    assert f" {variable} " in error.message
    assert word in error.message
    assert "hunter2" not in repr(error) + error.message
    assert error.next_step.endswith("Nothing was sent.")


@pytest.mark.parametrize("kind", [ValueError, ImportError, UnicodeError, AssertionError, AttributeError])
def test_whatever_fails_before_a_byte_has_left_is_told_as_a_host_that_was_not_reached(kind, monkeypatch, sandbox):
    async def fail(*_arguments):
        raise kind("no idea")

    monkeypatch.setattr("genwidget.api.senders.Senders.sender", fail)

    async def ask():
        async with client_of(sandbox, max_tries=1) as client:
            with pytest.raises(GenwidgetError) as caught:
                await client.generate(MODEL, PROMPT)
        return caught.value

    error = asyncio.run(ask())
    assert isinstance(error, ConnectionFailed)
    assert (error.may_have_started, error.next_step) == (False, "No connection was made. Nothing was sent.")
    assert not sandbox.generations


def test_a_socket_of_a_loop_that_nobody_ended_is_closed_with_the_client(sandbox):
    client, loop = client_of(sandbox), asyncio.new_event_loop()
    loop.run_until_complete(client.status())
    senders = client._transport._senders._made[os.getpid(), loop]
    (connection,) = senders._senders[True].aclose.__self__._open
    taken = connection._backend.stream.get_extra_info("socket")
    assert isinstance(taken.fileno(), int)
    assert taken.fileno() != -1
    loop.run_until_complete(client.aclose())
    assert taken.fileno() == -1
    loop.close()
    assert taken.type == socket.SOCK_STREAM
