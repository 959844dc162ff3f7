"""What a person does with results, by pointer and by keyboard, in every host."""

import re

from playwright.sync_api import expect

from tests.browser.walk.keys import Keys

#: The prompt of the run that Response shows, as Python has it.
SHOWN = "next(one.prompt for one in pg.runs if one.run_id == pg.run['run_id'])"


def dialog_of(view, place=1):
    return view.root.get_by_role("dialog", name=f"Output {place}", exact=True)


def test_an_output_is_looked_at_in_full_size_by_pointer(view, sandbox):
    view.begin("image")
    view.make("image", "Looked at by pointer")
    made = len(sandbox.generations)
    small = view.output("image", "Looked at by pointer")
    small.click()
    large = dialog_of(view).get_by_role("img")
    expect(large).to_be_visible()
    expect(dialog_of(view).get_by_role("group", name="Prompt")).to_have_text("Looked at by pointer")
    before = large.bounding_box()["width"]
    view.page.mouse.move(*_middle(large))
    view.page.mouse.wheel(0, -300)
    view.page.wait_for_function(
        "([picture, width]) => picture.getBoundingClientRect().width > width", arg=[large.element_handle(), before]
    )
    link = dialog_of(view).get_by_role("link", name="Open in a tab")
    expect(link).to_have_attribute("href", re.compile("^http"))
    with view.page.expect_download() as download:
        dialog_of(view).get_by_role("button", name="Save", exact=True).click()
    assert download.value.suggested_filename.endswith((".png", ".jpg", ".webp"))
    dialog_of(view).get_by_role("group", name="In full size").click(position={"x": 6, "y": 6})
    expect(view.root.get_by_role("dialog")).to_have_count(0)
    expect(view.button("Enlarge output 1")).to_be_focused()
    assert len(sandbox.generations) == made


def test_outputs_and_runs_are_gone_through_by_keyboard(host, view, sandbox):
    keys = Keys(view.begin("image"))
    for prompt in ("The older", "The newer"):
        view.make("image", prompt)
    made = len(sandbox.generations)
    keys.turn("response")
    keys.press(view.button("Enlarge output 1"))
    prompt = dialog_of(view).get_by_role("group", name="Prompt")
    expect(prompt).to_have_text("The newer")
    keys.keyboard.press("ArrowDown")
    expect(prompt).to_have_text("The older")
    host.wait_for(f"{SHOWN} == 'The older'")
    keys.keyboard.press("ArrowUp")
    expect(prompt).to_have_text("The newer")
    expect(dialog_of(view).get_by_role("img")).to_be_visible()
    keys.keyboard.press("Control+Enter")
    keys.keyboard.press("Escape")
    expect(view.root.get_by_role("dialog")).to_have_count(0)
    expect(view.button("Enlarge output 1")).to_be_focused()
    keys.keyboard.press("Enter")
    expect(prompt).to_have_text("The newer")
    keys.keyboard.press("Escape")
    assert len(sandbox.generations) == made
    assert host.ask(SHOWN) == "The newer"


def test_a_result_is_made_again_with_another_seed_by_one_press(host, view, sandbox):
    keys = Keys(view.begin("image"))
    view.make("image", "Made again")
    made = len(sandbox.generations)
    first = host.ask("pg.run['run_id']")
    view.button("Again").click()
    second = await_next(host, first)
    assert host.ask(SHOWN) == "Made again"
    assert len(sandbox.generations) == made + 1
    seed = host.ask("next(one for one in pg.runs if one.run_id == pg.run['run_id']).request['generation_seed']")
    use = view.button(f"Use seed {seed}")
    keys.press(use)
    view.turn("input")
    expect(view.control("generation_seed")).to_have_value(str(seed))
    keys.press(view.button("New random seed"))
    expect(view.control("generation_seed")).not_to_have_value(str(seed))
    keys.turn("response")
    keys.press(view.button("Again"))
    await_next(host, second)
    assert len(sandbox.generations) == made + 2
    seeds = [one.get("generation_seed") for one in host.ask("[dict(one.request) for one in pg.runs[:2]]")]
    assert len(set(seeds)) == 2


def test_the_same_request_goes_to_another_model_by_a_choice_and_send(view, sandbox):
    view.begin("image")
    view.make("image", "On two models")
    made = len(sandbox.generations)
    view.turn("input")
    view.pick("bfl/flux-schnell")
    view.click_send()
    view.expect_answered()
    view.expect_end("succeeded")
    assert len(sandbox.generations) == made + 1
    newest = sandbox.generations[-1]
    assert (newest["generation_prompt"], newest["model_identifier"]) == ("On two models", "bfl/flux-schnell")


def await_next(host, run_id):
    """Wait until the playground shows another run than the one given, and it has succeeded; return its id."""
    host.wait_for(f"pg.run['run_id'] != {run_id!r} and pg.run['state'] == 'succeeded'")
    return host.ask("pg.run['run_id']")


def _middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
