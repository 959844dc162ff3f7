"""The form's tools where people use them: a picture from disk, pasted requests, code into a cell below."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from genwidget.sandbox.core.inputs import picture
from tests.browser.panel import PROMPT, PlaygroundView

MODEL = "bytedance/seedream-4.5"
FILE = "generation_input_file"
DRAG = """(target, [kind, bytes]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(bytes)], "seal.png", { type: "image/png" }));
  target.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
}"""
PASTE = """(target, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  target.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def cell(panel):
    """The playground in a cell's output, with the sandbox's key locked."""
    panel.open(f"import genwidget\npg = genwidget.Playground('sandbox', {MODEL!r})\npg.lock_key()\npg")
    panel.run_all()
    return PlaygroundView(panel.page.locator(".jp-Notebook")).wait()


def test_a_picture_from_disk_becomes_its_variation_in_three_actions(panel, cell, sandbox):
    place = cell.body.get_by_label(f"{FILE} 1", exact=True)
    place.evaluate(DRAG, ["dragenter", []])
    expect(cell.body.get_by_role("button", name="Earlier prompts")).to_be_visible()
    place.evaluate(DRAG, ["dragover", []])
    expect(cell.body.get_by_text("Drop a picture")).to_be_visible()
    place.evaluate(DRAG, ["drop", [*picture("blue.png")]])
    cell.write_prompt("The same seal at night")
    expect(cell.body.locator(".gw-thumbs img")).to_be_visible()  # nothing is sent while the picture is still read
    cell.send.click()
    cell.expect_end("succeeded")
    (made,) = sandbox.generations
    (link,) = made[FILE]
    assert link.startswith(f"{sandbox.url}/sandbox/inputs/")
    expect(cell.body.get_by_role("img", name=link)).to_be_visible()
    assert panel.ask(f"pg.values[{FILE!r}]") == [link]


@pytest.fixture
def drag(panel, tmp_path):
    """Drag a picture without a recipe from the desktop to the middle of an element, and drop it, as a person does."""
    session = panel.page.context.new_cdp_session(panel.page)
    file = tmp_path / "seal.png"
    file.write_bytes(picture("blue.png"))
    data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}

    def drag(target, before_drop=lambda: None):
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        for kind in ("dragEnter", "dragOver", "dragOver"):
            session.send("Input.dispatchDragEvent", {"type": kind, "data": data, **place})
        before_drop()
        for kind in ("dragOver", "drop"):
            session.send("Input.dispatchDragEvent", {"type": kind, "data": data, **place})

    return drag


def test_a_picture_dragged_to_a_field_at_once_fills_it(panel, cell, drag, sandbox):
    drag(cell.control(f"{FILE} 1"))
    expect(cell.body.locator(".gw-thumbs img")).to_be_visible()
    (link,) = panel.ask(f"pg.values[{FILE!r}]")
    assert link.startswith(f"{sandbox.url}/sandbox/inputs/")


@pytest.mark.parametrize("field", [f"{FILE} 1", "generation_prompt"])
def test_a_picture_without_a_recipe_becomes_an_input_wherever_it_is_dropped(panel, cell, drag, sandbox, field):
    cell.control("generation_prompt").click()
    expect(cell.body.get_by_role("button", name="Earlier prompts")).to_be_visible()
    drag(cell.control(field), lambda: expect(cell.body.get_by_text("Drop a picture")).to_be_visible())
    expect(cell.body.locator(".gw-thumbs img")).to_be_visible()
    assert len(panel.ask(f"pg.values[{FILE!r}]")) == 1


def test_a_pasted_curl_line_fills_the_form_and_its_key_reaches_no_file(panel, cell, sandbox):
    key = "bye_pastedKeyThatNobodyMayKeep1"
    link = "https://api.eu.babysea.ai/v1/generate/image/bfl/flux-schnell"
    line = f"curl {link} -H 'Authorization: Bearer {key}' -d '{{\"generation_prompt\": \"A fox\"}}'"
    prompt = cell.control("generation_prompt")
    prompt.click()
    expect(cell.body.get_by_role("button", name="Earlier prompts")).to_be_visible()
    prompt.evaluate(PASTE, line)
    expect(cell.body.get_by_text("The API key in it was left out")).to_be_visible()
    expect(prompt).to_have_value("A fox")
    assert panel.ask("[pg.model_id, pg.values]") == ["bfl/flux-schnell", {"generation_prompt": "A fox"}]
    panel.save()
    places = [path for path in panel.server.notebooks.parent.rglob("*") if path.is_file()]
    assert not [str(path) for path in places if key.encode() in path.read_bytes()]


def test_code_goes_into_a_cell_below_and_ends_in_a_file(panel, cell, sandbox):
    cell.write_prompt(PROMPT)
    cell.response.get_by_role("tab", name="Code").click()
    expect(cell.response.get_by_role("region", name="Code")).to_contain_text("client.save(generation)")
    panel.page.set_viewport_size({"width": 1366, "height": 500})  # the end of the playground is below it
    cell.response.get_by_role("button", name="Insert below").click()
    inserted = panel.page.locator(".jp-Notebook .jp-CodeCell").nth(1)
    expect(inserted.locator(".cm-line").first).to_be_in_viewport()
    expect(cell.response.get_by_role("button", name="Inserted below")).to_be_disabled()
    sources = panel.cell_sources()
    assert len(sources) == 2
    assert sources[1] == sources[1].rstrip()
    assert 'Client.blocking(region="sandbox")' in sources[1]
    panel.run_all()
    (name,) = panel.page.locator(".jp-Notebook .jp-OutputArea-output pre").all_inner_texts()[-1].split()
    assert Path(panel.server.notebooks, name).stat().st_size > 1000
