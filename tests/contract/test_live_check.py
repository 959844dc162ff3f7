"""The check agrees with the sandbox, names each planted difference, spends nothing and tells nothing private."""

import httpx
import pytest

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.cli import main
from genwidget.errors import AuthenticationFailed, ConnectionFailed
from genwidget.live_check import Verdict, check
from genwidget.sandbox import API_KEY, API_KEYS, STATE_KEYS, Sandbox
from genwidget.sandbox.core.accounts import MAIN_ACCOUNT
from genwidget.settings import Settings

pytestmark = pytest.mark.anyio

MODEL = "bfl/flux-schnell"
PATH = f"/v1/generate/image/{MODEL}"
STATUSES = "canceled, failed, pending, processing, succeeded"
SETTINGS = Settings(max_tries=1)


@pytest.fixture
def sandbox():
    with Sandbox(speed=1000) as running:
        yield running


@pytest.fixture
def made(sandbox):
    """A generation that the account has made."""
    headers = {"Authorization": f"Bearer {API_KEY}"}
    reply = httpx.post(sandbox.url + PATH, json={"generation_prompt": "A private baby seal"}, headers=headers)
    return reply.json()["data"]["generation_id"]


async def contact(sandbox, key=API_KEY):
    target = Target("us", sandbox.url, sandbox.url, is_own_origin=True)
    return await check(target, ApiKey(key), SETTINGS)


def told(findings, verdict):
    return [(one.where, one.what, one.told) for one in findings.listed if one.verdict is verdict]


async def test_a_sandbox_with_a_generation_agrees_everywhere(sandbox, made):
    findings = await contact(sandbox)
    assert told(findings, Verdict.DIFFERS) == []
    assert told(findings, Verdict.UNCHECKED) == []
    assert findings.count(Verdict.AGREES) == 73
    places = {one.where for one in findings.listed}
    assert len(places) == 12 + 3 + 1


async def test_only_the_helper_needs_a_generation(sandbox):
    findings = await contact(sandbox)
    assert told(findings, Verdict.DIFFERS) == []
    assert told(findings, Verdict.UNCHECKED) == [
        ("GET /api/playground/generation-status", "answer", "the account has no generation to ask about")
    ]


async def test_it_reads_and_nothing_else(sandbox, made):
    before = len(sandbox.requests)
    balance = sandbox.credits
    await contact(sandbox)
    asked = sandbox.requests[before:]
    assert {one.method for one in asked} == {"GET"}
    assert len(asked) == 16
    assert (len(sandbox.generations), sandbox.credits) == (1, balance)


def library_with_three_differences():
    """Return the library's models with another price, without one model, and with a new one."""
    with Sandbox() as other:
        headers = {"Authorization": f"Bearer {API_KEY}"}
        models = httpx.get(f"{other.url}/v1/library/models", headers=headers).json()["data"]["models"]
    kept = [one for one in models if one["model_identifier"] != "google/veo-2"]
    kept[0]["model_pricing"] = 0.006
    return [*kept, {**kept[0], "model_identifier": "someone/new-model"}]


PLANTED = [
    {"route": "status", "count": 1, "patch": {"data": {"apikey_prefix": None}}},
    {"route": "status", "patch": {"error": {"code": "BSE9001"}}},
    {"route": "account", "patch": {"data": {"account_plan": "Pro"}}},
    {"route": "billing", "patch": {"data": {"billing_credit_balance": "12.5"}}},
    {"route": "usage", "headers": {"X-RateLimit-Reset": "1780000000000"}},
    {"route": "estimate", "patch": {"data": {"cost_total_consumed": 0.005}}},
    {"route": "content", "patch": {"error": {"retryable": None, "code": "BSE4001"}}},
    {"route": "helper", "patch": {"attempts": None, "generation_status": "queued"}},
]
NAMED = [
    ("GET /v1/status", "names", "data.apikey_prefix is missing"),
    ("GET /v1/user/account", "names", "data.account_plan is new"),
    ("GET /v1/user/billing", "names", "data.billing_credit_balance: Input should be a valid number"),
    ("GET /v1/usage", "limits", "X-RateLimit-Reset is no Unix time in seconds near to now"),
    ("GET /v1/library/models", MODEL, "model_pricing is 0.006; we assume 0.005 (documented)"),
    ("GET /v1/library/models", "google/veo-2", "the API does not list it"),
    ("GET /v1/library/models", "other models", "1 that do not ship: someone/new-model"),
    (f"GET /v1/estimate/{MODEL}", "values", "cost_total_consumed is 0.005; we assume 0.01"),
    (
        "GET /v1/health/inference/providers",
        "names",
        "data.providers[].status is paused; we know degraded, healthy, recovering, unknown",
    ),
    ("GET /v1/content/list", "names", f"data.generations[].generation_status is archived; we know {STATUSES}"),
    ("GET /v1/status without a key", "refusal", "error.code is BSE9001; we assume BSE1001"),
    ("GET /v1/content of nobody", "refusal", "error.retryable is missing"),
    ("GET /v1/content of nobody", "refusal", "error.code is BSE4001; we assume BSE3002"),
    ("GET /api/playground/generation-status", "answer", "data.attempts is missing"),
    ("GET /api/playground/generation-status", "answer", f"data.generation_status is queued; we know {STATUSES}"),
]


def changed(sandbox, path, name, **values):
    """Return the list of that name in the data of a GET, its first item changed."""
    data = httpx.get(sandbox.url + path, headers={"Authorization": f"Bearer {API_KEY}"}).json()["data"]
    return {"data": {name: [{**data[name][0], **values}, *data[name][1:]]}}


async def test_fifteen_planted_differences_are_all_named_and_nothing_else_is(sandbox, made):
    generations = changed(sandbox, "/v1/content/list", "generations", generation_status="archived")
    providers = changed(sandbox, "/v1/health/inference/providers", "providers", status="paused")
    for one in PLANTED:
        sandbox.faults.add(kind="altered", **one)
    sandbox.faults.add(kind="altered", route="list", patch=generations)
    sandbox.faults.add(kind="altered", route="health_providers", patch=providers)
    sandbox.faults.add(
        kind="altered", route="library_models", patch={"data": {"models": library_with_three_differences()}}
    )
    findings = await contact(sandbox)
    assert told(findings, Verdict.DIFFERS) == NAMED
    assert len(NAMED) == 15


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ({"status": 201}, ("answer", "HTTP 201; we assume 200")),
        (
            {"headers": {"Content-Type": "text/plain"}},
            ("answer", "the content type is text/plain; we assume application/json"),
        ),
        ({"content": "no json"}, ("answer", "the body is no JSON")),
        ({"headers": {"X-RateLimit-Remaining": None}}, ("limits", "X-RateLimit-Remaining is missing")),
        ({"headers": {"X-RateLimit-Limit": "many"}}, ("limits", "X-RateLimit-Limit is no whole number")),
        ({"patch": {"request_id": "no id at all"}}, ("envelope", "request_id is not of the form: req_ and letters")),
        ({"patch": {"request_id": None}}, ("envelope", "envelope.request_id is missing")),
        ({"patch": {"region": "us"}}, ("envelope", "envelope.region is new")),
        ({"patch": {"status": "ok"}}, ("envelope", "status is not success")),
        (
            {"patch": {"timestamp": "2026-04-28T12:00:00Z"}},
            ("envelope", "timestamp is not of the form: ISO 8601 in UTC with milliseconds"),
        ),
        ({"patch": {"message": "Hello"}}, ("envelope", "message is another than: API connected successfully")),
        ({"patch": {"data": {"account_id": 7}}}, ("names", "data.account_id: Input should be a valid string")),
        ({"patch": {"data": []}}, ("names", "data is no object")),
        ({"content": "[]"}, ("envelope", "there is no envelope")),
    ],
)
async def test_each_kind_of_difference_is_told_in_its_own_words(sandbox, fault, named):
    sandbox.faults.add(kind="altered", route="status", count=1, **fault)
    findings = await contact(sandbox)
    assert told(findings, Verdict.DIFFERS) == [("GET /v1/status", *named)]


NOBODYS = "GET /v1/content of nobody"
ESTIMATED = f"GET /v1/estimate/{MODEL}"


@pytest.mark.parametrize(
    ("route", "fault", "named"),
    [
        ("content", {"status": 400}, (NOBODYS, "HTTP 400 BSE3002; we assume 404")),
        (
            "content",
            {"patch": {"error": {"retryable": True}}},
            (NOBODYS, "error.retryable is true; we assume false"),
        ),
        ("content", {"patch": {"error": {"code": 7}}}, (NOBODYS, "error.code is no text")),
        ("content", {"patch": {"error": []}}, (NOBODYS, "error is no object")),
        (
            "estimate",
            {"patch": {"data": {"credit_balance_can_afford": False}}},
            (ESTIMATED, "credit_balance_can_afford does not follow from the balance"),
        ),
        (
            "estimate",
            {"patch": {"data": {"credit_balance_max_affordable": 3}}},
            (ESTIMATED, "credit_balance_max_affordable is not the balance by the cost"),
        ),
        (
            "estimate",
            {"patch": {"data": {"assets_count": 1}}},
            (ESTIMATED, "assets_count is 1 of 2 asked for"),
        ),
        ("content", {"patch": {"error": {"code": "BSE4001"}}}, (NOBODYS, "error.code is BSE4001; we assume BSE3002")),
        (
            "estimate",
            {"patch": {"data": {"model_type": "audio"}}},
            (ESTIMATED, "data.model_type is audio; we know image, video"),
        ),
        (
            "helper",
            {"patch": {"attempts": [{"provider": "bfl", "outcome": "lost", "started_at": None, "ended_at": None}]}},
            (
                "GET /api/playground/generation-status",
                "data.attempts[].outcome is lost; we know cancelled, discarded, failed, pending, used",
            ),
        ),
        ("helper", {"status": 404}, ("GET /api/playground/generation-status", "HTTP 404; we assume 200")),
    ],
)
async def test_refusals_estimates_and_the_helper_are_compared_too(sandbox, made, route, fault, named):
    sandbox.faults.add(kind="altered", route=route, **fault)
    findings = await contact(sandbox)
    assert [(where, what) for where, _, what in told(findings, Verdict.DIFFERS)] == [named]


async def test_what_a_key_may_not_read_is_left_out(sandbox):
    findings = await contact(sandbox, API_KEYS["monitor_only"])
    assert told(findings, Verdict.DIFFERS) == [(NOBODYS, "refusal", "HTTP 403 BSE1003; we assume 404")]
    assert [where for where, _, why in told(findings, Verdict.UNCHECKED) if why == "the key lacks the scope"] == [
        "GET /v1/status",
        "GET /v1/user/account",
        "GET /v1/user/billing",
        "GET /v1/usage",
        "GET /v1/content/list",
    ]


async def test_a_key_that_is_refused_ends_it(sandbox):
    with pytest.raises(AuthenticationFailed):
        await contact(sandbox, STATE_KEYS["revoked"])


async def test_a_host_that_is_not_there_ends_it(sandbox):
    target = Target("us", sandbox.url, sandbox.url, is_own_origin=True)
    sandbox.stop()
    with pytest.raises(ConnectionFailed):
        await check(target, ApiKey(API_KEY), SETTINGS)


# The command.


@pytest.fixture
def run(sandbox, monkeypatch, capsys):
    monkeypatch.setenv("GENWIDGET_SANDBOX_URL", sandbox.url)
    monkeypatch.setenv("GENWIDGET_MAX_TRIES", "1")

    def one(*arguments):
        return (main(["check", "--region", "sandbox", *map(str, arguments)]), *capsys.readouterr())

    return one


def test_the_command_prints_the_table_and_writes_it_down(run, made, tmp_path):
    path = tmp_path / "report.txt"
    code, printed, complained = run("-o", path)
    assert (code, complained) == (0, f"Written to {path}\n")
    assert path.read_text() == printed
    lines = printed.splitlines()
    assert lines[0].startswith("genwidget 0.1.0 at http://127.0.0.1:")
    assert lines[1].split() == ["agrees", "GET", "/v1/status", "answer", "200,", "JSON"]
    assert lines[-1] == "73 agree, 0 differ, 0 unchecked. Nothing was generated or paid for."


def test_the_command_never_overwrites(run, tmp_path):
    path = tmp_path / "report.txt"
    path.write_text("mine")
    assert run("-o", path) == (2, "", f"{path} already exists; nothing was written.\n")
    assert path.read_text() == "mine"


def test_a_name_that_no_file_can_have_is_told_before_anything_is_asked(run, sandbox, tmp_path):
    before = len(sandbox.requests)
    path = tmp_path / ("a" * 300)
    assert run("-o", path) == (2, "", f"The table cannot be written to {path}: File name too long\n")
    (tmp_path / "file").write_text("no folder")
    for folder, reason in (("none", "No such file or directory"), ("file", "Not a directory")):
        path = tmp_path / folder / "report.txt"
        assert run("-o", path) == (2, "", f"The table cannot be written to {path}: {reason}\n")
    assert len(sandbox.requests) == before


def test_without_a_name_nothing_is_written(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, printed, complained = run()
    assert (code, complained, list(tmp_path.iterdir())) == (0, "", [])
    assert printed.endswith("Nothing was generated or paid for.\n")


def test_what_differs_comes_first_and_ends_in_exit_code_1(run, sandbox, tmp_path):
    sandbox.faults.add(kind="altered", route="billing", patch={"data": {"billing_plan": None}})
    code, printed, _ = run("-o", tmp_path / "report.txt")
    assert code == 1
    assert printed.splitlines()[1].split(None, 3)[:3] == ["differs", "GET", "/v1/user/billing"]
    assert printed.splitlines()[1].endswith("data.billing_plan is missing")


def test_neither_the_key_nor_anything_of_the_account_is_told(run, sandbox, made, tmp_path):
    # A server that repeats what is private in places that are told: new names, error codes.
    private = [API_KEY, MAIN_ACCOUNT.account_id, MAIN_ACCOUNT.email, made, "A private baby seal"]
    for secret in private:
        sandbox.faults.add(kind="altered", route="health", count=1, patch={"data": {f"new {secret}": 1}})
        sandbox.faults.add(kind="altered", route="helper", patch={secret: 1}, count=1)
    sandbox.faults.add(kind="altered", route="content", patch={"error": {"code": MAIN_ACCOUNT.account_id}}, status=400)
    code, printed, complained = run("-o", tmp_path / "report.txt")
    assert code == 1
    assert "[hidden]" in printed
    for secret in [*private, API_KEY[:9], MAIN_ACCOUNT.name + " "]:
        assert secret not in printed + complained


def test_without_a_key_it_says_so(monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("BABYSEA_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--region", "us"]) == 2
    assert capsys.readouterr() == ("", "No API key: set BABYSEA_API_KEY. The sandbox needs none: --region sandbox\n")
    assert list(tmp_path.glob("*.txt")) == []
