"""What a stranger installs: a wheel built from this tree, in an environment that knows nothing of it."""

import email
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from jupyterlab.extensions import pypi
from playwright.sync_api import expect

from genwidget.messages import MESSAGES
from tests.browser.lab import LabPage
from tests.browser.panel import PlaygroundView
from tests.browser.servers import LabServer, VoilaServer
from tests.docs.fences import commands, fences, message_command

ROOT = Path(__file__).parents[2]
IN_A_CLONE = [fence.text for fence in fences() if "clone" in fence.ways]
(README_EXTRA,) = [command for command in commands() if command.startswith("pip ")]
MODULES = sorted((ROOT / "js" / "src" / "modules").glob("*.ts"))
SIZE_LIMIT = 780_000  # bytes without films: 500 kB Python, 125 kB the page; the rest is names and licences
#: Licences that ask for nothing but that their text travels with the files.
FREE = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"}
FILMS_LIMIT = 170_000  # bytes, of the sandbox's films for a Python that can draw none


class Installed:
    """A server of another environment."""

    def __init__(self, root, python):
        super().__init__(root)
        self.python = python
        self.environment["PATH"] = f"{python.parent}:{self.environment['PATH']}"

    def command(self):
        return [str(self.python), *super().command()[1:]]


class InstalledVoilaServer(Installed, VoilaServer):
    """Voila on a notebook of the wheel."""


class DemoServer(Installed, LabServer):
    """What ``genwidget demo`` starts: JupyterLab on the wheel's own notebooks."""

    def command(self):
        lab = [one for one in super().command()[3:] if not one.startswith(("--ServerApp.root_dir", "--allow-root"))]
        return [str(self.python.with_name("genwidget")), "demo", "--", *lab]


def run(*command):
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def paste(text, environment, cwd="/"):
    """Run text as it is pasted into a shell where an environment is active; return what it wrote."""
    path = {**os.environ, "PATH": f"{environment}/bin:{os.environ['PATH']}"}
    done = subprocess.run(
        ["/bin/bash", "-e", "-c", text], cwd=cwd, env=path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{text}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def copy_of_tree(folder):
    """Copy what git has or would take, and so no build: a build takes the tests' packages out of its tree."""
    listed = run("git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def tree(tmp_path_factory):
    return copy_of_tree(tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="session")
def wheel(tree, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, tree)
    (built,) = folder.glob("genwidget-*.whl")
    return built


@pytest.fixture(scope="session")
def python(request, tmp_path_factory):
    """The interpreter of an environment that holds the wheel and what it asks for, and nothing else."""
    if given := request.config.getoption("--environment"):
        return Path(given).absolute() / "bin" / "python"
    wheel = request.getfixturevalue("wheel")
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel)
    # The extras as the messages say: no index has genwidget, and pip takes what is installed.
    for command, code in (("sandbox", "sandbox_missing"), ("demo", "lab_missing")):
        said = subprocess.run([python.with_name("genwidget"), command], capture_output=True, text=True, check=False)
        assert (said.returncode, said.stderr.strip()) == (2, MESSAGES[code])
        paste(message_command(code), folder)
    paste(README_EXTRA, folder)
    return python


def test_the_wheel_is_small_and_holds_the_page_the_catalogue_and_the_notebooks(wheel):
    parts = zipfile.ZipFile(wheel).infolist()
    names = {part.filename for part in parts}
    assert {
        "genwidget/widget/static/widget.js",
        "genwidget/widget/static/widget.css",
        *(f"genwidget/widget/static/modules/{module.stem}.js" for module in MODULES),
        "genwidget/catalogue/catalogue.json",
        "genwidget/notebooks/01-quickstart.ipynb",
        "genwidget/py.typed",
    } <= names
    films = sum(part.compress_size for part in parts if part.filename.endswith(".mp4"))
    assert films <= FILMS_LIMIT
    assert wheel.stat().st_size - films <= SIZE_LIMIT


def test_licences_of_what_the_page_is_built_of_travel_with_it(wheel):
    with zipfile.ZipFile(wheel) as archive:
        page = archive.read("genwidget/widget/static/licenses.txt").decode()
        panel = next(name for name in archive.namelist() if name.endswith("static/third-party-licenses.json"))
        packages = json.loads(archive.read(panel))["packages"]
    assert re.findall(r"^(\S+) [\d.]+: (\S+)$", page, re.MULTILINE) == [("preact", "MIT")]
    assert "Permission is hereby granted" in page
    assert all(one["extractedText"] for one in packages)
    assert {one["licenseId"] for one in packages} <= FREE


def test_the_extension_manager_of_jupyterlab_lists_it(wheel):
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        classifiers = email.message_from_bytes(archive.read(metadata)).get_all("Classifier")
    (asked,) = set(re.findall(r"Framework :: Jupyter :: [\w: ]+Prebuilt", inspect.getsource(pypi)))
    assert asked in classifiers


@pytest.mark.parametrize("line", IN_A_CLONE)
def test_pip_takes_the_lines_that_install_a_clone(line, tree, python):
    # All but what the wheel's own installation has shown: fetching the rest, and building the same wheel again.
    dry = 'pip() { command pip "$@" --dry-run --no-deps; }'
    assert "Would install genwidget-" in paste(f"{dry}\n{line}", python.parent.parent, tree)


def test_jupyterlab_finds_the_panel_of_the_wheel(python):
    listed = subprocess.run(
        [python, "-m", "jupyter", "labextension", "list"], capture_output=True, text=True, check=True, cwd="/"
    )
    (line,) = [one for one in (listed.stdout + listed.stderr).splitlines() if "genwidget" in one]
    assert re.sub(r"\x1b\[\d+m", "", line).strip().startswith("genwidget v0.1.0 enabled OK")


def test_the_library_works_where_only_the_wheel_is_installed(python):
    code = (
        "import genwidget, sys\n"
        "assert genwidget.Client and genwidget.Catalogue.load().find('bfl/flux-schnell')\n"
        "assert 'anywidget' not in sys.modules, 'the library imports Jupyter'\n"
        "print(genwidget.__file__)"
    )
    assert str(python.parent.parent) in run(python, "-c", code)


def test_one_command_of_the_wheel_makes_a_picture(python, tmp_path):
    script = "genwidget generate bfl/flux-schnell --prompt 'A baby seal' --region sandbox -o made"
    (saved,) = paste(script, python.parent.parent, tmp_path).split()
    assert (tmp_path / saved).read_bytes().startswith(b"\x89PNG")


def make_picture(view):
    view.lock_sandbox_key()
    view.write_prompt()
    view.send_and_end()
    expect(view.picture()).to_be_visible()


@pytest.fixture(scope="module")
def demo(python, tmp_path_factory):
    """The second command after ``pip install``."""
    server = DemoServer(tmp_path_factory.mktemp("demo"), python).start()
    yield server
    server.stop()


def test_after_the_installation_one_command_leads_to_the_first_picture(demo, page):
    lab = LabPage(page, demo).load("01-quickstart.ipynb")
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1; }")
    lab.command("notebook:run-cell")
    make_picture(PlaygroundView(page.locator(".jp-Notebook")).wait())
    assert lab.ask("[pg.region, pg.runs[0].state.value]") == ["sandbox", "succeeded"]


def test_the_panel_of_the_wheel_opens_and_makes_a_picture(demo, page):
    page.goto(f"{demo.url}/lab?token={demo.token}&reset")
    page.get_by_role("tab", name="Playground", exact=True).click()
    view = PlaygroundView(page.locator("#genwidget-playground"))
    expect(view.root).to_be_visible()
    view.wait().region("Sandbox").click()
    make_picture(view)


def test_a_dashboard_of_the_wheel_makes_a_picture(python, page, tmp_path_factory):
    notebook = run(python, "-c", "import genwidget.cli.demo as demo; print(demo.find_notebooks() / 'dashboard.ipynb')")
    server = InstalledVoilaServer(tmp_path_factory.mktemp("voila"), python)
    name = server.copy_in(Path(notebook.strip()))
    server.start()
    try:
        page.goto(server.address(name))
        make_picture(PlaygroundView(page).wait())
    finally:
        server.stop()


def test_uninstalling_leaves_nothing_of_it_in_the_environment(python):
    # The last test of this file: the others need what it takes away.
    folder = python.parents[1]
    assert list(folder.rglob("*genwidget*"))
    run(python, "-m", "pip", "uninstall", "--yes", "--quiet", "genwidget")
    assert list(folder.rglob("*genwidget*")) == []
