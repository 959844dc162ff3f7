"""A kernel that is killed in the middle of a run: the next one takes the run up, and it is paid for once."""

import os
import re
import signal
import threading
import time

import pytest
from playwright.sync_api import expect

from tests.browser.limits import LIMIT_S
from tests.browser.panel import PlaygroundView
from tests.faults.service import SandboxProcess

SHOW = """import os
os.environ["GENWIDGET_DATA_DIR"] = {data!r}
from genwidget import Playground
pg = Playground(region="sandbox", model="bfl/flux-schnell")
pg"""


@pytest.fixture
def elsewhere(sandbox_port, tmp_path):
    """A sandbox in a process of its own, which no kernel takes down with it; a picture takes some five seconds."""
    one = SandboxProcess(tmp_path, port=sandbox_port, speed=0.4)
    yield one
    one.stop()


def wait_until_received(sandbox):
    """Wait until the sandbox has the paid request."""
    deadline, pause = time.monotonic() + LIMIT_S, threading.Event()
    while not any(one["method"] == "POST" for one in sandbox.get("/sandbox/requests")["requests"]):
        assert time.monotonic() < deadline, "the request never came"
        pause.wait(0.05)


def resume_from_strip(view):
    """Take the run up where it is offered, with the history closed."""
    offer = view.root.get_by_text("1 run was under way when its kernel ended.", exact=True).last
    resume = view.root.get_by_role("button", name="Resume", exact=True)
    expect(offer).to_be_visible()
    resume.click()
    view.expect_alert("Please lock your API key first")
    view.lock_sandbox_key()
    resume.click()
    expect(offer).to_have_count(0)
    expect(view.root.get_by_role("table", name="History")).to_have_count(0)


def resume_from_history(view):
    view.lock_sandbox_key()
    view.root.get_by_role("button", name=re.compile("^History")).click()
    view.root.get_by_role("button", name=re.compile("^Resume bfl")).click()


@pytest.mark.parametrize(
    ("moment", "fault", "resume"),
    [
        ("sending", {"kind": "hang", "count": 1}, resume_from_history),
        ("following", None, resume_from_strip),
    ],
    ids=["sending", "following"],
)
def test_after_a_kill_the_next_kernel_resumes_the_same_generation_for_one_charge(
    lab, elsewhere, tmp_path, moment, fault, resume
):
    if fault is not None:
        elsewhere.add_fault(route="generate", **fault)
    lab.open(SHOW.format(data=str(tmp_path / "data")))
    lab.run_all()
    view = PlaygroundView(lab.page).wait()
    pid = lab.ask("__import__('os').getpid()")
    view.lock_sandbox_key()
    view.write_prompt()
    view.send.click()
    if moment == "following":
        expect(view.timeline.get_by_text("Accepted", exact=True)).to_be_visible()
    else:
        wait_until_received(elsewhere)
    os.kill(pid, signal.SIGKILL)
    lab.page.get_by_role("button", name="Ok", exact=True).click()
    lab.wait_for_kernel()
    assert lab.ask("__import__('os').getpid()") != pid
    lab.run_all()
    view = PlaygroundView(lab.page).wait()
    resume(view)
    view.expect_end("succeeded")
    view.response.get_by_role("figure").scroll_into_view_if_needed()  # outputs are fetched once they are seen
    expect(view.picture()).to_be_visible()
    (made,) = elsewhere.generations()
    assert lab.ask("[pg.runs[0].state, pg.runs[0].generation_id]") == ["succeeded", made["generation_id"]]
    assert elsewhere.get("/v1/user/billing")["data"]["billing_credit_balance"] == pytest.approx(100 - 0.005)
    keys = {one["idempotency_key"] for one in elsewhere.get("/sandbox/requests")["requests"] if one["method"] == "POST"}
    assert len(keys) == 1
