"""A playground that nobody can see again is folded: its comm is closed until it is shown once more."""

import gc
import threading
import weakref

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances

from genwidget import io_thread
from genwidget.widget import balances, recount, session, side_panel
from genwidget.widget import playground as playground_module
from genwidget.widget.views import Cell, Views
from tests.widget.conftest import PROMPT, Page, eventually


class Notebook:
    """Runs cells: each shows what it is given, as JupyterLab would have a kernel do it."""

    def __init__(self, monkeypatch):
        self.monkeypatch = monkeypatch
        self.requests = 0

    def run(self, cell_id, *shown):
        """Run a cell that shows these, and return their bundles."""
        self.requests += 1
        cell = None if cell_id is None else Cell(cell_id, f"request {self.requests}")
        self.monkeypatch.setattr(playground_module, "running_cell", lambda: cell)
        return [one._repr_mimebundle_() for one in shown]


@pytest.fixture
def notebook(monkeypatch):
    return Notebook(monkeypatch)


def look(playground, view="v"):
    """Draw a view, and return its page."""
    page = Page(playground)
    assert page.ask("hello", view=view)[0]["ok"]
    return page


def leave(page, view="v"):
    page.tell({"id": "1", "kind": "bye", "view": view})


def is_folded(playground):
    return playground.comm is None and not playground.is_closed


@pytest.mark.parametrize("is_seen_off_first", [True, False])
def test_what_another_run_of_its_cell_replaced_is_folded_once_its_views_have_gone(make, notebook, is_seen_off_first):
    old, new = make(), make()
    notebook.run("cell", old)
    page = look(old)
    if is_seen_off_first:
        leave(page)
        assert not is_folded(old)
    notebook.run("cell", new)
    if not is_seen_off_first:
        assert not is_folded(old)
        leave(page)
    assert is_folded(old)
    assert page.comm.sent[-1][0] == "comm_close"
    assert page.comm.comm_id not in _instances
    assert not is_folded(new)


def test_a_folded_playground_keeps_all_and_is_shown_again_whole(make, notebook, sandbox):
    old = make(values={"generation_prompt": PROMPT})
    old.lock_key()
    notebook.run("cell", old)
    leave(look(old))
    notebook.run("cell", make())
    assert is_folded(old)
    run = old.send()
    run.wait(30)
    old.values = {**old.values, "generation_prompt": "Changed while it was folded"}
    ((data, _),) = notebook.run("other cell", old)
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == old.comm.comm_id
    kind, opened, _ = old.comm.sent[0]
    assert kind == "comm_open"
    assert opened["state"]["values"]["generation_prompt"] == "Changed while it was folded"
    assert opened["state"]["locked"] is True
    assert opened["state"]["run"]["run_id"] == run.run_id
    assert look(old).ask("beat")[0]["ok"]


def shown_in_two_cells(notebook, old):
    notebook.run("another cell", old)


def shown_by_no_cell(notebook, old):
    notebook.run(None, old)


def in_a_box(notebook, old):
    ipywidgets.VBox([old])


def seen_twice(notebook, old):
    look(old, "w")


def seen_by_a_view_without_a_name(notebook, old):
    Page(old).ask("hello")


@pytest.mark.parametrize(
    "reason", [shown_in_two_cells, shown_by_no_cell, in_a_box, seen_twice, seen_by_a_view_without_a_name]
)
def test_what_can_still_be_seen_is_not_folded(make, notebook, reason):
    old = make()
    notebook.run("cell", old)
    reason(notebook, old)
    page = look(old)
    notebook.run("cell", make())
    leave(page)
    assert not is_folded(old)
    assert page.ask("beat")[0]["ok"]


def test_two_playgrounds_of_one_run_of_a_cell_do_not_replace_each_other(make, notebook):
    first, second = make(), make()
    notebook.run("cell", first, second)
    leave(look(first))
    assert not is_folded(first)
    notebook.run("cell", make(), first)  # shown again, after another took its place
    assert not is_folded(first)


def test_a_folded_playground_goes_into_a_box_whole(make, notebook):
    old = make()
    notebook.run("cell", old)
    leave(look(old))
    notebook.run("cell", make())
    assert is_folded(old)
    box = ipywidgets.VBox([old])
    assert box.comm.sent[0][1]["state"]["children"] == [f"IPY_MODEL_{old.comm.comm_id}"]
    assert not is_folded(old)


def test_its_layout_is_closed_with_it_and_open_for_whoever_reads_it(make, notebook):
    old = make(height=900)
    layout = old.layout
    notebook.run("cell", old)
    leave(look(old))
    notebook.run("cell", make())
    assert layout.comm is None
    assert ipywidgets.Button(layout=old.layout).layout is layout
    assert layout.comm is not None
    notebook.run("cell", old)
    assert old.comm.sent[0][1]["state"]["layout"] == f"IPY_MODEL_{layout.model_id}"
    assert old.layout.height == "900px"


def test_a_layout_of_another_widget_too_stays_open(make, notebook):
    shared = ipywidgets.Layout(width="50%")
    button, old = ipywidgets.Button(layout=shared), make(layout=shared)
    notebook.run("cell", old)
    leave(look(old))
    notebook.run("cell", make())
    assert is_folded(old)
    assert button.layout.comm is not None
    assert shared.comm is button.layout.comm


def test_one_that_is_closed_stays_closed(make, notebook):
    old = make()
    notebook.run("cell", old)
    leave(look(old))
    notebook.run("cell", make())
    old.close()
    assert old.is_closed
    assert notebook.run("cell", old) == [None]
    assert old.comm is None


def test_thirty_runs_of_a_cell_leave_one_open_and_nothing_to_collect(sandbox, carrier, notebook):
    made = []
    for _ in range(30):
        pg = playground_module.Playground(region="sandbox")
        made.append(weakref.ref(pg))
        notebook.run("cell", pg)
        leave(look(pg))
    open_ones = list(_instances.values())
    assert sum(one() in open_ones for one in made) == 1
    assert sum(one() is not None and one()._trait_values["layout"] in open_ones for one in made) == 1
    assert pg.session.publisher.drain()
    del pg

    def are_collected():
        gc.collect()
        return sum(one() is not None for one in made) <= 2

    eventually(are_collected)  # what a closed one was doing in the background may end a moment later
    made[-1]().close()


def process_locks():
    """The locks of what all playgrounds of the process share."""
    return [balances.shared()._lock, recount._shared()._lock, io_thread.shared._lock, io_thread.shared()._lock]


@pytest.mark.parametrize("number", range(len(process_locks())))
def test_the_thread_that_collects_a_playground_may_hold_any_lock(sandbox, carrier, monkeypatch, number):
    closed = []
    close = session.Session.close
    monkeypatch.setattr(
        session.Session, "close", lambda one: closed.append(threading.current_thread().name) or close(one)
    )
    pg = playground_module.Playground(region="sandbox")
    look(pg)
    pg.fold()
    assert pg.session.publisher.drain()
    alive = weakref.ref(pg)

    def collect():
        with process_locks()[number]:
            gc.collect()
        return alive() is None

    thread = threading.Thread(target=lambda: eventually(collect), daemon=True)
    del pg
    thread.start()
    thread.join(30)
    assert not thread.is_alive(), "it waits for the lock that it holds"
    eventually(lambda: set(closed) == {io_thread.THREAD_NAME})  # others of earlier tests may be collected too


def test_the_side_panels_playground_is_kept_while_it_is_folded(notebook, sandbox, carrier):
    one = side_panel.panel()
    try:
        one.fold()
        assert side_panel.panel() is one
    finally:
        one.close()


def test_views_of_one_name_are_one():
    folded = []
    old, new = Views(lambda: folded.append("old")), Views(lambda: folded.append("new"))
    old.show(Cell("c", "1"))
    old.opened("a")
    old.opened("a")
    new.show(Cell("c", "2"))
    assert folded == []
    old.left("a")
    old.left("never was")
    assert set(folded) == {"old"}
