"""A person without a mouse: Tab to get somewhere, and the keys that each control takes."""

from playwright.sync_api import expect

MOST_STEPS = 150
_WHERE = """
(element) => {
  const at = document.activeElement;
  if (element === at) return "here";
  return at.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING ? "after" : "before";
}
"""


class Keys:
    """The keyboard on one view; nothing here ever points or focuses by script."""

    def __init__(self, view):
        self.view = view
        self.keyboard = view.page.keyboard

    def enter(self):
        """Tab from wherever the host leaves the focus until it is in the playground."""
        is_inside = "(root) => root.contains(document.activeElement)"
        root = self.view.root.element_handle()
        for _ in range(MOST_STEPS):
            if root.evaluate(is_inside):
                return
            self.keyboard.press("Tab")
        raise AssertionError("Tab does not lead into the playground")

    def to(self, target):
        """Tab to a control, forwards or backwards, and expect that its focus can be seen."""
        expect(target).to_be_visible()
        element = target.element_handle()  # looked for once, not at each step
        for _ in range(MOST_STEPS):
            where = element.evaluate(_WHERE)
            if where == "here":
                expect(target).to_be_focused()
                return
            self.keyboard.press("Tab" if where == "after" else "Shift+Tab")
        raise AssertionError(f"Tab does not lead to {target}")

    def press(self, target, key="Enter"):
        """Tab to a control and press a key on it."""
        self.to(target)
        self.keyboard.press(key)

    def write(self, target, text):
        """Tab to a text field and type in the place of what it holds."""
        self.to(target)
        self.keyboard.press("ControlOrMeta+a")
        self.keyboard.type(text)

    def choose(self, group, target, key, attribute="aria-checked"):
        """Tab into a row of choices and press an arrow until one is chosen."""
        self.to(group.locator("[tabindex='0']"))
        for _ in range(8):
            if target.get_attribute(attribute) == "true":
                expect(target).to_be_focused()
                return
            self.keyboard.press(key)
        raise AssertionError(f"{key} does not lead to {target}")

    def turn(self, panel):
        """Bring a panel to the front where the panels stand behind tabs."""
        tab = self.view.tab(panel)
        if tab.is_visible():
            self.choose(self.view.root.get_by_role("tablist", name="Panels"), tab, "ArrowRight", "aria-selected")
