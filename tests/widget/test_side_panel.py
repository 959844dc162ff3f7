import contextlib
import threading
import warnings

import pytest

import genwidget
from genwidget.messages import render
from genwidget.widget import cells


@pytest.fixture
def panel(sandbox):
    yield genwidget.panel
    genwidget.panel().close()


def test_every_call_in_a_kernel_returns_the_same_playground(panel):
    assert panel() is panel()
    assert isinstance(panel(), genwidget.Playground)


def test_after_a_close_the_next_call_makes_another(panel):
    first = panel()
    first.close()
    second = panel()
    assert second is not first
    assert second.comm is not None
    assert panel() is second


def test_it_begins_at_the_region_of_the_playground_that_was_made_last_and_is_not_closed(panel):
    panel().close()
    with contextlib.closing(genwidget.Playground("eu")) as first:
        with contextlib.closing(genwidget.Playground("jp")):
            pass
        assert panel().region == "eu"
        panel().close()
        first.region = "sandbox"
        assert panel().region == "sandbox"
    panel().region = "jp"
    assert panel().region == "jp"


def test_it_begins_at_the_region_that_is_asked_for_and_stays_as_it_is_once_it_is_there(panel):
    panel().close()
    with contextlib.closing(genwidget.Playground("eu")):
        assert panel("jp").region == "jp"
    assert panel("eu").region == "jp"


@pytest.fixture
def request_of(monkeypatch):
    """Let a kernel carry out a request of this kind, ``silent`` as a front end's own questions are."""

    def carry(msg_type, *, silent):
        request = {"header": {"msg_type": msg_type}, "content": {"silent": silent}}
        kernel = type("Kernel", (), {"get_parent": lambda _: request})()
        monkeypatch.setattr(cells, "get_ipython", type("Shell", (), {"kernel": kernel}))

    return carry


def test_a_cell_is_told_once_that_its_playground_is_a_new_one_which_no_panel_shows(panel, request_of):
    panel().close()
    request_of("execute_request", silent=False)
    with pytest.warns(UserWarning, match="a new playground") as told:
        panel()
    (one,) = told
    assert str(one.message) == render("panel_is_new")
    assert one.filename == __file__
    panel()  # any further warning is an error


@pytest.mark.parametrize("kind", ["execute_request", "comm_msg"])
def test_the_panel_that_asks_for_its_playground_is_told_nothing(panel, request_of, kind):
    panel().close()
    request_of(kind, silent=kind == "execute_request")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        panel()
    assert told == []


def test_calls_at_the_same_time_make_one(panel):
    made = []
    barrier = threading.Barrier(4)

    def call():
        barrier.wait()
        made.append(panel())

    threads = [threading.Thread(target=call) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(made) == 4
    assert len({id(one) for one in made}) == 1
