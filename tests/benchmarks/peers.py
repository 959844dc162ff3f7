"""The peers: packages that people use for the like, in an environment of their own, ``.venv-bench``.

Nothing of it is needed to run the rows without peers, and none of its packages comes into the environment of the tests.
"""

import functools
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from tests.benchmarks.row import CannotMeasureError

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".venv-bench"
PYTHON = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
#: What is compared with.
PEERS = ("quak", "lonboard", "jupyter-scatter", "gradio", "itables", "drawdata", "ipywidgets-jsonschema")
#: What the library itself stands on, and what plots and builds.
TOOLS = ("anywidget", "httpx", "pydantic", "ipywidgets", "platformdirs", "pandas", "matplotlib")
BUILD = ("hatchling", "hatch-jupyter-builder")
SCRIPTS = ("react@17", "react-dom@17", "react-json-view@1")
LIMIT_S = 600


def _run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command and return what it printed.

    Raises:
        CannotMeasureError: it failed; its last line is told.
    """
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if done.returncode:
        told = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise CannotMeasureError(f"`{Path(command[0]).name}` failed: {told[-1]}")
    return done.stdout


@functools.cache
def prepare() -> tuple[str, ...]:
    """Install what is missing; return a sentence for each package that cannot be had.

    Raises:
        CannotMeasureError: the environment itself cannot be made.
    """
    if not PYTHON.exists():
        venv.create(FOLDER, with_pip=True)
    pip = (str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _install(pip, (*TOOLS, *BUILD), "tools")
    missing = []
    try:
        _install(pip, PEERS, "peers")
    except CannotMeasureError:
        for peer in PEERS:
            try:
                _install(pip, (peer,), peer)
            except CannotMeasureError as error:
                missing.append(f"{peer} cannot be had: {error}.")
    return tuple(missing)


def _install(pip: tuple[str, ...], packages: tuple[str, ...], what: str) -> None:
    """Install packages once; a file keeps which they were."""
    done = FOLDER / f"{what}.installed"
    if not done.exists() or done.read_text(encoding="utf-8") != "\n".join(packages):
        _run(*pip, *packages)
        done.write_text("\n".join(packages), encoding="utf-8")


def python() -> str:
    """Return the interpreter of the peers' environment; what is missing there is installed."""
    prepare()
    return str(PYTHON)


@functools.cache
def has(package: str) -> bool:
    """Tell whether a package is there."""
    code = f"import importlib.metadata as m; m.version({package!r})"
    return subprocess.run([python(), "-c", code], capture_output=True, check=False).returncode == 0


def require(package: str) -> None:
    """Return if a package is there.

    Raises:
        CannotMeasureError: it is not.
    """
    if not has(package):
        reason = next((one for one in prepare() if one.startswith(package)), f"{package} cannot be had.")
        raise CannotMeasureError(reason)


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of what is there."""
    code = "import json, importlib.metadata as m; print(json.dumps({d.name: d.version for d in m.distributions()}))"
    found = json.loads(_run(python(), "-c", code))
    return {name: found[name] for name in (*PEERS, *TOOLS) if name in found}


def site_packages() -> str:
    """Return the folder of the peers' packages."""
    return _run(python(), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()


@functools.cache
def nginx() -> str:
    """Return nginx's program: the machine's, or that of Debian's package, which is unpacked and not installed.

    Raises:
        CannotMeasureError: it cannot be had.
    """
    folder = FOLDER / "nginx"
    unpacked = folder / "usr" / "sbin"
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", str(unpacked)])
    found = shutil.which("nginx", path=places)
    if found:
        return found
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise CannotMeasureError("nginx is not on this machine, and no Debian package of it can be had.")
    folder.mkdir(parents=True, exist_ok=True)
    _run("apt-get", "download", "-qq", "nginx", cwd=folder)
    _run("dpkg-deb", "--extract", *sorted(folder.glob("nginx_*.deb"))[-1:], folder)
    found = shutil.which("nginx", path=places)
    if found is None:
        raise CannotMeasureError("Debian's package of nginx holds no program.")
    return found


@functools.cache
def scripts() -> Path:
    """Return the folder into which npm installed the peers of the page.

    Raises:
        CannotMeasureError: they cannot be had.
    """
    prepare()
    npm = shutil.which("npm", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if npm is None:
        raise CannotMeasureError("npm is not installed, so react-json-view cannot be had.")
    folder = FOLDER / "npm"
    folder.mkdir(exist_ok=True)
    if not (folder / "node_modules" / "react-json-view").exists():
        _run(npm, "install", "--silent", "--no-audit", "--no-fund", "--legacy-peer-deps", *SCRIPTS, cwd=folder)
    return folder


def wheel(package: str) -> Path:
    """Return a package's wheel, downloaded once.

    Raises:
        CannotMeasureError: it cannot be had.
    """
    require(package)
    folder = FOLDER / "wheels" / package
    if not list(folder.glob("*.whl")):
        _run(
            python(), "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder, package
        )
    return next(iter(folder.glob("*.whl")))
