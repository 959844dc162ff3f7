"""What a power user does beside sending: history, comparison, sweep, form tools, management in place, shortcuts."""

import re
import secrets
from pathlib import Path

import pytest
from playwright.sync_api import expect

from genwidget.sandbox.core.inputs import picture
from tests.browser.test_form_tools import DRAG
from tests.browser.walk.keys import Keys

pytestmark = pytest.mark.brief_in("cell", "panel")

AXE = Path(__file__).parents[3] / "js" / "node_modules" / "axe-core" / "axe.min.js"
_FAULTS = """
async (element) => {
  const { violations } = await axe.run(element, { rules: { region: { enabled: false } } });
  return violations.map((one) => [one.id, one.nodes.map((each) => each.html)]);
}
"""
#: The prompts of the runs that are rated well, and the prompt that Response shows, as Python has them.
PICKS = "[one.prompt for one in pg.runs.picks]"
SHOWN = "next(one.prompt for one in pg.runs if one.run_id == pg.run['run_id'])"


def expect_no_faults(view, part):
    """Expect that axe finds nothing in a part of the page."""
    if not view.page.evaluate("() => 'axe' in window"):
        view.page.evaluate(AXE.read_text(encoding="utf-8"))
    assert part.evaluate(_FAULTS) == []


def two_made(view):
    """Make two pictures, and return the word that is in their prompts alone."""
    word = f"walrus{secrets.token_hex(4)}"
    for which in ("first", "second"):
        view.make("image", f"The {which} {word}")
    return word


def find(view, word):
    """Look for a word in History, and return the boxes that select what is found."""
    view.disclose("History")
    view.root.get_by_role("searchbox", name="Search runs", exact=True).fill(word)
    boxes = view.root.get_by_role("checkbox", name=re.compile("^Select "))
    expect(boxes).to_have_count(2)
    return boxes


def test_the_shortcuts_and_what_was_spent_are_shown_by_a_button_and_by_a_key(host, view, sandbox):
    view.begin("image").make("image", "Counted")
    made = len(sandbox.generations)
    opener = view.button("Shortcuts and spending")
    dialog = view.root.get_by_role("dialog", name="Shortcuts and spending", exact=True)
    opener.click()
    expect(dialog.get_by_text("Send the request", exact=True)).to_be_visible()
    expect(dialog.get_by_text("In a search of JSON", exact=True)).to_be_attached()
    expect(dialog).to_contain_text(f"Spent from this playground: {host.ask('float(pg.spent)'):g} credits")
    expect_no_faults(view, dialog)
    view.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    view.page.keyboard.press("?")
    expect(dialog).to_be_visible()
    view.page.keyboard.press("?")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    assert len(sandbox.generations) == made


def test_a_run_is_found_in_the_history_rated_by_key_and_shown(host, view, sandbox):
    word = two_made(view.begin("image"))
    made = len(sandbox.generations)
    boxes = find(view, word)
    boxes.last.focus()
    view.page.keyboard.press("5")
    host.wait_for(f"'The first {word}' in {PICKS}")
    view.page.keyboard.press("ArrowUp")
    view.page.keyboard.press("x")
    view.page.keyboard.press("ArrowDown")
    view.page.keyboard.press("0")
    host.wait_for(f"'The first {word}' not in {PICKS}")
    expect_no_faults(view, view.root.get_by_role("group", name="Runs", exact=True))
    view.root.get_by_role("button", name=re.compile("^Show bfl")).last.click()
    host.wait_for(f"{SHOWN} == 'The first {word}'")
    assert len(sandbox.generations) == made


def test_two_results_stand_beside_each_other_after_three_actions(view, sandbox):
    word = two_made(view.begin("image"))
    made = len(sandbox.generations)
    boxes = find(view, word)
    boxes.first.focus()
    view.page.keyboard.press("c")
    expect(boxes.first).to_be_checked()
    boxes.last.click()
    view.button("Compare").click()
    dialog = view.root.get_by_role("dialog", name="Comparison", exact=True)
    expect(dialog.get_by_role("img", name=word)).to_have_count(2)
    expect(dialog.get_by_text(f"The first {word}", exact=True)).to_be_visible()
    expect_no_faults(view, dialog)
    view.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(view.button("Compare")).to_be_focused()
    assert len(sandbox.generations) == made


def test_a_former_run_is_changed_and_sent_in_three_actions(host, view, sandbox):
    word = two_made(view.begin("image"))
    find(view, word)
    made = len(sandbox.generations)
    view.root.get_by_role("button", name=re.compile("^Load into form ")).last.click()
    host.wait_for(f"pg.values.get('generation_prompt') == 'The first {word}'")
    view.turn("input")
    view.control("generation_prompt").fill(f"The third {word}")
    view.send.click()
    view.expect_answered()
    view.expect_end("succeeded")
    assert len(sandbox.generations) == made + 1
    assert sandbox.generations[-1]["generation_prompt"] == f"The third {word}"


def test_a_picture_from_disk_becomes_its_variation_in_three_actions(host, view, sandbox):
    view.begin("image", "bytedance/seedream-4.5")
    made = len(sandbox.generations)
    view.turn("input")
    place = view.control("generation_input_file 1")
    place.click()
    expect(view.button("Earlier prompts")).to_be_visible()
    place.evaluate(DRAG, ["drop", [*picture("blue.png")]])
    host.wait_for("pg.values.get('generation_input_file')")
    (link,) = host.ask("pg.values['generation_input_file']")
    expect(view.root.get_by_role("img", name=link)).to_be_visible()
    expect_no_faults(view, view.root.get_by_role("region", name="Request Body", exact=True))
    view.write_prompt("The same at night")
    view.send.click()
    view.expect_answered()
    view.expect_end("succeeded")
    assert len(sandbox.generations) == made + 1
    assert sandbox.generations[-1]["generation_input_file"] == [link]


def test_a_sweep_is_counted_sent_and_shown_as_a_sheet(view, sandbox):
    keys = Keys(view.begin("image"))
    view.write_prompt("Swept")
    made = len(sandbox.generations)
    keys.press(view.button("Sweep"))
    sweep = view.root.get_by_role("group", name="Sweep", exact=True)
    sweep.get_by_role("button", name="bfl/flux-schnell", exact=True).click()
    sweep.get_by_role("button", name="bfl/flux-1.1-pro-ultra", exact=True).click()
    send = sweep.get_by_role("button", name=re.compile(r"^Send \d"))
    expect(send).to_be_enabled()
    count = int(re.search(r"\d+", send.text_content())[0])
    expect_no_faults(view, sweep)
    keys.press(send)
    sheet = view.root.locator(".gw-sheet")
    expect(sheet.get_by_text(re.compile(f"ended · {count} of {count}"))).to_be_visible()
    expect(sheet.locator("[role=gridcell] img")).to_have_count(count)
    expect(sheet.get_by_role("grid")).to_be_focused()
    expect_no_faults(view, sheet)
    assert len(sandbox.generations) == made + count


def test_a_generation_is_asked_about_and_deleted_where_its_result_is(host, view, sandbox):
    keys = Keys(view.begin("image"))
    view.make("image", "Deleted in its place")
    keys.turn("response")
    keys.press(view.response.get_by_role("button", name="Content Info", exact=True))
    expect(view.response.get_by_role("group", name="Content Info of this generation", exact=True)).to_contain_text(
        host.ask("pg.runs[0].generation_id")
    )
    expect_no_faults(view, view.response)
    delete = view.response.get_by_role("button", name="Delete Content", exact=True)
    delete.click()
    view.page.keyboard.press("Enter")  # on Keep, where the focus is
    expect(delete).to_be_focused()
    assert not host.ask("pg.run['is_deleted']")
    delete.click()
    view.response.get_by_role("button", name="Delete", exact=True).click()
    host.wait_for("pg.run['is_deleted']")


def test_the_code_of_a_request_ends_in_a_file_and_goes_below_where_there_are_cells(host, view, sandbox):
    keys = Keys(view.begin("image"))
    made = len(sandbox.generations)
    view.write_prompt("As code")
    keys.turn("response")
    keys.press(view.tab("Result"), "ArrowRight")
    view.response.get_by_role("radio", name="Python", exact=True).click()  # the language chosen last is kept
    code = view.response.get_by_role("region", name="Code", exact=True)
    expect(code).to_contain_text("client.save(generation)")
    expect(code).to_contain_text('region="sandbox"')
    expect(view.button("Insert below")).to_have_count(1 if host.name == "cell" else 0)
    expect_no_faults(view, view.response)
    assert "As code" in view.copied("Copy code")
    view.turn("input")
    view.button("Sweep").click()
    models = view.group("Sweep").get_by_role("button", name=re.compile("^bfl."))
    for pressed in range(models.count()):  # which begin as the last sweep of this page left them
        wanted = models.nth(pressed).text_content() in ("bfl/flux-schnell", "bfl/flux-1.1-pro")
        if wanted != (models.nth(pressed).get_attribute("aria-pressed") == "true"):
            models.nth(pressed).click()
    keys.turn("response")
    expect(code).to_contain_text(re.compile(r'\["bfl/flux-(schnell|1\.1-pro)", "bfl/flux-(schnell|1\.1-pro)"\]'))
    shell = view.response.get_by_role("radio", name="Shell", exact=True)
    keys.choose(view.response.get_by_role("radiogroup", name="Language"), shell, "ArrowRight")
    expect(code).to_contain_text("genwidget batch run")
    expect_no_faults(view, view.response)
    view.turn("input")
    view.button("Close sweep").click()
    assert len(sandbox.generations) == made
