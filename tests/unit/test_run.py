"""The states of a run, its timeline, and what a person holds of it."""

import asyncio
import errno
import inspect
import io
import pydoc
import struct
import threading
import zlib
from concurrent.futures import Future
from pathlib import Path

import PIL.Image
import pytest
from IPython.core.oinspect import Inspector

from genwidget.api.media_types import Fetched
from genwidget.api.regions import Target
from genwidget.errors import (
    ConnectionFailed,
    DeadlinePassed,
    NoSuchOutput,
    OutputExists,
    OutputNotSaved,
    OutputUnavailable,
    RunCanceled,
    RunFailed,
    RunLost,
    RunRefused,
)
from genwidget.recipes.read import beside
from genwidget.runs.intent import Intent
from genwidget.runs.run import Run
from genwidget.runs.run_end import why_no_output
from genwidget.runs.snapshot import RunSnapshot
from genwidget.runs.state import IllegalEvent, RunEvent, RunState
from genwidget.runs.timeline import AttemptSeen, TimelineData, build_timeline, mark
from genwidget.settings import Settings
from genwidget.text import is_plain

TARGET = Target("sandbox", "http://127.0.0.1:1", "http://127.0.0.1:1", is_own_origin=True)
PLAN = ("bfl", "replicate", "fal")


class FakeRunner:
    """Carries nothing; it hands out one file."""

    def __init__(self, content=b"", *, own_thread=False):
        self.content = content
        self.own_thread = own_thread

    def is_own_thread(self):
        return self.own_thread

    def fetch(self, _run, _url):
        future = Future()
        future.set_result(Fetched(self.content, "image/png"))
        return future


def a_run(runner=None, **snapshot):
    intent = Intent("i1", "k1", "image", "bfl/flux-schnell", "/v1/x", b"{}", {"generation_prompt": "seal"}, 1.0, 0.005)
    return Run(intent, TARGET, Settings(), runner or FakeRunner(), RunSnapshot(**snapshot))


#: What each state can become, by the events of these names; RESUMED leads to the state behind the arrow.
BECOMES = {
    "waiting": "sending canceled refused unreached unsent lost",
    "sending": "waiting accepted canceled answered refused unreached lost",
    "accepted": "processing succeeded failed canceled expired",
    "processing": "processing succeeded failed canceled expired",
    "succeeded": "",
    "failed": "",
    "canceled": "",
    "answered": "",
    "refused": "",
    "unreached": "resumed->sending",
    "unsent": "resumed->sending",
    "lost": "resumed->sending",
    "expired": "resumed->accepted",
}


@pytest.mark.parametrize("event", RunEvent)
@pytest.mark.parametrize("state", RunState)
def test_every_pair_of_state_and_event_has_a_verdict(state, event):
    leads = dict(one.split("->") if "->" in one else (one, one) for one in BECOMES[state].split())
    run = a_run(state=state)
    if event in leads:
        run.advance(event)
        assert run.state == leads[event]
    else:
        with pytest.raises(IllegalEvent) as caught:
            run.advance(event, status_code=500)
        assert str(caught.value) == f"A run that is {state} cannot be {event}"
        assert (run.state, run.status_code) == (state, None)


def test_only_lost_unreached_unsent_and_expired_runs_can_be_resumed():
    assert {state for state in RunState if state.can_resume} == {"lost", "unreached", "unsent", "expired"}
    assert {state for state in RunState if not state.is_terminal} == {"waiting", "sending", "accepted", "processing"}


def told(state, **timeline_data):
    lines = []
    for one in build_timeline(state, TimelineData(**timeline_data)):
        words = [one.provider, one.label, None if one.confirmed else "(inferred)", "<" if one.is_now else None]
        lines.append((one.at_ms, " ".join(word for word in words if word)))
    return lines


SENT = (mark(0, "timeline_sent"), mark(1240, "timeline_accepted"))


def test_while_sending_the_planned_order_is_only_inferred():
    assert told(RunState.SENDING, marks=(mark(0, "timeline_sending"),), plan=PLAN) == [
        (0, "Sending request <"),
        (None, "bfl first (inferred)"),
        (None, "replicate if bfl fails (inferred)"),
        (None, "fal if replicate fails (inferred)"),
    ]


def test_without_the_helper_the_first_provider_is_inferred_to_work():
    assert told(RunState.PROCESSING, marks=SENT, plan=PLAN, since_ms=1240) == [
        (0, "Request sent"),
        (1240, "Accepted"),
        (1240, "bfl processing (inferred) <"),
        (None, "replicate if bfl fails (inferred)"),
        (None, "fal if replicate fails (inferred)"),
    ]


def test_a_failed_first_provider_shows_the_hop():
    attempts = (AttemptSeen("bfl", "failed", 1310, 2865),)
    assert told(RunState.PROCESSING, marks=SENT, plan=PLAN, attempts=attempts, since_ms=1240) == [
        (0, "Request sent"),
        (1240, "Accepted"),
        (1310, "bfl started"),
        (2865, "bfl failed"),
        (2865, "replicate processing (inferred) <"),
        (None, "fal if replicate fails (inferred)"),
    ]


def test_a_provider_that_the_helper_saw_start_is_confirmed_and_under_way():
    attempts = (AttemptSeen("bfl", "failed", 1310, 2865), AttemptSeen("replicate", "pending", 2870))
    assert told(RunState.PROCESSING, marks=SENT, plan=PLAN, attempts=attempts)[-2:] == [
        (2870, "replicate started <"),
        (None, "fal if replicate fails (inferred)"),
    ]


def test_the_record_alone_confirms_the_provider_that_served_and_infers_the_hop():
    end = mark(5720, "timeline_succeeded")
    assert told(RunState.SUCCEEDED, marks=SENT, plan=PLAN, provider_used="replicate", ends=(end,)) == [
        (0, "Request sent"),
        (1240, "Accepted"),
        (None, "bfl failed or skipped (inferred)"),
        (5720, "succeeded"),
    ]


def test_an_unknown_order_adds_nothing():
    assert told(RunState.ACCEPTED, marks=SENT) == [(0, "Request sent"), (1240, "Accepted <")]


@pytest.mark.parametrize("state", [RunState.SENDING, RunState.ACCEPTED, RunState.PROCESSING])
@pytest.mark.parametrize("plan", [(), PLAN])
@pytest.mark.parametrize("attempts", [(), (AttemptSeen("bfl", "failed", 1, 2),), (AttemptSeen("bfl", "pending", 1),)])
def test_exactly_one_entry_of_a_live_run_is_now(state, plan, attempts):
    assert sum(one.is_now for one in build_timeline(state, TimelineData(marks=SENT, plan=plan, attempts=attempts))) == 1


@pytest.mark.parametrize(
    ("state", "error", "sentence"),
    [
        ("failed", RunFailed, "The generation failed"),
        ("canceled", RunCanceled, "The generation was canceled"),
        ("refused", RunRefused, "Could not reach api.example"),
        ("lost", RunLost, "Could not reach api.example"),
        ("expired", DeadlinePassed, "Could not reach api.example"),
    ],
)
def test_a_run_that_did_not_end_in_outputs_raises_its_own_error(state, error, sentence):
    cause = ConnectionFailed(host="api.example")
    run = a_run(state=RunState(state), error=cause)
    with pytest.raises(error) as caught:
        run.wait()
    assert str(caught.value) == sentence
    assert caught.value.run is run
    assert caught.value.__cause__ is cause


@pytest.mark.parametrize("state", ["succeeded", "answered"])
def test_a_run_that_ended_well_is_returned(state):
    run = a_run(state=RunState(state))
    assert run.wait() is run


def test_waiting_too_short_ends_the_wait_and_not_the_run():
    run = a_run()
    with pytest.raises(TimeoutError) as caught:
        run.wait(timeout_s=0)
    assert str(caught.value) == "Timed out after 0 s. The run is still in progress."
    assert run.state is RunState.SENDING


def test_a_wait_on_the_runs_own_thread_says_what_to_do():
    with pytest.raises(RuntimeError) as caught:
        a_run(FakeRunner(own_thread=True)).wait()
    assert str(caught.value) == (
        "This would block the thread that executes runs. Use `await`, or call it from another thread."
    )


def test_a_waiter_in_another_thread_and_one_in_a_loop_both_see_the_end():
    run = a_run()
    seen = []
    thread = threading.Thread(target=lambda: seen.append(run.wait(timeout_s=10)))
    thread.start()

    async def wait():
        asyncio.get_running_loop().call_soon(run.advance, RunEvent.ANSWERED)
        return await run

    assert asyncio.run(wait()) is run
    thread.join()
    assert seen == [run]


def test_a_given_up_await_leaves_the_run_to_others():
    run = a_run()

    async def give_up():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(run, 0)

    asyncio.run(give_up())
    run.advance(RunEvent.ANSWERED)
    assert run.wait(timeout_s=10) is run


def test_a_resumed_run_is_waited_for_anew():
    run = a_run(state=RunState.LOST)
    run.advance(RunEvent.RESUMED)
    with pytest.raises(TimeoutError):
        run.wait(timeout_s=0)


def test_a_listener_hears_each_change_until_it_unsubscribes():
    run = a_run()
    heard = []
    unsubscribe = run.subscribe(lambda one: heard.append(one.state))
    run.advance(RunEvent.ACCEPTED)
    unsubscribe()
    unsubscribe()
    run.advance(RunEvent.PROCESSING)
    assert heard == ["accepted"]


@pytest.mark.parametrize("error", [IndexError, SystemExit, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError])
def test_a_listener_that_fails_is_logged_and_ends_no_run(caplog, error):
    run = a_run()
    heard = []

    def fail(_run):
        raise error

    run.subscribe(fail)
    run.subscribe(lambda one: heard.append((one.state, one._ended.done())))
    run.advance(RunEvent.ANSWERED)
    assert heard == [("answered", False)], "whoever listens hears of the end before whoever waits"
    assert run.wait() is run
    assert [record.message for record in caplog.records] == ["A listener of run i1 failed"]


def test_what_a_run_cost_is_nothing_where_nothing_was_made_and_unknown_where_it_is_lost():
    assert a_run(state=RunState.SUCCEEDED).credits == 0.005
    assert a_run(state=RunState.REFUSED).credits == 0.0
    assert a_run(state=RunState.CANCELED, credits_refunded=True).credits == 0.0
    assert a_run(state=RunState.LOST).credits is None


PNG = b"\x89PNG\r\n\x1a\n...."


def an_output(generation_id="g1", content=PNG):
    record = {"generation_output_file": ["https://files.example/a.jpg", 7], "generation_provider_used": "fal"}
    run = a_run(FakeRunner(content), state=RunState.SUCCEEDED, generation=record, generation_id=generation_id)
    assert run.provider == "fal"
    return run.outputs


def test_an_output_is_named_by_its_generation_and_never_overwrites(tmp_path):
    (output,) = an_output()
    assert (output.index, output.media_type) == (0, "image/jpeg")
    assert [output.save(tmp_path).name for _ in range(3)] == ["g1-1.png", "g1-1_2.png", "g1-1_3.png"]
    assert (tmp_path / "g1-1_2.png").read_bytes() == PNG


@pytest.mark.parametrize("name", ["pictures", "new/pictures", "v1.2/", "2026.11", "runs/v1.0"])
def test_an_output_is_saved_in_a_folder_that_is_made_where_a_path_names_one(tmp_path, name):
    (output,) = an_output()
    assert output.save(f"{tmp_path}/{name}") == tmp_path / name / "g1-1.png"
    assert output.save(tmp_path / name) == tmp_path / name / "g1-1_2.png"


@pytest.mark.parametrize("name", ["seal.png", "seal.tiff", "v1.0.jpeg"])
def test_an_output_is_saved_as_the_file_that_a_path_names(tmp_path, name):
    (output,) = an_output()
    assert output.save(tmp_path / name) == tmp_path / name
    assert (tmp_path / name).read_bytes() == PNG


def test_a_path_in_the_home_folder_is_one(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (output,) = an_output()
    assert output.save("~/pictures") == tmp_path / "pictures" / "g1-1.png"


def test_no_folder_is_made_for_an_output_that_cannot_be_fetched(tmp_path, monkeypatch):
    def fetch(*_):
        raise OutputUnavailable("gone")

    monkeypatch.setattr(FakeRunner, "fetch", fetch)
    (output,) = an_output()
    with pytest.raises(OutputUnavailable):
        output.save(tmp_path / "pictures")
    assert list(tmp_path.iterdir()) == []


def test_an_output_is_not_written_over_a_file(tmp_path):
    (output,) = an_output()
    place = output.save(tmp_path / "seal.png")
    with pytest.raises(FileExistsError) as caught:
        output.save(place)
    assert str(caught.value) == f"{place} already exists; nothing was written."
    assert place.read_bytes() == PNG
    assert isinstance(caught.value, OutputExists)


@pytest.mark.parametrize(
    "generation_id", ["../../PWNED", "/x/ABS", "", "x" * 10_000, "a\0b", "CON", "дом", "\ud800", ".."]
)
def test_an_output_is_saved_inside_the_folder_whatever_its_generation_is_called(tmp_path, generation_id):
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (output,) = an_output(generation_id)
    places = [output.save(folder) for _ in range(2)]
    assert sorted(folder.iterdir()) == sorted([*places, *map(beside, places)])
    assert [one for one in tmp_path.rglob("*") if one.is_file() and one.parent != folder] == []
    assert {place.read_bytes() for place in places} == {PNG}


def test_an_output_that_cannot_be_written_says_where_and_why_and_leaves_nothing(tmp_path, monkeypatch):
    (output,) = an_output()
    (tmp_path / "file").touch()
    for place in (tmp_path / "none" / "a.png", tmp_path / "file" / "a.png", tmp_path / ("x" * 999), "a\0b", "\ud800"):
        with pytest.raises(OutputNotSaved, match=r"^The output cannot be written to .*: .") as caught:
            output.save(place)
        assert isinstance(caught.value, OSError)

    class FullDisk(io.BytesIO):
        def write(self, _):
            raise OSError(errno.ENOSPC, "No space left on device")

    real = Path.open
    monkeypatch.setattr(Path, "open", lambda path, mode: (real(path, mode).close(), FullDisk())[1])
    with pytest.raises(OutputNotSaved) as caught:
        output.save(tmp_path)
    assert str(caught.value) == f"The output cannot be written to {tmp_path / 'g1-1.png'}: No space left on device"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("content", [b"", PNG, b"GIF89a", b"\xff\xd8\xff\xe0", b"<html>"])
def test_bytes_that_are_no_picture_are_our_own_error(content):
    (output,) = an_output(content=content)
    with pytest.raises(OutputUnavailable) as caught:
        _ = output.image
    assert str(caught.value) == "This output is not a picture that can be shown. Save it to open it elsewhere."


def test_a_picture_that_is_cut_off_or_too_large_for_its_bytes_is_our_own_error():
    whole = io.BytesIO()
    PIL.Image.effect_noise((64, 64), 50).save(whole, "PNG")
    (output,) = an_output(content=whole.getvalue())
    assert output.image.size == (64, 64)
    bomb = bytearray(whole.getvalue())
    bomb[16:24] = struct.pack(">II", 60_000, 60_000)
    bomb[29:33] = struct.pack(">I", zlib.crc32(bomb[12:29]))
    for content in (whole.getvalue()[:1500], bytes(bomb)):
        (output,) = an_output(content=content)
        with pytest.raises(OutputUnavailable):
            _ = output.image


@pytest.mark.parametrize(
    "link", ["http://[", "http://h:99999999", "ht!tp:", "", "\ud800", "a\0", "//", "http://a]b/c.png"]
)
def test_a_link_that_cannot_be_read_still_is_an_output(link):
    run = a_run(state=RunState.SUCCEEDED, generation={"generation_output_file": [link, None, {}]})
    assert [(one.media_type, is_plain(one.url)) for one in run.outputs] == [("image/png", True)]


def test_what_happened_is_written_down_before_anyone_hears_of_it():
    run = a_run()
    order = []
    run.subscribe(lambda one: order.append(("told", one.state, one._ended.done())))
    run.advance(RunEvent.REFUSED, save_outcome=lambda: order.append(("written", run.state, run._ended.done())))
    assert order == [("written", "refused", False), ("told", "refused", False)]


MADE = {"generation_output_file": ["https://example.com/1.png", "https://example.com/2.png"]}


@pytest.mark.parametrize(
    ("snapshot", "sentence"),
    [
        *(
            ({"state": state}, f"No outputs yet: the run is {state}. run.wait() waits for its end.")
            for state in ("waiting", "sending", "accepted", "processing")
        ),
        *(
            ({"state": state}, f"No outputs: the run is {state}. run.resume() resumes it.")
            for state in ("lost", "expired")
        ),
        *(
            ({"state": state}, f"No outputs: the run is {state}.")
            for state in ("failed", "canceled", "answered", "refused")
        ),
        (
            {"state": "succeeded", "generation_id": "g1"},
            "The record of this run is not held any more. run.reload() asks for it.",
        ),
        ({"state": "succeeded", "generation": {}}, "The generation succeeded, and made no outputs."),
        ({"state": "succeeded", "generation": MADE}, "The last output of this run is outputs[1]; it has 2."),
    ],
)
def test_an_output_that_is_not_there_says_why(snapshot, sentence):
    outputs = a_run(**{**snapshot, "state": RunState(snapshot["state"])}).outputs
    with pytest.raises(IndexError) as refused:
        outputs[2]
    assert isinstance(refused.value, NoSuchOutput)
    assert refused.value.message == sentence


def test_every_state_has_a_sentence_for_outputs_that_are_not_there():
    told = {state: why_no_output(a_run(state=state)) for state in RunState}
    assert all(is_plain(sentence) and sentence.endswith(".") for sentence in told.values())


def test_outputs_are_a_tuple_in_all_else():
    made = a_run(state=RunState.SUCCEEDED, generation=MADE).outputs
    assert [one.index for one in made] == [0, 1]
    assert (made[-1].index, made[0:1], len(made)) == (1, (made[0],), 2)
    assert a_run().outputs == ()


def test_help_shows_how_a_run_is_used_and_not_how_it_is_made():
    with pytest.raises(TypeError):
        inspect.signature(Run)
    assert "runner" not in pydoc.render_doc(Run).partition("Methods defined here")[0]


def test_what_ipython_shows_of_a_run_has_no_constructor():
    shown = Inspector(theme_name="nocolor").info(Run, oname="Run")
    assert not shown["definition"]
    assert not shown["init_definition"]
    assert shown["docstring"].startswith("The life of one request")
    assert "runner" not in repr(Inspector(theme_name="nocolor").info(Run, oname="Run", detail_level=0))
