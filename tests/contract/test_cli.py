"""The command line against a running sandbox; in a process of its own where signals, pipes or its end matter."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from genwidget.catalogue import Catalogue
from genwidget.cli import demo, main
from genwidget.errors import InvalidRequest
from genwidget.messages import MESSAGES, SHELL
from genwidget.request.field_texts import read_fields
from genwidget.sandbox import API_KEY, Sandbox
from tests.holding import HoldingSandbox
from tests.shell import Shell

PROMPT = ("--prompt", "A baby seal")
FILES = "generation_input_file"
TWICE = "generation_prompt is given twice, as --prompt and by --set: give one of them. Nothing was sent."
FAST = {"GENWIDGET_POLL_FIRST_S": "0.02", "GENWIDGET_POLL_MAX_S": "0.02", "GENWIDGET_RETRY_FIRST_S": "0.01"}


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(speed=50) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_old_faults(sandbox):
    yield
    sandbox.faults.clear()


@pytest.fixture
def begin(tmp_path):
    """Start ``genwidget`` in a process with a ledger of this test's own."""
    begun = []

    def go(*arguments, **environment):
        environment = {**os.environ, **FAST, "BABYSEA_API_KEY": API_KEY, **environment}
        command = [sys.executable, "-c", "import sys; from genwidget.cli import main; sys.exit(main())", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        begun.append(subprocess.Popen(command, env=environment, cwd=tmp_path, **pipes))
        return begun[-1]

    yield go
    for process in begun:
        process.kill()
        process.communicate()


@pytest.fixture
def run(tmp_path, capsys):
    """Call a command; return its exit code and the lines on stdout and stderr."""
    shell = Shell(tmp_path, capsys, FAST)

    def go(*arguments, key=API_KEY, **environment):
        code, out, err = shell(*arguments, BABYSEA_API_KEY=key, **environment)
        return code, out.splitlines(), err.splitlines()

    return go


@pytest.fixture
def generate(run, sandbox):
    def go(model, *arguments, **more):
        return run("generate", model, "--base-url", sandbox.url, *arguments, **more)

    return go


def test_a_picture_is_saved_its_path_printed_and_its_progress_told(generate, tmp_path):
    code, out, err = generate("bfl/flux-schnell", *PROMPT, "--set", "generation_ratio=16:9", "-o", "pictures")
    assert code == 0, err
    (path,) = [tmp_path / line for line in out]
    assert path.parent == tmp_path / "pictures"
    with Image.open(path) as picture:
        assert picture.width / picture.height == pytest.approx(16 / 9, rel=0.01)
    *progress, cost = err
    assert [line.split(" ms  ")[1] for line in progress] == [
        "Sending request",
        "Accepted",
        "bfl started",
        "bfl succeeded",
    ]
    assert cost == "Cost: 0.005 credits of the sandbox (no money)"


def test_the_final_record_is_printed_as_json(generate, sandbox):
    code, out, _ = generate("bfl/flux-schnell", *PROMPT, "--json")
    assert code == 0
    record = json.loads("\n".join(out))
    assert record["generation_status"] == "succeeded"
    assert record["generation_id"] == sandbox.generations[-1]["generation_id"]


def test_set_and_prompt_beat_body_and_an_empty_value_leaves_a_field_out(generate, tmp_path):
    body = {"generation_prompt": "body", "generation_ratio": "4:3", "generation_seed": 7}
    (tmp_path / "body.json").write_text(json.dumps(body))
    fields = ("--set", "generation_seed=", "--set", "generation_output_format=webp")
    code, out, err = generate("bfl/flux-1.1-pro", "--body", "body.json", "--prompt", "typed", *fields, "--json")
    assert code == 0, err
    record = json.loads("\n".join(out))
    assert (record["generation_prompt"], record["generation_ratio"]) == ("typed", "4:3")
    assert record["generation_output_format"] == "webp"
    assert record.get("generation_seed") is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--prompt", "A", "--set", "generation_prompt=B"), TWICE),
        (("--prompt", "A", "--set", "generation_prompt="), TWICE),
        (("--set", "generation_prompt=A", "--set", "generation_prompt=B"), "generation_prompt is given twice."),
        ((*PROMPT, "--set", "generation_seed=1", "--set", "generation_seed="), "generation_seed is given twice."),
        ((*PROMPT, "--set", "generation_ratio=", "--set", "generation_ratio=1:1"), "generation_ratio is given twice."),
    ],
)
def test_a_field_that_is_given_twice_is_refused_and_nothing_is_sent(generate, sandbox, arguments, sentence):
    before = len(sandbox.requests)
    assert generate("bfl/flux-1.1-pro", *arguments) == (2, [], [sentence])
    assert [one.method for one in sandbox.requests[before:]].count("POST") == 0


def test_a_body_with_a_field_twice_is_refused(generate, tmp_path):
    (tmp_path / "body.json").write_text('{"generation_prompt": "A", "generation_prompt": "B"}')
    code, out, err = generate("bfl/flux-schnell", "--body", "body.json")
    assert (code, out, err) == (2, [], ["The body in body.json cannot be read: generation_prompt is given twice."])


def test_the_same_prompt_twice_is_one_prompt(generate, sandbox):
    code, _, err = generate("bfl/flux-schnell", "--prompt", "A", "--set", "generation_prompt=A")
    assert code == 0, err
    assert sandbox.generations[-1]["generation_prompt"] == "A"


def test_a_list_is_given_by_repeating_its_field():
    spec = next(one for one in Catalogue.load().models if any(field.name == FILES for field in one.fields))
    texts = [f"{FILES}=https://a.example", f"{FILES}=https://b.example", "x=a=b", "y="]
    assert read_fields(texts, spec) == {
        FILES: ["https://a.example", "https://b.example"],
        "x": "a=b",
        "y": None,
    }
    for text in (f"{FILES}=", "y=1", "x=c"):
        with pytest.raises(InvalidRequest, match=rf"^{text.partition('=')[0]} is given twice\.$"):
            read_fields([*texts, text], spec)
    with pytest.raises(InvalidRequest) as caught:
        read_fields(["generation_seed"], spec)
    assert str(caught.value) == "--set takes FIELD=VALUE, and got: generation_seed"


@pytest.mark.parametrize(
    ("arguments", "key", "sentences"),
    [
        (("bfl/flux-schnell",), API_KEY, ["Missing required field: generation_prompt"]),
        (("nobody/nothing", *PROMPT), API_KEY, ["Unknown model", "nobody/nothing is none of the models known."]),
        (("bfl", *PROMPT), API_KEY, ["Invalid endpoint path", MESSAGES["model_identifier"]]),
        (("bfl/flux-schnell", *PROMPT), "no key\x07", ["Invalid API key format", MESSAGES["custom_key_form"]]),
        (("bfl/flux-schnell", *PROMPT), None, ["No API key: set BABYSEA_API_KEY."]),
        (
            ("bfl/flux-schnell", "--body", "none.json"),
            API_KEY,
            ["The body in none.json cannot be read: No such file or directory"],
        ),
    ],
)
def test_what_cannot_be_sent_is_said_and_ends_in_2(generate, sandbox, arguments, key, sentences):
    before = len(sandbox.requests)
    assert generate(*arguments, key=key) == (2, [], sentences)
    assert {one.route for one in sandbox.requests[before:]} <= {"library_models"}


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_paid_for(generate, sandbox, tmp_path):
    (tmp_path / "file").write_text("")
    before = len(sandbox.generations)
    code, _, err = generate("bfl/flux-schnell", *PROMPT, "-o", "file")
    assert (code, err) == (2, ["The outputs cannot be saved in file: File exists"])
    assert len(sandbox.generations) == before


def test_what_the_api_refuses_is_said_in_its_words_and_ends_in_1(generate):
    code, out, err = generate("bfl/flux-schnell", *PROMPT, key=API_KEY[:-1] + "2")
    assert (code, out) == (1, [])
    assert err[0].endswith("Sending request")
    assert "API key" in err[2]


@pytest.mark.parametrize(
    ("limits", "environment"),
    [(["--spend-limit", "0.001"], {}), ([], {"GENWIDGET_SPEND_LIMIT": "0.001"})],
    ids=["option", "variable"],
)
def test_what_would_pass_a_limit_is_not_sent_nor_said_to_be_and_ends_in_2(generate, sandbox, limits, environment):
    before = len(sandbox.requests)
    code, out, err = generate("bfl/flux-schnell", *PROMPT, *limits, **environment)
    assert (code, out) == (2, [])
    assert [line.split(" ms  ")[1] for line in err if " ms  " in line] == ["Refused"]
    assert "The spend limit of 0.001 credits" in err[1]
    assert err[2].startswith("Nothing was sent.")
    assert [one for one in sandbox.requests[before:] if one.method == "POST"] == []


def test_a_resume_that_would_pass_a_limit_ends_in_2(run, generate, sandbox):
    code, _, err = run("generate", "bfl/flux-schnell", *PROMPT, "--base-url", "http://127.0.0.1:1")
    assert code == 3, err
    run_id = json.loads("\n".join(run("runs", "list", "--json")[1]))[0]["intent_id"]
    code, _, err = run("runs", "resume", run_id, GENWIDGET_SPEND_LIMIT="0.001")
    assert (code, err[0].startswith("The spend limit of 0.001 credits")) == (2, True)


def test_a_price_that_cannot_be_asked_for_while_a_limit_holds_ends_in_2(generate, sandbox):
    sandbox.faults.add(kind="server_error", route="estimate", count=10)
    code, out, err = generate("bfl/flux-1.1-pro-ultra", *PROMPT, "--spend-limit", "5")
    assert (code, out) == (2, []), err
    assert err[-1] == SHELL["advice_price_unknown"]


def test_a_price_that_no_list_has_is_told_and_counted(generate, run):
    code, _, err = generate("qwen/image", *PROMPT)
    assert (code, [line for line in err if line.startswith("Cost:")]) == (
        0,
        ["Cost: 0.04 credits of the sandbox (no money)"],
    )
    spent = json.loads("\n".join(run("runs", "spent", "--json")[1]))
    assert sum(float(one["spent"]) for one in spent.values()) == 0.04


def test_an_answer_without_a_generation_is_printed_and_ends_in_1(generate, sandbox):
    sandbox.faults.add(kind="foreign", route="generate", count=1)
    code, out, err = generate("bfl/flux-schnell", *PROMPT)
    assert (code, json.loads("\n".join(out))) == (1, {"ok": True})
    assert err[-1] == "The API answered without a generation."


def test_a_lost_run_names_the_command_that_resumes_it_and_that_command_does(generate, run, sandbox, tmp_path):
    before = len(sandbox.generations)
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    code, _, err = generate("bfl/flux-schnell", *PROMPT)
    assert code == 1
    assert err[-1].startswith("Resume it with: genwidget runs resume ")
    run_id = err[-1].split()[-1]
    code, out, err = run("runs", "resume", run_id[:8], "-o", "later")
    assert code == 0, err
    (generation,) = sandbox.generations[before:]
    assert out == [f"later/{generation['generation_id']}-1.png"]
    assert (tmp_path / out[0]).exists()
    code, out, _ = run("runs", "show", run_id)
    row = json.loads("\n".join(out))
    assert (row["state"], row["generation_id"]) == ("succeeded", generation["generation_id"])
    assert row["body"]["generation_prompt"] == "A baby seal"


@pytest.fixture
def moved(run, tmp_path):
    """Call a command at one port of a sandbox, and later ones at another: each process has its own."""
    state = tmp_path / "sandbox"
    with Sandbox(speed=50, state_dir=state) as before, Sandbox(speed=50, state_dir=state) as now:

        def go(*arguments, is_before=False):
            url = (before if is_before else now).url
            return run(*arguments, key=None, GENWIDGET_SANDBOX_URL=url)

        yield go


def test_the_outputs_of_a_sandbox_that_serves_elsewhere_now_are_saved_again(moved, tmp_path):
    code, out, err = moved("generate", "bfl/flux-schnell", *PROMPT, "--region", "sandbox", is_before=True)
    assert code == 0, err
    run_id = json.loads("\n".join(moved("runs", "list", "--json")[1]))[0]["intent_id"]
    assert moved("runs", "save", run_id, "-o", "again") == (0, [f"again/{out[0]}"], [])
    assert (tmp_path / "again" / out[0]).read_bytes() == (tmp_path / out[0]).read_bytes()


def test_ctrl_c_cancels_at_the_server_too_and_ends_in_130(begin):
    with HoldingSandbox() as slow:
        slow.hold()
        before = slow.credits
        process = begin("generate", "google/veo-2", *PROMPT, "--base-url", slow.url)
        assert any("Accepted" in line for line in iter(process.stderr.readline, ""))
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        err = process.stderr.read()
        assert process.returncode == 130, err
        assert "Interrupted; the generation is being canceled." in err
        assert slow.generations[-1]["generation_status"] == "canceled"
        assert slow.credits == before


def test_without_a_command_the_commands_are_listed(run):
    code, out, err = run()
    assert (code, out) == (2, [])
    for name in ("generate", "batch", "runs", "models", "check", "demo", "sandbox"):
        assert any(line.split()[:1] == [name] for line in err), name


def test_runs_are_listed_and_forgotten(generate, run, sandbox):
    none = MESSAGES["cli_no_runs"]
    head = "run  sent (UTC)  model  state  provider  status  ms  credits  prompt"
    assert run("runs", "list") == (0, [head], [none])
    assert run("runs", "list", "--json") == (0, ["[]"], [])
    generate("bfl/flux-schnell", *PROMPT)
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    generate("google/nano-banana", *PROMPT)
    code, out, _ = run("runs", "list")
    assert code == 0
    cells = [line.split() for line in out[1:]]
    assert [(row[3], row[4]) for row in cells] == [("google/nano-banana", "lost"), ("bfl/flux-schnell", "succeeded")]
    assert run("runs", "list", "--limit", "1")[2] == [
        "These are the newest 1. More of them: genwidget runs list --limit 10"
    ]
    assert [line[-len(PROMPT[1]) :] for line in out[1:]] == [PROMPT[1]] * 2
    for words, model in (("flux", "bfl/flux-schnell"), ("banana se", "google/nano-banana"), ("se banana", None)):
        _, found, said = run("runs", "list", *words.split())
        assert [line.split()[3] for line in found[1:]] == ([model] if model else [])
        assert said == ([] if model else ["No run has these words in its prompt or model."])
    assert run("runs", "list", "--limit", "1", "baby seal")[2] == [
        "These are the newest 1 with these words. More of them: genwidget runs list --limit 10 'baby seal'"
    ]
    rows = json.loads("\n".join(run("runs", "list", "--json", "--limit", "1")[1]))
    assert [row["model_id"] for row in rows] == ["google/nano-banana"]
    lost, ended = (row[0] for row in cells)
    code, _, err = run("runs", "forget", lost)
    cannot = "Forgetting it means it cannot be resumed. Use --force to forget it anyway."
    assert (code, err) == (1, [f"Run {rows[0]['intent_id']} is lost. {cannot}"])
    for nothing in ("", " "):
        for command in ("show", "save", "resume", "find", "forget"):
            assert run("runs", command, nothing)[::2] == (2, ['The ledger has no run "".'])
    assert run("runs", "forget", ended)[0] == 0
    assert run("runs", "forget", "--force", lost)[0] == 0
    assert run("runs", "show", lost) == (2, [], [f"The ledger has no run {lost}."])


def test_what_a_run_costs_whose_end_is_not_known_is_told_as_that(generate, run, sandbox):
    generate("bfl/flux-schnell", *PROMPT)
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    generate("bfl/flux-schnell", *PROMPT)
    lost, ended = run("runs", "list")[1][1:]
    assert ("≈ 0.005 " in lost, "≈" in ended) == (True, False)
    run_id = lost.split()[0]
    row = json.loads("\n".join(run("runs", "show", run_id)[1]))
    assert (row["state"], row["credits"], row["price"]) == ("lost", None, 0.005)
    told = ["What was reserved for it, 0.005, counts as spent."]
    assert run("runs", "forget", "--force", run_id)[2][1:] == told
    assert run("runs", "forget", ended.split()[0])[2][1:] == []


def test_the_end_of_a_process_is_told_as_such_and_its_life_too(begin, run, wait_until):
    def states():
        return [line.split()[4] for line in run("runs", "list")[1][1:]]

    with HoldingSandbox() as slow:
        slow.hold()
        process = begin("generate", "google/veo-2", *PROMPT, "--base-url", slow.url)
        assert any("Accepted" in line for line in iter(process.stderr.readline, ""))
        wait_until(lambda: states() in (["accepted"], ["processing"]))
        run_id = run("runs", "list")[1][1].split()[0]
        code, _, err = run("runs", "resume", run_id)
        assert (code, err) == (1, ["Another kernel or program is polling this run. Its result appears there."])
        process.kill()
        process.wait()
        assert states() == ["expired"]
        row = json.loads("\n".join(run("runs", "show", run_id)[1]))
        assert (row["state"], row["is_carried_elsewhere"], "owner" in row) == ("expired", False, False)
        resumed = begin("runs", "resume", run_id, "-o", "later")
        assert resumed.stderr.readline().endswith("Resumed\n")


def test_the_sandbox_region_brings_its_own_key_and_sandbox(begin, monkeypatch, tmp_path):
    monkeypatch.delenv("BABYSEA_API_KEY", raising=False)
    process = begin("generate", "bfl/flux-schnell", *PROMPT, "--region", "sandbox", GENWIDGET_SANDBOX_SPEED="50")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert (tmp_path / out.splitlines()[0]).exists()


def test_the_sandbox_is_served_until_it_is_ended(begin):
    process = begin("sandbox", "--port", "0")
    lines = []
    while "Ctrl-C" not in "".join(lines[-1:]):
        lines.append(process.stdout.readline())
        assert lines[-1], "it ended by itself"
    assert lines[0].split()[-1].startswith("http://127.0.0.1:")
    assert any(API_KEY in line for line in lines)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_reader_that_has_read_enough_is_no_failure_to_shout_about(begin):
    process = begin("runs", "list")
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err


ALWAYS = [
    *("-W", "ignore::DeprecationWarning", "-m", "jupyterlab"),
    *("--LabApp.default_url=/lab/tree/01-quickstart.ipynb", "--log-level=WARN", "--ServerApp.answer_yes=True"),
]


def test_the_demo_adds_what_root_and_a_missing_screen_need_and_only_then(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert demo.lab_command(["--port=1"])[1:] == [*ALWAYS, "--allow-root", "--no-browser", "--port=1"]
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("DISPLAY", ":0")
    assert demo.lab_command([])[1:] == ALWAYS


def test_the_demo_finds_its_notebooks():
    assert (demo.find_notebooks() / "01-quickstart.ipynb").exists()


@pytest.fixture
def started(monkeypatch, tmp_path):
    """What the demo starts: a Python that notes its arguments, its folder and its environment, and ends with 3."""
    note = tmp_path / "started.json"
    code = (
        "import json, os, sys\n"
        "json.dump([sys.argv[1:], os.getcwd(), dict(os.environ)], open(sys.argv[1], 'w'))\n"
        "sys.exit(3)"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "lab_command", lambda passed_on: [sys.executable, "-c", code, str(note), *passed_on])
    return lambda: json.loads(note.read_text())


def test_the_demo_opens_a_copy_that_has_never_been_run_and_says_where_it_lies(started, capsys):
    assert main(["demo"]) == 3
    _, folder, environment = started()
    told = [MESSAGES["cli_demo_folder"].format(folder=folder), MESSAGES["sandbox_is"]]
    assert capsys.readouterr().err.splitlines() == told
    copies = sorted(Path(folder).iterdir())
    assert [path.name for path in copies] == sorted(path.name for path in demo.find_notebooks().glob("*.ipynb"))
    for path in copies:
        code = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
        assert code
        assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert not Path(environment["JUPYTERLAB_WORKSPACES_DIR"]).is_relative_to(Path.home())
    assert not Path(environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0]).exists(), "its own settings stay behind"


def test_the_demo_keeps_the_users_own_settings_and_their_place(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/etc/of-theirs")
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", "/home/them/settings")
    environment = demo.lab_environment(tmp_path / "own")
    assert environment["JUPYTER_CONFIG_PATH"] == f"{tmp_path / 'own'}{os.pathsep}/etc/of-theirs"
    assert environment["JUPYTERLAB_SETTINGS_DIR"] == "/home/them/settings"


@pytest.mark.parametrize("arguments", [["--", "--port=1"], ["--", "--", "file"]])
def test_what_stands_behind_two_dashes_is_for_jupyterlab(started, arguments):
    assert main(["demo", *arguments]) == 3
    assert started()[0][1:] == arguments[1:]


def test_the_demos_notebooks_stay_where_it_is_started_with_what_a_person_changed(started, tmp_path, capsys):
    assert main(["demo"]) == 3
    folder = tmp_path / "genwidget-demo"
    assert started()[1] == str(folder)
    mine, gone = folder / demo.QUICKSTART, folder / "dashboard.ipynb"
    mine.write_text("mine")
    gone.unlink()
    assert main(["demo"]) == 3
    assert (mine.read_text(), gone.exists()) == ("mine", True)
    assert main(["demo", "-o", str(tmp_path / "other"), "--", "--port=1"]) == 3
    assert started()[:2] == [[str(tmp_path / "started.json"), "--port=1"], str(tmp_path / "other")]
    capsys.readouterr()
    assert main(["demo", "-o", str(mine)]) == 2
    assert capsys.readouterr().err == f"The notebooks cannot be put into {mine}: File exists\n"
