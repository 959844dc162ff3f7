"""One view of a playground, found as a person or a screen reader finds it: by role and name."""

import re
from pathlib import Path

from playwright.sync_api import expect

AXE = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"
#: What axe finds wrong in an element; its script must be in the page.
AXE_FAULTS = """
async (root) => (await axe.run(root)).violations.flatMap((one) =>
  one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 120)}`))
"""
PROMPT = "A baby seal playing on Arctic ice"


class PlaygroundView:
    """The first playground in a page, or in a part of it."""

    def __init__(self, within):
        self.root = within.get_by_role("region", name="Playground", exact=True).first
        self.schema = self.root.get_by_role("region", name="Schema", exact=True)
        self.body = self.root.get_by_role("region", name="Request Body", exact=True)
        self.response = self.root.get_by_role("region", name="Response", exact=True)
        self.timeline = self.response.get_by_role("list", name="Timeline")
        # the newest: what the shown run says of itself stands before it
        self.alert = self.response.get_by_role("alert").last
        self.json = self.response.get_by_role("region", name="JSON", exact=True)
        self.send = self.root.get_by_role("button", name=re.compile("^(Send request|Sending...)$")).first
        self.cancel = self.response.get_by_role("button", name="Cancel", exact=True)
        self.resume = self.response.get_by_role("button", name="Resume", exact=True)
        self.lock = self.root.get_by_role("button", name="Lock API key", exact=True)
        self.unlock = self.root.get_by_role("button", name="Unlock API key", exact=True)
        self.key = self.root.get_by_label("API key", exact=True)
        self.model = self.root.get_by_role("combobox", name="Model", exact=True)

    def wait(self):
        """Wait until the kernel has answered: before that nothing can be locked or sent."""
        expect(self.root).to_be_visible()
        expect(self.root.get_by_role("alert").filter(has_text="Not connected")).to_have_count(0)
        return self

    def control(self, field):
        """Return the control of a field, by its name on the wire."""
        return self.body.get_by_label(field, exact=True)

    def region(self, label):
        return self.root.get_by_role("radio", name=label, exact=True)

    def pick_model(self, model_id):
        self.model.click()
        self.root.get_by_role("option", name=model_id, exact=True).click()

    def lock_sandbox_key(self):
        self.root.get_by_role("button", name="Use the sandbox key").click()
        self.lock.click()
        expect(self.unlock).to_be_visible()

    def lock_key(self, key):
        self.key.fill(key)
        self.lock.click()

    def write_prompt(self, text=PROMPT):
        self.control("generation_prompt").fill(text)

    def send_and_end(self, ends="succeeded"):
        """Press Send and wait for the word that ends the timeline."""
        self.send.click()
        self.expect_end(ends)

    def expect_end(self, word):
        expect(self.response.get_by_text(word, exact=True).first).to_be_visible()

    def picture(self, name=PROMPT):
        return self.response.get_by_role("img", name=name, exact=True)

    def expect_status(self, status_code):
        expect(self.response.get_by_text(str(status_code), exact=True).first).to_be_visible()

    def expect_key_refused(self, sentence, typed):
        """What is wrong with a key is said at its field, which keeps what was typed."""
        expect(self.root.get_by_role("alert").filter(has_text=sentence)).to_have_count(1)
        expect(self.key).to_have_accessible_description(re.compile(re.escape(sentence)))
        expect(self.key).to_have_attribute("aria-invalid", "true")
        expect(self.key).to_have_attribute("type", "password")
        expect(self.key).to_have_value(typed)
        expect(self.key).to_be_focused()

    def expect_wrong(self, field, sentence):
        """What is wrong with a value is said first, before its help."""
        expect(self.control(field)).to_have_accessible_description(re.compile(f"^{re.escape(sentence)}"))

    def expect_alert(self, sentence):
        expect(self.alert).to_have_text(sentence)
