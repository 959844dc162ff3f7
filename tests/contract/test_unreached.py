"""A host to which no connection is made: why, in words, in every place; and that nothing was sent or paid for."""

import asyncio
import contextlib
import dataclasses
import errno
import re
import socket
import ssl
import time

import pytest

from genwidget import Client
from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.api.transport import Timing, reason_of
from genwidget.catalogue import Catalogue
from genwidget.cli import main
from genwidget.errors import ConnectionFailed, ResumeRefused, RunError, RunLost, RunUnreached
from genwidget.messages import MESSAGES, render
from genwidget.request.validation import prepare
from genwidget.runs import runner
from genwidget.runs.ledger import Ledger
from genwidget.runs.records import facts_of
from genwidget.sandbox import API_KEY, Sandbox
from genwidget.settings import Settings

ONE_TRY = Settings(max_tries=1, connect_timeout_s=1, poll_first_s=0.02, live_models=False)
PROMPT = {"generation_prompt": "A seal"}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def refusing():
    yield f"http://127.0.0.1:{free_port()}"


@contextlib.contextmanager
def nameless():
    yield "https://no-such-host.invalid"


@contextlib.contextmanager
def silent():
    """A host that takes a connection, and says nothing in the handshake."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        yield f"https://127.0.0.1:{one.getsockname()[1]}"


HOSTS = {"refused": refusing, "name": nameless, "timed_out": silent}


def caused(outer, inner):
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (caused(OSError("x"), socket.gaierror(-3, "Temporary failure")), "name"),
        (caused(OSError("x"), OSError(errno.ENETUNREACH, "x")), "route"),
        (caused(OSError("x"), OSError(errno.EHOSTUNREACH, "x")), "route"),
        (caused(OSError("x"), ConnectionRefusedError(errno.ECONNREFUSED, "x")), "refused"),
        (caused(OSError("x"), ssl.SSLCertVerificationError("x")), "certificate"),
        (caused(OSError("x"), ssl.SSLError("x")), "tls"),
        (caused(OSError("x"), TimeoutError()), "timed_out"),
        (ExceptionGroup("x", [ValueError(), OSError(errno.ENETUNREACH, "x")]), "route"),
        (OSError("x"), "other"),
    ],
)
def test_the_reason_is_found_in_what_led_to_an_error(error, reason):
    assert reason_of(error) == reason
    assert MESSAGES[f"unreached_{reason}"].endswith(".")


@pytest.mark.parametrize("reason", HOSTS)
def test_a_client_says_why(reason):
    settings = ONE_TRY if reason == "timed_out" else dataclasses.replace(ONE_TRY, connect_timeout_s=30)

    async def ask(url, call):
        async with Client(key="bye_test", base_url=url, settings=settings) as client:
            with pytest.raises(ConnectionFailed) as caught:
                await call(client)
        return caught.value

    with HOSTS[reason]() as url:
        for call in (lambda one: one.billing(), lambda one: one.generate("bfl/flux-schnell", PROMPT)):
            error = asyncio.run(ask(url, call))
            assert error.message == f"Could not reach {url.partition('://')[2]}"
            assert error.next_step == f"{render(f'unreached_{reason}')} Nothing was sent."
            assert error.may_have_started is False


@pytest.mark.parametrize("reason", HOSTS)
def test_the_shell_says_why_and_ends_with_a_code_of_its_own(reason, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BABYSEA_API_KEY", API_KEY)
    # Only a host that says nothing is given up; a name is looked for as long as that takes.
    limit = "0.3" if reason == "timed_out" else "30"
    for name, value in (("MAX_TRIES", "1"), ("CONNECT_TIMEOUT_S", limit)):
        monkeypatch.setenv(f"GENWIDGET_{name}", value)
    with HOSTS[reason]() as url:
        code = main(["generate", "bfl/flux-schnell", "--prompt", "x", "--base-url", url])
    told = capsys.readouterr().err
    assert code == 3
    assert f"Could not reach {url.partition('://')[2]}" in told
    assert f"{render(f'unreached_{reason}')} Nothing was sent." in told
    assert re.search(r"genwidget runs resume \S+", told)


@pytest.fixture
def carrier(tmp_path):
    one = runner.Runner(ledger=Ledger(tmp_path / "ledger.sqlite3"))
    yield one
    one.close()


def start(carrier, url, **settings):
    request = prepare(Catalogue.load(), "image", "bfl/flux-schnell", PROMPT)
    target = Target("us", url, url, is_own_origin=True)
    given = {name: getattr(ONE_TRY, name) for name in ("max_tries", "connect_timeout_s", "poll_first_s")}
    return carrier.start(request, target, ApiKey(API_KEY), Settings(**given, live_models=False, **settings))


def test_a_run_that_was_not_reached_is_sent_again_as_the_same_intent(carrier):
    port = free_port()
    run = start(carrier, f"http://127.0.0.1:{port}")
    with pytest.raises(RunUnreached) as caught:
        run.wait(20)
    assert [run.state, run.credits, caught.value.run] == ["unreached", 0.0, run]
    assert run.next_step == "It refused the connection. Nothing was sent."
    row = carrier.ledger.find(run.run_id)
    assert [row.state, row.idempotency_key] == ["unreached", run.intent.idempotency_key]
    told = facts_of(row)
    assert [told.state, told.error.message] == ["unreached", f"Could not reach 127.0.0.1:{port}"]
    with Sandbox(port, speed=50) as service:
        run.resume(API_KEY)
        run.wait(20)
        assert len(service.generations) == 1
        assert [one.idempotency_key for one in service.requests if one.route == "generate_image"] == [
            run.intent.idempotency_key
        ]


def test_an_unreached_run_whose_body_was_not_stored_says_that_nothing_was_made(carrier):
    run = start(carrier, f"http://127.0.0.1:{free_port()}", store_bodies=False)
    with pytest.raises(RunUnreached):
        run.wait(20)
    row = carrier.ledger.find(run.run_id)
    later = runner.Runner(ledger=carrier.ledger)
    with pytest.raises(ResumeRefused, match="Nothing was made"):
        later.restore(row).resume(API_KEY)


def posts(service):
    return [one.status for one in service.requests if one.route == "generate_image"]


@pytest.mark.parametrize("state", ["succeeded", "refused", "lost"])
@pytest.mark.parametrize("later_s", [0, 25 * 3600])
def test_a_run_that_another_process_took_up_meanwhile_is_not_sent_again_but_tells_what_came_of_it(
    tmp_path, carrier, state, later_s
):
    now = time.time()
    own = runner.Runner(ledger=Ledger(carrier.ledger.path), timing=Timing(now=lambda: now))
    port = free_port()
    held = start(own, f"http://127.0.0.1:{port}")
    with pytest.raises(RunUnreached):
        held.wait(20)
    assert own.ledger.drain()  # another process reads what became of it
    fault = {"refused": {"kind": "html_403"}, "lost": {"kind": "not_json"}}.get(state)
    with Sandbox(port, speed=50) as service:
        if fault is not None:
            service.faults.add(route="generate", **fault)
        other = carrier.restore(carrier.ledger.find(held.run_id), ONE_TRY).resume(API_KEY)
        with contextlib.suppress(RunError):
            other.wait(20)
        assert (other.state, len(posts(service))) == (state, 1)
        assert carrier.ledger.drain()
        service.faults.clear()
        now += later_s
        if state == "lost" and not later_s:
            assert held.resume(API_KEY).wait(20).state == "succeeded"
            assert len(service.generations) == 1
        else:
            with pytest.raises(ResumeRefused):
                held.resume(API_KEY)
            assert (held.state, own.ledger.find(held.run_id).state) == (state, state)
            assert len(posts(service)) == 1
    own.close()


def test_a_run_that_was_forgotten_is_in_the_ledger_again_before_it_is_sent_again(carrier):
    port = free_port()
    run = start(carrier, f"http://127.0.0.1:{port}")
    with pytest.raises(RunUnreached):
        run.wait(20)
    assert carrier.ledger.forget(run.run_id)
    with Sandbox(port, speed=50) as service:
        service.faults.add(kind="accept_then_drop", route="generate")
        with pytest.raises(RunLost):
            run.resume(API_KEY).wait(20)
        assert len(posts(service)) == 1
    assert carrier.ledger.drain()
    row = carrier.ledger.find(run.run_id)
    assert (row.state, row.idempotency_key) == ("lost", run.intent.idempotency_key), "else nobody can ask for it again"


def test_a_run_whose_row_cannot_be_read_any_more_is_not_sent_again(carrier):
    run = start(carrier, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(RunUnreached):
        run.wait(20)
    assert carrier.ledger.drain()
    carrier.ledger.change(
        lambda file: file.execute("UPDATE runs SET state = 'of a later version'").rowcount == 1
    ).result(20)
    with pytest.raises(ResumeRefused):
        run.resume(API_KEY)
    assert run.state == "unreached"
