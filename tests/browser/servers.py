"""Real Jupyter and Voila servers, each in folders of its own, as other processes."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

import nbformat

START_LIMIT_S = 90


def free_port():
    """Return a loopback port that nothing listens on now, from below those that the system gives to connections.

    It is bound again and again in a run, and another run beside this one must not be given it meanwhile.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


def chromium_path():
    """Return the system's Chromium, or the one that ``CHROMIUM`` names.

    Raises:
        FileNotFoundError: there is none.
    """
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise FileNotFoundError("No Chromium found: run `make browser`, or set CHROMIUM.")
    return path


def root_flags(*flags):
    """Return what JupyterLab and Chromium want of root, and only of root."""
    return list(flags) if os.geteuid() == 0 else []


def isolated_environment(root: Path, **extra):
    """Return an environment in which Jupyter, IPython and genwidget touch nothing outside ``root``."""
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
        "GENWIDGET_DATA_DIR": "genwidget-data",
        "GENWIDGET_SANDBOX_DIR": "genwidget-sandbox",
        "HOME": "home",
    }
    for folder in folders.values():
        (root / folder).mkdir(parents=True, exist_ok=True)
    quiet = root / "settings" / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True, exist_ok=True)
    (quiet / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False}), encoding="utf-8"
    )
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GENWIDGET_", "JUPYTER", "BABYSEA_")) and name != "IPYTHONDIR"
    }
    return kept | {name: str(root / folder) for name, folder in folders.items()} | extra


class Server:
    """One server process; its log is ``log``, its notebooks are in ``notebooks``."""

    def __init__(self, root: Path, **extra):
        self.root = root
        self.notebooks = root / "notebooks"
        self.notebooks.mkdir(parents=True, exist_ok=True)
        self.log = root / "server.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = isolated_environment(root, **extra)
        self._process = None

    def command(self):
        raise NotImplementedError

    def probe(self):
        """Return an address that answers once the server is up."""
        raise NotImplementedError

    def start(self):
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                self.command(),
                cwd=self.notebooks,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._await_answer()
        return self

    def _await_answer(self):
        end = time.monotonic() + START_LIMIT_S
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(self.probe(), timeout=2).close()  # noqa: S310 - loopback
                return
            time.sleep(0.1)
        raise RuntimeError(f"The server did not start:\n{self.log.read_text(errors='replace')[-4000:]}")

    def stop(self):
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(15)

    def copy_in(self, notebook: Path, name=None):
        """Put a copy of a notebook where the server finds it, and return its name."""
        target = self.notebooks / (name or notebook.name)
        shutil.copyfile(notebook, target)
        return target.name

    def write(self, *cells):
        """Write a new notebook where the server finds it, and return its name."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        )
        name = f"test-{secrets.token_hex(4)}.ipynb"
        nbformat.write(notebook, self.notebooks / name)
        return name

    def connection_files(self):
        """Return the kernels' connection files, oldest first."""
        found = (self.root / "runtime").glob("kernel-*.json")
        return sorted(found, key=lambda one: one.stat().st_mtime_ns)


class LabServer(Server):
    """JupyterLab with a token of its own and ``window.jupyterapp`` exposed."""

    def __init__(self, root: Path, **extra):
        super().__init__(root, **extra)
        self.token = secrets.token_hex(16)

    def command(self):
        return [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1"),
            *(f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0"),
            f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={self.notebooks}",
            *("--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"),
            *root_flags("--allow-root"),
        ]

    def probe(self):
        return f"{self.url}/api?token={self.token}"

    def address(self, notebook):
        return f"{self.url}/lab/tree/{notebook}?token={self.token}&reset"


class VoilaServer(Server):
    """Voila on every notebook of its folder; each page load has a kernel of its own."""

    flags = ()

    def command(self):
        return [
            *(sys.executable, "-m", "voila", str(self.notebooks), "--no-browser", "--Voila.ip=127.0.0.1"),
            *(f"--port={self.port}", "--MappingKernelManager.cull_interval=60"),
            "--MappingKernelManager.cull_idle_timeout=300",
            *self.flags,
        ]

    def probe(self):
        return f"{self.url}/voila/tree"

    def address(self, notebook):
        return f"{self.url}/voila/render/{notebook}"
