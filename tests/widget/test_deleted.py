"""A deleted generation stays deleted: in every playground of the process, the ledger, a new kernel and a shell."""

import json

import pytest

from genwidget.api.client import Client
from genwidget.cli import main
from genwidget.errors import NoSuchOutput, ResumeRefused
from genwidget.runs import runner
from genwidget.sandbox import API_KEY
from genwidget.settings import Settings
from tests.widget.conftest import FAST, PROMPT, Page

SENTENCE = "No outputs any more: the generation was deleted at the API."


def by_run(playground, run):
    run.delete(timeout_s=15)


def by_page(playground, run):
    assert Page(playground).ask("manage", action="delete", generation_id=run.generation_id)[0]["ok"]


def by_client(playground, run):
    with Client.blocking("sandbox", settings=FAST) as client:
        client.delete_generation(run.generation_id)


WAYS = [by_run, by_page, by_client]


@pytest.fixture
def new_kernel(monkeypatch):
    """End the process's runner and begin with another one on the same ledger."""
    made = []

    def begin():
        one = runner.Runner()
        made.append(one)
        monkeypatch.setattr(runner, "shared", lambda: one)
        return one

    yield begin
    for one in made:
        one.close()


@pytest.fixture(params=WAYS)
def deleted(request, make, carrier, new_kernel):
    """The id of a run that an earlier kernel made and deleted."""
    playground = make(values={"generation_prompt": PROMPT})
    playground.session.lock_key(API_KEY, "sandbox")
    run = playground.send().wait(15)
    request.param(playground, run)
    assert (run.is_deleted, run.outputs) == (True, ())
    carrier.close()
    new_kernel()
    return run.run_id


def test_a_new_kernel_says_so_and_offers_nothing_that_is_gone(deleted, make, sandbox):
    before = len(sandbox.requests)
    playground = make()
    (run,) = playground.runs
    assert (run.is_deleted, run.outputs, run.is_interrupted) == (True, (), False)
    with pytest.raises(NoSuchOutput, match=SENTENCE):
        run.outputs[0]
    with pytest.raises(ResumeRefused, match="was deleted"):
        run.resume(API_KEY)
    (row,) = Page(playground).ask("list_runs")[0]["data"]["rows"]
    assert (row["state"], row["can_resume"]) == ("deleted", False)
    assert [record["state"] for record in playground.runs.to_records()] == ["deleted"]
    assert len(sandbox.requests) == before


def test_it_is_shown_without_its_key_as_deleted(deleted, make):
    page = Page(make())
    page.ask("list_runs")
    assert page.ask("load_run", run_id=deleted)[0]["ok"]
    shown = page.wait_for("run", lambda told: told["run_id"] == deleted)
    assert (shown["is_deleted"], shown["outputs"], shown["can_resume"]) == (True, [], False)
    assert shown["alert"]["message"] == "This generation was deleted"


def test_a_shell_says_so(deleted, capsys, tmp_path, monkeypatch, sandbox):
    monkeypatch.chdir(tmp_path)
    assert main(["runs", "list"]) == 0
    assert " deleted " in capsys.readouterr().out
    assert main(["runs", "show", deleted]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["state"], shown["is_deleted"]) == ("deleted", True)
    before = len(sandbox.requests)
    for command in ("save", "resume"):
        assert main(["runs", command, deleted]) == 1
        assert "was deleted" in capsys.readouterr().err
    assert len(sandbox.requests) == before
    assert main(["runs", "forget", deleted]) == 0


def test_every_playground_of_the_process_hears_of_it_from_a_client_too(make, carrier):
    first, second = make(values={"generation_prompt": PROMPT}), make()
    first.lock_key()
    run = first.send().wait(15)
    (same,) = second.runs
    pages = [Page(first), Page(second)]
    pages[1].ask("load_run", run_id=run.run_id)
    by_client(first, run)
    for page in pages:
        page.wait_for("run", lambda told: told["is_deleted"])
    assert same.outputs == ()


def test_what_another_process_deleted_is_deleted_here_once_the_ledger_is_read(make, carrier, new_kernel):
    playground = make(values={"generation_prompt": PROMPT})
    playground.lock_key()
    run = playground.send().wait(15)
    carrier.ledger.mark_deleted(run.generation_id, "sandbox", run.target.api_url).result(15)
    page = Page(playground)
    assert [row["state"] for row in page.ask("list_runs")[0]["data"]["rows"]] == ["deleted"]
    assert run.is_deleted


def test_a_generation_of_the_same_id_at_another_host_is_not(make, carrier):
    playground = make(values={"generation_prompt": PROMPT})
    playground.lock_key()
    run = playground.send().wait(15)
    elsewhere = runner.Target("us", "https://api.example", "https://api.example", is_own_origin=False)
    carrier.note_deleted(run.generation_id, elsewhere)
    assert carrier.ledger.drain(15)
    assert (run.is_deleted, carrier.ledger.find(run.run_id).is_deleted) == (False, False)


def test_a_mark_is_written_although_nobody_waits_for_it(make, carrier):
    playground = make(values={"generation_prompt": PROMPT}, settings=Settings(live_models=False, check_keys=False))
    playground.lock_key()
    run = playground.send().wait(15)
    run.delete(timeout_s=15)
    assert carrier.ledger.drain(15)
    row = carrier.ledger.find(run.run_id)
    assert (row.state, row.is_deleted) == ("succeeded", True)
