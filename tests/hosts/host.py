"""A host with a page, and what must hold in it. Methods by the names of the table's columns try it."""

import re
import secrets
from typing import ClassVar

import httpx
from playwright.sync_api import expect

from tests.browser.panel import PlaygroundView
from tests.browser.test_one_page import FAULTS

#: Shows one playground, and a second one below it.
CELLS = (
    'from genwidget import Playground\npg = Playground(region="sandbox")\npg',
    'other = Playground(region="sandbox")\nother',
)
#: A cell that runs until a file is there, or for two minutes.
BUSY = """
import pathlib, time
started, seen = time.monotonic(), pathlib.Path({seen!r})
while not seen.exists() and time.monotonic() - started < 120:
    sum(range(100_000))
    time.sleep(0.002)
"""
NOT_CONNECTED = re.compile("^Not connected")


class Around:
    """What a host is given: environments with the wheel, a browser, a sandbox and a folder."""

    def __init__(self, environments, browser, sandbox, folder):
        self.environments = environments
        self.browser = browser
        self.sandbox = sandbox
        self.folder = folder
        self.variables = {
            "GENWIDGET_SANDBOX_URL": sandbox.url,
            "GENWIDGET_POLL_FIRST_S": "0.2",
            "GENWIDGET_POLL_MAX_S": "1",
        }

    def python(self, environment):
        return self.environments / environment / "bin" / "python"


class Host:
    """A host of the table."""

    name: str
    #: Of what does not hold as the others hold it: what happens in its place, by the column.
    notes: ClassVar[dict[str, str]] = {}

    def __init__(self, around):
        self.around = around
        self.sandbox = around.sandbox

    def start(self):
        """Start what the host is served by."""

    def stop(self):
        """End what was started."""

    def close(self):
        """Put away what one test opened."""


class PageHost(Host):
    """A host with a page that a person sees."""

    #: Whether a click is served while a cell runs.
    is_served_while_busy = True
    #: Whether form, key and runs outlast a reload.
    is_kept = True
    #: Whether a playground of a new kernel has the runs of the one before in its history.
    is_remembered = True

    def __init__(self, around):
        super().__init__(around)
        self.page = None

    def open(self, count=1):
        """Show as many new playgrounds in a new page, and return their views."""
        raise NotImplementedError

    def again(self):
        """Load the page once more, as a person does, and return its view."""
        raise NotImplementedError

    def make_busy(self, seen):
        """Have the kernel run a cell that ends when this file is there."""
        raise NotImplementedError

    def end_kernel(self):
        """Restart the kernel, or end it where nobody can restart it."""
        raise NotImplementedError

    def anew(self):
        """Show a playground of the new kernel, and return its view."""
        raise NotImplementedError

    def new_page(self):
        self.page = self.around.browser.new_page()
        self.page.set_viewport_size({"width": 1920, "height": 1000})
        return self.page

    def close(self):
        if self.page is not None:
            self.page.close()
            self.page = None

    def made(self, prompt):
        """Return how many generations of this prompt were paid for."""
        return [one["generation_prompt"] for one in self.sandbox.generations].count(prompt)

    def view(self, within):
        return PlaygroundView(within).wait()

    def make(self, view):
        """Lock the key, send a prompt of its own, wait for its picture, and return the prompt."""
        prompt = f"A seal numbered {secrets.token_hex(4)}"
        if view.lock.count():
            view.lock_sandbox_key()
        view.write_prompt(prompt)
        view.send_and_end()
        expect(view.picture(prompt)).to_be_visible()
        return prompt

    def show(self):
        (view,) = self.open()
        expect(view.send).to_be_visible()
        expect(view.control("generation_prompt")).to_be_editable()

    def lock(self):
        (view,) = self.open()
        view.lock_sandbox_key()
        view.unlock.click()
        expect(view.lock).to_be_visible()

    def send(self):
        (view,) = self.open()
        assert self.made(self.make(view)) == 1

    def busy(self):
        (view,) = self.open()
        seen = self.around.folder / secrets.token_hex(4)
        first, second = (f"A seal numbered {secrets.token_hex(4)}" for _ in range(2))
        view.lock_sandbox_key()
        view.write_prompt(first)
        self.hold()
        view.send.click()
        expect(view.cancel).to_be_visible()
        self.make_busy(seen)
        self.let_go()
        view.expect_end("succeeded")
        view.write_prompt(second)
        view.send.click()
        if self.is_served_while_busy:
            expect(view.picture(second)).to_be_visible(timeout=60_000)
            seen.touch()
        else:
            expect(view.root.get_by_role("button", name="Sending...")).to_be_visible()
            assert self.made(second) == 0
            seen.touch()
            expect(view.picture(second)).to_be_visible(timeout=60_000)
        assert [self.made(first), self.made(second)] == [1, 1]

    def hold(self):
        self.sandbox.hold()

    def let_go(self):
        self.sandbox.let_go()

    def reload(self):
        (view,) = self.open()
        prompt = self.make(view)
        view = self.again()
        if self.is_kept:
            expect(view.picture(prompt)).to_be_visible()
            expect(view.unlock).to_be_visible()
            expect(view.control("generation_prompt")).to_have_value(prompt)
            return
        expect(view.lock).to_be_visible()
        expect(view.control("generation_prompt")).to_have_value("")
        expect(view.picture(prompt)).to_have_count(0)
        self.make(view)

    def restart(self):
        (view,) = self.open()
        prompt = self.make(view)
        self.end_kernel()
        expect(view.root.get_by_role("alert").filter(has_text=NOT_CONNECTED)).to_be_visible(timeout=45_000)
        view = self.anew()
        view.root.get_by_role("button", name=re.compile("^History")).click()
        table = view.root.get_by_role("table", name="History")
        if self.is_remembered:
            expect(table.get_by_text(prompt).first).to_be_visible()
        else:
            expect(table.get_by_text(prompt)).to_have_count(0)
        self.make(view)

    def files(self):
        (view,) = self.open()
        prompt = self.make(view)
        view.picture(prompt).click()
        with self.page.expect_download() as saved:
            view.root.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
        content = saved.value.path().read_bytes()
        assert content.startswith(b"\x89PNG")
        assert content == self.served(prompt)

    def served(self, prompt):
        """Return the picture of this prompt as the API serves it."""
        (made,) = [one for one in self.sandbox.generations if one["generation_prompt"] == prompt]
        (address,) = made["generation_output_file"]
        return httpx.get(address).raise_for_status().content

    def two(self):
        first, second = self.open(2)
        found = self.page.evaluate(FAULTS)
        assert [found["twice"], found["lost"]] == [[], []]
        second.write_prompt("A prompt of the second")
        prompt = self.make(first)
        expect(second.lock).to_be_visible()
        expect(second.control("generation_prompt")).to_have_value("A prompt of the second")
        expect(second.picture(prompt)).to_have_count(0)
        assert self.made(self.make(second)) == 1
        expect(first.picture(prompt)).to_be_visible()
