"""All that a test of key sinks can look at, and the ways in which a key comes in."""

import asyncio
import contextlib
import dataclasses
import logging
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from genwidget import Client
from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.catalogue import Catalogue
from genwidget.cli import main
from genwidget.errors import GenwidgetError
from genwidget.request.validation import prepare
from genwidget.runs import runner
from genwidget.widget import Playground, key_store
from tests.keys.echo import Echo
from tests.widget.conftest import FAST, Page, eventually

KEY = "bye_CanaryKeyThatMustNotBeFoundAnywhere0001"
#: What is looked for: less than the whole, and not what the hint shows.
NEEDLE = KEY[12:36]
#: No key, and refused; the needle is in it.
BAD = f"{KEY} !"
ONE_TRY = dataclasses.replace(FAST, max_tries=1, live_models=True, check_keys=True, deadline_s=5)
MOODS = ("well", "error", "broken", "rubbish")
PROMPT = {"generation_prompt": "A seal"}


class World:
    """What came of a way in: objects, errors, and what was recorded meanwhile."""

    def __init__(self, host: Echo, monkeypatch: Any, caplog: Any, capfd: Any, folder: Any) -> None:
        self.host, self.monkeypatch, self.caplog, self.capfd, self.folder = host, monkeypatch, caplog, capfd, folder
        self.playgrounds: list[Playground] = []
        self.things: list[object] = []
        self.errors: list[BaseException] = []
        self.warned: list[warnings.WarningMessage] = []

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """Record warnings; keep errors."""
        with warnings.catch_warnings(record=True) as self.warned:
            warnings.simplefilter("always")
            yield

    def attempt(self, do: Callable[[], Any]) -> Any:
        """Do it; keep what it returns or raises."""
        try:
            made = do()
        except Exception as error:  # noqa: BLE001 - all are looked at
            self.errors.append(error)
            return None
        self.things.append(made)
        return made

    def playground(self, **options: Any) -> Playground:
        options = {"base_url": self.host.url, "settings": ONE_TRY, "values": PROMPT, **options}
        pg = Playground("us", **options)
        self.playgrounds.append(pg)
        return pg

    def lost_run(self, key: str = KEY) -> Any:
        """Return a run of an earlier process, whose answer was lost."""
        before, self.host.mood = self.host.mood, "broken"
        request = prepare(Catalogue.load(), "image", "bfl/flux-schnell", PROMPT)
        target = Target("us", self.host.url, self.host.url, is_own_origin=True)
        carrier = runner.shared()
        run = carrier.start(request, target, ApiKey(key), ONE_TRY)
        eventually(lambda: run.is_terminal)
        self.things.append(run)
        self.host.mood = before
        return run

    def work(self, pg: Playground) -> None:
        """Do with a locked key what a person does, in each mood of the host."""
        page = Page(pg)
        page.ask("hello", view="v")
        for mood in MOODS:
            self.host.mood = mood
            run = self.attempt(pg.send)
            if run is None:
                continue
            with contextlib.suppress(GenwidgetError):
                run.wait(20)
            self.attempt(lambda run=run: run.wait(1))
            for which in ("reply", "record"):
                page.ask("fetch_body", run_id=run.run_id, which=which)
            page.ask("fetch_output", run_id=run.run_id, index=0)
            for kind in ("check_content", "load_run", "resume"):
                page.ask(kind, run_id=run.run_id)
            page.ask("manage", action="info", generation_id="0b3f6f0e-5d6b-4b0e-9d51-1d2c3b4a5968")
            page.ask("estimate", model_type="image", model_id="bfl/flux-schnell", values=PROMPT)
            self.attempt(pg.session.runner.submit(pg.session.fetch_models()).result)
            page.ask("list_runs")
            self.attempt(lambda run=run: run.search(timeout_s=20))
            (self.folder / "cwd" / f"{run.run_id}.json").write_text(run.recipe.json_text)
            self.attempt(lambda run=run: run.outputs[0].save(self.folder / "cwd", embed=True))
            self.attempt(lambda run=run: run.delete(timeout_s=20))
            for index in (0, 1):
                self.attempt(lambda run=run, index=index: run.outputs[index].save(self.folder / "cwd"))
        self.host.mood = "well"
        pg.session.publisher.drain()


def _lock(source: str, *, text: str = KEY) -> Callable[[World], None]:
    """Lock a key from Python, and work with it."""

    def way(world: World) -> None:
        pg = world.playground(key=(lambda: text) if source == "callable" else None)
        if source == "environment":
            world.monkeypatch.setenv("BABYSEA_API_KEY", text)
        world.monkeypatch.setattr(key_store.getpass, "getpass", lambda _: text)
        world.attempt(lambda: pg.lock_key(text) if source == "literal" else pg.lock_key())
        assert pg.locked is (text == KEY)
        world.work(pg)

    return way


def _checked(mood: str, *, is_from_page: bool) -> Callable[[World], None]:
    """Lock a key at a host that answers its check with the key in it, and not as it should."""

    def way(world: World) -> None:
        logging.getLogger("Comm").setLevel(logging.INFO)
        world.host.mood = mood
        pg = world.playground()
        if is_from_page:
            Page(pg).ask("lock_key", key=KEY, region="us")
        else:
            world.attempt(lambda: pg.lock_key(KEY))
        eventually(lambda: (pg.alert or {}).get("scope") == "key" or (is_from_page and mood == "error"))
        assert pg.locked is (mood != "error")
        world.attempt(pg.send)
        Page(pg).ask("check_key")
        pg.session.publisher.drain()
        logging.getLogger("Comm").setLevel(logging.DEBUG)

    return way


def _page(*, text: str = KEY, region: str = "us") -> Callable[[World], None]:
    def way(world: World) -> None:
        logging.getLogger("Comm").setLevel(logging.INFO)
        pg = world.playground()
        Page(pg).ask("lock_key", key=text, region=region)
        logging.getLogger("Comm").setLevel(logging.DEBUG)
        assert pg.locked is (text != BAD and region == "us")
        world.work(pg)

    return way


def _page_while_logged(world: World) -> None:
    pg = world.playground()
    Page(pg).ask("lock_key", key=KEY, region="us")
    assert not pg.locked


def _observer(world: World) -> None:
    logging.getLogger("Comm").setLevel(logging.INFO)
    pg = world.playground()
    pg.observe(lambda _: 1 / 0, "locked")
    Page(pg).ask("lock_key", key=KEY, region="us")


def _client(
    *, text: str = KEY, is_blocking: bool = False, is_set: bool = False, **more: Any
) -> Callable[[World], None]:
    def way(world: World) -> None:
        if is_set:
            world.monkeypatch.setenv("BABYSEA_API_KEY", text)
        options = {"base_url": world.host.url, "settings": ONE_TRY, "key": None if is_set else text, **more}
        if is_blocking:
            client = world.attempt(lambda: Client.blocking("us", **options))
            if client is not None:
                for mood in MOODS:
                    world.host.mood = mood
                    for call in (client.status, client.list_generations, client.account):
                        world.attempt(call)
                world.host.mood = "well"
                client.close()
            return
        world.attempt(lambda: asyncio.run(_ask(world, options), debug=True))

    return way


async def _ask(world: World, options: dict[str, Any]) -> None:
    async with Client("us", **options) as client:
        world.things.append(client)
        for mood in MOODS:
            world.host.mood = mood
            for ask in (
                client.status,
                client.account,
                client.library_models,
                lambda: client.get_generation("x"),
                lambda: client.generation_status("0b3f6f0e-5d6b-4b0e-9d51-1d2c3b4a5968"),
                lambda: client.generate("bfl/flux-schnell", PROMPT),
            ):
                try:
                    world.things.append(await ask())
                except GenwidgetError as error:
                    world.errors.append(error)
        world.host.mood = "well"


def _canceled(world: World) -> None:
    """A call is given up while the request is out: a person stops the cell."""

    async def ask() -> None:
        async with Client("us", key=KEY, base_url=world.host.url, settings=ONE_TRY) as client:
            task = asyncio.create_task(client.status())
            await asyncio.to_thread(world.host.reached.wait, 20)
            task.cancel()
            await task

    world.host.mood = "slow"
    try:
        asyncio.run(ask(), debug=True)
    except asyncio.CancelledError as error:
        world.errors.append(error)
    world.host.slow.set()


class _Stopped(BaseException):
    """As a KeyboardInterrupt that strikes while the header is written."""


class _Stops(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        written = request.headers["Authorization"].encode()
        raise _Stopped(len(written)) from ValueError("x")


def _stopped(world: World) -> None:
    async def ask() -> None:
        async with Client("us", key=KEY, base_url=world.host.url, transport=_Stops()) as client:
            await client.status()

    try:
        asyncio.run(ask())
    except _Stopped as error:
        world.errors.append(error)


def _run(method: str, text: str) -> Callable[[World], None]:
    def way(world: World) -> None:
        run = world.lost_run()
        for mood in MOODS:
            world.host.mood = mood
            world.attempt(lambda: getattr(run, method)(text))
            eventually(lambda: run.is_terminal)

    return way


def _shell(*arguments: str, text: str = KEY, run: bool = False) -> Callable[[World], None]:
    def way(world: World) -> None:
        more = [world.lost_run().run_id] if run else ["--base-url", world.host.url]
        world.monkeypatch.setenv("BABYSEA_API_KEY", text)
        for mood in MOODS:
            world.host.mood = mood
            world.attempt(lambda: main([*arguments, *more]))

    return way


def _wrong(do: Callable[[World], Any]) -> Callable[[World], None]:
    def way(world: World) -> None:
        world.attempt(lambda: do(world))
        assert world.errors

    return way


def _set(world: World) -> None:
    world.playground().api_key = KEY


def _setting_beside(world: World) -> None:
    world.monkeypatch.setenv("BABYSEA_API_KEY", KEY)
    world.monkeypatch.setenv("GENWIDGET_DEADLINE_S", "soon")
    Client("us")


WAYS: dict[str, Callable[[World], None]] = {
    "page": _page(),
    "page, pasted": _page(text=f'Bearer "{KEY}"'),
    "page, refused": _page(text=BAD),
    "page, unknown region": _page(region="evil"),
    "page, while messages are logged": _page_while_logged,
    "page, an observer fails": _observer,
    **{f"page, its check is {mood}": _checked(mood, is_from_page=True) for mood in MOODS[1:]},
    **{f"lock_key(literal), its check is {mood}": _checked(mood, is_from_page=False) for mood in MOODS[1:]},
    "lock_key(literal)": _lock("literal"),
    "lock_key(literal), refused": _lock("literal", text=BAD),
    "key=callable": _lock("callable"),
    "key=callable, refused": _lock("callable", text=BAD),
    "environment": _lock("environment"),
    "environment, refused": _lock("environment", text=BAD),
    "asked for": _lock("asked"),
    "asked for, refused": _lock("asked", text=BAD),
    "Playground(key=literal)": _wrong(lambda world: world.playground(key=KEY)),
    "Playground(misspelt=literal)": _wrong(lambda world: world.playground(kei=KEY)),
    "Playground.misspelt = literal": _wrong(_set),
    "Client(key=)": _client(),
    "Client(key=), refused": _client(text=BAD),
    "Client(key=), no such region": _wrong(lambda _: Client("evil", KEY)),
    "Client(key=), no such base URL": _wrong(lambda _: Client("us", KEY, base_url="http://[::1")),
    "Client(key=bytes)": _wrong(lambda _: Client("us", KEY.encode())),
    "Client(key=), canceled": _canceled,
    "Client(key=), stopped while the header is written": _stopped,
    "Client, environment": _client(is_set=True),
    "Client, environment, refused": _client(text=BAD, is_set=True),
    "Client, environment, a setting beside": _wrong(_setting_beside),
    "Client.blocking(key=)": _client(is_blocking=True),
    "Client.blocking(key=), refused": _client(text=BAD, is_blocking=True),
    "Client.blocking(key=), no such base URL": _wrong(lambda _: Client.blocking("us", KEY, base_url="http://[::1")),
    "ApiKey(refused)": _wrong(lambda _: ApiKey(BAD)),
    **{f"run.{name}(key=)": _run(name, KEY) for name in ("search", "delete", "reload", "resume")},
    **{f"run.{name}(key=), refused": _run(name, BAD) for name in ("search", "delete", "reload", "resume")},
    **{f"run.{name}(key=), another": _run(name, f"{KEY}x") for name in ("search", "delete", "reload", "resume")},
    "shell: generate": _shell("generate", "bfl/flux-schnell", "--prompt", "x"),
    "shell: generate, refused": _shell("generate", "bfl/flux-schnell", "--prompt", "x", text=BAD),
    "shell: check": _shell("check"),
    "shell: check, refused": _shell("check", text=BAD),
    "shell: runs find": _shell("runs", "find", run=True),
    "shell: runs find, refused": _shell("runs", "find", run=True, text=BAD),
    "shell: runs resume": _shell("runs", "resume", run=True),
    "shell: runs resume, another": _shell("runs", "resume", run=True, text=f"{KEY}x"),
}
#: What is so by design: such a key is in the log before anyone can refuse it, and the page is told before.
KNOWN = {("page, while messages are logged", "logs")}
