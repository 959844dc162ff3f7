import json
import os
import shutil
import subprocess
import sys

import pytest

from genwidget.api.export import to_code
from genwidget.catalogue import Catalogue
from genwidget.request.validation import prepare
from genwidget.sandbox import API_KEY, Sandbox

REQUEST = prepare(
    Catalogue.load(),
    "image",
    "bfl/flux-1.1-pro",
    {"generation_prompt": 'it\'s a "seal" 🦭 $HOME\nsecond line', "generation_guidance_scale": "0.000001"},
)


@pytest.fixture(scope="module")
def server():
    with Sandbox(speed=20) as sandbox:
        yield sandbox


def _run(command):
    environment = {**os.environ, "BABYSEA_API_KEY": API_KEY}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout


def _sent(server):
    """Where the newest request for a generation went, and its idempotency key."""
    request = [one for one in server.requests if one.method == "POST"][-1]
    return request.path, request.idempotency_key


def test_the_exported_python_makes_the_generation(server):
    code = to_code("python", REQUEST, server.url, idempotency_key="from-python")
    assert "/sandbox/files/" in _run([sys.executable, "-c", code])
    assert _sent(server) == (REQUEST.path, "from-python")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_exported_curl_sends_the_same_body_as_the_python(server):
    python = to_code("python", REQUEST, server.url, idempotency_key="one-for-both")
    _run([sys.executable, "-c", python])
    answer = json.loads(_run(["sh", "-c", to_code("curl", REQUEST, server.url, idempotency_key="one-for-both")]))
    # The server refuses a key that comes again with another body, so an answer is the proof that the bodies are one.
    assert answer["status"] == "success"
    assert _sent(server) == (REQUEST.path, "one-for-both")
