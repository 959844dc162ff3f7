import os
import shutil
import subprocess
import sys
from itertools import product

import pytest

from genwidget.api.export import to_code
from genwidget.api.media_types import guess_type, sniff
from genwidget.batch.batch import Batch
from genwidget.batch.export import Swept
from genwidget.batch.export import to_code as to_sweep_code
from genwidget.batch.sent_code import to_code as to_batch_code
from genwidget.catalogue import Catalogue
from genwidget.request.validation import prepare
from genwidget.sandbox import API_KEY, Limits, Sandbox

REQUEST = prepare(
    Catalogue.load(),
    "image",
    "bfl/flux-1.1-pro",
    {"generation_prompt": 'it\'s a "seal" 🦭 $HOME\nsecond line', "generation_guidance_scale": "0.000001"},
)


FILM = prepare(
    Catalogue.load(), "video", "bytedance/seedance-1.5-pro", {"generation_prompt": "waves", "generation_duration": 4}
)
SHEET = prepare(
    Catalogue.load(), "image", "sandbox/contact-sheet", {"generation_prompt": "a seal", "generation_output_number": 3}
)
SHELLS = [one for one in ("sh", "bash", "zsh") if shutil.which(one) and shutil.which("curl")]


@pytest.fixture(scope="module")
def server():
    with Sandbox(speed=20, limits=Limits(generate_per_window=1_000, images_at_once=100)) as sandbox:
        yield sandbox


def _finish(command, folder, **variables):
    environment = {**os.environ, "BABYSEA_API_KEY": API_KEY, **variables}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=120, cwd=folder
    )


def _run(command, folder, **variables):
    done = _finish(command, folder, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def _sent(server):
    """Where the newest request for a generation went, and its idempotency key."""
    request = [one for one in server.requests if one.method == "POST"][-1]
    return request.path, request.idempotency_key


@pytest.mark.parametrize("request_", [REQUEST, FILM, SHEET], ids=["picture", "film", "sheet"])
def test_the_exported_python_ends_in_files_and_prints_their_paths(server, tmp_path, request_):
    code = to_code("python", request_, server.url, idempotency_key=f"python-{request_.model_id.replace('/', '_')}")
    names = _run([sys.executable, "-c", code], tmp_path)
    assert len(names) == request_.body.get("generation_output_number", 1)
    for name in names:
        assert sniff((tmp_path / name).read_bytes(), "") == guess_type(name, request_.model_type)
    assert _sent(server)[0] == request_.path
    assert API_KEY not in code


def test_the_exported_python_of_the_sandbox_finds_it_without_a_port_or_a_key(server, tmp_path):
    code = to_code("python", REQUEST, server.url, is_sandbox=True, idempotency_key="of-the-sandbox")
    (name,) = _run([sys.executable, "-c", code], tmp_path, GENWIDGET_SANDBOX_URL=server.url, BABYSEA_API_KEY="")
    assert (tmp_path / name).is_file()
    assert _sent(server) == (REQUEST.path, "of-the-sandbox")


def test_code_that_is_run_again_overwrites_nothing_and_pays_once(server, tmp_path):
    code = to_code("python", REQUEST, server.url, idempotency_key="twice")
    before = len(server.generations)
    names = [*_run([sys.executable, "-c", code], tmp_path), *_run([sys.executable, "-c", code], tmp_path)]
    assert len(set(names)) == 2
    assert len(server.generations) == before + 1


@pytest.mark.skipif(not SHELLS, reason="curl is not installed")
@pytest.mark.parametrize(("request_", "shell"), [(FILM, "sh"), (SHEET, "sh"), *((REQUEST, one) for one in SHELLS[1:])])
def test_the_exported_curl_ends_in_files_and_prints_their_names(server, tmp_path, request_, shell):
    code = to_code("curl", request_, server.url)
    names = _run([shutil.which(shell), "-c", code], tmp_path)
    assert len(names) == request_.body.get("generation_output_number", 1)
    for name in names:
        assert sniff((tmp_path / name).read_bytes(), "") == guess_type(name, request_.model_type)
    assert API_KEY not in code


@pytest.mark.skipif(not SHELLS, reason="curl is not installed")
@pytest.mark.parametrize("shell", SHELLS)
def test_the_exported_curl_of_the_sandbox_has_its_public_key_and_leaves_ones_own_alone(server, tmp_path, shell):
    code = to_code("curl", REQUEST, server.url, is_sandbox=True)
    command = [shutil.which(shell), "-c", f'{code}echo "$BABYSEA_API_KEY"']
    *names, own = _run(command, tmp_path, BABYSEA_API_KEY="bye_of_my_own")
    assert [(tmp_path / name).is_file() for name in names] == [True]
    assert own == "bye_of_my_own"
    assert "# The key of the sandbox, which is public.\n" in code


@pytest.mark.skipif(not SHELLS, reason="curl is not installed")
def test_the_exported_curl_says_what_the_api_said_where_nothing_was_made(server, tmp_path):
    code = to_code("curl", REQUEST, server.url)
    environment = {**os.environ, "BABYSEA_API_KEY": "bye_wrong"}
    command = [shutil.which("sh"), "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert "BSE1002" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not SHELLS, reason="curl is not installed")
def test_the_exported_curl_sends_the_same_body_as_the_python(server, tmp_path):
    python = to_code("python", REQUEST, server.url, idempotency_key="one-for-both")
    _run([sys.executable, "-c", python], tmp_path)
    before = len(server.generations)
    _run(["sh", "-c", to_code("curl", REQUEST, server.url, idempotency_key="one-for-both")], tmp_path)
    # The server refuses a key that comes again with another body, so an answer is the proof that the bodies are one.
    assert _sent(server) == (REQUEST.path, "one-for-both")
    assert len(server.generations) == before


RATIOS = ["1:1", "16:9"]
SWEPT = Swept(
    ["bfl/flux-schnell", "bfl/flux-1.1-pro"],
    {"generation_prompt": 'it\'s a "seal" 🦭 $HOME\nPLAN\n', "generation_output_format": "png"},
    {"generation_ratio": RATIOS},
    2,
)


MANY = [{"model": "bfl/flux-schnell", "prompt": f"seal {at}", "ratio": RATIOS[at % 7 == 0]} for at in range(55)]
SENT = {
    "a sweep": SWEPT.plan(Catalogue.load()),
    "rows": Batch.from_frame(
        [{"model": "bfl/flux-schnell", "prompt": "it's a\nseal"}, {"model": "bfl/flux-1.1-pro", "prompt": "b"}]
    ),
    "many rows": Batch.from_frame(MANY),
}


@pytest.mark.parametrize(("name", "language"), [*product(SENT, ["python"]), *product(["a sweep", "rows"], ["shell"])])
def test_a_batch_that_was_sent_is_sent_again_by_its_code_item_by_item(server, tmp_path, monkeypatch, name, language):
    monkeypatch.setenv("GENWIDGET_SANDBOX_URL", server.url)
    monkeypatch.setenv("BABYSEA_API_KEY", "")
    batch = SENT[name].run(region="sandbox").wait(60)
    parts = batch.parts
    items = list(parts.store.items(batch.batch_id))
    code = to_batch_code(language, parts.row, items, Catalogue.load())
    before = len(server.generations)
    command = [sys.executable, "-c", code] if language == "python" else ["sh", "-e", "-c", code]
    ledger = str(parts.carrier.ledger.path.parent)  # what this process has begun with, whatever a test sets
    done = _finish(command, tmp_path, BABYSEA_API_KEY="", GENWIDGET_DATA_DIR=ledger)
    assert done.returncode == 0, done.stderr
    told = [(one["model_identifier"], one["generation_prompt"]) for one in server.generations]
    assert sorted(told[before:]) == sorted((one.model_id, one.values["generation_prompt"]) for one in items)
    files = [one for one in (tmp_path / "pictures").iterdir() if one.suffix != ".json"]
    assert len(files) == len(items)
    assert [one.name for one in files if one.name not in done.stdout] == []
    assert API_KEY not in code
    assert server.url not in code


@pytest.mark.parametrize("language", ["python", "shell"])
def test_the_exported_sweep_sends_every_item_once_and_prints_the_paths_of_its_files(server, tmp_path, language):
    code = to_sweep_code(language, SWEPT, Catalogue.load(), server.url, is_sandbox=True)
    command = [sys.executable, "-c", code] if language == "python" else ["sh", "-e", "-c", code]
    before = len(server.generations)
    place = {"GENWIDGET_SANDBOX_URL": server.url, "GENWIDGET_DATA_DIR": str(tmp_path / "data"), "BABYSEA_API_KEY": ""}
    done = _finish(command, tmp_path, **place)
    assert done.returncode == 0, done.stderr
    made = [
        (one["model_identifier"], one["generation_prompt"], one["generation_ratio"])
        for one in server.generations[before:]
    ]
    asked = [
        (item.draft.model_id, item.verdict.request.prompt, item.verdict.request.body["generation_ratio"])
        for item in SWEPT.plan(Catalogue.load())
    ]
    assert sorted(made) == sorted(asked)
    pictures = [*(tmp_path / "pictures").glob("*.png")]
    assert len(pictures) == len(asked)
    assert [one.name for one in pictures if one.name not in done.stdout] == []
    assert "127.0.0.1" not in code
