"""Build the page that needs no install, as one static folder: ``python lite/build.py FOLDER``.

Everything in it comes from PyPI and npm and is laid into it here, so that a browser asks nobody but who serves it. What
it needs is in ``.venv/lite``, where ``make lite`` puts it.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STORE = Path(sys.prefix) / "lite"
TOOLS = STORE / "tools"
PYODIDE = STORE / "node_modules" / "pyodide"
#: Of npm's package, what a browser asks for.
PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
EXTENSIONS = TOOLS / "share" / "jupyter" / "labextensions"
KERNEL = "@jupyterlite/pyodide-kernel-extension"
#: Of the kernel's own wheels, those that it would install when it starts.
KERNEL_WHEELS = ("ipykernel", "piplite", "pyodide_kernel")
NOTEBOOKS = ("01-quickstart.ipynb",)
#: The tag of cells that cannot be run in a browser.
NOT_HERE = "not-in-lite"
KEPT = (
    "**Everything here runs in this browser tab.** The ledger lies in the browser's storage: the runs and what they "
    "cost are there again after a reload, in every tab of this page, until the browser's data for this site is "
    "cleared. Form, key and pictures are not: they are gone when the tab is closed, reloaded or its kernel restarted. "
    "Save the pictures that you want to keep with `Save` in `Response`. What you write in this notebook stays in the "
    "same storage."
)
LANDING = "lab/index.html?path=01-quickstart.ipynb"
#: Menus of what has no use in a page without a server.
SETTINGS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


def main(folder: Path) -> None:
    """Build into a folder, which is made anew, and say how large it is."""
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        wheel = own_wheel(work)
        lay_out(work, wheel, folder)
        wheels = sorted([*(STORE / "wheels").glob("*.whl"), *kernel_wheels(), wheel])
        packages = lay_python(wheels, folder / "static" / "pyodide")
        configure(folder, packages)
    files = [one for one in folder.rglob("*") if one.is_file()]
    print(f"{folder}: {len(files)} files, {sum(one.stat().st_size for one in files):,} bytes")


def own_wheel(work: Path) -> Path:
    """Return the wheel of this tree, whose page has been built."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(work / "wheel"), str(ROOT)]
    subprocess.run(pip, check=True, env={**os.environ, "SKIP_JUPYTER_BUILDER": "1"})
    return next((work / "wheel").glob("*.whl"))


def lay_out(work: Path, wheel: Path, folder: Path) -> None:
    """Have JupyterLite lay out JupyterLab, its extensions and the notebooks."""
    contents = work / "contents"
    contents.mkdir()
    for notebook in NOTEBOOKS:
        (contents / notebook).write_text(
            json.dumps(for_browser(json.loads((ROOT / "notebooks" / notebook).read_text())))
        )
    (work / "lite").mkdir()
    (work / "lite" / "overrides.json").write_text(json.dumps(SETTINGS))
    command = [TOOLS / "bin" / "jupyter-lite", "build", "--lite-dir", work / "lite", "--output-dir", folder]
    command += ["--contents", contents, "--apps", "lab", "--no-sourcemaps", "--no-unused-shared-packages"]
    command += [f"--LiteBuildConfig.federated_extensions={wheel}", "--no-libarchive"]
    alone = {**os.environ, "JUPYTER_DATA_DIR": str(work / "none")}
    ended = subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True, cwd=work, env=alone)
    if ended.returncode != 0:
        sys.exit(f"{ended.stdout}\n{ended.stderr}")


def for_browser(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook, not run yet, without cells that need a second thread, and with what outlives the page.

    That is told behind the first cell of code, which the text before it calls the next one.
    """
    kept = [cell for cell in notebook["cells"] if NOT_HERE not in cell["metadata"].get("tags", [])]
    for cell in kept:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    told = {"cell_type": "markdown", "id": "what-is-kept", "metadata": {}, "source": KEPT}
    first = next(at for at, cell in enumerate(kept) if cell["cell_type"] == "code")
    return notebook | {"cells": [*kept[: first + 1], told, *kept[first + 1 :]]}


def kernel_wheels() -> Iterator[Path]:
    """Yield the wheels that come with the kernel's extension."""
    for name in KERNEL_WHEELS:
        yield next((EXTENSIONS / KERNEL / "static" / "pypi").glob(f"{name}-*.whl"))


def lay_python(wheels: Iterable[Path], folder: Path) -> list[str]:
    """Lay Python and its packages into a folder, with the list by which Pyodide finds them; return their names."""
    folder.mkdir(parents=True)
    for name in PYODIDE_FILES:
        shutil.copy(PYODIDE / name, folder)
    lock = json.loads((PYODIDE / "pyodide-lock.json").read_text())
    entries = [entry_of(wheel) for wheel in wheels]
    for wheel in wheels:
        shutil.copy(wheel, folder)
    # What the list had besides lies on a CDN alone.
    lock["packages"] = {entry["name"]: entry for entry in entries}
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    return [entry["name"] for entry in entries]


def entry_of(wheel: Path) -> dict[str, object]:
    """Return a wheel as the list has it. All packages are loaded at the start, so none names what it depends on."""
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
        metadata = next(one for one in names if one.endswith(".dist-info/METADATA") and one.count("/") == 1)
        headers = HeaderParser().parsestr(opened.read(metadata).decode())
    return {
        "name": headers["Name"].lower().replace("_", "-").replace(".", "-"),
        "version": headers["Version"],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": [],
        "depends": [],
    }


def configure(folder: Path, packages: list[str]) -> None:
    """Tell the kernel where its files are, and that nothing is fetched from elsewhere; land in the quickstart."""
    path = folder / "jupyter-lite.json"
    site = json.loads(path.read_text())
    config = site["jupyter-config-data"]
    config["appName"] = "genwidget"
    config.setdefault("litePluginSettings", {})[f"{KERNEL}:kernel"] = {
        "pyodideUrl": "./static/pyodide/pyodide.mjs",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": packages},
    }
    path.write_text(json.dumps(site, indent=2))
    # Its own script leads to JupyterLab with nothing open; every page reads its element with the settings.
    page = folder / "index.html"
    text = page.read_text()
    start, end = text.index('<script type="module">'), text.rindex("</script>") + len("</script>")
    page.write_text(f'{text[:start]}<meta http-equiv="refresh" content="0; {LANDING}">{text[end:]}')


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
