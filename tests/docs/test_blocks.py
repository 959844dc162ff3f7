"""Every block of code of README and docs, pasted as it stands where it says that it is pasted.

The words behind a block's language say where: ``cell``, ``script``, ``shell``, ``server`` (a shell that it keeps),
``make``, or ``clone`` (a shell, in a clone), which tests/wheel has. What a block is there to show is asserted by a
function of this file.
"""

import json
import re
import shlex
from functools import cache
from pathlib import Path

import pytest

from genwidget.messages import render
from tests.docs.fences import ROOT, fences

FENCES = fences()
LANGUAGES = {"cell": "python", "script": "python", "shell": "sh", "server": "sh", "clone": "sh", "make": "sh"}
GENERATE = 'genwidget generate bfl/flux-schnell --prompt "A baby seal on Arctic ice" --region sandbox -o pictures/'
VIEW = "application/vnd.jupyter.widget-view+json"


def of(way):
    """Parametrize a test with the blocks that are pasted this way."""
    wanted = [fence for fence in FENCES if way in fence.ways]
    return pytest.mark.parametrize("fence", wanted, ids=lambda fence: fence.first)


@pytest.mark.parametrize("fence", FENCES, ids=lambda fence: fence.first)
def test_every_block_says_where_it_is_pasted_and_what_it_shows_is_asserted(fence):
    assert fence.ways
    assert {LANGUAGES.get(way) for way in fence.ways} == {fence.language.removeprefix("i")}
    for way in set(fence.ways) & set(SHOWS):
        assert shown(way, fence)


def shown(way, fence):
    """Return what asserts the output of a block, of this document or of any."""
    return SHOWS[way].get((fence.document, fence.first)) or SHOWS[way][fence.first]


# ---- cells: those of one document are cells of one notebook ----


def shows_the_playground(outputs):
    (view,) = outputs
    assert VIEW in view.data


def sends_and_waits(outputs):
    (run,) = outputs
    assert "bfl/flux-schnell succeeded" in run.data["text/plain"]


def saves_and_shows_the_picture(outputs):
    (picture,) = outputs
    assert "image/png" in picture.data


def tells_what_is_used(outputs):
    (told,) = outputs
    assert told.text == (
        "0.005 of 0.005 credits are used\nThe spend limit of 0.005 credits (of this playground) would be passed: this "
        "costs 0.005, and 0.005 are used.\n"
    )


def lists_the_runs_of_the_panel(outputs):
    # The other cells' runs are there too, if the panel's playground may see them; that no panel is open is said.
    told = "".join(output.text for output in outputs if output.name == "stdout")
    assert set(told.splitlines()) <= {"succeeded bfl/flux-schnell 1"}


def shows_nothing(outputs):
    assert outputs == []


def lists_some(outputs):
    (runs,) = outputs
    assert "<Runs: 2>" in runs.data["text/plain"]


def tells_what_was_spent(outputs):
    (told,) = outputs
    assert "sandbox, this kernel  0.01" in told.data["text/plain"]


def tells_the_model_of_a_file(outputs):
    (told,) = outputs
    assert told.text == "bfl/flux-schnell\n"


def hops(text):
    used, _of, first, second, *_ = text.split()
    assert first == "bfl"
    assert used == second


@pytest.fixture(scope="module")
def cells(execute):
    """Run the cells of a document, once, and return what each put out."""

    @cache
    def run(document):
        found = [fence for fence in FENCES if "cell" in fence.ways and fence.document == document]
        return dict(zip(found, execute([fence.text for fence in found]), strict=True))

    return run


@of("cell")
def test_a_cell_shows_what_it_says(fence, cells):
    shown("cell", fence)(cells(fence.document)[fence])


def test_the_cell_on_the_side_panel_tells_of_a_run_that_was_made_there(execute):
    (fence,) = [one for one in FENCES if "genwidget.panel()" in one.text]
    made = (
        "import genwidget\npg = genwidget.panel()\npg.region, pg.model_id = 'sandbox', 'bfl/flux-schnell'\n"
        "pg.values = {'generation_prompt': 'A baby seal'}\npg.lock_key()\npg.send().wait().outputs"
    )
    before, _, (printed,) = execute([fence.text, made, fence.text])
    (told,) = before
    assert render("panel_is_new") in told.text
    assert printed.text == "succeeded bfl/flux-schnell 1\n"


# ---- scripts ----


def makes_one_picture(text):
    assert re.fullmatch(r"succeeded \w+ 1\n", text)


def lists_models(text):
    assert text == "bfl/flux-schnell\n"


def reads_a_deadline(text):
    assert text == "900.0 120\n"


def plans_rows(text):
    assert re.fullmatch(r"(done 0000[12]-\S*\.\w+\n){2}", text)


def makes_eight(text):
    assert text.startswith("() Estimate(items=8, credits=0.04, unknown=0, ")
    assert "Stopped; batch.resume(limit=...) goes on with a higher limit.\n" in text
    assert text.endswith("\n{'done': 8} 0.04\n")


@of("script")
def test_a_script_prints_what_it_says(fence, script):
    shown("script", fence)(script(fence.text))


# ---- shells ----


def saves_lists_and_checks(text, folder):
    told, _, models = text.partition("\nmodel ")
    saved, head, run, *checked = told.splitlines()
    assert (folder / saved).read_bytes().startswith(b"\x89PNG")
    assert head.startswith("run ")
    assert "succeeded" in run
    assert checked[-1].endswith("Nothing was generated or paid for.")
    assert ", 0 differ, " in checked[-1]
    assert all("flux" in line for line in models.splitlines()[1:])
    assert "bfl/flux-schnell" in models


def saves(text, folder):
    (saved,) = text.splitlines()
    assert (folder / saved).read_bytes().startswith(b"\x89PNG")


def checks_runs_and_lists_a_batch(text, folder):
    lines = text.splitlines()
    assert lines[0].split() == ["items", "2"]
    saved = sorted(folder / line for line in lines if line.endswith(".png"))
    assert sorted((folder / "pictures").glob("0*.png")) == saved
    assert len(saved) == 2
    (listed,) = [line for line in lines if line.endswith(str(folder / "pictures"))]
    assert "ended  2/2" in listed


def makes_a_sweep(text, folder):
    saved = [folder / line for line in text.splitlines() if line.endswith(".png")]
    assert len(saved) == len(set(saved)) == 8
    assert all(one.exists() for one in saved)


@of("shell")
def test_a_command_does_what_it_says(fence, shell, tmp_path):
    shown("shell", fence)(shell(fence.text), tmp_path)


def is_jupyterlab(page):
    assert "<title>JupyterLab</title>" in page


def is_the_sandbox(page):
    assert "This is genwidget's sandbox" in json.loads(page)["sandbox"]


@of("server")
def test_a_command_that_serves_answers_at_the_address_that_it_prints(fence, serve):
    (command,) = fence.commands
    shown("server", fence)(serve(command))


@of("make")
def test_make_knows_the_targets_and_they_come_to_what_they_say(fence, shell):
    verbs = {}
    for command in fence.commands:
        make, target = shlex.split(command)
        verbs[target] = shell(
            f"{make} --no-print-directory --dry-run --always-make {target}", ROOT, MAKEFLAGS=""
        ).splitlines()
    assert set(verbs) == {"demo", "test"}
    assert verbs["demo"][-1] == ".venv/bin/genwidget demo"
    assert any("pytest " in line and "--numprocesses=2 " in line and "--junitxml" in line for line in verbs["test"])
    assert Path(ROOT, ".ci", "run").read_text().splitlines()[-1] == "exec make test"


SHOWS = {
    "cell": {
        "from genwidget import Playground, errors": tells_what_is_used,
        "from genwidget import Playground": shows_the_playground,
        "pg.lock_key()  # sandbox: its own public key; elsewhere BABYSEA_API_KEY, else it asks": sends_and_waits,
        'run.outputs[0].save(".")': saves_and_shows_the_picture,
        "from genwidget import Playground, read_recipe": tells_the_model_of_a_file,
        "%load_ext genwidget": shows_nothing,
        "%%generate bfl/flux-schnell --region sandbox --set generation_ratio=16:9": sends_and_waits,
        "%runs --limit 5": lists_some,
        "%spend": tells_what_was_spent,
        "import genwidget": lists_the_runs_of_the_panel,
        "from genwidget import Client": lambda outputs: hops(outputs[0].text),
    },
    "script": {
        "import asyncio": makes_one_picture,
        "from genwidget import Client": hops,
        ("README.md", "from genwidget import Client"): makes_one_picture,
        "from genwidget import Catalogue": lists_models,
        "from genwidget import Batch": plans_rows,
        "import os": reads_a_deadline,
        "from genwidget import errors, sweep": makes_eight,
    },
    "shell": {
        GENERATE: saves_lists_and_checks,
        ("README.md", GENERATE): saves,
        "cat > seals.toml <<'END'": makes_a_sweep,
        "printf 'prompt\\nA seal\\nA fox\\n' > plan.csv": checks_runs_and_lists_a_batch,
    },
    "server": {
        "genwidget demo": is_jupyterlab,
        "genwidget sandbox     # the sandbox alone; prints its URL and its keys": is_the_sandbox,
    },
}
