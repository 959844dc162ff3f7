"""The bar, the panels and what stands in them."""

import json
import re

import pytest
from playwright.sync_api import expect

from genwidget.api.regions import REGIONS
from genwidget.catalogue import Catalogue
from tests.browser.walk.view import MODELS

CATALOGUE = Catalogue.load()


@pytest.mark.parametrize(
    ("kind", "text", "found"), [("image", "nano", "google/nano-banana"), ("video", "KLI", "kling")]
)
def test_p1_a_model_is_found_by_lab_or_identifier_by_keyboard_alone(host, view, kind, text, found):
    view.begin(kind)
    view.model.focus()
    view.model.press("ArrowDown")
    expect(view.model).to_have_attribute("aria-expanded", "true")
    options = view.root.get_by_role("listbox", name="Models").get_by_role("option")
    listed = [one.model_id for one in CATALOGUE.of_type(kind)]
    assert sorted(options.locator(".id").all_text_contents()) == sorted(listed)
    view.model.press("Escape")
    host.page.keyboard.press("ControlOrMeta+a")
    host.page.keyboard.type(text)
    expect(options).to_have_count(1)
    host.page.keyboard.press("ArrowDown")
    host.page.keyboard.press("Enter")
    expect(view.model).to_have_value(re.compile(found))
    expect(view.model).to_be_focused()


def test_p2_the_bar_shows_the_host_of_the_region(host, view):
    view.begin()
    expect(view.root.get_by_role("radiogroup", name="Region").get_by_role("radio")).to_have_text(
        [one.label for one in REGIONS.values()]
    )
    for region in REGIONS.values():
        view.choose(region.label)
        address = region.api_url or host.ask("pg.host")
        expect(view.root.get_by_text(address, exact=True).first).to_be_visible()


def test_p3_columns_are_resized_where_there_is_room(host, view):
    view.begin()
    host.widen()
    try:
        line = view.root.get_by_role("separator", name="Resize Schema")
        before = view.schema.bounding_box()["width"]
        line.focus()
        line.press("ArrowLeft")
        assert view.schema.bounding_box()["width"] == pytest.approx(before - 16, abs=1)
        line.dblclick()
        assert view.schema.bounding_box()["width"] == pytest.approx(before, abs=1)
    finally:
        host.narrow()


def test_p3_where_it_is_narrow_they_become_tabs(host, view):
    view.begin()
    host.resize(700)
    try:
        for name, panel in (("schema", view.schema), ("input", view.body), ("response", view.response)):
            view.tab(name).click()
            expect(panel).to_be_visible()
            others = {"schema": view.schema, "input": view.body, "response": view.response}
            for other in (one for key, one in others.items() if key != name):
                expect(other).to_have_count(0)
    finally:
        host.resize(1920)


def test_p4_schema_tells_what_is_known_of_each_field(host, view, kind):
    view.begin(kind).turn("schema")
    (spec,) = host.ask(f"[one for one in pg.catalogue['models'] if one['model_id'] == {MODELS[kind]!r}]")
    required = sum(field["required"] for field in spec["fields"])
    expect(view.schema.get_by_text(f"{len(spec['fields'])} fields", exact=True)).to_be_visible()
    expect(view.schema).to_contain_text(f"{required} required{len(spec['fields']) - required} optional")
    expect(view.schema.get_by_text(", ".join(spec["providers"]), exact=True)).to_be_visible()
    expect(view.schema.get_by_text("POST", exact=True)).to_be_visible()
    expect(view.schema.get_by_text("Core fields", exact=True)).to_be_visible()
    has_own = any(field["group"] != "core" for field in spec["fields"])
    expect(view.schema.get_by_text("Model-specific fields", exact=True)).to_have_count(1 if has_own else 0)
    rows = view.schema.locator("div.gw-f")
    expect(rows).to_have_count(len(spec["fields"]))
    for row, field in zip(rows.all(), spec["fields"], strict=True):
        expect(row).to_contain_text(field["name"])
        expect(row.get_by_text(field["type"], exact=True).first).to_be_visible()
        expect(row).to_contain_text(field["description"])
        expect(row.get_by_text("required", exact=True)).to_have_count(1 if field["required"] else 0)
        for name, shown in (("minimum", "min"), ("maximum", "max"), ("default", "default"), ("choices", "one of")):
            if field[name] is not None:
                expect(row.get_by_role("term").get_by_text(shown, exact=True)).to_be_visible()
    copied = json.loads(view.copied("Copy schema"))
    assert list(copied["properties"]) == [field["name"] for field in spec["fields"]]
    assert copied["required"] == [field["name"] for field in spec["fields"] if field["required"]]


def test_p5_the_request_has_its_header_and_fitting_controls(host, view):
    view.begin("image")
    expect(view.body.get_by_text("POST", exact=True)).to_be_visible()
    expect(view.body).to_contain_text(f"/v1/generate/image/{MODELS['image']}")
    expect(view.control("generation_prompt")).to_have_js_property("tagName", "TEXTAREA")
    expect(view.control("generation_ratio")).to_have_js_property("tagName", "SELECT")
    expect(view.body.get_by_role("switch", name="generation_moderation")).to_be_visible()
    steps = view.control("generation_num_inference_steps")
    view.button("Increase generation_num_inference_steps").click()
    expect(steps).to_have_value("29")
    view.button("Decrease generation_num_inference_steps").click()
    expect(steps).to_have_value("28")
    steps.press("ArrowUp")
    expect(steps).to_have_value("29")
    assert json.loads(view.copied("Copy request"))["generation_num_inference_steps"] == 29


def test_p5_links_are_added_and_removed(host, view):
    view.begin("video")
    links = view.body.get_by_role("textbox", name=re.compile(r"^generation_input_file \d$"))
    links.first.fill("https://a.example/1.png")
    view.button("Add generation_input_file").click()
    expect(links.nth(1)).to_be_focused()
    links.nth(1).fill("https://a.example/2.png")
    view.put("generation_input_file_last_content", "https://a.example/last.png")
    body = json.loads(view.copied("Copy request"))
    assert body["generation_input_file"] == ["https://a.example/1.png", "https://a.example/2.png"]
    assert body["generation_input_file_last_content"] == "https://a.example/last.png"
    view.button("Remove generation_input_file 1").click()
    assert json.loads(view.copied("Copy request"))["generation_input_file"] == ["https://a.example/2.png"]


def test_p8_very_large_json_is_shown_in_part_and_copied_and_saved_whole(host, view, kind, sandbox, tmp_path):
    answer = json.dumps({"rows": [f"row {n} of a large answer" for n in range(50_000)]})
    sandbox.faults.add(kind="altered", route="generate", content=answer)
    view.begin(kind).write(kind, "P8")
    view.click_send()
    expect(view.response.get_by_text("50,004 lines", exact=True)).to_be_visible()
    assert view.json.get_by_role("listitem").count() < 100
    whole = json.dumps(json.loads(answer), indent=2)
    assert view.copied("Copy response") == whole
    with host.page.expect_download() as saved:
        view.button("Download JSON").click()
    saved.value.save_as(tmp_path / "answer.json")
    assert (tmp_path / "answer.json").read_text(encoding="utf-8") == whole
