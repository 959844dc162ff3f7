"""The command line on a host that says odd things: files in their folder, sentences, nothing that a terminal obeys."""

import io
import json
from urllib.parse import urlsplit

import PIL.Image
import pytest

from genwidget.runs.outputs import MAX_FAILURES
from genwidget.text import is_plain
from tests.odd import HALF, ODD, TERMINAL, TURNED, OddServer, encode
from tests.shell import Shell

STATED = {"generation_id": "g1", "generation_status": "succeeded"}


@pytest.fixture(scope="module")
def server():
    with OddServer() as one:
        yield one


@pytest.fixture
def genwidget(capsys, tmp_path):
    """Call a command in a folder of its own, and return its exit code, stdout and stderr."""
    place = tmp_path / "a" / "b"
    place.mkdir(parents=True)

    fast = {"GENWIDGET_POLL_FIRST_S": "0.02", "GENWIDGET_RETRY_FIRST_S": "0.01", "BABYSEA_API_KEY": "any-key"}
    shell = Shell(place, capsys, fast)

    def go(*arguments):
        code, out, err = shell(*arguments)
        assert "Traceback" not in err
        assert all(is_plain(line) for line in f"{out}\n{err}".split("\n"))
        return code, out, err

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
    assert (
        sorted(saved) == sorted(tmp_path.glob("**/*.png")) == sorted((tmp_path / "a" / "b" / "pictures").glob("*.png"))
    )
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
    error = {"code": "BSE9001", "message": "slow", "retryable": True, "details": {"retry_after_seconds": 10**400}}
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


def _links_of(server, count):
    """Return links of every kind of failure, in turn: each file is gone, cannot be read, or is at no host."""
    kinds = (f"{server.url}/gone/{{}}.png", "http://[{}", "http://h{}.invalid/a.png", "https://127.0.0.1/{}.png")
    return [kinds[number % len(kinds)].format(number) for number in range(count)]


@pytest.mark.parametrize("is_one_host", [True, False])
def test_links_that_fail_one_after_the_other_are_not_all_tried_and_none_is_lost(
    generate, genwidget, server, is_one_host
):
    links = [f"{server.url}/gone/{number}.png" for number in range(9_000)] if is_one_host else _links_of(server, 9_000)
    server.generates(STATED | {"generation_output_file": links})
    fine = server.answer
    server.answer = lambda method, path: (404, b"", {}) if path.startswith("/gone/") else fine(method, path)
    run_id = None
    for _ in ("generated", "saved again"):
        before = len(server.asked)
        code, out, err = genwidget("runs", "save", run_id, "--json") if run_id else generate("--json")
        assert code == 1
        assert json.loads(out)["generation_output_file"] == links
        tried = [path for _, path in server.asked[before:] if path.startswith("/gone/")]
        assert tried == [urlsplit(link).path for link in links[:MAX_FAILURES] if "/gone/" in link]
        told = [f"It is still at {link}" for link in links[:MAX_FAILURES]]
        assert [line for line in err.splitlines() if line.startswith("It is still at ")] == told
        assert f"Not tried: {9_000 - MAX_FAILURES:,}. " in err
        run_id = err.split()[-1]


def test_a_file_that_is_saved_begins_the_count_of_failures_anew(generate, server, picture):
    links = [f"{server.url}/{'files' if number in {4, 9} else 'gone'}/{number}.png" for number in range(20)]
    server.generates(STATED | {"generation_output_file": links}, png=picture)
    fine = server.answer
    server.answer = lambda method, path: (404, b"", {}) if path.startswith("/gone/") else fine(method, path)
    code, out, err = generate()
    assert (code, len(out.splitlines())) == (1, 2)
    assert "Not tried: 5. " in err
