"""A batch in a cell: what its page is told, asks for, and may do. The page is the test, the sandbox is real."""

import asyncio
import threading
import time
import zipfile
from array import array
from concurrent.futures import Future
from io import BytesIO

import pytest
from PIL import Image

from genwidget.batch import display
from genwidget.batch.axes import Axis
from genwidget.batch.batch import Batch
from genwidget.batch.outputs import read_output
from genwidget.batch.store import BatchStore
from genwidget.batch.sweep import sweep
from genwidget.errors import ConnectionFailed, NoSuchOutput, OutputUnavailable
from genwidget.messages import render
from genwidget.runs import runner
from genwidget.runs.thumbnails import thumbnail_of
from genwidget.sandbox import API_KEY, Limits
from genwidget.sandbox.assumptions import REFUSED_PROMPT
from genwidget.widget import batch_view, sheet
from genwidget.widget.batch_view import BatchView, show
from genwidget.widget.playground import newest_playground
from genwidget.widget.sheet_cells import first_of
from tests.holding import HoldingSandbox
from tests.widget.conftest import PROMPT, Page, eventually

MODEL = "bfl/flux-schnell"
LIMIT_S = 60


@pytest.fixture
def sandbox(monkeypatch):
    limits = Limits(generate_per_window=100_000, images_at_once=1_000)
    with HoldingSandbox(speed=50, limits=limits) as one:
        monkeypatch.setenv("GENWIDGET_SANDBOX_URL", one.url)
        yield one
        one.let_go()


@pytest.fixture
def run(sandbox, carrier):
    return lambda plan, **more: plan.run(region="sandbox", **more)


@pytest.fixture
def open_sheet():
    """Show a batch, and return its page."""
    views = []

    def open_sheet(batch):
        views.append(BatchView(batch))
        return SheetPage(views[-1])

    yield open_sheet
    for view in views:
        view.close()


class SheetPage(Page):
    def ask(self, kind, **parts):
        if kind not in {"hello", "beat", "bye", "fetch_module"}:
            parts = {"batch_id": self.playground.batch_id, **parts}
        return super().ask(kind, **parts)

    def watch(self, *positions, view="v"):
        return self.ask("watch_cells", view=view, positions=list(positions))[0]["data"]

    @property
    def news(self):
        """What the kernel has told by itself."""
        contents = [data["content"] for _, data, _ in self.comm.sent if data and data.get("method") == "custom"]
        return [one for one in contents if one["kind"] == "cells"]

    def newest(self, position):
        """Return the newest cell that was told."""
        found = [cell for one in self.news for cell in one["cells"] if cell["position"] == position]
        return found[-1] if found else None


def test_a_sheet_is_drawn_with_axes_cells_and_how_far_the_batch_is(run, open_sheet):
    page = open_sheet(run(sweep(MODEL, prompt=["a", "b"], ratio=["1:1", "16:9"])).wait(LIMIT_S))
    answer, buffers = page.ask("open_sheet")
    assert answer["data"]["axes"] == [
        {"name": "generation_prompt", "labels": ["a", "b"]},
        {"name": "generation_ratio", "labels": ["1:1", "16:9"]},
    ]
    assert (answer["data"]["has_places"], buffers) == (False, [])
    assert answer["data"]["batch"]["line"].startswith("4 of 4")
    cells = page.watch(0, 3, 99)["cells"]
    assert [(cell["position"], cell["label"], cell["state"]) for cell in cells] == [
        (0, "a · 1:1", "done"),
        (3, "b · 16:9", "done"),
    ]
    assert cells[0]["credits"] == 0.005


def test_a_sheet_is_opened_with_the_cells_of_its_first_screen(run, open_sheet):
    page = open_sheet(run(sweep(MODEL, prompt=[str(number) for number in range(30)])).wait(LIMIT_S))
    cells = page.ask("open_sheet")[0]["data"]["cells"]
    assert [cell["position"] for cell in cells] == list(range(18))
    assert cells == page.watch(*range(18))["cells"]


@pytest.mark.parametrize(
    ("sizes", "count", "places", "first"),
    [
        ([], 3, (), [0, 1, 2]),
        ([5], 5, (), [0, 1, 2, 3, 4]),
        ([2, 2], 4, (), [0, 1, 2, 3]),
        ([5, 8], 40, (), [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21]),
        ([5, 8], 3, (1, 6, 8), [0, 2]),
        ([2, 3, 2], 12, (), [0, 1, 2, 3, 4, 5]),
    ],
)
def test_what_is_shown_first_are_three_rows_of_six_where_the_last_axis_goes_across(sizes, count, places, first):
    axes = [Axis(str(at), tuple(map(str, range(size)))) for at, size in enumerate(sizes)]
    assert first_of(axes, count, places) == first


def test_items_that_where_left_out_have_no_place(run, open_sheet):
    plan = sweep(MODEL, prompt=["a", "b"], ratio=["1:1", "16:9"], where=lambda v: v["generation_prompt"] != "a")
    page = open_sheet(run(plan).wait(LIMIT_S))
    answer, (places,) = page.ask("open_sheet")
    assert answer["data"]["has_places"]
    assert list(array("i", places)) == [2, 3]


def test_a_sheet_of_items_in_their_places_is_opened_without_reading_them_all(run, open_sheet, monkeypatch):
    batch = run(sweep(MODEL, prompt=[str(number) for number in range(10)], ratio=["1:1", "16:9"])).wait(LIMIT_S)
    page, query, read = open_sheet(batch), batch.parts.carrier.ledger.query, []
    monkeypatch.setattr(batch.parts.carrier.ledger, "query", lambda *asked: read.append(query(*asked)) or read[-1])
    assert page.ask("open_sheet")[0]["data"]["has_places"] is False
    assert max(len(rows) for rows in read) == 6  # the first three rows


def test_only_what_is_watched_is_told_and_at_most_twenty_times_a_second(run, sandbox, open_sheet):
    sandbox.hold()
    batch = run(sweep(MODEL, prompt=[str(number) for number in range(60)]))
    page = open_sheet(batch)
    assert {cell["state"] for cell in page.watch(5, 6)["cells"]} <= {"planned", "sent"}
    began = time.monotonic()
    sandbox.let_go()
    batch.wait(LIMIT_S)
    eventually(lambda: page.news and page.news[-1]["batch"]["state"] == "ended")
    took_s = time.monotonic() - began
    assert {cell["position"] for one in page.news for cell in one["cells"]} == {5, 6}
    assert {page.newest(at)["state"] for at in (5, 6)} == {"done"}
    assert len(page.news) <= took_s / sheet.INTERVAL_S + 2
    assert page.news[-1]["batch"]["done"] == 60


def test_who_watches_late_is_told_the_newest_although_it_is_not_yet_written(run, sandbox, open_sheet, monkeypatch):
    monkeypatch.setattr("genwidget.batch.driver.GATHER_S", 30)
    sandbox.hold()
    batch = run(sweep(MODEL, prompt=["a"]))
    eventually(lambda: batch.counts.get("sent"))
    assert open_sheet(batch).watch(0)["cells"][0]["state"] == "sent"
    monkeypatch.undo()


def test_thumbnails_are_small_pictures_in_buffers_and_no_trait_grows(run, open_sheet, tmp_path):
    for options in ({}, {"save_to": tmp_path / "files"}):
        page = open_sheet(run(sweep(MODEL, prompt=["a", "b"]), **options).wait(LIMIT_S))
        answer, buffers = page.ask("fetch_thumbnails", positions=[1, 0, 7])
        assert [one["position"] for one in answer["data"]["thumbnails"]] == [0, 1]
        for content in buffers:
            with Image.open(BytesIO(content)) as picture:
                assert max(picture.size) == 256
                assert picture.format == "WEBP"
        assert set(page.playground.get_state()) - {"_esm", "_css"} >= {"batch_id", "messages"}
        assert "batch_id" in page.playground.keys
        told = {name: value for name, value in page.playground.get_state().items() if name not in {"_esm", "_css"}}
        assert len(repr(told)) < 2_000


def test_what_is_done_has_a_thumbnail_although_that_is_not_yet_written(run, open_sheet, monkeypatch):
    is_written = Future()
    monkeypatch.setattr(BatchStore, "write", lambda *_: is_written)
    page = open_sheet(run(sweep(MODEL, prompt="a")))
    page.watch(0)
    eventually(lambda: (page.newest(0) or page.watch(0)["cells"][0])["state"] == "done")
    answer, (content,) = page.ask("fetch_thumbnails", positions=[0])
    (told,) = answer["data"]["thumbnails"]
    assert (told["made"], told["media_type"]) == (page.watch(0)["cells"][0]["made"], "image/webp")
    assert content
    assert page.ask("fetch_item_output", position=0, index=0)[0]["ok"]
    monkeypatch.undo()
    is_written.set_result(None)


@pytest.mark.parametrize(
    ("error", "may_come"),
    [
        (ConnectionFailed(host="files.example"), True),
        (OutputUnavailable("The server is busy.", may_come=True), True),
        (OutputUnavailable("Its link has expired."), False),
        (NoSuchOutput("It has no output."), False),
    ],
)
def test_why_there_is_no_thumbnail_is_told_and_whether_there_may_be_one(run, open_sheet, monkeypatch, error, may_come):
    page = open_sheet(run(sweep(MODEL, prompt="a")).wait(LIMIT_S))

    async def fail(*_):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(sheet, "read_output", fail)
        answer, (content,) = page.ask("fetch_thumbnails", positions=[0])
    (told,) = answer["data"]["thumbnails"]
    assert (told["media_type"], told["reason"], told["may_come"]) == (None, error.message, may_come)
    assert content == b""
    answer, _ = page.ask("fetch_thumbnails", positions=[0])
    assert answer["data"]["thumbnails"][0]["media_type"] == "image/webp"


def test_of_an_output_that_is_no_picture_it_is_told_that_there_will_be_none(run, open_sheet, monkeypatch):
    page = open_sheet(run(sweep(MODEL, prompt="a")).wait(LIMIT_S))
    monkeypatch.setattr(sheet, "thumbnail_of", lambda _: None)
    answer, _ = page.ask("fetch_thumbnails", positions=[0])
    (told,) = answer["data"]["thumbnails"]
    assert (told["reason"], told["may_come"]) == (render("no_thumbnail"), False)


def test_no_thumbnail_is_made_of_what_was_scrolled_past(run, open_sheet, monkeypatch):
    page = open_sheet(run(sweep(MODEL, prompt=[str(number) for number in range(14)])).wait(LIMIT_S))
    begun, may_end, made = threading.Event(), threading.Event(), []

    def make(fetched):
        begun.set()
        assert may_end.wait(LIMIT_S)
        made.append(fetched)
        return thumbnail_of(fetched)

    monkeypatch.setattr(sheet, "thumbnail_of", make)
    page.watch(*range(12))
    command = {"kind": "fetch_thumbnails", "batch_id": page.playground.batch_id, "positions": [*range(12)]}
    page.tell({"id": "asked", **command})
    assert begun.wait(LIMIT_S)
    page.watch(12, 13)
    may_end.set()
    answer, buffers = page.answer_to("asked")
    assert 1 <= len(made) <= sheet._AT_ONCE
    told = answer["data"]["thumbnails"]
    assert [bool(one["media_type"]) for one in told] == [bool(content) for content in buffers]
    assert sum(one["media_type"] is not None for one in told) == len(made)
    assert {(one["reason"], one["may_come"]) for one in told if one["media_type"] is None} == {("", True)}
    page.watch(11)
    answer, _ = page.ask("fetch_thumbnails", positions=[11])
    assert answer["data"]["thumbnails"][0]["media_type"] == "image/webp"


def test_thumbnails_keep_no_more_processors_busy_than_they_may(run, open_sheet, monkeypatch):
    monkeypatch.setattr(sheet, "MADE_AT_ONCE", 1)
    page = open_sheet(run(sweep(MODEL, prompt=[str(number) for number in range(8)])).wait(LIMIT_S))
    lock, are_read, read, makes, most = threading.Lock(), threading.Event(), [], [], []

    async def take(*parts):
        fetched = await read_output(*parts)
        read.append(fetched)
        if len(read) == sheet._AT_ONCE:
            are_read.set()
        return fetched

    def make(fetched):
        with lock:
            makes.append(fetched)
            most.append(len(makes))
        assert are_read.wait(LIMIT_S)
        with lock:
            makes.pop()
        return thumbnail_of(fetched)

    monkeypatch.setattr(sheet, "read_output", take)
    monkeypatch.setattr(sheet, "thumbnail_of", make)
    answer, _ = page.ask("fetch_thumbnails", positions=[*range(8)])
    assert [one["media_type"] for one in answer["data"]["thumbnails"]] == ["image/webp"] * 8
    assert most == [1] * 8


def test_a_film_has_a_thumbnail_of_its_first_frame(run, open_sheet):
    page = open_sheet(run(sweep("google/veo-2", prompt="a seal")).wait(LIMIT_S))
    (cell,) = page.watch(0)["cells"]
    assert cell["is_film"]
    _, (content,) = page.ask("fetch_thumbnails", positions=[0])
    assert Image.open(BytesIO(content)).format == "WEBP"


def test_an_output_comes_whole_with_a_name_that_tells_its_number_and_model(run, open_sheet, tmp_path):
    page = open_sheet(run(sweep(MODEL, prompt="a"), save_to=tmp_path).wait(LIMIT_S))
    answer, (content,) = page.ask("fetch_item_output", position=0, index=0)
    (item,) = page.playground.batch.items()
    assert content == item.files[0].read_bytes()
    name = f"00001-flux-schnell-{item.generation_id[:8]}-1.png"
    assert answer["data"] == {"media_type": "image/png", "filename": name, "alt": ""}
    answer, _ = page.ask("fetch_item_output", position=0, index=1)
    assert not answer["ok"]
    item.files[0].unlink()  # what is deleted here is fetched from the API
    answer, again = page.ask("fetch_item_output", position=0, index=0)
    assert (again, answer["data"]["filename"]) == ([content], name)


def test_a_rating_is_in_the_ledger_told_to_all_views_and_its_picks_are_saved(run, open_sheet):
    batch = run(sweep(MODEL, prompt=["a", "b"])).wait(LIMIT_S)
    page = open_sheet(batch)
    page.watch(0, 1)
    answer, _ = page.ask("fetch_picks")
    assert (answer["ok"], answer["alert"]["kind"], answer["alert"]["code"]) == (False, "note", "sheet_no_picks")
    assert page.ask("rate_item", position=0, rating=0)[0]["ok"]
    assert page.ask("fetch_picks")[0]["alert"]["kind"] == "note"  # what was rejected is no pick
    assert page.ask("rate_item", position=1, rating=4)[0]["ok"]
    eventually(lambda: page.newest(1) and page.newest(1)["rating"] == 4)
    assert [item.number for item in batch.picks] == [2]
    answer, (content,) = page.ask("fetch_picks")
    assert answer["data"]["filename"] == f"{batch.batch_id}-picks.zip"
    with zipfile.ZipFile(BytesIO(content)) as file:
        (name,) = file.namelist()
        assert name == f"00002-flux-schnell-{batch.picks[0].generation_id[:8]}-1.png"


@pytest.mark.parametrize(("language", "begin"), [("python", "from genwidget import sweep\n"), ("shell", "cat > plan-")])
def test_a_batch_is_given_as_code_without_its_key_or_its_address(run, sandbox, open_sheet, language, begin):
    page = open_sheet(run(sweep(MODEL, prompt=["a", "b"])).wait(LIMIT_S))
    answer, _ = page.ask("export_batch", language=language)
    code = answer["data"]["text"]
    assert code.startswith(begin)
    assert "sandbox" in code
    assert sandbox.url not in code
    assert API_KEY not in code
    assert page.ask("fetch_module", name="code")[0]["ok"]


def test_what_cannot_be_given_as_code_is_said(run, open_sheet):
    rows = [{"model": MODEL, "prompt": "a"}, {"model": MODEL, "prompt": "b", "ratio": "16:9"}] * 26
    page = open_sheet(run(Batch.from_frame(rows)).wait(LIMIT_S))
    assert page.ask("export_batch", language="python")[0]["ok"]
    answer, _ = page.ask("export_batch", language="shell")
    assert answer["alert"]["message"] == render("batch_code_many", count="52", most=50)


def test_a_failed_cell_has_its_sentence_and_is_begun_anew(run, open_sheet):
    page = open_sheet(run(sweep(MODEL, prompt=[REFUSED_PROMPT, "a seal"])).wait(LIMIT_S))
    failed, done = page.watch(0, 1)["cells"]
    assert "policy" in failed["error"]
    assert (failed["can_retry"], done["can_retry"]) == (True, False)
    assert page.ask("retry_item", position=0)[0]["ok"]
    eventually(lambda: page.newest(0) and page.newest(0)["state"] == "refused" and page.news[-1]["batch"]["done"] == 2)
    assert not page.ask("retry_item", position=1)[0]["ok"]


def test_a_batch_is_stopped_and_goes_on_from_its_sheet(run, sandbox, open_sheet, monkeypatch):
    monkeypatch.setattr("genwidget.batch.driver.AT_ONCE", 2)
    sandbox.hold()
    page = open_sheet(run(sweep(MODEL, prompt=[str(number) for number in range(6)])))
    page.watch(5)
    assert page.ask("open_sheet")[0]["data"]["batch"]["can"] == ["stop", "cancel"]
    eventually(lambda: page.playground.batch.counts.get("sent") == 2)
    answer, _ = page.ask("steer_batch", action="stop")
    stopping = answer["data"]["batch"]
    assert (stopping["state"], stopping["stopping"], stopping["can"]) == ("running", "stop", ["stop", "cancel"])
    assert stopping["line"].endswith("stopping: 2 still under way")
    sandbox.let_go()
    eventually(lambda: page.news and page.news[-1]["batch"]["state"] == "stopped")
    assert page.news[-1]["batch"]["can"] == ["resume"]
    assert page.ask("steer_batch", action="resume")[0]["ok"]
    eventually(lambda: page.news[-1]["batch"]["state"] == "ended")
    assert page.newest(5)["state"] == "done"
    answer, _ = page.ask("steer_batch", action="stop")
    assert answer["alert"]["message"]


def test_an_item_is_loaded_into_the_newest_playgrounds_form(run, open_sheet, make):
    while (left := newest_playground()) is not None:  # by a test that has let go of it without closing it
        left.close()
    page = open_sheet(run(sweep("bfl/flux-1.1-pro", prompt="a fox", generation_seed=7)).wait(LIMIT_S))
    answer, _ = page.ask("load_item", position=0)
    assert answer["alert"]["message"].startswith("No playground is open in this kernel.")
    pg = make(values={"generation_prompt": PROMPT})
    assert page.ask("load_item", position=0)[0]["ok"]
    eventually(lambda: pg.values.get("generation_seed") == 7)
    assert (pg.model_id, pg.values["generation_prompt"]) == ("bfl/flux-1.1-pro", "a fox")


def test_another_batch_and_what_is_no_command_get_a_sentence(run, open_sheet):
    page = open_sheet(run(sweep(MODEL, prompt="a")).wait(LIMIT_S))
    assert not page.ask("open_sheet", batch_id="b_0123")[0]["ok"]
    assert not page.ask("send")[0]["ok"]
    assert page.ask("hello", view="v")[0]["ok"]
    assert page.ask("fetch_module", name="sheet")[1][0].startswith(b"export default")
    assert not page.ask("fetch_module", name="json")[0]["ok"]


def test_what_was_to_be_told_is_told_no_more_once_the_view_has_gone(run, sandbox, open_sheet, monkeypatch):
    monkeypatch.setattr(sheet, "INTERVAL_S", 1.0)
    sandbox.hold()
    batch = run(sweep(MODEL, prompt="a"))
    page = open_sheet(batch)
    page.watch(0)
    its = page.playground._sheet
    its._told = time.monotonic()
    telling = batch.parts.carrier.submit(its._note(None))
    assert page.ask("bye", view="v")[0]["ok"]
    told = len(page.news)
    telling.result(LIMIT_S)
    assert len(page.news) == told
    sandbox.let_go()


def test_who_has_gone_is_told_nothing_more(run, sandbox, open_sheet):
    sandbox.hold()
    batch = run(sweep(MODEL, prompt=["a", "b"]))
    page = open_sheet(batch)
    page.watch(0, 1)
    assert page.ask("bye", view="v")[0]["ok"]
    told = len(page.news)
    sandbox.let_go()
    batch.wait(LIMIT_S)
    assert page.ask("beat")[0]["ok"]
    assert len(page.news) == told


def test_a_batch_is_a_table_outside_of_a_notebook_and_its_one_sheet_within(run, monkeypatch):
    batch = run(sweep(MODEL, prompt="a")).wait(LIMIT_S)
    assert set(batch._repr_mimebundle_()) == {"text/plain", "text/html"}
    monkeypatch.setattr(display, "is_notebook", lambda: True)
    data, _ = batch._repr_mimebundle_()
    again, _ = batch._repr_mimebundle_()
    key = "application/vnd.jupyter.widget-view+json"
    assert data[key]["model_id"] == again[key]["model_id"]
    assert "<table>" in data["text/html"]
    monkeypatch.setattr(display, "FRONT_END", "genwidget.no_such_front_end")
    assert set(batch._repr_mimebundle_()) == {"text/plain", "text/html"}
    batch_view._shown.clear()
    assert show(batch) is not None


def test_what_changes_while_a_batch_is_counted_anew_is_told_too(run, sandbox, open_sheet, monkeypatch):
    """A batch that goes on is read whole; an item that ends meanwhile is newer than what is read."""
    batch = run(sweep(MODEL, prompt=[REFUSED_PROMPT, "a seal"])).wait(LIMIT_S)
    page = open_sheet(batch)
    page.watch(0, 1)
    one, read, is_held = page.playground._sheet, page.playground._sheet._read, threading.Event()

    async def held(positions):
        found = await read(positions)
        if len(list(positions)) == 2:  # while this is under way the item is sent, refused, and ends again
            await asyncio.wrap_future(batch.parts.status.ended)
            for _ in range(100):  # and all that is told of it is heard
                await asyncio.sleep(0)
            is_held.set()
        return found

    monkeypatch.setattr(one, "_read", held)
    first = page.newest(0)
    assert page.ask("retry_item", position=0)[0]["ok"]
    assert is_held.wait(LIMIT_S)
    eventually(lambda: page.newest(0) != first and page.newest(0)["state"] == "refused")
    eventually(lambda: page.news[-1]["batch"]["state"] == "ended")


def test_a_batch_that_another_process_carries_is_followed_in_the_ledger(run, sandbox, open_sheet, monkeypatch):
    monkeypatch.setattr(sheet, "READ_AGAIN_S", 0.05)
    sandbox.hold()
    batch = run(sweep(MODEL, prompt=["a", "b"]))
    row, store, carrier, _, _ = batch.parts
    page = open_sheet(Batch(row, store, carrier, holder="another process"))
    assert page.watch(0)["batch"]["can"] == ["stop", "cancel"]
    sandbox.let_go()
    batch.wait(LIMIT_S)
    eventually(lambda: page.newest(0) and page.newest(0)["state"] == "done")
    eventually(lambda: page.news[-1]["batch"]["state"] == "ended")
    assert page.news[-1]["batch"]["can"] == []
    assert {cell["position"] for one in page.news for cell in one["cells"]} == {0}


@pytest.fixture
def playground(make, carrier):
    """A playground whose list of runs has every run of this ledger and has been asked for."""
    playground = make(values={"generation_prompt": PROMPT})
    playground.session.lock_key(API_KEY, "sandbox")
    Page(playground).ask("list_runs")
    return playground


def version_of(playground):
    return playground.history_state["version"]


def rating_in(history, run_id):
    return next(row["rating"] for row in history.ask("list_runs")[0]["data"]["rows"] if row["run_id"] == run_id)


def test_a_rating_is_one_in_every_sheet_and_in_history_at_once(run, open_sheet, playground):
    batch = run(sweep(MODEL, prompt=["a", "b"])).wait(LIMIT_S)
    one, other, history = open_sheet(batch), open_sheet(batch), Page(playground)
    one.watch(0, 1)
    other.watch(0, 1)
    run_id = next(batch.items()).run_id
    before = version_of(playground)
    assert one.ask("rate_item", position=0, rating=2)[0]["ok"]
    eventually(lambda: other.newest(0) and other.newest(0)["rating"] == 2)
    eventually(lambda: version_of(playground) > before)
    assert rating_in(history, run_id) == 2
    assert history.ask("rate_run", run_id=run_id, rating=0)[0]["ok"]
    for page in (one, other):
        eventually(lambda page=page: page.newest(0)["rating"] == 0)
    held = next(run for run in playground.runs if run.run_id == run_id)
    before = version_of(playground)
    batch.rate(1, 5)
    assert held.rating == 5
    eventually(lambda: version_of(playground) > before)
    eventually(lambda: one.newest(0)["rating"] == 5)
    held.rate(None)
    eventually(lambda: one.newest(0)["rating"] is None)


def test_a_generation_that_was_deleted_is_so_in_the_sheet_at_once(run, open_sheet, playground):
    batch = run(sweep(MODEL, prompt=["a", "b"])).wait(LIMIT_S)
    page = open_sheet(batch)
    assert [cell["state"] for cell in page.watch(0, 1)["cells"]] == ["done", "done"]
    run_id = next(batch.items()).run_id
    assert Page(playground).ask("delete_run", run_id=run_id)[0]["ok"]
    eventually(lambda: page.newest(0) and page.newest(0)["state"] == "deleted")
    for cell in (page.newest(0), page.ask("open_sheet")[0]["data"]["cells"][0], page.watch(0)["cells"][0]):
        assert (cell["state"], cell["made"], cell["outputs"]) == ("deleted", None, 0)
    assert page.newest(1)["state"] == "done"
    answer, _ = page.ask("fetch_item_output", position=0, index=0)
    assert answer["alert"]["message"] == render("no_outputs_deleted")
    assert page.ask("fetch_item_output", position=1, index=0)[0]["ok"]


def test_a_deleted_generations_saved_file_is_still_shown(run, open_sheet, playground, tmp_path):
    batch = run(sweep(MODEL, prompt=["a"]), save_to=tmp_path).wait(LIMIT_S)
    page = open_sheet(batch)
    page.watch(0)
    (item,) = batch.items()
    assert Page(playground).ask("delete_run", run_id=item.run_id)[0]["ok"]
    eventually(lambda: page.newest(0) and page.newest(0)["state"] == "deleted")
    assert page.newest(0)["made"]
    assert page.ask("fetch_item_output", position=0, index=0)[1] == [item.files[0].read_bytes()]


def test_a_batch_that_nobody_carries_follows_its_runs_in_its_sheet(run, sandbox, open_sheet, monkeypatch, make):
    sandbox.hold()
    begun = run(sweep(MODEL, prompt=["a", "b"]))
    eventually(lambda: begun.counts == {"sent": 2})
    begun._write()
    runner.shared().close()
    later = runner.Runner()
    monkeypatch.setattr(runner, "shared", lambda: later)
    page = open_sheet(Batch.open(begun.batch_id, go_on=False))
    assert [cell["state"] for cell in page.watch(0, 1)["cells"]] == ["sent", "sent"]
    playground = make(values={"generation_prompt": PROMPT})
    playground.session.lock_key(API_KEY, "sandbox")
    history = Page(playground)
    rows = history.ask("list_runs")[0]["data"]["rows"]
    sandbox.let_go()
    for row in rows:
        assert history.ask("resume", run_id=row["run_id"])[0]["ok"]
    eventually(lambda: page.news and page.news[-1]["batch"]["state"] == "ended")
    assert (page.newest(0)["state"], page.newest(1)["credits"]) == ("done", 0.005)
    assert page.news[-1]["batch"]["can"] == []
    assert page.ask("fetch_item_output", position=0, index=0)[0]["ok"]
    later.close()
