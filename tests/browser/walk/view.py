"""The playground as the rows use it: the same steps whether its panels stand side by side or behind tabs."""

import secrets
import time

from playwright.sync_api import expect

from tests.browser.limits import LIMIT_S
from tests.browser.panel import PlaygroundView

#: The model that a row uses unless it names one: every kind of control is in one of the two.
MODELS = {"image": "bfl/flux-1.1-pro", "video": "bytedance/seedance-1.5-pro"}
#: So that a row's film is made soon.
SHORT = {"generation_duration": "2", "generation_resolution": "480p"}

#: What a view stands at, by roles and names, in one look: each of them by itself costs as much.
_STANDING = """
(root) => {
  const text = (found) => found?.textContent.trim() ?? null;
  const chosen = (kind, name, mark) => text(root.querySelector(`[role=${kind}][aria-label="${name}"] [${mark}=true]`));
  const buttons = [...root.querySelectorAll("button")];
  return {
    isSending: buttons.some((one) => text(one) === "Sending..."),
    region: chosen("radiogroup", "Region", "aria-checked"),
    type: chosen("tablist", "Type", "aria-selected"),
    model: root.querySelector("[role=combobox]").value,
    opened: ["Manage content", "History"].filter((name) =>
      buttons.some((one) => one.ariaExpanded === "true" && text(one).startsWith(name))),
    shown: chosen("tablist", "Response views", "aria-selected"),
    isLocked: buttons.some((one) => one.title === "Unlock API key"),
  };
}
"""


class WalkView(PlaygroundView):
    """One view of a playground, in a page that is never left."""

    def __init__(self, within, page):
        super().__init__(within)
        self.page = page
        self.status = self.root.get_by_role("status").first

    def tab(self, name):
        return self.root.get_by_role("tab", name=name, exact=True)

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def group(self, name):
        return self.root.get_by_role("group", name=name, exact=True)

    def turn(self, panel):
        """Bring a panel to the front where the panels stand behind tabs."""
        if self.tab(panel).is_visible():
            self.tab(panel).click()

    def begin(self, kind="image", model_id=None, *, is_locked=True):
        """Come to a known start from wherever the last row ended: sandbox, model, defaults, key."""
        if self.root.evaluate(_STANDING)["isSending"]:
            self.expect_answered()
        self._choose_model(kind, model_id or MODELS[kind])
        standing = self.root.evaluate(_STANDING)
        for name in standing["opened"]:
            self.disclose(name, is_open=False)
        if standing["shown"] != "Result":
            self.turn("response")
            self.tab("Result").click()
        self.turn("input")
        self.button("Reset to defaults").click()
        if is_locked and not standing["isLocked"]:
            self.lock_sandbox_key()
        elif standing["isLocked"] and not is_locked:
            self.unlock.click()
            expect(self.lock).to_be_visible()
        return self

    def _choose_model(self, kind, model_id):
        standing = self.root.evaluate(_STANDING)
        if standing["region"] != "Sandbox":
            self.choose("Sandbox")
        if standing["type"] != kind.capitalize():
            self.type(kind)
        if standing["model"] != model_id or standing["type"] != kind.capitalize():
            self.pick(model_id)

    def choose(self, region):
        radio = self.region(region)
        if radio.get_attribute("aria-checked") != "true":
            radio.click()
        expect(radio).to_have_attribute("aria-checked", "true")

    def type(self, kind):
        tab = self.tab(kind.capitalize())
        if tab.get_attribute("aria-selected") != "true":
            tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")

    def pick(self, model_id):
        if self.model.input_value() != model_id:
            self.pick_model(model_id)
        expect(self.model).to_have_value(model_id)

    def disclose(self, name, *, is_open=True):
        disclosure = self.root.locator("button[aria-expanded]").filter(has_text=name)
        if disclosure.get_attribute("aria-expanded") != str(is_open).lower():
            disclosure.click()
        expect(disclosure).to_have_attribute("aria-expanded", str(is_open).lower())

    def put(self, field, value):
        """Give a field a value through whatever control it has."""
        control = self.control(field)
        if isinstance(value, bool):
            if control.get_attribute("aria-checked") != str(value).lower():
                control.click()
        elif control.evaluate("(element) => element.tagName") == "SELECT":
            control.select_option(str(value))
        else:
            control.fill(str(value))

    def write(self, kind, prompt):
        """Fill in what a quick generation needs."""
        self.turn("input")
        self.write_prompt(prompt)
        for field, value in SHORT.items() if kind == "video" else ():
            self.put(field, value)

    def output(self, kind, prompt):
        """Return the picture, or the film's player, that is named by a prompt."""
        name = prompt[:200]
        if kind == "image":
            return self.response.get_by_role("img", name=name, exact=True)
        return self.response.get_by_label(name, exact=True)

    def expect_output(self, kind, prompt):
        """Wait for what is made; like a person, scroll to it, since it is fetched once it is looked at."""
        self.expect_answered()
        self.expect_end("succeeded")
        self.response.get_by_role("figure").first.evaluate("(figure) => figure.scrollIntoView({ block: 'nearest' })")
        expect(self.output(kind, prompt)).to_be_visible()

    def click_send(self):
        self.turn("input")
        self.send.click()

    def make(self, kind, prompt):
        """Fill in, send, and wait for what is made."""
        self.write(kind, prompt)
        self.click_send()
        self.expect_output(kind, prompt)

    def expect_answered(self):
        """Wait until the POST is over, however it ended."""
        expect(self.root.get_by_role("button", name="Sending...")).to_have_count(0)

    def expect_refusal(self, sentence):
        """Wait for the alert in Response, and read it where it stands."""
        self.turn("response")
        self.expect_alert(sentence)

    def copied(self, name, within=None):
        """Press a copy button and return what is then in the clipboard."""
        nothing = f"Nothing copied yet {secrets.token_hex(4)}"
        self.page.evaluate("(text) => navigator.clipboard.writeText(text)", nothing)
        self._await_clipboard(lambda text: text == nothing)
        (within or self.root).get_by_role("button", name=name, exact=True).first.click()
        return self._await_clipboard(lambda text: text != nothing)

    def _await_clipboard(self, is_awaited):
        """Read until it is so; a wait in the page would take the promise of an answer for a yes."""
        end = time.monotonic() + LIMIT_S
        while not is_awaited(text := self.page.evaluate("() => navigator.clipboard.readText()")):
            assert time.monotonic() < end, f"the clipboard still holds {text[:80]!r}"
        return text

    def unfold_timeline(self):
        fold = self.response.locator("button[aria-expanded=false]").filter(has_text="Timeline")
        if fold.is_visible():
            fold.click()
        return self.timeline.get_by_role("listitem")
