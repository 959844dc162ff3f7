"""What a lost run may have made is found in the content list, and what other runs made is not taken for it."""

import time

import pytest

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.api.transport import Timing
from genwidget.catalogue import Catalogue
from genwidget.cli import main
from genwidget.errors import GenwidgetError, ResumeRefused, RunLost
from genwidget.io_thread import IoThread
from genwidget.messages import MESSAGES
from genwidget.request.validation import prepare
from genwidget.runs import recovery
from genwidget.runs.ledger import Ledger
from genwidget.runs.recovery import CLOCK_SKEW_S
from genwidget.runs.runner import Runner
from genwidget.sandbox import API_KEY, Sandbox
from genwidget.settings import Settings

KEY = ApiKey(API_KEY)
FAST = {"retry_first_s": 0.001, "retry_max_s": 0.001, "poll_first_s": 0.02, "poll_max_s": 0.02}
SETTINGS = Settings(**FAST)
DAY_S = 24 * 3600


@pytest.fixture
def sandbox():
    with Sandbox(speed=100) as running:
        yield running


@pytest.fixture
def now():
    """Seconds by which the runner's clock is ahead."""
    return [0.0]


@pytest.fixture
def runner(tmp_path, now):
    thread = IoThread()
    one = Runner(thread, ledger=Ledger(tmp_path / "ledger.sqlite3"), timing=Timing(now=lambda: time.time() + now[0]))
    yield one
    one.close()
    thread.close()


@pytest.fixture
def start(sandbox, runner, monkeypatch):
    monkeypatch.setenv("GENWIDGET_SANDBOX_URL", sandbox.url)  # where a later process finds it
    target = Target("sandbox", sandbox.url, sandbox.url, is_own_origin=True)

    def begin(prompt="A baby seal", model="bfl/flux-schnell", settings=SETTINGS):
        request = prepare(Catalogue.load(), "image", model, {"generation_prompt": prompt})
        return runner.start(request, target, KEY, settings, key_source=lambda: KEY)

    return begin


@pytest.fixture
def lose(sandbox, start):
    """A run whose generation was made, and whose every answer was lost."""

    def begin(**more):
        sandbox.faults.add(kind="not_json", route="generate", count=1)
        run = start(**more)
        with pytest.raises(RunLost):
            run.wait(20)
        return run

    return begin


def ids(made):
    return [one.generation_id for one in made]


def test_the_generation_of_a_lost_run_is_found_among_others(sandbox, start, lose):
    start().wait(20)  # the same prompt, and known to be this run's own
    start("Another seal").wait(20)
    start(model="google/nano-banana").wait(20)
    lost = lose()
    (made,) = lost.search(KEY)
    assert made.generation_id == sandbox.generations[-1]["generation_id"]
    assert lost.resume(KEY).wait(20).generation_id == made.generation_id


def test_nothing_is_found_where_nothing_was_made(sandbox, start):
    sandbox.faults.add(kind="drop", route="generate", count=3)
    run = start()
    with pytest.raises(RunLost):
        run.wait(20)
    assert run.search() == ()


def test_two_lost_runs_of_one_prompt_are_both_shown(sandbox, lose):
    first, second = lose(), lose()
    assert ids(first.search()) == ids(second.search()) == [one["generation_id"] for one in sandbox.generations[::-1]]


def test_what_was_made_long_before_is_not_found(lose, start, now):
    lose()
    now[0] = 600
    later = lose()
    assert len(later.search()) == 0  # the sandbox's clock stands ten minutes behind, so both are too old
    now[0] = 200
    assert len(lose().search()) == 3


def test_after_a_day_resume_refuses_and_the_list_still_tells(lose, now):
    run = lose()
    now[0] = DAY_S + 1
    with pytest.raises(ResumeRefused) as caught:
        run.resume(KEY)
    assert str(caught.value) == (
        "An idempotency key holds for 24 hours, and this one is older. Check the content list first."
    )
    assert len(run.search()) == 1


def test_without_its_body_a_run_finds_what_its_model_made(sandbox, lose, start, runner):
    run = lose(settings=Settings(**FAST, store_bodies=False))
    (row,) = runner.ledger.rows()
    assert row.body is None
    thread = IoThread()
    other = Runner(thread, ledger=Ledger(runner.ledger.path))
    restored = other.restore(row, SETTINGS, key_source=lambda: KEY)
    with pytest.raises(ResumeRefused):
        restored.resume()
    assert ids(restored.search()) == [sandbox.generations[-1]["generation_id"]]
    assert run.search()
    other.close()
    thread.close()


def test_a_long_list_is_read_page_by_page_up_to_a_limit(sandbox, lose, start):
    run = lose()
    for _ in range(105):
        start("Another seal").wait(20)
    assert len(run.search()) == 1
    pages = [one.path for one in sandbox.requests if one.route == "list"]
    assert len(pages) == 2


def test_where_more_is_listed_than_is_read_it_is_not_said_that_there_is_nothing(monkeypatch, lose, start):
    run = lose()
    for _ in range(3):
        start("Another seal").wait(20)
    monkeypatch.setattr(recovery, "MOST_RECORDS", 3)
    with pytest.raises(GenwidgetError, match=r"found among 3 of the content list\. It has more, which were not read\."):
        run.search()
    monkeypatch.setattr(recovery, "MOST_RECORDS", 4)
    assert len(run.search()) == 1


def test_a_list_that_shows_the_newest_first_is_read_as_far_as_the_run_goes_back(monkeypatch, sandbox, lose, start, now):
    monkeypatch.setattr(recovery, "PAGE_SIZE", 2)
    for _ in range(5):
        start().wait(20)
    now[0] = 600
    assert lose().search() == ()
    assert [one.path for one in sandbox.requests].count("/v1/content/list") == 1


def test_what_was_made_more_than_a_day_after_its_run_was_begun_is_found(lose, now):
    now[0] = -DAY_S - 3600
    assert len(lose().search()) == 1


def test_the_command_prints_what_was_found(sandbox, monkeypatch, capsys, wait_until):
    monkeypatch.setenv("GENWIDGET_SANDBOX_URL", sandbox.url)
    monkeypatch.setenv("GENWIDGET_RETRY_FIRST_S", "0.001")
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    assert main(["generate", "bfl/flux-schnell", "--prompt", "A seal", "--region", "sandbox"]) == 1
    wait_until(lambda: sandbox.generations[0]["generation_status"] == "succeeded")
    (made,) = sandbox.generations
    resume = capsys.readouterr().err.splitlines()[-1]
    run_id = resume.rpartition(" ")[2]
    assert main(["runs", "find", run_id]) == 0
    printed, complained = capsys.readouterr()
    assert complained == f"{MESSAGES['content_some']}\n"
    assert f"{CLOCK_SKEW_S / 60:g} minutes before" in complained
    assert printed == f"{made['generation_id']}  succeeded  {made['generation_created_at']}\n"
