"""Input pictures of this machine: they work in the sandbox, and elsewhere a sentence says why not."""

import pathlib

import pytest
import traitlets

from genwidget import Client
from genwidget.api.input_files import SAMPLES
from genwidget.errors import InvalidRequest
from genwidget.messages import MESSAGES, render
from genwidget.sandbox import API_KEY
from genwidget.sandbox.core.inputs import PICTURE_NAMES, picture
from tests.widget.conftest import PROMPT, Page

FLOE = picture("floe.png")
MODEL = "bytedance/seedream-4.5"
FIELD = "generation_input_file"


@pytest.fixture
def place(tmp_path):
    path = tmp_path / "my seal.png"
    path.write_bytes(picture("blue.png"))
    return path


@pytest.fixture
def pg(make):
    playground = make(model=MODEL, values={"generation_prompt": PROMPT})
    playground.session.lock_key(API_KEY, "sandbox")
    return playground


def test_a_picture_from_the_page_is_kept_in_the_sandbox_and_makes_a_variation(pg, page, sandbox):
    answer, _ = page.ask("add_input", FLOE, region="sandbox", filename="seal.png")
    url = answer["data"]["url"]
    assert url.startswith(f"{sandbox.url}/sandbox/inputs/")
    assert page.ask("add_input", FLOE, region="sandbox", filename="other.png")[0]["data"]["url"] == url
    sent = page.send({"generation_prompt": PROMPT, FIELD: [url]}, model_id=MODEL)
    assert sent["ok"]
    run = pg.session.run_list.get(sent["run_id"]).wait(15)
    assert run.intent.body[FIELD] == [url]


def test_it_is_fetched_for_its_thumbnail_and_nothing_else_is(page, sandbox):
    url = page.ask("add_input", FLOE, region="sandbox", filename="seal.png")[0]["data"]["url"]
    answer, (content,) = page.ask("fetch_input", region="sandbox", url=url)
    assert (answer["ok"], bytes(content)) == (True, FLOE)
    foreign = "http://127.0.0.1:1/sandbox/inputs/floe.png"
    for other in ("https://example.com/a.png", f"{sandbox.url}/v1/status", foreign):
        answer, _ = page.ask("fetch_input", region="sandbox", url=other)
        assert answer["alert"]["message"] == MESSAGES["input_not_own"]


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n and no more", picture("gif-inside.png")])
def test_what_is_no_picture_is_refused_with_a_sentence(page, content):
    answer, _ = page.ask("add_input", content, region="sandbox", filename="x.png")
    assert not answer["ok"]
    assert answer["alert"]["message"].startswith(("An input is a picture", "The sandbox does not keep this picture"))


def test_elsewhere_than_in_the_sandbox_it_is_said_plainly(make, place):
    pg = make("us", MODEL)
    answer, _ = Page(pg).ask("add_input", FLOE, region="us", filename="my seal.png")
    assert answer["alert"]["message"] == render("form_public_only", name="my seal.png")
    before = pg.values
    with pytest.raises(traitlets.TraitError, match="the API takes public links only"):
        pg.values = {FIELD: [place]}
    assert pg.values == before


def test_a_path_in_the_values_becomes_the_link_of_its_file(pg, place, sandbox):
    pg.values = {"generation_prompt": PROMPT, FIELD: [place, "https://example.com/a.png"]}
    first, second = pg.values[FIELD]
    assert first.startswith(f"{sandbox.url}/sandbox/inputs/")
    assert second == "https://example.com/a.png"
    assert pg.send().wait(15).outputs


def test_a_path_may_be_a_first_value(make, place):
    pg = make(model=MODEL, values={"generation_prompt": PROMPT, FIELD: [place]})
    assert pg.values[FIELD][0].endswith(".png")


def test_a_path_may_be_a_value_of_the_client(sandbox, place):
    values = {"generation_prompt": PROMPT, FIELD: [place]}
    with Client.blocking(region="sandbox") as client:
        assert client.generate_and_wait(MODEL, values).generation_output_file
    with Client.blocking(region="us", key=API_KEY) as client, pytest.raises(InvalidRequest, match="public links only"):
        client.generate(MODEL, values)


def test_a_file_that_is_not_there_is_told(pg, tmp_path):
    with pytest.raises(traitlets.TraitError, match="cannot be read"):
        pg.values = {FIELD: [pathlib.Path(tmp_path / "none.png")]}


def test_the_sandbox_offers_its_own_pictures_and_no_region_does(page, make, sandbox):
    assert set(SAMPLES) == set(PICTURE_NAMES)
    samples = page.ask("list_inputs", region="sandbox")[0]["data"]["samples"]
    assert [one["name"] for one in samples] == list(SAMPLES)
    assert samples[0] == {"name": "floe.png", "url": f"{sandbox.url}/sandbox/inputs/floe.png", "note": "fits"}
    assert Page(make("us")).ask("list_inputs", region="us")[0]["data"]["samples"] == []


# Prompts.


def test_the_prompts_of_the_runs_come_newest_first_and_once(pg, page):
    for prompt in ("one", "two", "one"):
        pg.values = {**pg.values, "generation_prompt": prompt}
        pg.send().wait(15)
    assert page.ask("list_prompts")[0]["data"]["prompts"] == ["one", "two"]


def test_the_prompts_of_others_are_not_among_them(pg, make):
    pg.values = {**pg.values, "generation_prompt": "somebody's"}
    pg.send().wait(15)
    own = make(history="session", values={"generation_prompt": "mine"})
    own.session.lock_key(API_KEY, "sandbox")
    own.send().wait(15)
    assert Page(own).ask("list_prompts")[0]["data"]["prompts"] == ["mine"]
