"""A page that hears nothing may say that its kernel has ended, so a kernel with a run under way is heard."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from genwidget.widget.background import Background
from genwidget.widget.heartbeat import INTERVAL_S, Heartbeat
from tests.widget.conftest import eventually


@dataclass
class Runs:
    """Runs of which a test says when they end, and the beats that were sent meanwhile."""

    heartbeat: Heartbeat
    background: Background
    beats: list[dict[str, str]]

    def begin(self, *, is_terminal=False):
        run = SimpleNamespace(is_terminal=is_terminal)
        self.heartbeat.follow(run)
        return run


@pytest.fixture
def runs(carrier):
    beats = []
    background = Background(lambda: carrier)
    yield Runs(Heartbeat(SimpleNamespace(answer=beats.append), background, interval_s=0.01), background, beats)
    background.give_up()


def test_a_kernel_beats_while_any_run_is_under_way_and_not_after(runs, carrier):
    first, second = runs.begin(), runs.begin()
    eventually(lambda: len(runs.beats) >= 3)
    first.is_terminal = True
    seen = len(runs.beats)
    eventually(lambda: len(runs.beats) >= seen + 3)
    assert {one["kind"] for one in runs.beats} == {"beat"}
    second.is_terminal = True
    eventually(lambda: not runs.heartbeat._is_beating)
    ended = len(runs.beats)
    third = runs.begin()
    eventually(lambda: len(runs.beats) > ended)
    third.is_terminal = True


def test_a_run_that_has_ended_makes_no_beat(runs, carrier):
    runs.begin(is_terminal=True)
    run = runs.begin()
    eventually(lambda: runs.beats)
    assert len(runs.heartbeat._live) == 1
    run.is_terminal = True


def test_a_playground_that_is_closed_beats_no_more(runs):
    runs.begin()
    eventually(lambda: runs.beats)
    runs.background.give_up()
    eventually(lambda: not runs.heartbeat._is_beating)


def test_the_page_waits_for_more_than_two_beats():
    """``QUIET_MS`` of js/src/kernel/heartbeat.ts: one beat may be late without the kernel being asked."""
    assert 2 * INTERVAL_S < 5


def test_a_run_of_a_playground_is_followed_and_a_question_is_answered(pg, page, sandbox):
    sandbox.hold()
    page.send()
    with page.comm.arrived:
        assert page.comm.arrived.wait_for(
            lambda: any((data or {}).get("content") == {"kind": "beat"} for _, data, _ in page.comm.sent), 15
        )
    assert page.ask("beat")[0]["ok"]
    assert page.ask("bye", view="v-1")[0]["ok"]
