"""Two users of one hub: neither sees anything of the other."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import LabPage
from tests.browser.panel import PlaygroundView
from tests.hosts.host import CELLS
from tests.hosts.labs import HubHost


@pytest.fixture
def hub(around):
    host = HubHost(around)
    host.folder = "two-users"
    host.start()
    yield host
    host.close()
    host.stop()


def test_the_second_user_has_neither_key_nor_form_nor_runs_of_the_first(hub):
    (view,) = hub.open()
    prompt = hub.make(view)
    hub.close()
    page = hub.new_page()
    hub.log_in(page, "ben")
    hub.server.notebooks, lab = hub.server.homes / "ben", LabPage(page, hub.server)
    lab.name = lab.write(*CELLS[:1])
    page.goto(hub.server.address(lab.name, "ben"))
    lab.wait_for_kernel()
    lab.run_all()
    view = PlaygroundView(page.locator(".jp-Notebook .jp-CodeCell").first).wait()
    expect(view.lock).to_be_visible()
    expect(view.control("generation_prompt")).to_have_value("")
    view.root.get_by_role("button", name=re.compile("^History")).click()
    expect(view.root.get_by_text(prompt)).to_have_count(0)
    assert lab.ask("len(pg.runs)") == 0
    hub.make(view)
    ledgers = {one.relative_to(hub.server.homes).parts[0] for one in hub.server.homes.rglob("ledger.sqlite3")}
    assert {"ann", "ben"} <= ledgers
