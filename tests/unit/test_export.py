import ast
import json
import os
import re
import shutil
import subprocess

import pytest

from genwidget import platform
from genwidget.api.export import to_code
from genwidget.catalogue import Catalogue
from genwidget.errors import ConfigurationError
from genwidget.pasted.shells import split_bash
from genwidget.request.body import encode
from genwidget.request.validation import Request, check, prepare, with_defaults
from genwidget.sandbox import API_KEY

US = "https://api.us.babysea.ai"
LOOPBACK = "http://127.0.0.1:8931"
NASTY = "it's \"quoted\" $HOME `id` \\n ${x} !! \n second line \u2028 </script> 🦭 %s {0} \x07 '''"


def _request(**values):
    given = {"generation_prompt": NASTY, "generation_guidance_scale": "1e-7", **values}
    return prepare(Catalogue.load(), "image", "bfl/flux-1.1-pro", given)


def _values_of_python(code):
    call = next(
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "generate_and_wait"
    )
    return [ast.literal_eval(argument) for argument in call.args], {
        keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords
    }


def test_the_python_compiles_and_holds_the_values():
    request = _request()
    code = to_code("python", request, US, idempotency_key="k-1")
    compile(code, "exported.py", "exec")
    (model_id, values), named = _values_of_python(code)
    assert (model_id, values, named) == ("bfl/flux-1.1-pro", request.body, {"idempotency_key": "k-1"})
    assert 'Client.blocking(region="us", key=os.environ["BABYSEA_API_KEY"])' in code


def test_the_python_asks_for_the_same_bytes_where_a_default_was_emptied():
    spec = Catalogue.load().find("bfl/flux-1.1-pro")
    request = check(spec, {"generation_prompt": "x", "generation_ratio": "", "generation_seed": 7}).request
    (_, values), _ = _values_of_python(to_code("python", request, US))
    assert prepare(Catalogue.load(), "image", spec.model_id, values).encoded == request.encoded
    assert "generation_ratio" not in request.body
    assert "generation_ratio" in with_defaults(spec, {})


def test_the_curl_begins_with_one_command_with_the_exact_bytes():
    request = _request()
    code = to_code("curl", request, LOOPBACK, idempotency_key="k-1")
    assert split_bash(code[code.index("curl -sS -X POST") :]) == [
        "curl",
        "-sS",
        "-X",
        "POST",
        f"{LOOPBACK}/v1/generate/image/bfl/flux-1.1-pro",
        "-H",
        "Authorization: Bearer $BABYSEA_API_KEY",
        "-H",
        "Accept: application/json",
        "-H",
        "Content-Type: application/json",
        "-H",
        "Idempotency-Key: k-1",
        "--data-raw",
        request.encoded.decode(),
    ]


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "zsh"])
def test_a_shell_hands_curl_the_exact_bytes_and_the_key_of_the_environment(tmp_path, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    request = _request()
    fake = tmp_path / "curl"
    fake.write_text(f'#!/bin/sh\nprintf "%s\\0" "$@" > "{tmp_path}/arguments"\n')
    fake.chmod(0o755)
    run = subprocess.run(
        [shutil.which(shell), "-c", to_code("curl", request, US)],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "BABYSEA_API_KEY": "bye_test"},
        capture_output=True,
        check=False,
    )
    assert run.returncode == 1, "what is no answer ends it"
    arguments = (tmp_path / "arguments").read_bytes().split(b"\0")
    assert arguments[arguments.index(b"--data-raw") + 1] == request.encoded
    assert b"Authorization: Bearer bye_test" in arguments


#: Answers as an API does whose links have no ending, and whose ids are ``$ID``.
_CURL = """#!/bin/sh
while [ $# -gt 0 ]; do case $1 in -X) method=$2 ;; -o) file=$2 ;; esac; shift; done
if [ -n "$file" ]; then echo bytes > "$file"
elif [ "$method" = POST ]; then printf '{"data": {"generation_id": "%s"}}' "$ID"
else printf '{"generation_status": "succeeded", "generation_output_file": ["https://c.com/a/b", "https://c.com/d.png?x=1"]}'
fi
"""


@pytest.mark.parametrize(("id_", "names"), [("gen-1", ["gen-1-1", "gen-1-2.png"]), ("../../gen-1", []), ("/gen-1", [])])
def test_the_curl_names_its_files_by_the_id_and_the_links_ending_and_leaves_its_folder_for_no_id(tmp_path, id_, names):
    tools, folder = tmp_path / "tools", tmp_path / "a" / "b" / "c"
    tools.mkdir()
    folder.mkdir(parents=True)
    for name, text in (("curl", _CURL), ("sleep", "#!/bin/sh\n")):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    code = to_code("curl", prepare(Catalogue.load(), "image", "bfl/flux-schnell", {"generation_prompt": "a"}), US)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "ID": id_, "BABYSEA_API_KEY": "bye_x"}
    done = subprocess.run(
        [shutil.which("sh"), "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == names
    assert (done.returncode, sorted(one.name for one in folder.iterdir())) == (0 if names else 1, names)


def test_the_python_of_the_sandbox_names_the_region_and_no_port():
    code = to_code("python", _request(), LOOPBACK, is_sandbox=True)
    assert 'Client.blocking(region="sandbox")' in code
    assert "127.0.0.1" not in code
    assert "BABYSEA_API_KEY" not in code


def _members(code):
    lines = re.findall(r'^    ("generation_\w+"): (.*),$', code, re.MULTILINE)
    return {json.loads(name): json.loads(value) for name, value in lines}


def test_the_typescript_calls_the_vendors_package():
    request = _request()
    code = to_code("typescript", request, US, idempotency_key="k-1")
    assert 'new BabySea({ apiKey: process.env.BABYSEA_API_KEY!, region: "us" })' in code
    assert 'client.generate(\n  "bfl/flux-1.1-pro",' in code
    assert '{ idempotencyKey: "k-1" }' in code
    assert encode(_members(code)) == request.encoded
    assert "\u2028" not in code


def test_the_typescript_of_another_host_names_its_base_url():
    code = to_code("typescript", _request(), LOOPBACK + "/")
    assert f'baseUrl: "{LOOPBACK}" }}' in code


def test_a_request_that_the_vendors_package_would_misroute_is_sent_by_fetch():
    request = Request("video", "lab/name", "/v1/generate/video/lab/name", {"generation_prompt": "x"}, "x")
    code = to_code("typescript", request, US, idempotency_key="k-1")
    assert f'fetch("{US}/v1/generate/video/lab/name"' in code
    assert '"Idempotency-Key": "k-1"' in code
    assert _members(code) == request.body


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("model_type", ["image", "video"], ids=["by the package", "by fetch"])
def test_the_typescript_of_the_sandbox_has_its_public_key_whatever_key_is_set(model_type):
    values = {"generation_prompt": "x"}
    request = Request(model_type, "lab/name", f"/v1/generate/{model_type}/lab/name", values, "x")
    code = to_code("typescript", request, LOOPBACK, is_sandbox=True).replace('import { BabySea } from "babysea";', "")
    show = """
const show = (key) => process.stdout.write(key);
globalThis.BabySea = class { constructor({ apiKey }) { show(apiKey); } async generate() {} };
globalThis.fetch = async (_, { headers }) => { show(headers.Authorization.slice(7)); return { json() {} }; };
console.log = () => {};
"""
    script = show + code.replace("API_KEY!", "API_KEY")
    command = [shutil.which("node"), "--input-type=module", "-e", script]
    environment = {**os.environ, "BABYSEA_API_KEY": "bye_of_my_own"}
    assert subprocess.run(command, env=environment, capture_output=True, check=True).stdout.decode() == API_KEY


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_typescript_runs_and_sends_the_exact_bytes():
    request = _request()
    code = to_code("typescript", request, US).replace('import { BabySea } from "babysea";', _FAKE_PACKAGE)
    script = code.replace("API_KEY!", "API_KEY")  # the one mark that is no JavaScript
    sent = subprocess.run(
        [shutil.which("node"), "--input-type=module", "-e", script], capture_output=True, check=True
    ).stdout
    assert sent == request.encoded


_FAKE_PACKAGE = """
class BabySea { async generate(model, params) { process.stdout.write(JSON.stringify(params)); } }
console.log = () => {};
"""


@pytest.mark.parametrize("language", ["python", "curl", "typescript"])
def test_each_export_has_an_idempotency_key_of_its_own_and_no_api_key(language):
    first, second = (to_code(language, _request(), US) for _ in range(2))
    assert first != second
    assert "bye_" not in first


def test_a_language_that_is_not_known_is_refused():
    with pytest.raises(ConfigurationError) as refused:
        to_code("cobol", _request(), US)
    assert refused.value.message == "Unknown language: cobol. Choose one of python, curl, typescript."


def test_the_python_of_a_request_with_a_file_of_this_sandbox_names_that_one():
    for link, names_it in ((f"{LOOPBACK}/sandbox/inputs/floe.png", True), ("https://example.com/floe.png", False)):
        values = {"generation_prompt": "A seal", "generation_input_file": [link]}
        request = prepare(Catalogue.load(), "image", "google/nano-banana", values)
        code = to_code("python", request, LOOPBACK, is_sandbox=True)
        ast.parse(code)
        assert (f'base_url="{LOOPBACK}", key="{API_KEY}"' in code) is names_it
        assert ('region="sandbox"' in code) is not names_it


def test_where_nothing_can_wait_the_python_awaits(monkeypatch):
    monkeypatch.setattr(platform, "can_start_threads", lambda: False)
    code = to_code("python", _request(), LOOPBACK, is_sandbox=True)
    compile(code, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert 'async with Client(region="sandbox") as client:' in code
    assert ".blocking" not in code
