"""Every way in which a key comes in, by every place at which it could come out, with a host that says the key back."""

import asyncio
import logging
import warnings

import pytest

from genwidget.runs import runner
from genwidget.runs.ledger import Ledger
from genwidget.sandbox import Sandbox
from tests.keys.echo import Echo
from tests.keys.places import PLACES, holds
from tests.keys.relay import Relay
from tests.keys.world import KEY, KNOWN, WAYS, World
from tests.widget.conftest import eventually


@pytest.fixture(scope="module")
def stranger():
    """A host that a proxy of the environment names."""
    with Sandbox() as service, Relay(service.url) as one:
        yield one


@pytest.fixture
def world(tmp_path, monkeypatch, caplog, capfd, stranger):
    for name in ("home", "cwd", "data", "tmp"):
        (tmp_path / name).mkdir()
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.chdir(tmp_path / "cwd")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, stranger.url)
    stranger.forget()
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
        logging.getLogger(name).manager._clear_cache()
    carrier = runner.Runner(ledger=Ledger(tmp_path / "data" / "ledger.sqlite3"))
    monkeypatch.setattr(runner, "shared", lambda: carrier)
    carrier.submit(_debug()).result(10)
    with Echo() as host:
        one = World(host, monkeypatch, caplog, capfd, tmp_path)
        one.stranger = stranger
        yield one
        for pg in one.playgrounds:
            pg.close()
    carrier.close()


async def _debug():
    asyncio.get_running_loop().set_debug(True)


@pytest.mark.parametrize("way", WAYS)
def test_a_key_that_comes_in_comes_out_nowhere(world, way):
    with world.recording():
        WAYS[way](world)
        leaks = {place for place, (look, _) in PLACES.items() if holds(look(world))}
    assert leaks == {place for known, place in KNOWN if known == way}


@pytest.mark.parametrize("place", PLACES)
def test_every_place_is_really_searched(world, place):
    look, plant = PLACES[place]
    with world.recording():
        pg = world.playground()
        pg.session.lock_key(KEY, "us")
        run = pg.send()
        eventually(lambda: run.is_terminal)
        assert not holds(look(world))
        plant(world)
        assert holds(look(world))


def test_a_hostile_host_really_says_the_key_back(world):
    """Without which nothing above would be hard: the echo is heard by a client that masks nothing."""
    import httpx  # noqa: PLC0415

    with warnings.catch_warnings(), httpx.Client(trust_env=False) as client:
        answer = client.get(f"{world.host.url}/v1/status", headers={"Authorization": f"Bearer {KEY}"})
        helped = client.get(f"{world.host.url}/api/playground/generation-status/x")
    assert KEY in answer.text
    assert KEY in answer.headers["x-echo"]
    assert KEY in answer.reason_phrase
    assert KEY in helped.text
