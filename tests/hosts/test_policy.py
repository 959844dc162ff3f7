"""What the page needs of a Content-Security-Policy is said where it is missing, at the place where it is missed."""

import pytest
from playwright.sync_api import expect

from genwidget.messages import MESSAGES
from tests.browser.lab import LabPage
from tests.browser.panel import PROMPT
from tests.hosts.host import CELLS
from tests.hosts.labs import POLICY, StrictHost, StrictLab


class StricterLab(StrictLab):
    """JupyterLab whose policy lacks one permission that the page needs."""


@pytest.fixture
def without(around, monkeypatch):
    """Start a JupyterLab whose policy lacks a permission, and return its host."""
    begun = []

    def begin(permission, instead):
        assert permission in POLICY
        monkeypatch.setattr(StricterLab, "policy", POLICY.replace(permission, instead))
        host = StrictHost(around)
        host.server = StricterLab(around.folder / f"stricter-{len(instead)}", **around.variables)
        host.server.use(around.python("hosts")).start()
        begun.append(host)
        return host

    yield begin
    for host in begun:
        host.close()
        host.stop()


def test_where_scripts_from_blob_addresses_are_refused_the_cell_says_so(without):
    host = without("'unsafe-eval' blob:;", "'unsafe-eval';")
    host.lab = LabPage(host.new_page(), host.server)
    host.lab.open(CELLS[0])
    host.lab.run_all()
    output = host.page.locator(".jp-Notebook .jp-CodeCell").first.locator(".jp-OutputArea")
    expect(output.get_by_role("alert")).to_have_text(MESSAGES["sidebar_blob_scripts"])


def test_where_pictures_from_blob_addresses_are_refused_the_output_says_so_and_can_be_saved(without):
    host = without("img-src 'self' data: blob:;", "img-src 'self' data:;")
    (view,) = host.open()
    view.lock_sandbox_key()
    view.write_prompt(PROMPT)
    view.send_and_end()
    expect(view.response.get_by_text(MESSAGES["blob_pictures"], exact=True)).to_be_visible()
    with host.page.expect_download() as saved:
        view.response.get_by_role("button", name="Save", exact=True).click()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
