import threading

import pytest

import genwidget


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
