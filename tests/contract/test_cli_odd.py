"""The command line on a host that says odd things: files in their folder, sentences, nothing that a terminal obeys."""

import io
import json
import os
import subprocess
import sys

import PIL.Image
import pytest

from genwidget.text import is_plain
from tests.odd import HALF, ODD, TERMINAL, TURNED, OddServer, encode

STATED = {"generation_id": "g1", "generation_status": "succeeded"}


@pytest.fixture(scope="module")
def server():
    with OddServer() as one:
        yield one


@pytest.fixture
def genwidget(server, tmp_path):
    """Run a command to its end in a folder of its own, and return its exit code, stdout and stderr."""
    place = tmp_path / "a" / "b"
    place.mkdir(parents=True)

    def go(*arguments):
        fast = {"GENWIDGET_POLL_FIRST_S": "0.02", "GENWIDGET_RETRY_FIRST_S": "0.01", "BABYSEA_API_KEY": "any-key"}
        command = [sys.executable, "-c", "import sys; from genwidget.cli import main; sys.exit(main())", *arguments]
        ended = subprocess.run(
            command, env={**os.environ, **fast}, cwd=place, capture_output=True, timeout=60, check=False
        )
        out, err = ended.stdout.decode(), ended.stderr.decode()
        assert "Traceback" not in err
        assert all(is_plain(line) for line in f"{out}\n{err}".split("\n"))
        return ended.returncode, out, err

    return go


@pytest.fixture
def generate(genwidget, server):
    def go(*arguments):
        return genwidget("generate", "bfl/flux-schnell", "--prompt", "A seal", "--base-url", server.url, *arguments)

    return go


@pytest.fixture(scope="module")
def picture():
    content = io.BytesIO()
    PIL.Image.new("RGB", (8, 8)).save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize("generation_id", ["../../PWNED", "/x/ABS", "CON", HALF, "x" * 10_000, ".."])
def test_outputs_are_saved_in_the_folder_whatever_the_generation_is_called(
    generate, server, tmp_path, picture, generation_id
):
    files = [f"{server.url}/files/a.png", "http://[", "http://h:99999999", TERMINAL, f"{server.url}/files/b.png"]
    named = {"generation_id": generation_id}
    server.generates(STATED | named | {"generation_output_file": files}, created=named, png=picture)
    code, out, err = generate("-o", "pictures")
    assert code == 1, "three of five could not be saved"
    saved = [tmp_path / "a" / "b" / line for line in out.splitlines()]
    assert [one.read_bytes() for one in saved] == [picture] * 2
    assert sorted(saved) == sorted(tmp_path.glob("**/*.png")) == sorted((tmp_path / "a" / "b" / "pictures").iterdir())
    assert len([line for line in err.splitlines() if "Could not" in line or "Not fetched" in line]) == 3


def test_a_record_of_odd_values_is_printed_as_the_same_json(generate, genwidget, server):
    record = STATED | {f"odd {name}": value for name, value in ODD.items()} | {TURNED: TERMINAL}
    server.generates(record, told={**STATED, "attempts": [{"provider": TERMINAL, "outcome": TURNED}]})
    code, out, _ = generate("--json")
    assert code == 0
    printed = json.loads(out)
    assert printed[TURNED] == TERMINAL
    assert {f"odd {name}" for name in ODD} <= set(printed)
    for arguments in (("list",), ("list", "--json"), ("show", genwidget("runs", "list")[1].splitlines()[1].split()[0])):
        assert genwidget("runs", *arguments)[0] == 0


def test_an_error_of_odd_values_is_one_sentence(generate, server):
    error = {"code": TERMINAL, "message": TURNED + TERMINAL + HALF, "retryable": False, "details": ODD}
    server.refuses(402, {"request_id": TERMINAL, "error": error})
    code, out, err = generate()
    assert (code, out) == (1, "")
    assert r"a\u202egnp.exe" in err
    assert r"\u001b[2J" in err


def test_a_wait_that_no_one_can_wait_is_not_waited(generate, server):
    error = {"code": "BSE1005", "message": "slow", "retryable": True, "details": {"retry_after_seconds": 10**400}}
    server.refuses(429, {"error": error})
    code, _, err = generate()
    assert code == 1
    assert "slow" in err


def test_the_content_list_of_odd_values_is_told_or_refused(generate, genwidget, server):
    def answer(method, path):
        if method == "POST":
            return 200, b"{", {}
        odd = [STATED | {"model_identifier": "bfl/flux-schnell", "generation_status": one} for one in (TERMINAL, HALF)]
        return (200, encode({"data": {"generations": odd}, "total": 2}), {}) if "list" in path else (404, b"", {})

    server.answer = answer
    assert generate()[0] == 1
    run_id = genwidget("runs", "list")[1].splitlines()[1].split()[0]
    code, out, _ = genwidget("runs", "find", run_id)
    assert code == 0
    assert out.startswith("g1")
