"""A Python that starts no threads and opens no sockets, as in a browser: forced here, and real in tests/lite."""

import asyncio
import io
import threading

import httpx
import pytest
from PIL import Image

from genwidget import Client, Playground, io_thread, platform
from genwidget.api import changes
from genwidget.api.regions import is_sandbox_installed
from genwidget.api.transport import Call, Transport
from genwidget.daemon_threads import DaemonPool
from genwidget.errors import (
    ConnectionClosed,
    ConnectionFailed,
    LedgerError,
    RequestTimedOut,
    ResponseIncomplete,
    RunLost,
)
from genwidget.io_thread import IoThread
from genwidget.runs import runner
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from genwidget.sandbox import Fault, Sandbox, shared_server
from genwidget.sandbox.core import inputs
from genwidget.sandbox.http.responses import Refusal
from genwidget.sandbox.media import png
from genwidget.sandbox.media.files import draw_picture
from genwidget.sandbox.media.short_films import SHORT_FILMS, nearest_film
from genwidget.sandbox.media.sizes import PICTURE_PIXELS
from genwidget.settings import Settings
from tests.ledger_rows import a_row

VALUES = {"generation_prompt": "A baby seal playing on Arctic ice", "generation_ratio": "16:9"}
FAST = Settings(poll_first_s=0.01, poll_max_s=0.05, max_tries=1, live_models=False)


def no_thread(_thread):
    raise RuntimeError("can't start new thread")


@pytest.fixture
def in_browser(monkeypatch):
    """Carry a coroutine out where neither threads nor sockets nor Pillow can be had."""
    for name in ("can_start_threads", "can_listen", "can_lock_files", "can_draw", "can_make_films"):
        monkeypatch.setattr(platform, name, lambda: False)
    made = []
    monkeypatch.setattr(io_thread, "shared", io_thread.PerProcess(IoThread))
    # Whoever follows changes does so on the loop of this test, which ends with it.
    monkeypatch.setattr(changes, "shared", io_thread.PerProcess(changes.Changes))
    monkeypatch.setattr(runner, "shared", lambda: made[0] if made else made.append(Runner()) or made[0])
    monkeypatch.setattr(shared_server, "_running", [])
    monkeypatch.setenv(shared_server.SPEED_VARIABLE, "50")
    inputs.picture.cache_clear()

    def carry_out(work):
        loop = asyncio.new_event_loop()
        loop.set_default_executor(DaemonPool(1, "none"))
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", no_thread)
            patch.delattr("fcntl.lockf")  # the kernel's stand-in has none
            patch.setattr("socket.socket.connect", no_thread)
            patch.setattr("socket.socket.bind", no_thread)
            try:
                return loop.run_until_complete(asyncio.wait_for(work, 30))
            finally:
                for task in asyncio.all_tasks(loop):
                    task.cancel()
                    loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
                loop.close()

    yield carry_out
    for sandbox in shared_server._running:
        sandbox.stop()
    for one in made:
        one.ledger.close()
    inputs.picture.cache_clear()


async def until(condition):
    while not condition():  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0.005)


def test_a_playground_sends_and_its_page_is_told_of_the_end(in_browser):
    async def send():
        pg = Playground(region="sandbox", model="bfl/flux-schnell", values=VALUES, settings=FAST)
        pg.lock_key()
        run = pg.send()
        assert await run is run
        await until(lambda: pg.run["state"] == "succeeded" and pg.outputs)
        await asyncio.wrap_future(run._runner.fetch(run, run.outputs[0].url))
        row = run._runner.ledger.find(run.run_id)
        return run, row, pg.spent

    run, row, spent = in_browser(send())
    assert (run.state, row.state, row.generation_id) == ("succeeded", "succeeded", run.generation_id)
    assert spent > 0


@pytest.mark.parametrize(
    "wait",
    [
        lambda run: run.wait(),
        lambda run: run.cancel(),
        lambda run: run._fetch(0, "https://example.org/1.png"),
        lambda _run: Client.blocking("sandbox").status(),
    ],
)
def test_who_would_wait_for_themselves_is_told_to_await(in_browser, wait):
    async def send():
        pg = Playground(region="sandbox", model="bfl/flux-schnell", values=VALUES, settings=FAST)
        pg.lock_key()
        run = pg.send()
        with pytest.raises(RuntimeError, match="Use `await run`"):
            wait(run)
        await run

    in_browser(send())


def test_a_lost_run_is_resumed_without_waiting_for_it(in_browser):
    settings = Settings(poll_first_s=0.01, max_tries=1, live_models=False, post_timeout_s=0.2)

    async def send():
        pg = Playground(region="sandbox", model="bfl/flux-schnell", values=VALUES, settings=settings)
        pg.lock_key()
        shared_server.shared().faults.add(Fault("hang", route="generate_image"))
        run = pg.send()
        with pytest.raises(RunLost):
            await run
        shared_server.shared().faults.clear()
        pg.session.resume(run)
        await until(lambda: run.state == "succeeded")

    in_browser(send())


def test_runs_of_earlier_kernels_and_picks_are_there_at_once(in_browser):
    async def look():
        ledger = runner.shared().ledger
        for name in ("earlier 1", "earlier 2"):
            assert ledger.begin(a_row(name))
        assert ledger.rate("earlier 1", 4).result()
        runs = Playground(region="sandbox", settings=FAST).runs
        assert {run.run_id for run in runs} == {"earlier 1", "earlier 2"}
        assert [run.run_id for run in runs.picks] == ["earlier 1"]

    in_browser(look())


def test_what_has_to_be_carried_on_is_not_waited_for(in_browser):
    async def wait():
        with pytest.raises(RuntimeError, match="Use `await run`"):
            io_thread.at_once(asyncio.sleep(0.01))

    in_browser(wait())


def test_nothing_of_the_loop_is_waited_for(in_browser):
    async def wait():
        done = IoThread().submit(asyncio.sleep(0, "done"))
        with pytest.raises(RuntimeError, match="Use `await run`"):
            io_thread.wait_for(done)
        assert await asyncio.wrap_future(done) == "done"
        assert io_thread.wait_for(done) == "done"

    in_browser(wait())


def test_changes_of_the_ledger_are_down_when_they_are_handed_over(in_browser, tmp_path):
    async def write():
        ledger = Ledger(tmp_path / "ledger.sqlite3")
        nested = []
        ledger.subscribe_written(lambda: nested or nested.append(ledger.change(lambda connection: True)))
        done = ledger.change(lambda connection: connection.execute("SELECT 1").fetchone() == (1,))
        assert done.done()
        assert done.result()
        await until(lambda: nested and nested[0].done())
        assert ledger.is_written
        ledger.close()

    in_browser(write())


def test_what_the_disk_refuses_is_tried_again_from_the_loop(in_browser, tmp_path):
    async def write():
        folder = tmp_path / "in-the-way"
        folder.write_text("a file where a folder is to be")
        ledger = Ledger(folder / "ledger.sqlite3")
        with pytest.raises(LedgerError):
            ledger.change(lambda connection: True).result()
        ledger.record(a_row("intent-1"))
        assert not ledger.is_written
        folder.unlink()
        await until(lambda: ledger.is_written)
        ledger.close()

    in_browser(write())


def test_a_client_reaches_only_sandboxes_of_this_process(in_browser):
    async def ask():
        with Sandbox(speed=50) as one, Sandbox(speed=50) as other:
            assert one.url != other.url
            async with Client(base_url=other.url, key=other.api_key, settings=FAST) as client:
                made = await client.generate_and_wait("bfl/flux-schnell", VALUES)
            assert [record["generation_id"] for record in other.generations] == [made.generation_id]
            assert one.generations == []
            gone = one.url
        async with Client(base_url=gone, key=one.api_key, settings=FAST) as client:
            with pytest.raises(ConnectionFailed):
                await client.status()

    in_browser(ask())


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("drop", ConnectionClosed),
        ("cut_json", ResponseIncomplete),
        ("hang", RequestTimedOut),
    ],
)
def test_faults_of_a_connection_mean_the_same_without_a_socket(in_browser, kind, error):
    settings = Settings(max_tries=1, request_timeout_s=0.2)

    async def ask():
        with Sandbox(speed=50) as sandbox:
            sandbox.faults.add(Fault(kind, route="status"))
            async with Client(base_url=sandbox.url, key=sandbox.api_key, settings=settings) as client:
                with pytest.raises(error) as caught:
                    await client.status()
        assert caught.value.may_have_started

    in_browser(ask())


def test_pictures_are_png_files_of_the_asked_size(in_browser):
    for size in PICTURE_PIXELS.values():
        content = draw_picture("A seal", size, "jpg", 7)
        with Image.open(io.BytesIO(content)) as opened:
            opened.load()
            assert (opened.format, opened.size, opened.mode) == ("PNG", size, "RGB")
        assert png.size_of(content) == size
    assert draw_picture("A seal", (64, 64), "png", 7) == draw_picture("A seal", (64, 64), "png", 7)
    assert draw_picture("A seal", (64, 64), "png", 7) != draw_picture("A seal", (64, 64), "png", 8)


def test_the_plain_picture_has_the_colours_of_the_fine_one(in_browser, monkeypatch):
    plain = Image.open(io.BytesIO(draw_picture("A seal", (512, 512), "png", 7))).convert("RGB")
    monkeypatch.setattr(platform, "can_draw", lambda: True)
    fine = Image.open(io.BytesIO(draw_picture("A seal", (512, 512), "png", 7))).convert("RGB")
    for place in ((10, 10), (256, 300), (256, 400)):
        assert max(abs(a - b) for a, b in zip(plain.getpixel(place), fine.getpixel(place), strict=True)) < 40


@pytest.mark.parametrize(
    ("size", "name"), [((1280, 720), "wide.mp4"), ((720, 720), "square.mp4"), ((720, 1280), "tall.mp4")]
)
def test_a_film_is_the_one_that_ships_of_the_nearest_shape(size, name):
    av = pytest.importorskip("av")
    with av.open(io.BytesIO(nearest_film(size))) as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.height) == SHORT_FILMS[name]
        assert len(list(film.decode(video=0))) > 12


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("blue.png", None),
        ("floe.png", None),
        ("too-small.png", "BSE2003"),
        ("too-large.png", "BSE2002"),
        ("gif-inside.png", "BSE2004"),
        ("broken.png", "BSE2005"),
        ("too-heavy.png", "BSE2007"),
    ],
)
def test_own_inputs_are_judged_the_same_without_pillow(in_browser, name, code):
    if code is None:
        inputs.check_picture(inputs.picture(name), "generation_input_file")
        return
    with pytest.raises(Refusal) as caught:
        inputs.check_picture(inputs.picture(name), "generation_input_file")
    assert caught.value.code == code


def test_the_sandbox_needs_less_where_nothing_can_listen(monkeypatch):
    there = {"starlette"}
    monkeypatch.setattr(platform, "_is_installed", lambda name: name in there)
    assert not is_sandbox_installed()
    monkeypatch.setattr(platform, "can_listen", lambda: False)
    assert is_sandbox_installed()


def test_a_given_transport_beats_the_process_own(in_browser):
    async def ask():
        answering = httpx.MockTransport(lambda _request: httpx.Response(503))
        transport = Transport(FAST, transport=answering)
        assert (await transport.exchange(Call("GET", "http://127.0.0.1:8765/v1/status"))).status_code == 503
        await transport.aclose()

    in_browser(ask())


def test_null_of_a_page_is_none(monkeypatch):
    null = object()
    message = {"after": null, "also": ["a", null, {"b": null}], "c": 1}
    assert platform.from_page(message) is message
    monkeypatch.setattr(platform, "_IS_IN_BROWSER", True)
    monkeypatch.setattr(platform, "_null_of_page", lambda: null)
    assert platform.from_page(message) == {"after": None, "also": ["a", None, {"b": None}], "c": 1}
    assert platform.from_page(null) is None
    assert platform.to_page({"a": None, "b": [1, None, (None,)]}) == {"a": null, "b": [1, null, [null]]}


def test_none_goes_to_a_page_as_it_is_where_json_carries_it():
    message = {"a": None}
    assert platform.to_page(message) is message
