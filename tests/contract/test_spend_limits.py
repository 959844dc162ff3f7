"""Spend limits over real HTTP: what the sandbox charges is never more, and what is counted is what it charged."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import pytest

from genwidget import Client
from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.catalogue import Catalogue
from genwidget.cli import main
from genwidget.errors import InsufficientCredits, RunCanceled, RunRefused, RunUnreached, SpendLimitReached
from genwidget.request.validation import prepare
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from genwidget.runs.spend_limit import Spending, SpendLimit
from genwidget.sandbox import API_KEY, STATE_KEYS, Limits, Sandbox
from genwidget.settings import Settings
from tests.holding import HoldingSandbox

ROOT = Path(__file__).parents[2]
PRICE = Decimal("0.005")
SETTINGS = Settings(poll_first_s=0.02, poll_max_s=0.1, retry_first_s=0.01, live_models=False)
SCOPE = "batch:1"


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("GENWIDGET_DATA_DIR", str(tmp_path))
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def carrier(path):
    one = Runner(ledger=Ledger(path))
    yield one
    one.close()


def start(carrier, url, limit="5", key=API_KEY, **more):
    request = prepare(Catalogue.load(), "image", "bfl/flux-schnell", {"generation_prompt": "A seal"})
    target = Target("us", url, url, is_own_origin=True)
    limits = [SpendLimit(SCOPE, Decimal(limit))]
    return carrier.start(request, target, ApiKey(key), SETTINGS, limits=limits, **more)


def counted(carrier):
    assert carrier.ledger.drain(10)
    found = carrier.ledger.spending(SCOPE, is_sandbox=True)
    assert found == carrier.ledger.spending(is_sandbox=True)
    return found


def charged(sandbox):
    return -sum(Decimal(str(one["amount"])) for one in sandbox.credit_events if one["kind"] in {"reserve", "refund"})


SENDER = """
import sys
from pathlib import Path
from genwidget.errors import RunRefused, SpendLimitReached
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from tests.contract.test_spend_limits import start
path, url, count, limit = sys.argv[1:]
carrier = Runner(ledger=Ledger(Path(path)))
print("ready", flush=True)
sys.stdin.readline()
succeeded = refused = 0
for run in [start(carrier, url, limit) for _ in range(int(count))]:
    try:
        run.wait(90)
        succeeded += 1
    except RunRefused as error:
        assert isinstance(error.__cause__, SpendLimitReached), error.__cause__
        refused += 1
print(succeeded, refused, flush=True)
sys.stdin.readline()
carrier.close()
"""


def begin(*arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", SENDER, *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n", process.stderr.read()
    return process


def tell(process):
    process.stdin.write("\n")
    process.stdin.flush()


def test_processes_that_send_at_once_are_charged_exactly_up_to_their_limit(path, carrier):
    with Sandbox(speed=50, limits=Limits(generate_per_window=10_000, images_at_once=100)) as sandbox:
        senders = [begin(path, sandbox.url, 16, "0.122") for _ in range(3)]
        for one in senders:
            tell(one)
        told = [one.communicate("\n", timeout=120) for one in senders]
        assert [one.returncode for one in senders] == [0, 0, 0], told
        succeeded, refused = (sum(map(int, one)) for one in zip(*(out.split() for out, _ in told), strict=True))
        assert (succeeded, refused) == (24, 24)
        assert charged(sandbox) == 24 * PRICE <= Decimal("0.122")
    assert counted(carrier) == Spending(24 * PRICE, Decimal(0))


@pytest.fixture
def told(carrier):
    """What the timelines of all runs told, each time with whether the ledger had let the run through."""
    told = []

    def note(run):
        told.append((run.snapshot.is_recorded, [one.label for one in run.timeline if one.confirmed]))

    def watch(run, *_):
        note(run)
        run.subscribe(note)

    carrier.watch_runs(watch)
    return told


def test_sending_is_told_once_the_limit_was_checked_and_not_before(carrier, told):
    with Sandbox(speed=50) as sandbox:
        run = start(carrier, sandbox.url)
        run.wait(20)
    assert {label for is_through, labels in told if not is_through for label in labels} == {"Checking the spend limit"}
    assert any(labels[-1] == "Sending request" for is_through, labels in told if is_through)
    assert [one.label for one in run.timeline][:2] == ["Request sent", "Accepted"]


def test_sending_is_never_told_of_what_a_limit_refuses(carrier, told):
    with Sandbox(speed=50) as sandbox, pytest.raises(RunRefused):
        start(carrier, sandbox.url, limit="0.001").wait(20)
    assert told
    assert "Sending request" not in {label for _, labels in told for label in labels}


def test_a_run_with_a_limit_that_waits_for_its_turn_does_not_tell_of_sending_before_its_check(carrier, told):
    with Sandbox(speed=50) as sandbox:
        runs = [start(carrier, sandbox.url) for _ in range(8)]  # four of an account are sent at first
        for run in runs:
            run.wait(30)
    waited = [labels for is_through, labels in told if not is_through and any("Waiting" in one for one in labels)]
    assert waited
    assert "Sending request" not in {label for labels in waited for label in labels}


def test_what_a_killed_process_had_under_way_stays_reserved_and_is_settled_by_the_next(path, carrier):
    with HoldingSandbox(speed=50) as sandbox:
        sandbox.hold()
        sender = begin(path, sandbox.url, 3, "0.015")
        tell(sender)
        while len(sandbox.generations) < 3 or {row.state for row in carrier.ledger.rows()} & {"sending", "waiting"}:
            assert sender.poll() is None, sender.communicate()
        sender.send_signal(signal.SIGKILL)
        sender.communicate(timeout=30)
        assert counted(carrier) == Spending(Decimal(0), 3 * PRICE)
        with pytest.raises(RunRefused, match="would be passed"):
            start(carrier, sandbox.url, "0.015").wait(30)
        sandbox.let_go()
        for row in carrier.ledger.rows():
            run = carrier.restore(row, SETTINGS)
            run.resume(API_KEY)
            run.wait(30)
        assert counted(carrier) == Spending(charged(sandbox), Decimal(0))
        assert charged(sandbox) == 3 * PRICE


def test_what_a_run_that_reached_nobody_would_cost_is_reserved_again_before_it_is_sent_again(carrier):
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    run = start(carrier, f"http://127.0.0.1:{port}", "0.005")
    with pytest.raises(RunUnreached):
        run.wait(30)
    assert counted(carrier) == Spending()
    with Sandbox(port, speed=50) as sandbox:
        start(carrier, sandbox.url, "0.005").wait(30)
        with pytest.raises(SpendLimitReached):
            run.resume(API_KEY)
        assert run.state == "unreached"
        assert len(sandbox.generations) == 1
        carrier.resume(run, API_KEY, limits=[SpendLimit(SCOPE, Decimal("0.01"))]).wait(30)
        assert counted(carrier) == Spending(charged(sandbox), Decimal(0)) == Spending(2 * PRICE, Decimal(0))


def test_what_a_cancel_gave_back_is_released_although_a_poll_told_of_the_cancel_before(carrier, wait_until):
    with HoldingSandbox(speed=50) as sandbox:
        sandbox.hold()
        sandbox.faults.add(kind="slow_drip", route="cancel", duration_s=30)
        run = start(carrier, sandbox.url)
        ended, seen = threading.Event(), []
        run.subscribe(lambda one: (seen.append(one.credits), ended.set()) if one.is_terminal else None)
        wait_until(lambda: run.generation_id is not None)
        run.cancel(30)
        assert ended.wait(30)
        with pytest.raises(RunCanceled):
            run.wait(30)
        assert seen[0] == float(PRICE), "the poll did not know that its credits came back"
        assert (charged(sandbox), counted(carrier)) == (0, Spending())
        assert carrier.ledger.find(run.run_id).credits == 0


# No credits: said once, in one sentence, and not tried again.


@pytest.fixture
def poor():
    """A sandbox without credits, whose refusal says that it can be tried again."""
    with Sandbox(speed=50) as sandbox:
        sandbox.faults.add(kind="altered", route="generate", patch={"error": {"retryable": True}})
        yield sandbox


SENTENCE = "Insufficient credits. Please upgrade your plan or wait for renewal."


def posts(sandbox):
    return [one for one in sandbox.requests if one.route == "generate_image"]


def test_a_run_without_credits_is_refused_once_and_costs_nothing(carrier, poor):
    run = start(carrier, poor.url, key=STATE_KEYS["no_credits"])
    with pytest.raises(RunRefused) as caught:
        run.wait(30)
    assert [str(caught.value), run.next_step] == [SENTENCE, "Add credits, then send again."]
    assert len(posts(poor)) == 1
    assert counted(carrier) == Spending()


def test_a_client_without_credits_is_refused_once(poor):
    with (
        Client.blocking(base_url=poor.url, key=STATE_KEYS["no_credits"]) as client,
        pytest.raises(InsufficientCredits, match=SENTENCE) as caught,
    ):
        client.generate("bfl/flux-schnell", {"generation_prompt": "A seal"})
    assert (caught.value.attempts, len(posts(poor))) == (1, 1)


def shell(capsys, *arguments):
    code = main(["generate", "bfl/flux-schnell", "--prompt", "A seal", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


@pytest.fixture
def in_shell(monkeypatch, path, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENWIDGET_LIVE_MODELS", "0")
    monkeypatch.setenv("GENWIDGET_POLL_FIRST_S", "0.02")
    carrier = Runner(ledger=Ledger(path))
    monkeypatch.setattr("genwidget.cli.generate.runner.shared", lambda: carrier)
    yield carrier
    carrier.close()


def test_a_shell_says_once_that_there_are_no_credits(in_shell, poor, monkeypatch, capsys):
    monkeypatch.setenv("BABYSEA_API_KEY", STATE_KEYS["no_credits"])
    code, out, err = shell(capsys, "--base-url", poor.url)
    assert (code, out) == (1, "")
    assert err.count(SENTENCE) == 1
    assert len(posts(poor)) == 1


def test_a_shell_sends_nothing_that_costs_more_than_its_limit(in_shell, monkeypatch, capsys):
    monkeypatch.setenv("BABYSEA_API_KEY", API_KEY)
    with Sandbox(speed=50) as sandbox:
        code, out, err = shell(capsys, "--base-url", sandbox.url, "--spend-limit", "0.004")
        assert (code, out) == (2, "")
        assert err.splitlines()[-2:] == [
            "The spend limit of 0.004 credits (--spend-limit) would be passed: this costs 0.005, and 0 are used.",
            "Nothing was sent. Raise the limit to send more.",
        ]
        assert not sandbox.generations
        assert shell(capsys, "--base-url", sandbox.url, "--spend-limit", "0.005", "--json")[0] == 0
        assert len(sandbox.generations) == 1
        monkeypatch.setenv("GENWIDGET_SPEND_LIMIT", "0.009")
        code, _, err = shell(capsys, "--base-url", sandbox.url)
        assert code == 2
        assert "(GENWIDGET_SPEND_LIMIT) would be passed: this costs 0.005, and 0.005 are used." in err
        assert len(sandbox.generations) == 1


def test_a_shell_adds_up_what_all_runs_have_cost(in_shell, monkeypatch, capsys, wait_until):
    monkeypatch.setenv("BABYSEA_API_KEY", API_KEY)
    monkeypatch.setenv("GENWIDGET_SPEND_LIMIT", "1.5")
    with HoldingSandbox(speed=50) as sandbox:
        start(in_shell, sandbox.url).wait(30)
        assert in_shell.ledger.drain(30)
        sandbox.hold()
        start(in_shell, sandbox.url)
        wait_until(lambda: in_shell.ledger.spending(is_sandbox=True).used == 2 * PRICE)
        assert main(["runs", "spent"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "credits  spent  reserved  limit",
            "api      0      0         1.5",
            "sandbox  0.005  0.005     1.5",
        ]
        monkeypatch.delenv("GENWIDGET_SPEND_LIMIT")
        assert main(["runs", "spent"]) == 0
        assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["limit", "none", "none"]
        assert main(["runs", "spent", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {
            "api": {"spent": 0, "reserved": 0, "limit": None},
            "sandbox": {"spent": 0.005, "reserved": 0.005, "limit": None},
        }


@pytest.mark.parametrize(("text", "told"), [("-1", "-1"), ("nan", "nan"), ("much", "much"), ("1e12", "1e12")])
@pytest.mark.parametrize("place", ["--spend-limit", "GENWIDGET_SPEND_LIMIT"])
def test_a_shell_refuses_a_limit_that_is_none(in_shell, monkeypatch, capsys, place, text, told):
    monkeypatch.setenv("BABYSEA_API_KEY", API_KEY)
    if place.startswith("GENWIDGET"):
        monkeypatch.setenv(place, text)
    with Sandbox(speed=50) as sandbox:
        given = () if place.startswith("GENWIDGET") else (f"{place}={text}",)
        code, out, err = shell(capsys, "--base-url", sandbox.url, *given)
        means = "It is a number of credits from 0 to 1,000,000,000; leave it out for no limit."
        assert (code, out, err) == (2, "", f"{place} cannot be {told}. {means}\n")
        assert not posts(sandbox)
