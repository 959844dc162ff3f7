"""A request that is pasted fills the form, from the page and from Python, by one rule."""

import json
import traceback

import pytest

from genwidget.errors import PasteRefused
from genwidget.sandbox import API_KEY
from tests.widget.conftest import FORM, PROMPT

KEY = "bye_a1B2c3D4e5F6g7H8"
BODY = {"generation_prompt": "A fox", "generation_seed": 5}


def curl(body, key="$BABYSEA_API_KEY", model="bfl/flux-1.1-pro"):
    link = f"https://api.eu.babysea.ai/v1/generate/image/{model}"
    return f"curl -X POST {link} -H \"Authorization: Bearer {key}\" -d '{json.dumps(body)}'"


def paste(page, content, **form):
    """Paste as the page does, and return its answer."""
    values = {"generation_prompt": PROMPT}
    return page.ask("paste", content, **{**FORM, "values": values, **form})[0]


def test_the_page_and_python_fill_the_same_form(pg, page):
    text = curl(BODY)
    answer = paste(page, text.encode())
    assert answer["ok"]
    notes = pg.paste(text)
    assert answer["data"] == {"model_id": pg.model_id, "values": pg.values, "notes": list(notes)}
    assert (pg.model_id, pg.values) == ("bfl/flux-1.1-pro", BODY)
    assert notes == ("Filled in 2 fields.", "It was for EU; the region stays Sandbox.")


def test_the_kernel_leaves_the_form_to_the_page_that_asked(pg, page):
    before = (pg.model_id, pg.values)
    paste(page, curl(BODY).encode())
    assert (pg.model_id, pg.values) == before


def test_a_key_that_was_pasted_reaches_nothing(pg, page, caplog):
    caplog.set_level("DEBUG")
    answer = paste(page, curl(BODY, KEY).encode())
    assert any("API key in it was left out" in note for note in answer["data"]["notes"])
    refused = paste(page, curl({}, KEY).encode())
    assert refused["alert"]["message"].startswith("Nothing was filled in")
    pg.paste(curl(BODY, KEY))
    assert KEY not in page.everything() + repr(pg.get_state()) + caplog.text
    assert pg.session.key_store.locked.key.reveal() == API_KEY


def test_what_is_refused_from_python_shows_no_key_in_its_traceback(pg):
    before = (pg.model_id, pg.values)
    text = curl({}, KEY)
    with pytest.raises(PasteRefused) as refused:
        pg.paste(text)
    frames = traceback.TracebackException.from_exception(refused.value, capture_locals=True)
    ours = [frame for frame in frames.stack if "genwidget/" in frame.filename and "tests" not in frame.filename]
    assert ours
    assert KEY not in repr([frame.locals for frame in ours])
    assert refused.value.__context__ is None
    assert (pg.model_id, pg.values) == before


def test_a_picture_with_a_recipe_fills_the_form(pg, page, tmp_path):
    run = pg.send().wait(15)
    place = run.outputs[0].save(tmp_path / "seal.png", embed=True)
    pg.values = {"generation_prompt": "Another"}
    answer = paste(page, place.read_bytes(), values=pg.values)
    assert answer["data"]["values"] == dict(run.recipe.body)
    pg.paste(place)
    assert pg.values == dict(run.recipe.body)


def test_a_picture_without_a_recipe_is_told(page, pg):
    run = pg.send().wait(15)
    answer = paste(page, run.outputs[0].read())
    assert answer["alert"]["message"] == "Nothing was filled in: this picture or film has no recipe inside."
    assert answer["alert"]["code"] == "recipe_none"  # by which the page takes it for an input


def test_a_paste_without_bytes_is_refused(page):
    answer = page.ask("paste", **FORM, values={})[0]
    assert answer["alert"]["message"].startswith("Nothing was filled in")


def test_a_model_of_the_sandbox_is_not_taken_elsewhere(make):
    pg = make("us")
    notes = pg.paste(curl({"generation_prompt": "x"}, model="sandbox/contact-sheet"))
    assert pg.model_id == "bfl/flux-schnell"
    assert any("sandbox/contact-sheet is not known here" in note for note in notes)


@pytest.mark.parametrize("what", [None, 7, {"generation_prompt": "x"}])
def test_what_is_no_text_and_no_file_is_refused(pg, what):
    with pytest.raises(PasteRefused, match="Paste a text, bytes, or the path of a file"):
        pg.paste(what)
