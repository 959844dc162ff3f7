"""The ledger lies in the browser's storage: it outlives the kernel and the page, and kernels share it."""

import json
import os
import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.lab import LabPage
from tests.lite.serving import LIMIT_MS, browser_alone, served

MADE = """
from genwidget import Playground

pg = Playground(region="sandbox", model="bfl/flux-schnell", values={{"generation_prompt": "{prompt}"}})
pg.lock_key()
run = await pg.send()
print(run.state)
"""
ROWS = """
from genwidget.runs.ledger import Ledger

print("\\n".join(sorted(f"{{row.body.decode()}} {{row.state}}" for row in Ledger().rows())))
"""
RESTART = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"


@pytest.fixture
def address(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "lite", copy_function=os.link)
    path = tmp_path / "lite" / "jupyter-lite.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings["jupyter-config-data"]["exposeAppInBrowser"] = True
    path.unlink()  # one file with that of the build
    path.write_text(json.dumps(settings), encoding="utf-8")
    with served(tmp_path / "lite") as one:
        yield f"{one}lab/index.html?path=01-quickstart.ipynb"


@pytest.fixture
def context():
    with browser_alone() as one:
        yield one


class Tab:
    """One page, and the kernel of its notebook."""

    def __init__(self, context, address):
        self.page = context.new_page()
        self.lab = LabPage(self.page, None)
        self.page.goto(address)
        self.wait()

    def wait(self):
        self.lab.wait_for_kernel()

    def make(self, prompt):
        assert self.lab.execute(MADE.format(prompt=prompt)) == "succeeded\n"

    def rows(self):
        """Return how the runs of the ledger ended, by what their prompts end with."""
        lines = [line.rpartition(" ") for line in self.lab.execute(ROWS.format()).splitlines()]
        return {json.loads(body)["generation_prompt"]: state for body, _, state in lines}


def test_the_ledger_outlives_the_kernel_and_the_page(context, address):
    tab = Tab(context, address)
    tab.make("A seal")
    spent = tab.lab.ask("float(pg.spent)")
    assert spent > 0

    tab.page.evaluate(RESTART)
    tab.wait()
    assert tab.rows() == {"A seal": "succeeded"}

    tab.page.reload()
    tab.wait()
    tab.make("A walrus")
    assert tab.rows() == {"A seal": "succeeded", "A walrus": "succeeded"}
    tab.page.close()

    later = Tab(context, address)
    assert later.rows() == {"A seal": "succeeded", "A walrus": "succeeded"}
    # A person finds it in the page's list of runs.
    later.lab.show("from genwidget import Playground\n\nPlayground(region='sandbox')")
    later.page.get_by_role("button", name="History").first.click()
    rows = later.page.get_by_role("table", name="History").get_by_role("row")
    expect(rows.filter(has_text="A walrus")).to_have_count(1, timeout=LIMIT_MS)
    expect(rows.filter(has_text="A seal")).to_have_count(1)


def test_two_tabs_keep_what_the_other_wrote(context, address):
    one, other = Tab(context, address), Tab(context, address)
    one.make("A seal")
    other.make("A walrus")
    one.make("An orca")
    assert one.rows() == {"A seal": "succeeded", "A walrus": "succeeded", "An orca": "succeeded"}
    other.page.reload()
    other.wait()
    assert other.rows() == one.rows()
