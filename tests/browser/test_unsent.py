"""Credits that run out while requests wait for their turn: the page says so once, and one press sends what is left."""

from collections import Counter

import pytest
from playwright.sync_api import expect

from genwidget.messages import MESSAGES
from genwidget.sandbox import Limits
from tests.holding import HoldingSandbox

PAID = 2
PROMPTS = [f"A seal, number {number}" for number in range(1, 7)]
#: The last of them waits, and so do all that Python sends after it.
CLICKED = PROMPTS[: PAID + 1]
TOLD = f"{MESSAGES['unsent_cause_credits']} {len(PROMPTS) - PAID} requests were not made, and nothing was charged."


@pytest.fixture
def sandbox(sandbox_port):
    """Credits for two pictures, and room for two at once."""
    with HoldingSandbox(sandbox_port, speed=10, limits=Limits(images_at_once=PAID), balance=0.012) as one:
        yield one


def posts(sandbox):
    return [one for one in sandbox.requests if one.route == "generate_image" and one.status != 429]


def test_what_waits_when_credits_run_out_is_told_once_and_sent_with_one_press(show, notebook, sandbox):
    sandbox.hold()
    view = show(is_locked=True)
    view.pick_model("bfl/flux-schnell")
    strip = view.root.locator(".gw-note").filter(has_text=TOLD)
    *accepted, waiting = CLICKED
    for prompt in accepted:
        view.write_prompt(prompt)
        view.send.click()
        expect(view.timeline.get_by_text("Accepted", exact=True)).to_be_visible()
    view.write_prompt(waiting)
    view.send.click()
    expect(view.send).to_have_text("Sending...")
    notebook.execute(
        f"for prompt in {PROMPTS[len(CLICKED) :]}: pg.values = pg.values | {{'generation_prompt': prompt}}; pg.send()"
    )
    notebook.wait_until("sum(run.state == 'waiting' for run in pg.runs) == 4")
    expect(strip).to_have_count(0)
    assert Counter(one.status for one in posts(sandbox)) == {200: PAID}
    sandbox.let_go()
    expect(strip).to_be_visible()
    expect(view.send).to_have_text("Send request")
    assert [one["generation_prompt"] for one in sandbox.generations] == PROMPTS[:PAID]
    assert 1 <= Counter(one.status for one in posts(sandbox))[402] <= PAID, "only what was on its way was asked for"
    sandbox.add_credits(1)
    strip.get_by_role("button", name="Resume", exact=True).click()
    expect(strip).to_have_count(0)
    ended = notebook.execute(
        f"mine = [run for run in pg.runs if run.prompt in {PROMPTS} and run.state != 'refused']\n"
        "print(sorted(run.wait(60).prompt for run in mine), end='')"
    )
    assert ended == str(PROMPTS)
    assert sorted(one["generation_prompt"] for one in sandbox.generations) == PROMPTS
    expect(view.root.locator(".gw-note").filter(has_text=MESSAGES["unsent_cause_credits"])).to_have_count(0)
