"""``genwidget batch`` against the real sandbox: what is printed, where, and how it ends."""

import json
import re
import signal
import socket
import subprocess
import sys
from dataclasses import fields

import pytest

from genwidget.batch.batch import Batch
from genwidget.batch.estimate import Estimate
from genwidget.batch.store import BatchStore
from genwidget.cli import main
from genwidget.runs import runner
from genwidget.sandbox import API_KEY, Limits, Sandbox
from genwidget.sandbox.assumptions import REFUSED_PROMPT
from tests.holding import HoldingSandbox
from tests.processes import running

MODEL = "bfl/flux-schnell"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(speed=50, limits=Limits(generate_per_window=100_000, images_at_once=1_000)) as running:
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
    """Call ``genwidget batch`` and return its exit code and the lines on stdout and stderr."""

    def go(*arguments):
        code = main(["batch", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return go


@pytest.fixture
def run(shell, sandbox, tmp_path):
    """Write a plan and run it on the sandbox."""

    def go(text, *arguments, name="plan.toml"):
        (tmp_path / name).write_text(text)
        return shell("run", name, "--base-url", sandbox.url, "-o", "pictures", *arguments)

    return go


def toml(*prompts, head=""):
    return f'model = "{MODEL}"\n{head}\n[fields]\noutput_format = "jpg"\nprompt = {json.dumps(prompts)}\n'


def test_a_plan_is_run_and_the_paths_of_its_files_are_printed_in_order(run, tmp_path):
    code, out, err = run(toml("A seal", "A fox"))
    (batch,) = Batch.list()
    assert (code, err) == (0, [f"Batch {batch.batch_id}. Items: 2"])
    assert [line.split("/")[-1][:6] for line in out] == ["00001-", "00002-"]
    assert sorted(out) == sorted(map(str, (tmp_path / "pictures").glob("*.jpg")))


def test_a_column_that_is_no_field_is_told_with_the_option_that_names_it(run):
    told = "Column promt is no field of any model. Did you mean generation_prompt? Name the columns to use: "
    option = "--column generation_prompt=promt"
    assert run("promt\nA seal\n", "--model", MODEL, name="plan.csv") == (2, [], [told + option])
    assert run("promt\nA seal\n", "--model", MODEL, *option.split(), "--check", name="plan.csv")[0] == 0


def test_a_csv_file_with_columns_and_a_template(run):
    text = "id,text\n1,A seal\n2,A fox\n"
    code, out, _ = run(
        text, "--model", MODEL, "--column", "prompt=text", "--template", "{text}, at {dusk|dawn}", "--repeat", 2,
        name="plan.csv",
    )  # fmt: skip
    assert (code, len(out)) == (0, 4)
    prompts = [item.values["generation_prompt"] for item in Batch.list()[0].items()]
    assert [one.split(",")[0] for one in prompts] == ["A seal", "A seal", "A fox", "A fox"]
    assert {one.split(" at ")[1] for one in prompts} <= {"dusk", "dawn"}


@pytest.mark.parametrize("seed", [0, -3, 10**12])
def test_any_seed_that_python_takes_is_taken(run, seed):
    text = "prompt\n" + "A seal\n" * 8
    options = ("--model", MODEL, "--template", "{prompt}, at {dusk|dawn}", "--seed", seed)
    assert run(text, *options, name="plan.csv")[0] == 0
    rows = [{"prompt": "A seal"}] * 8
    plan = Batch.from_frame(rows, model=MODEL, template="{prompt}, at {dusk|dawn}", seed=seed)
    sent = [item.values["generation_prompt"] for item in Batch.list()[0].items()]
    assert sent == [item.verdict.request.prompt for item in plan]


def test_a_base_that_the_model_does_not_take_is_told(run, sandbox):
    plan = f'model = "{MODEL}"\n[base]\nratio = "16:10"\n[fields]\nprompt = ["A seal"]\n'
    before = len(sandbox.generations)
    code, out, err = run(plan, "--check")
    assert (code, len(sandbox.generations)) == (2, before)
    assert "generation_ratio" in "".join(out + err)


def test_check_sends_nothing_and_prints_what_it_would_cost(run, sandbox):
    before = len(sandbox.generations)
    code, out, err = run(toml("A seal", "A fox"), "--check")
    assert (code, err) == (0, [])
    told = {" ".join(line.split()[:-1]): line.split()[-1] for line in out if not line.startswith("seconds")}
    assert (told["items"], told["credits"], told["without a known price"]) == ("2", "0.010", "0")
    assert len(sandbox.generations) == before


def test_check_with_reuse_counts_what_was_made_before_as_free(run, sandbox):
    assert run(toml("A seal", "A fox", "A hare", head="repeat = 2"))[0] == 0
    plan, before = toml("A seal", "A fox", "An owl", head="repeat = 3"), len(sandbox.generations)
    code, out, err = run(plan, "--reuse", "--check", "--json")
    told = json.loads("\n".join(out))
    assert (code, err, told["items"], told["reused"], told["unknown"]) == (0, [], 9, 4, 0)
    assert told["credits"] == pytest.approx(5 * 0.005)
    assert (told["can_afford"], told["balance"] > 0, set(told)) == (True, True, {one.name for one in fields(Estimate)})
    lines = [" ".join(line.split()) for line in run(plan, "--reuse", "--check")[1]]
    assert lines[:4] == ["items 9", "reused 4", "credits 0.025", "without a known price 0"]
    assert len(sandbox.generations) == before
    spent = Batch.list()[0].credits
    run(plan, "--reuse")
    assert len(sandbox.generations) == before + 5
    assert (Batch.list()[0].credits, spent) == (pytest.approx(told["credits"]), pytest.approx(0.03))
    assert run(plan, "--reuse", "--check")[1][2].split() == ["credits", "0.000"]
    assert run(plan, "--check")[1][1].split() == ["credits", "0.045"]


def test_a_check_as_json_has_the_facts_of_the_table(run):
    code, out, err = run(toml("A seal", "A fox"), "--check", "--json")
    told = json.loads("\n".join(out))
    assert (code, err) == (0, [])
    assert (told["items"], told["credits"], told["unknown"], told["reused"]) == (2, 0.01, 0, 0)


@pytest.mark.parametrize("more", [(), ("--json",), ("--reuse",)])
def test_a_check_without_a_key_says_that_there_is_none(run, sandbox, monkeypatch, more):
    monkeypatch.delenv("BABYSEA_API_KEY")
    before = len(sandbox.requests)
    code, out, err = run(toml("A seal"), "--check", *more)
    assert (code, out[0][0], len(sandbox.requests)) == (0, "{" if more == ("--json",) else "i", before)
    assert err[-1].startswith(
        "Without a key in BABYSEA_API_KEY, prices are those that ship; the balance, and what could"
    )


def test_check_says_when_the_balance_is_not_enough_and_what_is_not_known(shell, tmp_path):
    with Sandbox(speed=50, balance=0.005) as poor:
        (tmp_path / "plan.toml").write_text(toml("a", "b"))
        code, out, err = shell("run", "plan.toml", "--base-url", poor.url, "--check")
    assert (code, err) == (1, ["The plan costs 0.010 credits, and the balance is 0.005. Add credits, or plan less."])
    assert all(line.split()[-1][0].isdigit() for line in out[:-1])
    assert out[-1].split() == ["seconds", "not", "known"]


def test_a_host_that_refuses_connections_is_told_and_ends_it_in_3_as_generate(shell, tmp_path, monkeypatch):
    monkeypatch.setenv("GENWIDGET_RETRY_FIRST_S", "0.01")
    monkeypatch.setenv("GENWIDGET_RETRY_MAX_S", "0.01")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    (tmp_path / "plan.toml").write_text(toml(*map(str, range(20))))
    code, out, err = shell("run", "plan.toml", "--base-url", url, "-o", "pictures")
    (batch,) = Batch.list()
    assert (code, out, batch.credits) == (3, [], 0)
    assert any(line.startswith("Could not reach 127.0.0.1") for line in err)
    assert err[-1] == f"Go on with: genwidget batch resume {batch.batch_id}"


def test_a_plan_with_problems_is_told_item_by_item_and_ends_in_2(run, sandbox):
    before = len(sandbox.generations)
    code, out, err = run("model,prompt\nbfl/flux-schnel,A seal\nbfl/flux-schnell,\n", name="plan.csv")
    assert (code, out) == (2, [])
    assert err == [
        (
            "Item 1 (row 1): model: Unknown model. bfl/flux-schnel is none of the models known. "
            "Did you mean bfl/flux-schnell?"
        ),
        "Item 2 (row 2): generation_prompt: Required.",
    ]
    many = "prompt\n" + '""\n' * 30
    code, _, err = run(many, "--model", MODEL, name="plan.csv")
    assert (code, len(err), err[-1]) == (2, 21, "More problems: 10")
    assert run("prompt\n", "--model", MODEL, name="plan.csv")[0::2] == (2, ["The plan has no items."])
    assert len(sandbox.generations) == before


def test_an_item_that_was_refused_is_told_and_the_code_is_1(run, shell):
    code, out, err = run(toml("A seal", REFUSED_PROMPT))
    (batch,) = Batch.list()
    assert (code, len(out)) == (1, 1)
    assert err[1].startswith("Item 2: ")
    assert err[-1] == f"Begin them anew with: genwidget batch resume --retry-failed {batch.batch_id}"
    code, _, err = shell("resume", "--retry-failed", batch.batch_id[:8])
    assert code == 1
    assert [item.state for item in batch.items()] == ["done", "refused"]


def test_a_limit_stops_it_in_one_sentence_and_resume_goes_on(run, shell):
    code, out, err = run(toml("a", "b", "c"), "--limit", "0.01")
    (batch,) = Batch.list()
    assert (code, len(out)) == (1, 2)
    assert err[1:] == [
        "The spend limit of 0.01 credits (of this batch) would be passed: this costs 0.005, and 0.01 are used.",
        f"Go on with a higher limit: genwidget batch resume --limit CREDITS {batch.batch_id}",
    ]
    code, out, _ = shell("resume", batch.batch_id, "--limit", "1")
    assert (code, len(out)) == (0, 3)


def test_a_limit_within_which_nothing_can_be_sent_ends_in_2(run):
    code, out, err = run(toml("a", "b"), "--limit", "0.001")
    (batch,) = Batch.list()
    assert (code, out) == (2, [])
    assert err[1].startswith("The spend limit of 0.001 credits (of this batch) would be passed")
    assert batch.counts == {"planned": 2}


def test_a_402_stops_it_in_one_sentence_and_resume_goes_on_after_topping_up(shell, tmp_path):
    with Sandbox(speed=50, balance=0.01) as poor:
        (tmp_path / "plan.toml").write_text(toml("a", "b", "c"))
        code, out, err = shell("run", "plan.toml", "--base-url", poor.url, "-o", "pictures")
        (batch,) = Batch.list()
        assert (code, len(out)) == (1, 2)
        assert len(err) == 3
        assert "credit" in err[1]
        assert err[2] == f"Add credits, and go on with: genwidget batch resume {batch.batch_id}"
        poor.add_credits(1)
        code, out, _ = shell("resume", batch.batch_id)
        assert (code, len(out), len(poor.generations)) == (0, 3, 3)


def test_ctrl_c_sends_nothing_more_exits_130_and_resume_goes_on(tmp_path, shell, monkeypatch, wait_until):
    monkeypatch.setenv("GENWIDGET_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "plan.toml").write_text(toml(*(f"A seal {number}" for number in range(20))))
    with HoldingSandbox(speed=50, limits=Limits(images_at_once=4)) as held:
        held.hold()
        command = [sys.executable, "-m", "genwidget", "batch", "run", "plan.toml", "--base-url", held.url, "-o", "made"]
        with running(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
            batch_id = process.stderr.readline().split()[1].rstrip(".")
            wait_until(lambda: len(held.generations) >= 2, 60)
            process.send_signal(signal.SIGINT)
            told = process.stderr.read()
        assert process.returncode == 130
        assert told == f"Interrupted; nothing more is sent. Go on with: genwidget batch resume {batch_id}\n"
        begun = len(held.generations)
        assert begun < 20
        held.let_go()
        monkeypatch.setattr(runner, "shared", lambda: there)
        there = runner.Runner()
        code, out, _ = shell("resume", batch_id)
        there.close()
        assert (code, len(out)) == (0, 20)
        assert len(held.generations) == 20


def test_what_a_batch_may_have_cost_whose_process_was_killed_is_told(tmp_path, shell, monkeypatch, wait_until):
    monkeypatch.setenv("GENWIDGET_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "plan.toml").write_text(toml(*(f"A seal {number}" for number in range(9))))
    with HoldingSandbox(speed=50, limits=Limits(images_at_once=4)) as held:
        held.hold()
        command = [sys.executable, "-m", "genwidget", "batch", "run", "plan.toml", "--base-url", held.url, "-o", "made"]
        with running(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
            batch_id = process.stderr.readline().split()[1].rstrip(".")
            there = runner.Runner()
            monkeypatch.setattr(runner, "shared", lambda: there)
            wait_until(lambda: BatchStore(there.ledger).counts(batch_id).get("sent", 0) >= 2, 60)
            process.kill()
        begun = len(held.generations)
        summary = json.loads("\n".join(shell("list", "--json")[1]))[0]
        reserved = summary["reserved"]
        assert summary["credits"] == 0
        assert reserved >= 0.005 * begun > 0
        assert reserved == float(there.ledger.spending(is_sandbox=True).used)
        head, line, *_ = shell("list")[1]
        assert dict(zip(re.split("  +", head), re.split("  +", line), strict=False))["reserved"] == f"{reserved:.3f}"
        items = [line for line in shell("show", batch_id)[1] if " sent " in line]
        assert len(items) >= 2
        assert all("≈ 0.005" in line for line in items)
        there.close()


def test_how_it_ended_is_printed_as_json(run):
    code, out, _ = run(toml("A seal"), "--json")
    told = json.loads("\n".join(out))
    assert code == 0
    assert (told["state"], told["count"], told["counts"], told["credits"]) == ("ended", 1, {"done": 1}, 0.005)


def test_batches_are_listed_and_shown(run, shell):
    run(toml("A seal", REFUSED_PROMPT))
    (batch,) = Batch.list()
    code, out, err = shell("list")
    assert (code, err) == (0, [])
    assert out[1].startswith(f"{batch.batch_id}  ")
    assert "ended  2/2" in out[1]
    code, out, _ = shell("show", batch.batch_id[:6])
    assert code == 0
    assert [line.split()[0] for line in out[-2:]] == ["1", "2"]
    assert "refused" in out[-1]
    told = json.loads("\n".join(shell("show", batch.batch_id, "--json")[1]))
    assert [item["state"] for item in told["items"]] == ["done", "refused"]
    assert json.loads("\n".join(shell("list", "--json")[1]))[0]["batch_id"] == batch.batch_id


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("show", "b_nothing"), 2, "The ledger has no batch b_nothing."),
        (("resume", "b_nothing"), 2, "The ledger has no batch b_nothing."),
        (("stop", ""), 2, "Give the id of a batch."),
        (("run", "nowhere.csv", "--model", MODEL), 2, "The plan in nowhere.csv cannot be read: No such file or dir"),
        (("run", "plan.txt"), 2, "A plan is a .toml, .csv or .parquet file; plan.txt is not."),
        (("run", "a.csv", "--column", "x"), 2, "--column takes FIELD=COLUMN, and got: x"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(shell, sandbox, arguments, code, told):
    where = ("--base-url", sandbox.url) if arguments[0] == "run" else ()
    found, out, err = shell(*arguments, *where)
    assert (found, out) == (code, [])
    assert err[0].startswith(told)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--limit", "x"), "argument --limit: must be a number of credits, at least 0"),
        (("--limit", "-1"), "argument --limit: must be a number of credits, at least 0"),
        (("--repeat", "0"), "argument --repeat: must be a whole number from 1 to 999,999,999"),
        (("--seed", "1.5"), "argument --seed: must be a whole number"),
        (("--stop-after-failures", "1.5"), "argument --stop-after-failures: must be a whole number"),
    ],
)
def test_an_option_that_cannot_be_is_refused(run, option, told):
    code, out, err = run(toml("a"), *option)
    assert (code, out) == (2, [])
    assert told in err[-1]


def test_a_seed_that_draws_nothing_is_refused(run, sandbox):
    before = len(sandbox.generations)
    code, out, err = run(toml("a"), "--seed", "3")
    assert (code, out, len(err)) == (2, [], 1)
    assert err[0].startswith("A seed is of what a template draws, and there is no template.")
    assert len(sandbox.generations) == before


def test_a_batch_that_is_not_running_cannot_be_stopped(run, shell):
    run(toml("A seal"))
    (batch,) = Batch.list()
    assert shell("stop", batch.batch_id) == (1, [], [f"Batch {batch.batch_id} has ended."])
