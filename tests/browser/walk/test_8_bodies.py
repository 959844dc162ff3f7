"""The documented bodies, from every host and from the shell, end in the files that they ask for."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from genwidget.catalogue import Catalogue
from tests.browser.walk.media import expect_asked
from tests.browser.walk.table import ROOT

REQUESTS = ROOT / "seeds" / "requests"
INDEX = tomllib.loads((REQUESTS / "index.toml").read_text(encoding="utf-8"))


@pytest.fixture(params=INDEX)
def name(request):
    return request.param


@pytest.fixture
def body(name):
    return json.loads((REQUESTS / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def effective(name, body):
    """What is asked for in all: the body over the model's defaults."""
    return Catalogue.load().find(INDEX[name]["model"]).defaults() | body


@pytest.mark.brief_in("cell")
def test_a_body_sent_from_the_page_ends_in_the_file_that_it_asks_for(host, view, name, body, effective, tmp_path):
    kind = INDEX[name]["type"]
    view.begin(kind, INDEX[name]["model"])
    for field, value in body.items():
        view.put(field, value)
    view.click_send()
    view.expect_output(kind, body["generation_prompt"])
    with host.page.expect_download() as saved:
        view.button("Save").click()
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    expect_asked(path, kind, effective)
    assert host.ask("pg.runs[0].request").items() >= body.items()


def test_a_body_sent_from_the_shell_ends_in_the_file_that_it_asks_for(name, body, effective, sandbox, tmp_path):
    program = Path(sys.executable).with_name("genwidget")
    command = [program, "generate", INDEX[name]["model"], "--body", REQUESTS / f"{name}.json", "--region", "sandbox"]
    own = {"GENWIDGET_SANDBOX_URL": sandbox.url, "GENWIDGET_DATA_DIR": str(tmp_path / "data")}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("BABYSEA_")}
    ended = subprocess.run(
        [*command, "-o", tmp_path / "made"], env=kept | own, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stderr
    (path,) = (one for one in (tmp_path / "made").iterdir() if one.suffix != ".json")  # its recipe lies beside it
    assert ended.stdout.strip() == str(path)
    expect_asked(path, INDEX[name]["type"], effective)
