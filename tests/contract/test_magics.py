"""The magics of IPython, in a kernel and in IPython's own shell."""

import os
import queue
import subprocess
import sys
import time

import pytest
from jupyter_client.manager import KernelManager

from genwidget.errors import KeyNotLocked
from genwidget.messages import MESSAGES, render
from genwidget.sandbox import API_KEY
from tests.browser.servers import isolated_environment
from tests.holding import HoldingSandbox

LIMIT_S = 120
SEAL = "A baby seal on Arctic ice"


class Shown:
    """What one cell put out."""

    def __init__(self):
        self.result = self.error = None
        self.text = ""
        self.traceback = []

    @property
    def plain(self):
        return None if self.result is None else self.result["text/plain"]


class Kernel:
    """A kernel of IPython, in which the magics are loaded."""

    def __init__(self, environment):
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(env=environment, extra_arguments=["--InteractiveShell.history_load_length=0"])
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=LIMIT_S)

    def start(self, code, *, answers=()):
        return self.client.execute(code, allow_stdin=bool(answers))

    def finish(self, sent, answers=()):
        shown, answers = Shown(), list(answers)
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            try:
                asked = self.client.get_stdin_msg(timeout=0) if answers else None
            except queue.Empty:
                asked = None
            if asked is not None:
                assert asked["content"]["password"] is True
                self.client.input(answers.pop(0))
            try:
                message = self.client.get_iopub_msg(timeout=0.1)
            except queue.Empty:
                continue
            if message["parent_header"].get("msg_id") != sent:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "execute_result":
                shown.result = content["data"]
            elif kind == "stream":
                shown.text += content["text"]
            elif kind == "error":
                shown.error, shown.traceback = content["ename"], content["traceback"]
            elif kind == "status" and content["execution_state"] == "idle":
                return shown
        raise AssertionError("the cell has not ended")

    def run(self, code, answers=()):
        return self.finish(self.start(code, answers=answers), answers)

    def value(self, expression):
        shown = self.run(f"print({expression}, end='')")
        assert shown.error is None, shown.traceback
        return shown.text

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def sandbox():
    with HoldingSandbox(speed=50) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def environment(sandbox, tmp_path_factory):
    return isolated_environment(tmp_path_factory.mktemp("magics"), GENWIDGET_SANDBOX_URL=sandbox.url)


@pytest.fixture(scope="module")
def kernel(environment):
    kernel = Kernel(environment)
    assert kernel.run("%load_ext genwidget").error is None
    yield kernel
    kernel.close()


def generate(*options, model="bfl/flux-schnell", prompt=SEAL, region="--region sandbox"):
    return f"%%generate {model} {region} {' '.join(options)}\n{prompt}"


def test_the_body_is_the_prompt_and_the_run_is_shown_and_is_the_last_result(kernel, sandbox):
    shown = kernel.run(generate("--set generation_ratio=16:9", prompt=f"{SEAL},\nat dusk"))
    assert (shown.error, shown.text) == (None, "")
    assert "succeeded" in shown.plain
    assert '<img src="http://127.0.0.1:' in shown.result["text/html"]
    assert kernel.value("_.state, len(_.outputs)") == "succeeded 1"
    record = sandbox.generations[-1]
    assert record["generation_prompt"] == f"{SEAL},\nat dusk"
    assert record["generation_ratio"] == "16:9"


def test_an_error_of_a_call_is_shown_with_the_cells_own_lines_alone(kernel):
    shown = kernel.run("import genwidget\ngenwidget.Client(region='nowhere')")
    told = "\n".join(shown.traceback)
    assert shown.error == "ConfigurationError"
    assert "nowhere" in told
    assert "File " not in told
    kernel.run("del genwidget")


def test_the_line_takes_variables_of_the_notebook_and_the_body_none(kernel, sandbox):
    kernel.run("model, seed = 'bfl/flux-1.1-pro', 7")
    shown = kernel.run(generate("--set generation_seed={seed}", model="$model", prompt="A {seed} $model"))
    assert shown.error is None, shown.traceback
    record = sandbox.generations[-1]
    assert (record["model_identifier"], record["generation_prompt"]) == ("bfl/flux-1.1-pro", "A {seed} $model")
    assert record["generation_seed"] == 7


@pytest.mark.parametrize(
    ("cell", "error", "sentence"),
    [
        (generate(model="bfl/flux-schnel"), "UnknownModel", "Unknown model"),
        (generate(prompt=" "), "InvalidRequest", "Missing required field: generation_prompt"),
        (generate("--set generation_ratio"), "InvalidRequest", "--set takes FIELD=VALUE, and got: generation_ratio"),
        (
            generate("--set generation_prompt=B"),
            "InvalidRequest",
            "generation_prompt is given twice, as the text of the",
        ),
        (
            generate("--set generation_prompt="),
            "InvalidRequest",
            "generation_prompt is given twice, as the text of the",
        ),
        (
            generate("--set generation_seed=1 --set generation_seed=2"),
            "InvalidRequest",
            "generation_seed is given twice.",
        ),
        (generate("--spend-limit 0.001"), "RunRefused", "The spend limit of 0.001 credits"),
        (generate("--spend-limit much"), "ConfigurationError", "--spend-limit"),
        (generate(region="--region mars"), "ConfigurationError", "mars"),
        (generate(region="--region us --base-url https://a.example"), "BadLine", "not allowed with argument"),
        (generate(model=""), "BadLine", "%%generate: the following arguments are required: MODEL"),
        (generate("'unended"), "BadLine", "%%generate: No closing quotation"),
        (generate("--key=bye_secretsecret"), "BadLine", "%%generate takes no --key."),
        (generate("--regoin us"), "BadLine", "%%generate takes no --regoin. Did you mean --region? Its options: --"),
        (generate("bye_secretsecret"), "BadLine", "%%generate takes no further word. Its options: --set, --region, "),
        ("%runs --limit none", "BadLine", "must be a whole number from 1"),
        ("%runs all", "BadLine", "%runs takes no further word. Its options: --limit."),
        ("%spend all", "BadLine", "%spend takes no further word. Its options: none."),
    ],
)
def test_what_goes_wrong_is_one_sentence_without_a_traceback(kernel, cell, error, sentence):
    shown = kernel.run(cell)
    assert shown.error == error
    (line,) = shown.traceback
    assert sentence in line
    assert "\n" not in line
    assert "secret" not in line
    assert "Traceback" not in f"{line}{shown.text}"
    assert ("BABYSEA_API_KEY" in line) == ("%%generate takes no " in sentence)


def test_a_run_that_failed_is_the_last_result_all_the_same(kernel, sandbox):
    sandbox.faults.add(kind="provider_error", count=9)
    try:
        shown = kernel.run(generate())
    finally:
        sandbox.faults.clear()
    assert shown.error == "RunFailed"
    assert len(shown.traceback) == 1
    assert "failed" in shown.plain
    assert kernel.value("_.state") == "failed"


def test_an_interrupt_ends_the_wait_and_the_run_goes_on(kernel, sandbox):
    before = len(sandbox.generations)
    sandbox.hold()
    try:
        sent = kernel.start(generate())
        end = time.monotonic() + LIMIT_S
        while len(sandbox.generations) == before:
            assert time.monotonic() < end
            time.sleep(0.05)
        kernel.manager.interrupt_kernel()
        shown = kernel.finish(sent)
    finally:
        sandbox.let_go()
    assert shown.error == "LeftAlone"
    assert "<Run " in shown.plain
    assert shown.traceback == [render("magic_goes_on", run_id=kernel.value("_.run_id"))]
    assert kernel.value("_.wait().state") == "succeeded"
    assert len(sandbox.generations) == before + 1


def test_the_newest_runs_are_listed_first_as_objects(kernel):
    kernel.run(generate(prompt="The last one"))
    shown = kernel.run("%runs --limit 2")
    assert shown.plain == "<Runs: 2>"
    assert "<table>" in shown.result["text/html"]
    assert kernel.value("_[0].prompt, _[0].state") == "The last one succeeded"


ENDED_BEFORE = """
import dataclasses, time
from genwidget import errors
from genwidget.runs import runner
ledger = runner.shared().ledger
(row,) = ledger.read(1).rows
for number in range(3):
    other = dataclasses.replace(row, intent_id=f"old-{number}", idempotency_key=f"old-{number}", state="sending",
                                created_at=time.time() - 3600)
    assert ledger.begin(other)
    ledger.record(dataclasses.replace(other, state="expired",
                                      error_code=errors.ProcessEnded.code))
assert ledger.drain(30) and len(ledger.interrupted(0)) >= 3
"""


def test_no_more_runs_are_listed_than_asked_for_though_some_can_be_resumed(kernel):
    kernel.run(generate())
    assert kernel.run(ENDED_BEFORE).error is None
    assert kernel.run("%runs --limit 2").plain == "<Runs: 2>"
    kernel.run("for number in range(3): ledger.forget(f'old-{number}')")


def test_what_was_spent_is_told_for_the_api_and_the_sandbox(kernel):
    shown = kernel.run("%spend")
    spent = kernel.value("_.kernel['sandbox'].spent")
    assert float(spent) > 0.005
    head, *rows = shown.plain.splitlines()
    assert head.split() == ["credits", "spent", "reserved", "limit"]
    assert f"sandbox, this kernel  {spent.rstrip('0')}" in shown.plain
    assert [row.split(",")[0] for row in rows] == ["api", "sandbox", "api", "sandbox"]
    assert "<table>" in shown.result["text/html"]


@pytest.mark.parametrize(("history", "seen"), [("session", "<Runs: 0>"), ("key", "<Runs: 0>"), ("user", "<Runs: 1>")])
def test_no_run_is_listed_that_the_history_hides(environment, sandbox, history, seen):
    kernel = Kernel(environment | {"GENWIDGET_HISTORY": history})
    try:
        kernel.run("%load_ext genwidget")
        assert kernel.run("%runs --limit 1").plain == seen
        assert ("all" in kernel.run("%spend").plain) is (history != "session")
        kernel.run(generate())
        assert kernel.run("%runs --limit 1").plain == "<Runs: 1>"
        assert kernel.value("_[0].state") == "succeeded"
    finally:
        kernel.close()


def test_a_key_is_asked_for_once_where_nothing_has_one_and_is_never_shown(environment, sandbox):
    kernel = Kernel(environment)
    try:
        kernel.run("%load_ext genwidget")
        place = f"--base-url {sandbox.url}"
        shown = kernel.run(generate(region=place))
        assert (shown.error, shown.traceback) == (KeyNotLocked.__name__, [MESSAGES["key_absent"]])  # nobody to ask
        shown = kernel.run(generate(region=place), answers=[API_KEY])
        assert shown.error is None, shown.traceback
        assert kernel.run(generate(region=place)).error is None
        everything = kernel.value("repr(vars(get_ipython().magics_manager.magics['cell']['generate'].__self__))")
        assert API_KEY not in everything
        kernel.run("%unload_ext genwidget")
        assert "Cell magic `%%generate` not found" in kernel.run(generate(region=place)).text
    finally:
        kernel.close()


def test_ipythons_own_shell_knows_them(environment, tmp_path):
    cell = (
        f"%load_ext genwidget\nget_ipython().run_cell_magic('generate', 'bfl/flux-schnell --region sandbox', '{SEAL}')"
    )
    command = [sys.executable, "-m", "IPython", "--quick", "--colors=NoColor", "--HistoryManager.enabled=False", "-c"]
    known = {**environment, "PYTHONPATH": os.pathsep.join(sys.path)}
    made = subprocess.run(
        [*command, cell], cwd=tmp_path, env=known, capture_output=True, text=True, check=False, timeout=LIMIT_S
    )
    assert (made.returncode, made.stderr) == (0, "")
    refused = subprocess.run(
        [*command, cell.replace("flux-schnell", "flux-schnel")],
        cwd=tmp_path,
        env=known,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert "Traceback" not in refused.stdout + refused.stderr
    assert "Unknown model" in refused.stdout + refused.stderr
