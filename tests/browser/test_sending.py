"""From Send to files, in JupyterLab."""

import json
import tomllib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.panel import PROMPT, PlaygroundView

REQUESTS = Path(__file__).parents[2] / "seeds" / "requests"
INDEX = tomllib.loads((REQUESTS / "index.toml").read_text())
IMAGES = [name for name, about in INDEX.items() if about["type"] == "image"]
RATIOS = {"1:1": 1, "16:9": 16 / 9, "3:4": 3 / 4}

COUNT_CLICKS = """
() => {
  window.clicks = 0;
  document.addEventListener("click", (event) => { window.clicks += event.isTrusted ? 1 : 0; }, true);
}
"""


def bodies_received(sandbox):
    return [row for row in sandbox.requests if row.route == "generate_image"]


def expect_asked_picture(content, body):
    picture = Image.open(BytesIO(content))
    assert picture.format.lower() == {"jpg": "jpeg"}.get(
        body["generation_output_format"], body["generation_output_format"]
    )
    wide, high = picture.size
    assert wide / high == pytest.approx(RATIOS[body["generation_ratio"]], rel=0.01)


def test_the_quickstart_ends_in_a_picture_after_at_most_six_clicks(lab, sandbox):
    lab.page.set_viewport_size({"width": 1280, "height": 800})
    notebook = lab.server.copy_in(Path(__file__).parents[2] / "notebooks" / "01-quickstart.ipynb")
    lab.load(notebook)
    lab.page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1; }")
    lab.command("notebook:run-cell")
    view = PlaygroundView(lab.page).wait()
    lab.page.evaluate(COUNT_CLICKS)
    view.pick_model("bfl/flux-schnell")
    view.lock_sandbox_key()
    view.control("generation_prompt").click()
    lab.page.keyboard.press("ControlOrMeta+A")
    lab.page.keyboard.type(PROMPT)
    view.send.click()
    expect(view.picture()).to_be_visible()
    assert lab.page.evaluate("() => window.clicks") <= 6
    assert lab.page.evaluate("(image) => image.naturalWidth > 0", view.picture().element_handle())
    assert lab.ask("[pg.locked, pg.runs[0].state.value, len(pg.outputs)]") == [True, "succeeded", 1]
    (generation,) = sandbox.generations
    assert generation["generation_prompt"] == PROMPT
    assert [row.status for row in bodies_received(sandbox)] == [200]


@pytest.mark.parametrize("name", IMAGES)
def test_a_documented_body_sent_from_python_shows_in_the_page(show, notebook, sandbox, name):
    body, about = json.loads((REQUESTS / f"{name}.json").read_text()), INDEX[name]
    view = show(is_locked=True)
    notebook.execute(f"pg.model_id = {about['model']!r}; pg.values = {body!r}; run = pg.send(); run.wait(30)")
    expect(view.picture(body["generation_prompt"][:200])).to_be_visible()
    expect(view.control("generation_prompt")).to_have_value(body["generation_prompt"])
    saved = notebook.execute("import tempfile; print(run.outputs[0].save(tempfile.mkdtemp()), end='')")
    expect_asked_picture(Path(saved).read_bytes(), body)


def fill(view, field, value):
    control = view.control(field)
    if isinstance(value, bool):
        if control.is_checked() != value:
            control.click()
    elif control.evaluate("(element) => element.tagName") == "SELECT":
        control.select_option(str(value))
    else:
        control.fill(str(value))


def test_a_hop_to_the_second_provider_shows_and_the_second_is_confirmed(show, notebook, sandbox):
    sandbox.faults.add(kind="provider_error", provider="bfl")
    view = show(is_locked=True)
    notebook.execute("pg.model_id = 'bfl/flux-1.1-pro'")
    fill(view, "generation_provider_order", "bfl, replicate, fal")
    view.write_prompt()
    view.send_and_end()
    entries = view.timeline.get_by_role("listitem")
    view.response.get_by_role("button", name="Timeline").click()
    failed = entries.filter(has_text="bfl").filter(has_text="failed")
    ended = entries.filter(has_text="replicate")
    expect(failed.first).to_be_visible()
    expect(failed.filter(has_text="inferred")).to_have_count(0)
    expect(ended.first).to_be_visible()
    expect(ended.filter(has_text="inferred")).to_have_count(0)
    assert notebook.ask(
        "[[e.provider, e.confirmed, e.tone] for e in pg.runs[0].timeline if e.provider and e.tone == 'bad']"
    ) == [["bfl", True, "bad"]]
    assert notebook.ask("pg.runs[0].generation['generation_provider_used']") == "replicate"


def test_a_double_click_is_one_generation_and_a_later_click_is_another(show, notebook, sandbox):
    view = show(is_locked=True)
    view.write_prompt()
    before = notebook.ask("len(pg.runs)")
    view.send.dblclick()
    view.expect_end("succeeded")
    assert len(sandbox.generations) == 1
    assert len(bodies_received(sandbox)) == 1
    view.send.click()
    expect(view.send).to_have_text("Send request")
    notebook.execute("pg.runs[0].wait(30)")
    assert len(sandbox.generations) == 2
    assert notebook.ask("len(pg.runs)") == before + 2
    keys = {row.idempotency_key for row in bodies_received(sandbox)}
    assert len(keys) == 2


def test_a_click_and_a_send_from_python_make_runs_of_the_same_kind(show, notebook, sandbox):
    view = show(is_locked=True)
    view.write_prompt()
    view.send_and_end()
    assert notebook.ask("[type(pg.runs[0]).__name__, pg.runs[0].state.value]") == ["Run", "succeeded"]
    assert notebook.ask("pg.response == pg.runs[0].response and pg.outputs == pg.runs[0].outputs")
    assert notebook.ask("pg.response['data']['generation_id']") == sandbox.generations[0]["generation_id"]


def test_after_an_answer_that_was_dropped_once_the_retry_finds_the_same_generation(show, notebook, sandbox):
    sandbox.faults.add(kind="accept_then_drop", route="generate", count=1)
    before = sandbox.credits
    view = show(is_locked=True)
    view.write_prompt()
    view.send_and_end()
    (generation,) = sandbox.generations
    assert notebook.ask("pg.runs[0].generation_id") == generation["generation_id"]
    posts = bodies_received(sandbox)
    assert len(posts) == 2
    assert len({row.idempotency_key for row in posts}) == 1
    assert [event["kind"] for event in sandbox.credit_events].count("charge") == 1
    assert sandbox.credits < before


def test_after_three_dropped_answers_the_run_is_lost_and_resume_finds_the_same_generation(show, notebook, sandbox):
    sandbox.faults.add(kind="accept_then_drop", route="generate", count=3)
    view = show('region="sandbox", settings=Settings(retry_first_s=0.1)', is_locked=True)
    view.write_prompt()
    before = notebook.ask("len(pg.runs)")
    view.send.click()
    host = sandbox.url.removeprefix("http://")
    view.expect_alert(f"{host} closed the connection without a response")
    assert notebook.ask("pg.runs[0].state.value") == "lost"
    view.resume.click()
    view.expect_end("succeeded")
    (generation,) = sandbox.generations
    assert notebook.ask("[pg.runs[0].generation_id, len(pg.runs)]") == [generation["generation_id"], before + 1]
    posts = bodies_received(sandbox)
    assert len(posts) == 4
    assert len({row.idempotency_key for row in posts}) == 1
    assert [event["kind"] for event in sandbox.credit_events].count("charge") == 1


def test_cancel_in_the_page_cancels_at_the_server(show, notebook, sandbox):
    sandbox.hold()
    view = show(is_locked=True)
    view.write_prompt()
    view.send.click()
    view.cancel.click()
    view.expect_end("canceled")
    expect(view.alert).to_have_count(0)
    assert [one["generation_status"] for one in sandbox.generations] == ["canceled"]
    assert notebook.ask("pg.runs[0].state.value") == "canceled"


def test_what_would_pass_the_spend_limit_is_said_before_a_click_and_refused_after_it(show, notebook, sandbox):
    view = show('region="sandbox", spend_limit=0.007', is_locked=True)
    view.write_prompt()
    expect(view.root.get_by_text("0 of 0.007 used", exact=True)).to_be_visible()
    sentence = (
        "The spend limit of 0.007 credits (of this playground) would be passed: this costs 0.005, and 0.005 are used."
    )
    reason = view.root.get_by_role("button", name=sentence)
    expect(reason).to_have_count(0)
    view.send_and_end()
    expect(view.root.get_by_text("0.005 of 0.007 used", exact=True)).to_be_visible()
    expect(reason).to_be_visible()
    view.send.click()
    view.expect_alert(sentence)
    assert notebook.ask("[pg.runs[0].state.value, str(pg.used), str(pg.spent)]") == ["refused", "0.005", "0.005"]
    assert len(sandbox.generations) == 1
    notebook.execute("pg.spend_limit = 1")
    expect(reason).to_have_count(0)
    view.send_and_end()
    expect(view.root.get_by_text("0.01 of 1 used", exact=True)).to_be_visible()
    assert len(sandbox.generations) == len(bodies_received(sandbox)) == 2
