"""How the command line ends where its output cannot go, where files fail it, and where it is interrupted."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import warnings

import pytest

from genwidget.cli import follow as follow_module
from genwidget.cli import generate, main
from genwidget.cli.output import say_json
from genwidget.messages import MESSAGES
from genwidget.runs import runner
from genwidget.runs.run import Run
from genwidget.sandbox import API_KEY
from tests.holding import HoldingSandbox

MODEL = "bfl/flux-schnell"
PROMPT = ("--prompt", "Ein Seehund, 🦭")
PROGRAM = "import sys; from genwidget.cli import main; sys.exit(main())"
#: All that a sandbox has ships, so no host is asked for its list.
MODELS = ["models", "--region", "sandbox"]


@pytest.fixture(scope="module")
def sandbox():
    with HoldingSandbox(speed=50) as running:
        yield running


@pytest.fixture(autouse=True)
def _carrier(monkeypatch, tmp_path, sandbox):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BABYSEA_API_KEY", API_KEY)
    monkeypatch.setenv("GENWIDGET_POLL_FIRST_S", "0.02")
    one = runner.Runner()
    monkeypatch.setattr(runner, "shared", lambda: one)
    yield
    one.close()
    sandbox.faults.clear()
    sandbox.let_go()


@pytest.fixture
def make(sandbox):
    """Call ``genwidget generate`` in this process and return its exit code."""
    return lambda *arguments: main(["generate", MODEL, "--base-url", sandbox.url, *PROMPT, *arguments])


@pytest.fixture
def program(tmp_path):
    """Run ``genwidget`` as a process, from a shell that redirects; return its exit code and stderr."""

    def go(arguments, redirection="", before="", **environment):
        command = [sys.executable, "-c", before + PROGRAM]
        script = f'"$@" {redirection}'
        ended = subprocess.run(
            ["/bin/sh", "-c", script, "sh", *command, *arguments],
            env={**os.environ, **environment},
            cwd=tmp_path,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return ended.returncode, ended.stdout.decode(), ended.stderr.decode()

    return go


def _is_quiet(err):
    return "Traceback" not in err and "Exception ignored" not in err and "unforeseen" not in err


# Where stdout and stderr go.


#: Each command in a forked process of one that has imported all of them: the shell has redirected it already.
EACH = """
import json, os, pathlib, sys
import genwidget.cli.commands, genwidget.cli.output
codes = []
for arguments in json.loads(sys.argv.pop()):
    child = os.fork()
    if child == 0:
        sys.argv[1:] = arguments
        break
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    pathlib.Path("codes.json").write_text(json.dumps(codes))
else:
    os._exit(0)
"""
COMMANDS = [MODELS, ["runs"], ["runs", "list", "--json"], ["--help"], ["models", "-h"]]


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-", ">/dev/full 2>/dev/full", ">&- 2>&-", "| head -c 0"])
def test_an_output_that_goes_nowhere_is_said_in_one_sentence(program, tmp_path, redirection):
    _, _, err = program([json.dumps(COMMANDS)], redirection, before=EACH)
    assert _is_quiet(err)
    codes = json.loads((tmp_path / "codes.json").read_text())
    assert len(codes) == len(COMMANDS)
    if "head" not in redirection:  # which may have read nothing before the command has ended
        assert set(codes) == {1}
        reason = "No space left on device" if "full" in redirection else "it is closed"
        assert err == ("" if "2>" in redirection else len(COMMANDS) * f"Nothing can be written to stdout: {reason}\n")


def test_a_picture_that_is_paid_for_is_saved_and_named_where_stdout_is_full(program, sandbox, tmp_path):
    arguments = ["generate", MODEL, "--base-url", sandbox.url, *PROMPT]
    for more in ([], ["--json"]):
        code, _, err = program([*arguments, *more], ">/dev/full")
        assert (code, _is_quiet(err)) == (1, True)
        saved, told = err.splitlines()[-2:]
        assert (tmp_path / saved.removeprefix("Saved: ")).exists()
        assert told == "Nothing can be written to stdout: No space left on device"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_printed_whole_in_every_encoding(monkeypatch, make, encoding):
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding=encoding, errors="strict"))
    assert make("--json") == 0
    assert json.loads(printed.getvalue().decode(encoding))["generation_prompt"] == PROMPT[1]


def test_a_text_that_an_encoding_does_not_have_is_escaped(monkeypatch, make):
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding="ascii", errors="strict"))
    assert make("-o", "Köln") == 0
    assert printed.getvalue().startswith(rb"K\xf6ln/")


# Files.


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "it is nested too deeply"),
        (b'{"generation_prompt": ' + b"[" * 100_000, "it is nested too deeply"),
        (b"\xff\xfe{\x00}\x00", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b"[1]", "it is not a JSON object"),
        (b'"' + b"a" * generate.MAX_BODY_BYTES, "it is larger than 8,388,608 bytes"),
        (b"", "Expecting value: line 1 column 1 (char 0)"),
        (b'{"a": ' + b"9" * 5000 + b"}", "Exceeds the limit (4300 digits) for integer string conversion"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_with_why(make, sandbox, tmp_path, capsys, content, reason):
    (tmp_path / "body.json").write_bytes(content)
    before = len(sandbox.requests)
    assert make("--body", "body.json") == 2
    assert capsys.readouterr().err.startswith(f"The body in body.json cannot be read: {reason}")
    assert sandbox.requests[before:] == []


def test_a_body_may_begin_with_a_byte_order_mark(make, tmp_path):
    (tmp_path / "body.json").write_bytes(b'\xef\xbb\xbf{"generation_ratio": "16:9"}')
    assert make("--body", "body.json") == 0


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "utf-16"])
def test_json_of_any_size_is_printed_a_piece_at_a_time(monkeypatch, encoding):
    value = {"numbers": [12] * 200_000, "texts": ["\u00e9\u202e\U0001f600", "\u200d", ""] * 10_000, "": [{}, []]}

    class Recorder(io.TextIOWrapper):
        longest = 0

        def write(self, text):
            self.longest = max(self.longest, len(text))
            return super().write(text)

    printed = Recorder(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", printed)
    say_json(value)
    text = printed.buffer.getvalue().decode(encoding)
    assert json.loads(text) == value
    assert text.endswith("}\n")
    assert "\u202e" not in text
    assert printed.longest < 300_000


@pytest.mark.parametrize("path", ["/dev/zero", "/", "none\x00.json"])
def test_a_body_that_is_no_file_is_told(make, capsys, path):
    assert make("--body", path) == 2
    assert "cannot be read: " in capsys.readouterr().err


def test_a_folder_that_takes_no_file_is_told_before_anything_is_paid_for(monkeypatch, make, sandbox, capsys):
    def refuse(**_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("genwidget.batch.files.tempfile.TemporaryFile", refuse)
    before = len(sandbox.requests)
    assert make("-o", "pictures") == 2
    assert capsys.readouterr().err == "The outputs cannot be saved in pictures: Read-only file system\n"
    assert sandbox.requests[before:] == []


@pytest.mark.parametrize("is_damaged", [False, True])
def test_a_ledger_that_cannot_be_used_is_told_once_with_what_can_be_done(
    monkeypatch, make, sandbox, tmp_path, capsys, is_damaged
):
    monkeypatch.setenv("GENWIDGET_DATA_DIR", str(tmp_path / "data"))
    if is_damaged:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "ledger.sqlite3").write_bytes(b"no database" * 100)
    else:
        (tmp_path / "data").write_text("a file where a folder is to be")
    one = runner.Runner()
    monkeypatch.setattr(runner, "shared", lambda: one)
    before = len(sandbox.requests)
    assert make() == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.count("Nothing was sent.") == 1
    assert told.endswith(MESSAGES["ledger_place"])
    assert sandbox.requests[before:] == []
    assert main(["runs", "list"]) == 2
    assert capsys.readouterr().err.endswith(f"{MESSAGES['ledger_place']}\n")
    one.close()


def test_a_folder_that_goes_after_it_was_paid_for_is_made_again(monkeypatch, make, tmp_path):
    follow, folder = follow_module._follow, tmp_path / "pictures"
    monkeypatch.setattr(follow_module, "_follow", lambda run: (follow(run), shutil.rmtree(folder)))
    assert make("-o", "pictures") == 0
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".png"]


def test_a_folder_that_cannot_be_made_again_leaves_the_link(monkeypatch, make, tmp_path, capsys):
    follow, folder = follow_module._follow, tmp_path / "pictures"
    monkeypatch.setattr(follow_module, "_follow", lambda run: (follow(run), shutil.rmtree(folder), folder.touch()))
    assert make("-o", "pictures", "--json") == 1
    out, err = capsys.readouterr()
    (url,) = json.loads(out)["generation_output_file"]
    *_, why, where, how = err.splitlines()
    assert "pictures" in why
    assert where == f"It is still at {url}"
    sentence, command = how.split(": genwidget ")
    assert sentence == "Save the outputs again with"
    assert main([*command.split(), "-o", "later"]) == 0
    out, err = capsys.readouterr()
    assert (out.splitlines(), err) == (
        [str(path.relative_to(tmp_path)) for path in (tmp_path / "later").glob("*.png")],
        "",
    )


def test_the_outputs_of_an_earlier_process_are_saved_again(program, make, tmp_path, capsys):
    assert make() == 0
    (name,) = capsys.readouterr().out.splitlines()
    code, out, err = program(["runs", "list", "--json"])
    run_id = json.loads(out)[0]["intent_id"]
    assert program(["runs", "save", run_id, "-o", "again"]) == (0, f"again/{name}\n", "")
    assert (tmp_path / "again" / name).read_bytes() == (tmp_path / name).read_bytes()
    code, out, err = program(["runs", "save", run_id])
    assert (code, err) == (0, "")
    assert out.strip() != name, "nothing is overwritten"


def test_what_made_no_outputs_has_none_to_save(make, sandbox, capsys):
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    assert make() == 1
    run_id = capsys.readouterr().err.split()[-1]
    before = len(sandbox.requests)
    assert main(["runs", "save", run_id]) == 1
    assert capsys.readouterr().err.startswith("No outputs")
    assert sandbox.requests[before:] == []


def test_a_success_without_outputs_says_so(make, sandbox, capsys):
    sandbox.faults.add(kind="altered", route="content", patch={"data": {"generation_output_file": []}})
    assert make("--json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["generation_output_file"] == []
    assert err.splitlines()[-1] == "The generation succeeded, and made no outputs."


# What nobody foresaw.


@pytest.mark.parametrize("kind", [RuntimeError, RecursionError, MemoryError, UnicodeError, OverflowError, OSError])
def test_what_nobody_foresaw_is_told_by_its_kind_alone(monkeypatch, make, capsys, kind):
    def fail(*_):
        raise kind("bye_secret")

    monkeypatch.setattr(generate, "prepare", fail)
    assert make() == 1
    err = capsys.readouterr().err
    assert err.startswith(f"An unexpected error occurred ({kind.__name__}), which is a bug in genwidget ")
    assert "bye_secret" not in err


def test_a_misspelt_variable_is_told_as_a_sentence(monkeypatch, make, capsys):
    monkeypatch.setenv("GENWIDGET_DEADLIN_S", "5")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert make() == 0
    sentence = "GENWIDGET_DEADLIN_S is not a variable of genwidget; it is ignored. Did you mean GENWIDGET_DEADLINE_S?"
    assert capsys.readouterr().err.splitlines().count(sentence) == 1


@pytest.mark.parametrize("command", ["runs spent", "runs list", "runs", "batch list", "models", "sandbox --help"])
def test_every_command_tells_of_a_misspelt_limit(monkeypatch, tmp_path, capsys, command):
    monkeypatch.setenv("GENWIDGET_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("GENWIDGET_SPEND_LIMT", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert main(command.split()) == 0
    sentence = "GENWIDGET_SPEND_LIMT is not a variable of genwidget; it is ignored. Did you mean GENWIDGET_SPEND_LIMIT?"
    assert capsys.readouterr().err.splitlines().count(sentence) == 1


# Ctrl-C.

INTERRUPT = """
import sys

class Interrupt:
    left = {names!r}

    def find_spec(self, name, *_):
        if self.left and name == self.left[0]:
            del self.left[0]
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
"""


@pytest.mark.parametrize(
    "names",
    [
        ["genwidget.cli.commands"],
        ["genwidget.cli.output"],
        ["argparse"],
        ["pydantic"],
        ["httpx"],
        ["genwidget.catalogue"],
        ["httpx", "genwidget.cli.output"],
    ],
    ids=" then ".join,
)
def test_ctrl_c_while_it_starts_says_one_sentence_and_ends_in_130(program, names):
    assert program(MODELS, before=INTERRUPT.format(names=names)) == (130, "", "Interrupted.\n")


def test_ctrl_c_as_a_run_begins_cancels_that_run(monkeypatch, make, sandbox, capsys):
    sandbox.hold()
    start = runner.Runner.start

    def start_and_interrupt(*arguments, **named):
        os.kill(os.getpid(), signal.SIGINT)
        return start(*arguments, **named)

    monkeypatch.setattr(runner.Runner, "start", start_and_interrupt)
    before, made = sandbox.credits, len(sandbox.generations)
    assert make() == 130
    err = capsys.readouterr().err
    assert "Interrupted; the generation is being canceled." in err
    assert {one["generation_status"] for one in sandbox.generations[made:]} <= {"canceled"}, err
    assert sandbox.credits == before


def test_ctrl_c_before_a_run_sends_nothing(monkeypatch, make, sandbox, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(generate, "prepare_folder", interrupt)
    before = len(sandbox.requests)
    assert make() == 130
    assert capsys.readouterr().err == "Interrupted.\n"
    assert sandbox.requests[before:] == []


def test_a_second_ctrl_c_waits_no_longer_and_names_the_run(monkeypatch, make, sandbox, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    sandbox.hold()
    monkeypatch.setattr(Run, "wait", interrupt)
    monkeypatch.setattr(Run, "cancel", interrupt)
    assert make() == 130
    told = capsys.readouterr().err.splitlines()[-1]
    sentence, run_id = told.split(": ")
    assert sentence == "Stopped waiting; the generation may continue at the API. Its run"
    assert runner.shared().held(run_id) is not None
