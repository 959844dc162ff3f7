"""A key locked in a notebook is in no file that was written. A canary shows that the search would find it."""

import json

from playwright.sync_api import expect

from tests.browser.panel import PlaygroundView

KEY = "bye_CanaryKeyThatMustNotBeFoundAnywhere0001"
SHOW = 'from genwidget import Playground\npg = Playground(region="sandbox")\npg'
#: The guard taken out: the key in a synced trait.
LEAKY = f"""import traitlets
from genwidget import Playground
class Leaky(Playground):
    leak = traitlets.Unicode().tag(sync=True)
    def set_leak(self):
        self.leak = "{KEY[:20]}" + "{KEY[20:]}"
pg = Leaky(region="sandbox")
pg"""
SETTINGS = "@jupyter-widgets/jupyterlab-manager:plugin"


def files_with(text, *folders):
    """Return every file below the folders that holds a text, as UTF-8 or UTF-16."""
    needles = [text.encode(), text.encode("utf-16-le")]
    files = [(folder, path) for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [
        str(path.relative_to(folder))
        for folder, path in files
        if any(needle in path.read_bytes() for needle in needles)
    ]


def save_widget_state(lab):
    lab.page.evaluate(
        """async () => {
          const id = "@jupyter-widgets/jupyterlab-manager:saveWidgetState";
          const { commands, shell } = window.jupyterapp;
          if (!commands.hasCommand(id)) throw new Error("no such command");
          const isOn = commands.isToggled(id);
          if (!isOn) await commands.execute(id);
          await shell.currentWidget.context.save();
        }"""
    )


def work_with_key(lab, sandbox, source):
    lab.open(source)
    lab.run_all()
    view = PlaygroundView(lab.page).wait()
    view.lock_key(KEY)
    view.expect_key_refused("Not valid for Sandbox", KEY)  # the sandbox does not know this key
    sandbox.faults.add(kind="server_error", route="billing")  # so that it is locked unchecked
    view.lock.click()
    expect(view.unlock).to_be_visible()
    view.write_prompt()
    view.send.click()
    expect(view.alert).not_to_be_empty()
    view.response.get_by_role("tab", name="Code").click()
    lab.execute("print(pg, pg.get_state(), pg.runs, pg.runs[0], pg.session.key_store, vars(pg))")
    lab.execute("for language in ('python', 'curl', 'typescript'): print(pg.export(language))")
    return view


def test_a_key_locked_in_the_page_is_in_no_file_and_in_no_output(lab, sandbox, tmp_path):
    work_with_key(lab, sandbox, SHOW)
    printed = lab.execute(
        "print(pg, pg.get_state(), pg.runs, pg.runs[0], pg.runs[0].snapshot, vars(pg), vars(pg.session))"
    )
    save_widget_state(lab)
    saved = json.loads((lab.server.notebooks / lab.name).read_text())
    states = saved["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    assert any(one["model_module"] == "anywidget" for one in states.values())
    assert KEY not in printed
    assert KEY not in lab.page.content()
    storages = lab.page.evaluate("() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert KEY not in storages
    assert files_with(KEY, lab.server.root, tmp_path) == []


def test_with_the_guard_taken_out_the_search_finds_the_key(lab, sandbox):
    work_with_key(lab, sandbox, LEAKY)
    lab.execute("pg.set_leak()")
    save_widget_state(lab)
    assert f"notebooks/{lab.name}" in files_with(KEY, lab.server.root)
    (lab.server.notebooks / lab.name).unlink()
    for copy in lab.server.notebooks.glob(f".ipynb_checkpoints/{lab.name.removesuffix('.ipynb')}*"):
        copy.unlink()
