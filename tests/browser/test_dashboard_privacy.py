"""Visitors of a dashboard, beside its owner's ledger: none meets another's runs, on the page or on the wire."""

import contextlib
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.catalogue import Catalogue
from genwidget.request.validation import check, find_model, require
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from genwidget.sandbox import API_KEY, STATE_KEYS
from tests.browser.panel import PlaygroundView
from tests.browser.servers import VoilaServer, chromium_path, root_flags

DASHBOARD = Path(__file__).parents[2] / "notebooks" / "dashboard.ipynb"
MODEL = "bfl/flux-schnell"


class Visitor:
    """One visitor with a browser profile of their own; everything that reaches it is kept."""

    def __init__(self, browser, address):
        self.context = browser.new_context(viewport={"width": 1920, "height": 1000})
        self.page = self.context.new_page()
        self.frames = []
        self.responses = []
        self.page.on("websocket", self._listen)
        self.page.on("response", self._keep_response)
        self.page.goto(address)
        self.view = PlaygroundView(self.page).wait()

    def _listen(self, socket):
        socket.on("framereceived", self._keep_frame)
        socket.on("framesent", self._keep_frame)

    def _keep_frame(self, frame):
        self.frames.append(frame)

    def _keep_response(self, response):
        self.responses.append(response)

    def send(self, key, prompt):
        self.view.lock_key(key)
        expect(self.view.unlock).to_be_visible()
        self.view.write_prompt(prompt)
        self.view.send_and_end()

    def open_history(self, count):
        self.view.root.get_by_role("button", name="History").click()
        rows = self.view.root.get_by_role("table", name="History").get_by_role("row")
        expect(rows).to_have_count(1 + count)
        return rows

    def everything(self):
        """Return all that was drawn, sent and received, as bytes."""
        frames = [one.encode() if isinstance(one, str) else one for one in self.frames]
        bodies = []
        for response in self.responses:
            with contextlib.suppress(Error):  # a redirect or a preflight has no body
                bodies.append(response.body())
        addresses = [one.url.encode() for one in self.responses]
        assert any(b"jupyter-widgets" in one for one in bodies), "the page itself was read"
        return b"\n".join((self.page.content().encode(), *frames, *bodies, *addresses))


@pytest.fixture(scope="module")
def browser(playwright):
    one = playwright.chromium.launch(executable_path=chromium_path(), args=root_flags("--no-sandbox"))
    yield one
    one.close()


@pytest.fixture(params=[False, True], ids=["kernels-for-visits", "kernels-ahead-of-visits"])
def dashboard(request, tmp_path, sandbox, sandbox_port):
    """A dashboard whose owner has runs in the ledger."""
    server = VoilaServer(tmp_path, GENWIDGET_SANDBOX_URL=sandbox.url)
    server.flags = ["--preheat_kernel=True", "--pool_size=1"] if request.param else []
    server.copy_in(DASHBOARD)
    owner = Runner(ledger=Ledger(tmp_path / "genwidget-data" / "ledger.sqlite3"))
    spec = find_model(Catalogue.load(), "image", MODEL)
    asked = require(check(spec, {"generation_prompt": "Canary of the owner"}))
    target = Target("sandbox", sandbox.url, sandbox.url, is_own_origin=True)
    for _ in range(2):
        owner.start(asked, target, ApiKey(API_KEY)).wait(30)
    owner.close()
    yield server.start()
    server.stop()


def test_visitors_see_nothing_of_the_owner_or_of_one_another(dashboard, browser, sandbox):
    address = dashboard.address(DASHBOARD.name)
    keys = {"visitor-1": API_KEY, "visitor-2": STATE_KEYS["other_account"]}
    visitors = {}
    for name, key in keys.items():
        visitors[name] = Visitor(browser, address)
        visitors[name].send(key, f"Canary of {name}")
    visitors["onlooker"] = Visitor(browser, address)
    for name, visitor in visitors.items():
        rows = visitor.open_history(len(keys.keys() & {name}))
        if name in keys:
            expect(rows.nth(1)).to_contain_text(f"Canary of {name}")

    ledger = Ledger(dashboard.root / "genwidget-data" / "ledger.sqlite3")
    secrets = {}
    for row in ledger.rows():
        name = row.body.decode().partition("Canary of ")[2].partition('"')[0]
        marks = (f"Canary of {name}", row.intent_id, row.generation_id, row.idempotency_key)
        secrets.setdefault(name, []).extend(one.encode() for one in marks)
    ledger.close()
    assert {name: len(found) for name, found in secrets.items()} == {"the owner": 8, "visitor-1": 4, "visitor-2": 4}
    for name, visitor in visitors.items():
        told = visitor.everything()
        for other, marks in secrets.items():
            found = [one for one in marks if one in told]
            # One's own are found, all but the idempotency key, which stays in the kernel.
            assert found == (marks[:3] if other == name else []), (name, other)
        visitor.context.close()
