"""What may have been made is never called refused, however often it is asked for again."""

import pytest

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.catalogue import Catalogue
from genwidget.errors import RunLost, RunRefused
from genwidget.io_thread import IoThread
from genwidget.request.validation import prepare
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from genwidget.sandbox import API_KEY, Sandbox
from genwidget.settings import Settings

KEY = ApiKey(API_KEY)
REQUEST = prepare(Catalogue.load(), "image", "bfl/flux-schnell", {"generation_prompt": "A baby seal"})
SETTINGS = Settings(retry_first_s=0.001, retry_max_s=0.001, poll_first_s=0.02, poll_max_s=0.02)


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(speed=50) as running:
        yield running


@pytest.fixture
def runner(sandbox, tmp_path):
    sandbox.faults.clear()
    thread = IoThread()
    one = Runner(thread, ledger=Ledger(tmp_path / "ledger.sqlite3"))
    yield one
    one.close()
    thread.close()


@pytest.fixture
def start(sandbox, runner):
    target = Target("sandbox", sandbox.url, sandbox.url, is_own_origin=True)
    return lambda: runner.start(REQUEST, target, KEY, SETTINGS)


@pytest.mark.parametrize("kind", ["html_403", "rate_limit", "server_error", "all_providers_failed", "html", "foreign"])
def test_a_lost_run_that_meets_a_refusal_on_resume_stays_lost_until_its_own_generation_answers(
    sandbox, runner, start, kind
):
    before = len(sandbox.generations)
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    run = start()
    with pytest.raises(RunLost):
        run.wait(20)
    sandbox.faults.add(kind=kind, route="generate", count=3, retry_after_s=7200)
    with pytest.raises(RunLost):
        run.resume(KEY).wait(20)
    sandbox.faults.clear()
    run.resume(KEY).wait(20)
    assert run.state == "succeeded"
    assert [one["generation_id"] for one in sandbox.generations[before:]] == [run.generation_id]
    assert [row.state for row in runner.ledger.rows()] == ["succeeded"]


def test_a_strangers_answer_after_a_dropped_one_is_no_answer(sandbox, start):
    before = len(sandbox.generations)
    sandbox.faults.add(kind="accept_then_drop", route="generate", count=1)
    sandbox.faults.add(kind="foreign", route="generate", count=1)
    run = start()
    with pytest.raises(RunLost) as caught:
        run.wait(20)
    assert str(caught.value) == ("The API's response has an unexpected format: data.generation_id")
    run.resume(KEY).wait(20)
    assert [one["generation_id"] for one in sandbox.generations[before:]] == [run.generation_id]


@pytest.mark.parametrize("kind", ["html_403", "server_error", "all_providers_failed"])
def test_a_first_answer_that_refuses_is_a_refusal(sandbox, start, kind):
    before = len(sandbox.generations)
    sandbox.faults.add(kind=kind, route="generate", count=3)
    with pytest.raises(RunRefused):
        start().wait(20)
    assert len(sandbox.generations) == before
