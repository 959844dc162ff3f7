"""What is told while the API still answers the first try of a request, and once nobody waits for that any longer."""

from dataclasses import replace

import pytest

from genwidget.errors import RunLost
from genwidget.messages import MESSAGES
from genwidget.sandbox import API_KEY
from tests.widget.conftest import FAST, PROMPT, Page


def test_no_try_is_counted_and_the_409_is_no_unreadable_answer(make, sandbox):
    pg = make(values={"generation_prompt": PROMPT}, settings=replace(FAST, post_timeout_s=1))
    pg.session.lock_key(API_KEY, "sandbox")
    page = Page(pg)
    sandbox.faults.add(kind="drop", route="generate", count=1)
    sandbox.faults.add(kind="replay_conflict", route="generate", count=10_000)
    run = pg.send()
    label = MESSAGES["countdown_running"]
    page.wait_for("run", lambda told: told["countdown"] is not None and told["countdown"]["label"] == label)
    with pytest.raises(RunLost):
        run.wait(30)
    told = page.wait_for("run", lambda told: told["state"] == "lost")
    assert told["alert"]["more"] == MESSAGES["first_not_ended"]
    labels = [entry["label"] for entry in told["timeline"]]
    assert MESSAGES["timeline_stopped_asking"] in labels
    assert MESSAGES["timeline_unreadable"] not in labels
