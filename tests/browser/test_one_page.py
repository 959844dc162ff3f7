"""Two playgrounds, a second view of one of them and the side panel on one page: each keeps to itself."""

from playwright.sync_api import expect

from tests.browser.panel import PlaygroundView
from tests.browser.side_panel import to_input

FIRST = 'from genwidget import Playground\nfirst = Playground(region="sandbox")\nfirst'
SECOND = 'second = Playground(region="eu", model="bfl/flux-1.1-pro")\nsecond'
#: Ids of ours that stand twice in the document, and references that lead out of their view or nowhere.
FAULTS = """
() => {
  const roots = [...document.querySelectorAll(".gw, .gw-panel-head")];
  const ids = roots.flatMap((root) => [...root.querySelectorAll("[id]")].map((one) => one.id)).filter(Boolean);
  const twice = ids.filter((id) => document.querySelectorAll(`[id="${CSS.escape(id)}"]`).length !== 1);
  const names = ["for", "form", "list", "aria-activedescendant", "aria-controls", "aria-describedby", "aria-details",
    "aria-errormessage", "aria-flowto", "aria-labelledby", "aria-owns"];
  const lost = roots.flatMap((root) => names.flatMap((name) => [...root.querySelectorAll(`[${name}]`)].flatMap((one) =>
    one.getAttribute(name).split(/\\s+/).filter((id) => !root.contains(document.getElementById(id)))
      .map((id) => `${name}=${id}`))));
  return { twice, lost, ids: ids.length, roots: roots.length };
}
"""


def expect_no_faults(page, roots):
    found = page.evaluate(FAULTS)
    assert [found["twice"], found["lost"], found["roots"]] == [[], [], roots]
    assert found["ids"] > 15 * (roots - 1)


def test_every_control_is_found_by_its_label_in_its_own_view_and_no_id_stands_twice(panel, panel_server):
    panel.open(FIRST, SECOND, "first")
    panel.run_all()
    in_cells = panel.page.locator(".jp-Notebook .jp-CodeCell")
    views = [PlaygroundView(in_cells.nth(at)).wait() for at in range(3)]
    own = panel.show()
    to_input(own)
    for view in views:
        if view.root.get_by_role("tab", name="input", exact=True).is_visible():
            to_input(view)
    expect_no_faults(panel.page, 5)  # the frame of the side panel is one
    texts = ["First prompt", "Second prompt", None, "Prompt in the panel"]
    for view, text in zip([*views, own], texts, strict=True):
        label = view.body.locator("label", has_text="generation_prompt").first
        label.click()
        expect(view.control("generation_prompt")).to_be_focused()
        if text is not None:
            panel.page.keyboard.type(text)
    shown = ["First prompt", "Second prompt", "First prompt", "Prompt in the panel"]
    for view, text in zip([*views, own], shown, strict=True):
        expect(view.control("generation_prompt")).to_have_value(text)
    for view in [*views, own]:
        labels = view.root.locator("label[for]")
        for at in range(labels.count()):
            name = labels.nth(at).inner_text()
            named = view.root.locator(f"[id='{labels.nth(at).get_attribute('for')}']")
            expect(named).to_have_count(1)
            expect(named, name).to_have_accessible_name(name)
    assert panel.ask("[first.values['generation_prompt'], second.values['generation_prompt']]") == texts[:2]
    views[1].model.fill("dev")
    expect_no_faults(panel.page, 5)
    expect(views[1].root.get_by_role("listbox", name="Models")).to_be_visible()
    for view in (views[0], views[2], own):
        expect(view.root.get_by_role("listbox", name="Models")).to_have_count(0)
    panel.page.keyboard.press("Escape")
    views[0].lock_sandbox_key()
    expect(views[2].unlock).to_be_visible()
    expect(views[1].unlock).to_have_count(0)
    expect(own.unlock).to_have_count(0)
    views[0].send_and_end()
    expect_no_faults(panel.page, 5)
