"""Threads that an ending interpreter does not wait for."""

import os
import subprocess
import sys
import threading

import pytest

from genwidget.daemon_threads import DaemonPool, close_in_time


@pytest.fixture
def pool():
    one = DaemonPool(2, "test-pool")
    yield one
    one.shutdown()


def refuse(_):
    raise RuntimeError("can't create new thread at interpreter shutdown")


def test_work_is_done_on_a_daemon_and_its_result_or_error_told(pool):
    assert pool.submit(lambda one, *, two: (one, two), 1, two=2).result(10) == (1, 2)
    assert pool.submit(threading.current_thread).result(10).daemon
    with pytest.raises(ZeroDivisionError):
        pool.submit(lambda: 1 / 0).result(10)


def test_threads_are_started_at_need_used_again_and_never_more_than_said(pool):
    names = {pool.submit(threading.current_thread).result(10).name for _ in range(20)}
    assert names <= {"test-pool-0", "test-pool-1"}
    go, both = threading.Event(), threading.Barrier(3)
    under_way = [pool.submit(lambda: (both.wait(10), go.wait(10))) for _ in range(2)]
    both.wait(10)
    waiting = [pool.submit(threading.current_thread) for _ in range(5)]
    assert not any(one.done() for one in waiting)
    go.set()
    assert {one.result(10).name for one in waiting} <= {"test-pool-0", "test-pool-1"}
    assert all(one.result(10) for one in under_way)


def test_work_that_was_canceled_is_not_done(pool):
    go, done = threading.Event(), []
    for _ in range(2):
        pool.submit(go.wait, 10)
    late = pool.submit(done.append, 1)
    assert late.cancel()
    go.set()
    assert pool.submit(len, done).result(10) == 0


def test_work_that_finds_no_thread_at_the_end_is_canceled_and_raises_nothing(pool, monkeypatch):
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert pool.submit(len, "work").cancelled()


def test_work_at_the_end_is_done_by_a_thread_that_is_there(pool, monkeypatch):
    assert pool.submit(len, "work").result(10) == 4
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert pool.submit(len, "more work").result(10) == 9


def test_a_pool_that_is_shut_down_takes_no_work_and_gives_up_what_waits():
    pool = DaemonPool(1, "test-pool")
    go, begun = threading.Event(), threading.Event()
    under_way, waiting = pool.submit(lambda: (begun.set(), go.wait(10))), pool.submit(len, "work")
    assert begun.wait(10)
    pool.shutdown(wait=False, cancel_futures=True)
    go.set()
    assert under_way.result(10)
    assert waiting.cancelled()
    with pytest.raises(RuntimeError):
        pool.submit(len, "work")
    pool.shutdown()


def test_an_interpreter_ends_while_work_is_under_way():
    script = (
        "import sys, threading; from genwidget.daemon_threads import DaemonPool\n"
        "begun = threading.Event()\n"
        "DaemonPool(1, 'p').submit(lambda: (begun.set(), threading.Event().wait()))\n"
        "begun.wait()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_what_is_closed_at_the_end_is_closed_by_its_own_process_and_ctrl_c_ends_the_wait():
    closed = []

    def interrupt():
        closed.append("interrupted")
        raise KeyboardInterrupt

    close_in_time(os.getpid(), interrupt)
    close_in_time(os.getpid() + 1, lambda: closed.append("the parent's"))
    assert closed == ["interrupted"]
