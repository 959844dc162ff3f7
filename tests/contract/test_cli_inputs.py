"""What a person, a file or the environment can give the command line, in this process."""

import json
import re
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genwidget import __version__, platform
from genwidget.api.regions import REGIONS, resolve
from genwidget.catalogue import Catalogue
from genwidget.cli import check, main
from genwidget.errors import GenwidgetError
from genwidget.messages import MESSAGES, SHELL
from genwidget.runs import runner
from genwidget.sandbox import API_KEY, Sandbox
from tests.unit.test_public_names import COMMANDS

MODEL = "bfl/flux-1.1-pro"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(speed=50) as running:
        yield running


@pytest.fixture(autouse=True)
def _carrier(monkeypatch, tmp_path):
    """A runner of the test's own, with a ledger of its own, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BABYSEA_API_KEY", API_KEY)
    one = runner.Runner()
    monkeypatch.setattr(runner, "shared", lambda: one)
    yield
    one.close()


@pytest.fixture
def shell(capsys):
    """Call ``genwidget`` and return its exit code and the lines on stdout and stderr."""

    def go(*arguments):
        try:
            code = main(list(map(str, arguments)))
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return go


@pytest.fixture
def generate(shell, sandbox):
    """Call ``genwidget generate`` on the sandbox, and check that what ended in 2 was not sent."""

    def go(*arguments):
        before = len(sandbox.requests)
        code, out, err = shell("generate", MODEL, "--base-url", sandbox.url, *arguments)
        if code == 2:
            assert sandbox.requests[before:] == []
        return code, out, err

    return go


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("9007199254740993", "9007199254740992"),
        ("1e400", "Infinity"),
        ("0.1e-400", "0"),
        ("1.00000000000000000001", "1"),
        ("12345678901234567890", "12345678901234567000"),
    ],
)
def test_a_number_that_would_arrive_as_another_is_refused_from_an_argument_and_a_file(generate, tmp_path, typed, sent):
    (tmp_path / "body.json").write_text(f'{{"generation_prompt": "A baby seal", "generation_seed": {typed}}}')
    sentence = f"generation_seed: Cannot be sent exactly: {typed} would become {sent}"
    assert generate("--prompt", "A baby seal", "--set", f"generation_seed={typed}") == (2, [], [sentence])
    code, _, (told,) = generate("--body", "body.json")
    assert (code, told.split(": ")[:2]) == (2, sentence.split(": ")[:2])
    assert told.endswith(f" would become {sent}")


def test_what_a_body_file_says_of_a_number_is_sent_digit_by_digit(generate, tmp_path):
    (tmp_path / "body.json").write_text('{"generation_prompt": "A seal", "generation_guidance_scale": 3.10e0}')
    assert generate("--body", "body.json")[0] == 0
    assert b'"generation_guidance_scale":3.1' in runner.shared().ledger.rows(1)[0].body


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--set", "generation_promt=a"), "generation_promt. Did you mean generation_prompt?"),
        (("--set", "seed=5"), "seed. Did you mean generation_seed?"),
        (("--set", "generation_sed="), "generation_sed. Did you mean generation_seed?"),
        (("--body", "body.json"), "nofield. Its fields are "),
    ],
)
def test_a_field_that_the_model_does_not_have_is_refused_before_anything_is_paid(generate, tmp_path, arguments, told):
    (tmp_path / "body.json").write_text('{"nofield": 5}')
    code, out, (sentence,) = generate("--prompt", "A baby seal", *arguments)
    assert (code, out) == (2, [])
    assert sentence.startswith(f"{MODEL} has no field {told}")


def test_a_misspelt_model_is_told_with_the_nearest(shell, sandbox):
    hint = "Did you mean bfl/flux-schnell?"
    named = f"bfl/flux-schnel is none of the models known. {hint}"
    assert shell("generate", "bfl/flux-schnel", "--base-url", sandbox.url) == (2, [], ["Unknown model", named])
    assert shell("generate", "flux-schnell") == (2, [], ["Invalid endpoint path", hint])


# Odd input, for every command: an exit code and sentences, and nothing raised.

ODD_TEXTS = (
    "",
    "-",
    "--",
    "\ud83d",
    "\udcff",
    "\x00",
    "\u202e\x1b[2J",
    "a" * 100_000,
    "9" * 5000,
    "-1",
    "0",
    "1e400",
    "%s{}",
)
#: Each command with one place for the odd text; None stands for it.
PLACES = (
    (None,),
    ("generate", None),
    ("generate", MODEL, "--prompt", None),
    ("generate", MODEL, "--prompt", "a", "--set", None),
    ("generate", MODEL, "--prompt", "a", "--set", "generation_seed", None),
    ("generate", MODEL, "--body", None),
    ("generate", MODEL, "--prompt", "a", "--region", None),
    ("generate", MODEL, "--prompt", "a", "--base-url", None),
    ("runs", None),
    ("runs", "list", "--limit", None),
    ("runs", "show", None),
    ("runs", "resume", None),
    ("runs", "save", None),
    ("runs", "find", None),
    ("runs", "forget", None),
    ("batch", None),
    ("batch", "run", None),
    ("batch", "run", "plan.csv", "--model", None),
    ("batch", "run", "plan.csv", "--column", None),
    ("batch", "run", "plan.csv", "--template", None),
    ("batch", "run", "plan.csv", "--repeat", None),
    ("batch", "run", "plan.csv", "--seed", None),
    ("batch", "run", "plan.csv", "--region", None),
    ("batch", "run", "plan.csv", "--base-url", None),
    ("batch", "run", "plan.csv", "--limit", None),
    ("batch", "run", "plan.csv", "--stop-after-failures", None),
    ("batch", "list", "--limit", None),
    ("batch", "show", None),
    ("batch", "resume", None),
    ("batch", "resume", "--limit", None),
    ("batch", "stop", None),
    ("models", None),
    ("check", "--base-url", None),
    ("sandbox", "--port", None),
    ("sandbox", "--speed", None),
    ("sandbox", "--region", None),
    ("sandbox", None),
)  # fmt: skip


@pytest.fixture
def _no_host(monkeypatch):
    """Nothing is sent, whatever is typed, and no sandbox stays."""
    monkeypatch.delenv("BABYSEA_API_KEY")
    monkeypatch.setattr("genwidget.cli.generate.resolve_key", lambda *_: None)
    monkeypatch.setattr("genwidget.cli.check.resolve_key", lambda *_: None)
    monkeypatch.setattr("genwidget.cli.batch.resolve_key", lambda *_: None)
    monkeypatch.setattr(threading.Event, "wait", lambda *_: True)


def _is_told(code, out, err):
    told = "\n".join([*out, *err])
    return code in {0, 1, 2} and (out or err) and "Traceback" not in told and "unforeseen" not in told


WORDS = ("generate", "runs", "models", "check", "list", "show", "find", "forget", MODEL, "--prompt", "--set")
WORDS += ("batch", "run", "resume", "stop", "plan.csv", "--check", "--repeat")
WORDS += ("--body", "--json")
WORDS += (
    "--region",
    "--base-url",
    "--limit",
    "-o",
    "--",
    "-h",
    "us",
    "sandbox",
    "http://[::1",
    "generation_seed=1e400",
)


@pytest.mark.usefixtures("_no_host")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=12), max_size=7))
def test_no_words_in_any_order_end_in_a_traceback(shell, words):
    if words[:1] not in (["sandbox"], ["demo"]):  # which serve
        assert _is_told(*shell(*words)), words


@pytest.mark.usefixtures("_no_host")
@pytest.mark.parametrize("place", PLACES, ids=lambda place: " ".join(one or "TEXT" for one in place))
def test_no_text_in_any_place_of_any_command_ends_in_a_traceback(shell, place):
    for text in ODD_TEXTS:
        found = shell(*(text if one is None else one for one in place))
        assert _is_told(*found), (place, text[:20], found)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one or "genwidget")
def test_an_option_that_there_is_not_is_told_with_the_usage_of_its_own_command(shell, command):
    needed = ["1" for name in COMMANDS[command] if name.isupper()] if command else ["runs"]
    code, out, err = shell(*command.split(), "--bogus", *needed)
    name = f"genwidget {command}".strip()
    assert (code, out, err[-1]) == (2, [], f"{name}: error: unrecognized arguments: --bogus")
    assert err[0].startswith(f"usage: {name} [-h]")


@pytest.fixture
def _no_live_models(monkeypatch):
    monkeypatch.setenv("GENWIDGET_LIVE_MODELS", "no")


OFF = MESSAGES["live_models_off"]


@pytest.mark.usefixtures("_no_live_models")
def test_the_models_are_listed_with_type_and_price(shell):
    code, out, err = shell("models")
    assert (code, err[:2]) == (0, [OFF, MESSAGES["cli_prices"]])
    assert len(out) == 1 + len(Catalogue.load().models)
    assert re.split(r" {2,}", out[0]) == ["model", "type", "known from", "credits"]
    assert re.split(r" {2,}", out[1]) == ["bfl/flux-schnell", "image", "this package", "0.005 each"]


@pytest.mark.usefixtures("_no_live_models")
def test_each_model_has_a_price_or_says_that_it_can_be_asked_for(shell, monkeypatch):
    """No cell is empty; what `ask` means, and what a key adds, is said once below."""
    monkeypatch.delenv("BABYSEA_API_KEY", raising=False)
    _, out, err = shell("models")
    cells = {cell[0]: cell[3] for cell in (re.split(r" {2,}", line) for line in out[1:])}
    assert all(
        re.fullmatch(r"(?:from )?[0-9.]+ (?:each|a second)|ask(?: \(a second\))?", cell) for cell in cells.values()
    )
    assert (cells["google/veo-2"], cells["qwen/image"]) == ("ask (a second)", "ask")
    assert err[1:] == [MESSAGES["cli_prices"], MESSAGES["cli_prices_key"].format(variable="BABYSEA_API_KEY")]
    assert shell("models", "schnell")[2] == [OFF]
    monkeypatch.setenv("BABYSEA_API_KEY", API_KEY)
    assert shell("models", "qwen")[2] == [OFF, MESSAGES["cli_prices"]]


@pytest.mark.usefixtures("_no_live_models")
def test_the_models_can_be_looked_for_by_words(shell):
    code, out, _ = shell("models", "2", "PRO")
    assert (code, [line.split()[0] for line in out[1:]]) == (0, ["bfl/flux-2-pro"])
    assert shell("models", "schnel") == (0, *shell("models", "schnell")[1:])
    hint = "No model has bfl/flux-shnell in its identifier. Did you mean bfl/flux-schnell?"
    assert shell("models", "bfl/flux-shnell") == (1, [], [OFF, hint])
    assert shell("models", "fluxx")[2] == [OFF, "No model has fluxx in its identifier. Did you mean flux?"]


@pytest.mark.usefixtures("_no_live_models")
def test_the_models_are_printed_as_json_with_their_fields(shell):
    (found,) = json.loads("\n".join(shell("models", "veo-2", "--json")[1]))
    assert [found["model_id"], found["model_type"], found["required"]] == [
        "google/veo-2",
        "video",
        ["generation_prompt", "generation_duration"],
    ]


def test_runs_alone_lists_and_tells_how_to_make_the_first(shell):
    head = "run  sent (UTC)  model  state  provider  status  ms  credits  prompt"
    told = MESSAGES["cli_no_runs"]
    assert shell("runs") == shell("runs", "list") == (0, [head], [told])


def test_batch_alone_lists_and_tells_how_to_run_the_first(shell):
    head = "batch  started (UTC)  state  ended  credits  reserved  folder"
    told = "The ledger has no batches. Run one: genwidget batch run PLAN"
    assert shell("batch") == shell("batch", "list") == (0, [head], [told])


@pytest.mark.parametrize("limit", ["0", "-1", "1.5", "x", "", str(10**30), "9" * 5000])
def test_a_limit_that_is_none_is_refused(shell, limit):
    code, out, err = shell("runs", "list", f"--limit={limit}")
    assert (code, out) == (2, [])
    assert err[-1].endswith("argument --limit: must be a whole number from 1 to 999,999,999")


# Where the key comes from.

ENVIRONMENT = "bye_Environment1"
PLACES = [*(("--region", region) for region in (*REGIONS, "APAC")), ("--base-url", "https://api.example.com")]


@pytest.fixture
def kept(monkeypatch):
    """What would have been sent where and with which key; nothing is."""
    found = []

    def keep(target, key):
        found.append((target.api_url, key.at(target.api_url).reveal()))
        raise GenwidgetError("kept")

    async def check_nothing(target, key, _settings):
        keep(target, key)

    monkeypatch.setattr(runner.Runner, "start", lambda _self, _request, target, key, **_: keep(target, key))
    monkeypatch.setattr(check, "check", check_nothing)
    return found


@pytest.mark.parametrize("command", [["generate", MODEL, "--prompt", "A seal"], ["check"]], ids=lambda one: one[0])
@pytest.mark.parametrize("is_set", [True, False], ids=["set", "not set"])
@pytest.mark.parametrize("place", PLACES, ids=lambda one: one[1])
def test_where_the_shell_takes_its_key_from_for_each_region_and_host(
    shell, kept, monkeypatch, sandbox, place, is_set, command
):
    monkeypatch.setenv("BABYSEA_API_KEY", ENVIRONMENT if is_set else "")
    monkeypatch.setenv("GENWIDGET_SANDBOX_URL", sandbox.url)
    code, out, err = shell(*command, *place)
    is_sandbox = place[1] == "sandbox"
    if not is_sandbox and not is_set:
        more = [] if place[0] == "--base-url" else [MESSAGES["cli_key_of_sandbox"]]
        assert (code, out, err, kept) == (2, [], [" ".join([SHELL["key_absent"], *more])], [])
        return
    option, value = place
    url = value if option == "--base-url" else resolve(value).api_url
    assert kept == [(url, API_KEY if is_sandbox else ENVIRONMENT)]
    assert (code, err) == (1, ["kept"])


NEEDS_A_KEY = [["generate", MODEL, "--prompt", "A seal"], ["check"], ["batch", "run", "plan.toml"]]


@pytest.mark.parametrize("command", NEEDS_A_KEY, ids=lambda one: one[0])
def test_no_sandbox_is_offered_where_it_is_not_installed(shell, monkeypatch, tmp_path, command):
    (tmp_path / "plan.toml").write_text(f'model = "{MODEL}"\n[fields]\ngeneration_prompt = "A seal"\n')
    monkeypatch.setenv("BABYSEA_API_KEY", "")
    code, _, err = shell(*command)
    assert (code, err[-1]) == (2, f"{SHELL['key_absent']} {MESSAGES['cli_key_of_sandbox']}")
    monkeypatch.setattr(platform, "can_run_sandbox", lambda: False)
    code, _, err = shell(*command)
    assert (code, err[-1]) == (2, SHELL["key_absent"])


def test_the_version_is_told(shell):
    assert shell("--version") == (0, [f"genwidget {__version__}"], [])
