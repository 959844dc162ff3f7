"""Blocks are run where nothing of this machine is known: a new HOME, no settings, an empty folder."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

import nbformat
import pytest
from nbclient import NotebookClient

from tests.browser.servers import isolated_environment

LIMIT_S = 120
BASH = "/bin/bash"
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+\S*")


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """The environment of a newcomer who has genwidget installed."""
    root = tmp_path_factory.mktemp("newcomer")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    known = isolated_environment(root, PATH=path)
    if os.geteuid() == 0:  # which JupyterLab refuses
        (root / "config" / "jupyter_server_config.json").write_text(json.dumps({"ServerApp": {"allow_root": True}}))
    return {name: value for name, value in known.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}}


@pytest.fixture
def shell(environment, tmp_path):
    """Run text as it would be pasted into a shell, and return what it wrote to stdout."""

    def run(text, cwd=tmp_path, **more):
        return _finish([BASH, "-e", "-c", text], cwd, environment | more)

    return run


@pytest.fixture
def script(environment, tmp_path):
    """Run text as a file of Python, and return what it wrote to stdout."""

    def run(text):
        file = tmp_path / "script.py"
        file.write_text(text, encoding="utf-8")
        return _finish([sys.executable, "-W", "error", str(file)], tmp_path, environment)

    return run


def _finish(command, cwd, environment):
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode == 0, f"{command[-1]}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def serve(environment, tmp_path):
    """Start a command that serves, return the answer at the address that it prints, and end it."""

    def run(command, cwd=tmp_path):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "start_new_session": True}
        process = subprocess.Popen([BASH, "-c", f"exec {command}"], cwd=cwd, env=environment, **pipes)
        end = threading.Timer(LIMIT_S, os.killpg, (process.pid, signal.SIGKILL))
        end.start()
        lines = []
        try:
            for line in process.stdout:
                lines.append(line)
                if found := ADDRESS.search(line):
                    return _ask(found[0])
        finally:
            end.cancel()
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate(timeout=LIMIT_S)
        raise AssertionError("".join(lines))

    return run


def _ask(address):
    """Return what an address answers; JupyterLab prints its own before it listens there."""
    end = time.monotonic() + LIMIT_S
    while True:
        try:
            with urllib.request.urlopen(address, timeout=LIMIT_S) as answer:  # noqa: S310 - loopback
                return answer.read().decode()
        except URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


@pytest.fixture(scope="session")
def execute(environment, tmp_path_factory):
    """Run texts as the cells of a new notebook, and return the outputs of each."""

    def run(texts):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in texts])
        client = NotebookClient(notebook, timeout=LIMIT_S, store_widget_state=False)
        folder = str(tmp_path_factory.mktemp("cells"))
        client.execute(cwd=folder, env=environment | {"GENWIDGET_DATA_DIR": folder})
        return [cell.outputs for cell in notebook.cells]

    return run
