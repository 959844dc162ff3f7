"""A service that lists a model which does not ship: all ways of asking send it; offline they refuse it."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from dataclasses import replace

import pytest
import traitlets

from genwidget import Client, Playground, Settings
from genwidget.api import live_models
from genwidget.api.kept_models import MAX_AGE_S, MAX_BYTES, MAX_FILES, KeptList, KeptModels
from genwidget.catalogue import Catalogue
from genwidget.cli import main
from genwidget.errors import UnknownModel
from genwidget.messages import MESSAGES
from genwidget.request.validation import check
from genwidget.runs import runner
from genwidget.sandbox import API_KEY, Sandbox
from genwidget.settings import data_dir
from genwidget.widget import model_list

pytestmark = pytest.mark.anyio

SHIPPED = Catalogue.load()
NEW = "openai/gpt-image-2"
BODY = {"generation_prompt": "A seal", "generation_ratio": "4:3", "generation_output_format": "webp"}
WAITS = {"poll_first_s": 0.02, "poll_max_s": 0.1, "retry_first_s": 0.01}
SETTINGS = Settings(**WAITS)


def with_the_new_one():
    """Return the catalogue of a service that is newer than ours."""
    old = SHIPPED.find("bfl/flux-schnell")
    fields = tuple(one for one in old.fields if one.name in {*BODY, "generation_provider_order"})
    return Catalogue([*SHIPPED.models, replace(old, model_id=NEW, fields=fields)])


@pytest.fixture
def service():
    with Sandbox(speed=200, catalogue=with_the_new_one()) as running:
        yield running


@pytest.fixture
def closed_url():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture(autouse=True)
def _carrier(monkeypatch, tmp_path):
    """A runner, and lists, of the test's own."""
    monkeypatch.chdir(tmp_path)
    one = runner.Runner()
    monkeypatch.setattr(runner, "shared", lambda: one)
    lists = KeptModels()
    monkeypatch.setattr(live_models, "kept", lambda: lists)
    yield
    one.close()


def new_process(monkeypatch, clock=None):
    """Forget what the process has; the folder stays."""
    lists = KeptModels() if clock is None else KeptModels(clock)
    monkeypatch.setattr(live_models, "kept", lambda: lists)
    return lists


def lists_asked(service):
    return sum(one.route == "library_models" for one in service.requests)


# Client.


async def test_the_client_sends_a_model_that_only_the_live_list_has(service):
    async with Client("us", API_KEY, base_url=service.url, settings=SETTINGS) as client:
        first = await client.generate(NEW, BODY)
        await client.generate(NEW, BODY)
        await client.generate("bfl/flux-schnell", {"generation_prompt": "A seal"})
        record = await client.wait(first.generation_id)
    assert (record.model_identifier, record.generation_ratio, record.generation_output_format) == (NEW, "4:3", "webp")
    assert lists_asked(service) == 1


async def test_the_clients_models_are_those_of_both(service):
    async with Client("us", API_KEY, base_url=service.url, settings=SETTINGS) as client:
        known = await client.known_models()
    assert set(known.model_ids) == {*SHIPPED.model_ids, NEW}
    assert known.find(NEW).is_live


def test_the_blocking_client_sends_it_too(service):
    with Client.blocking("us", API_KEY, base_url=service.url, settings=SETTINGS) as client:
        assert client.generate(NEW, BODY).model_identifier == NEW


async def test_a_field_that_the_listed_model_does_not_have_is_refused(service):
    async with Client("us", API_KEY, base_url=service.url, settings=SETTINGS) as client:
        with pytest.raises(Exception, match=f"{NEW} has no field generation_seed"):
            await client.generate(NEW, {**BODY, "generation_seed": 3})
    assert service.generations == []


async def test_offline_the_client_refuses_it_with_a_sentence_and_sends_what_ships(closed_url):
    async with Client("us", API_KEY, base_url=closed_url, settings=SETTINGS) as client:
        with pytest.raises(UnknownModel) as refused:
            await client.generate(NEW, BODY)
    assert refused.value.message == "Unknown model"
    host = closed_url.removeprefix("http://")
    assert refused.value.hint.endswith(MESSAGES["live_models_unknown"].format(reason=f"Could not reach {host}"))


async def test_where_it_is_turned_off_nothing_is_asked_and_it_is_said(service):
    settings = Settings(**WAITS, live_models=False)
    async with Client("us", API_KEY, base_url=service.url, settings=settings) as client:
        with pytest.raises(UnknownModel) as refused:
            await client.generate(NEW, BODY)
        await client.generate("bfl/flux-schnell", {"generation_prompt": "A seal"})
        with pytest.warns(RuntimeWarning, match="turned off"):
            assert await client.known_models() is SHIPPED
    assert refused.value.hint.endswith(MESSAGES["live_models_off"])
    assert lists_asked(service) == 0


async def test_what_neither_knows_is_refused_with_the_nearest_of_both(service):
    async with Client("us", API_KEY, base_url=service.url, settings=SETTINGS) as client:
        for _ in range(2):
            with pytest.raises(UnknownModel) as refused:
                await client.generate("openai/gpt-image-22", BODY)
            assert refused.value.hint == f"openai/gpt-image-22 is none of the models known. Did you mean {NEW}?"
    assert lists_asked(service) == 1


async def test_a_catalogue_that_is_given_is_all_there_is(service):
    async with Client("us", API_KEY, base_url=service.url, settings=SETTINGS, catalogue=SHIPPED) as client:
        with pytest.raises(UnknownModel):
            await client.generate(NEW, BODY)
    assert lists_asked(service) == 0


def test_what_a_film_costs_is_known_after_it_by_the_prices_of_the_live_list(service):
    body = {"generation_prompt": "Waves", "generation_duration": 5, "generation_resolution": "720p"}
    film = SHIPPED.find("bytedance/seedance-1.5-pro")
    assert film.cost_of(body) is None
    listed = {"model_type": "video", "model_identifier": film.model_id, "model_pricing": {"720p_noaudio": 0.04}}
    merged = SHIPPED.merge({"models": [listed]})
    assert check(merged.find(film.model_id), body).request.price == 0.2


# What is kept.


async def test_the_list_is_kept_on_disk_for_the_next_process(service, monkeypatch):
    async with Client("us", API_KEY, base_url=service.url, settings=SETTINGS) as client:
        await client.generate(NEW, BODY)
        new_process(monkeypatch)
        await client.generate(NEW, BODY)
    assert lists_asked(service) == 1
    (file,) = (data_dir() / "models").iterdir()
    assert API_KEY not in file.read_text()


async def test_an_old_list_is_fetched_again_and_used_with_a_warning_where_it_cannot_be(service, monkeypatch):
    lists = live_models.kept()
    async with Client("us", API_KEY, base_url=service.url, settings=SETTINGS) as client:
        await client.known_models()
        now = lists.clock()
        new_process(monkeypatch, lambda: now + live_models.FRESH_S + 60)
        service.faults.add(kind="server_error", route="library", count=1)
        with pytest.warns(RuntimeWarning, match=r"could not be fetched \(.*\): the one of .* UTC is used"):
            await client.generate(NEW, BODY)
        await client.generate(NEW, BODY)
    assert lists_asked(service) == 3


BROKEN = {
    "no JSON": b"{",
    "no object": b"[]",
    "nothing in it": b"{}",
    "deep": b"[" * 100_000,
    "no text": b"\xff\xfe",
    "large": b" " * (MAX_BYTES + 1),
    "another host's": b'{"origin": "https://other.example", "fetched_at": 1, "models": []}',
    "models that are none": b'{"origin": "URL", "fetched_at": NOW, "models": [1, {"model_identifier": "x"}]}',
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_file_that_cannot_be_used_is_as_if_it_were_not_there(service, monkeypatch, name):
    async with Client("us", API_KEY, base_url=service.url, settings=SETTINGS) as client:
        await client.known_models()
        (file,) = (data_dir() / "models").iterdir()
        lists = new_process(monkeypatch)
        content = BROKEN[name].replace(b"URL", service.url.encode()).replace(b"NOW", str(lists.clock() - 3600).encode())
        file.write_bytes(content)
        await client.generate(NEW, BODY)
    assert lists_asked(service) == 2


def test_a_list_that_is_too_old_or_of_a_time_to_come_is_not_used():
    now = 1_800_000_000.0
    for age_s, is_used in ((MAX_AGE_S, True), (MAX_AGE_S + 1, False), (-1, False)):
        lists = KeptModels(lambda: now)
        lists.keep(KeptList("https://a.example", now - age_s, ()))
        assert (lists.known("https://a.example") is not None) is is_used
        assert (KeptModels(lambda: now).read("https://a.example") is not None) is is_used


def test_so_many_hosts_are_kept_and_a_list_that_is_too_large_is_not_written():
    lists = KeptModels()
    for n in range(MAX_FILES + 3):
        lists.keep(KeptList(f"https://{n}.example", lists.clock(), ()))
    assert len(list((data_dir() / "models").iterdir())) == MAX_FILES
    lists.keep(KeptList("https://large.example", lists.clock(), ({"model_identifier": "x" * MAX_BYTES},)))
    assert KeptModels().read("https://large.example") is None
    assert lists.known("https://large.example") is not None


def test_a_folder_that_cannot_be_written_keeps_it_in_the_process(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GENWIDGET_DATA_DIR", str(tmp_path / "file"))
    lists = KeptModels()
    lists.keep(KeptList("https://a.example", lists.clock(), ()))
    assert lists.read("https://a.example") is not None


# Playground.


@pytest.fixture
def make():
    made = []

    def one(url, settings=SETTINGS, **more):
        made.append(Playground("us", base_url=url, settings=settings, key=lambda: API_KEY, **more))
        return made[-1]

    yield one
    for pg in made:
        pg.close()


def assign(playground, model_id, limit_s=20):
    """Set a model, again and again where the list of the API is late."""
    end = time.monotonic() + limit_s
    while playground.model_id != model_id:
        assert time.monotonic() < end
        with contextlib.suppress(traitlets.TraitError):
            playground.model_id = model_id


def test_a_list_that_is_late_keeps_no_cell_waiting_and_comes_all_the_same(service, make, monkeypatch):
    monkeypatch.setattr(model_list, "LOOK_TIMEOUT_S", 0.01)
    asked, answered = threading.Event(), threading.Event()
    fetch = Client.library_models

    async def late(api):
        asked.set()
        await asyncio.to_thread(answered.wait, 20)
        return await fetch(api)

    monkeypatch.setattr(Client, "library_models", late)
    monkeypatch.setattr(Client, "_library", late)
    pg = make(service.url)
    pg.lock_key()
    before = pg.values
    with pytest.raises(traitlets.TraitError, match="Unknown model") as refused:
        pg.model_id = NEW
    assert str(refused.value).endswith(MESSAGES["live_models_coming"])
    assert (pg.model_id, pg.values) == ("bfl/flux-schnell", before)
    assert asked.wait(20)
    answered.set()
    assign(pg, NEW)
    assert pg.model_type == "image"


def test_a_new_playground_waits_for_no_thread_and_no_host(service, make, monkeypatch):
    """What is kept of the list is read where the playground is made; a busy I/O thread keeps nobody."""
    with Client.blocking("us", API_KEY, base_url=service.url, settings=SETTINGS) as client:
        client.known_models()
    new_process(monkeypatch)
    held, free = threading.Event(), threading.Event()

    async def hold():
        held.set()
        free.wait(20)

    runner.shared().submit(hold())
    assert held.wait(20)
    try:
        assert make(service.url, model=NEW).model_id == NEW
        with pytest.raises(traitlets.TraitError, match="Unknown model"):
            make(service.url, model="openai/unheard-of")
        assert not free.is_set()
    finally:
        free.set()


def test_a_playground_sends_it_from_python(service, make):
    pg = make(service.url)
    pg.lock_key()
    assign(pg, NEW)
    pg.values = {**pg.values, **BODY}
    run = pg.send().wait(20)
    assert (run.generation["model_identifier"], run.generation["generation_ratio"]) == (NEW, "4:3")
    assert pg.problems == []


def test_a_playground_begins_with_it_once_its_list_is_kept(service, make, monkeypatch):
    with pytest.raises(traitlets.TraitError) as refused:
        make(service.url, model=NEW)
    assert str(refused.value).endswith(MESSAGES["live_models_unasked"])
    with Client.blocking("us", API_KEY, base_url=service.url, settings=SETTINGS) as client:
        client.known_models()
    new_process(monkeypatch)
    pg = make(service.url, model=NEW, values=BODY)
    assert (pg.model_id, pg.model_type, pg.values["generation_ratio"]) == (NEW, "image", "4:3")
    pg.lock_key()
    assert pg.send().wait(20).outputs


def test_offline_a_playground_refuses_it_with_a_sentence(closed_url, make):
    pg = make(closed_url)
    pg.lock_key()
    with pytest.raises(traitlets.TraitError, match="Unknown model") as refused:
        pg.model_id = NEW
    assert "The live model list could not be fetched" in str(refused.value)
    assert pg.model_id == "bfl/flux-schnell"


# Shell.


@pytest.fixture
def shell(capsys, monkeypatch):
    monkeypatch.setenv("BABYSEA_API_KEY", API_KEY)
    for name, value in WAITS.items():
        monkeypatch.setenv(f"GENWIDGET_{name.upper()}", str(value))

    def go(*arguments):
        code = main(list(map(str, arguments)))
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return go


FIELDS = [part for name, value in BODY.items() for part in ("--set", f"{name}={value}")]


def test_the_shell_sends_it(service, shell):
    code, out, _ = shell("generate", NEW, "--base-url", service.url, *FIELDS, "--json")
    record = json.loads("\n".join(out))
    assert (code, record["model_identifier"], record["generation_output_format"]) == (0, NEW, "webp")


def test_offline_the_shell_refuses_it_with_a_sentence(closed_url, shell):
    code, out, err = shell("generate", NEW, "--base-url", closed_url, *FIELDS)
    assert (code, out, err[0]) == (2, [], "Unknown model")
    assert "The live model list could not be fetched (Could not reach" in err[1]


def test_the_shell_lists_both_told_apart(service, shell):
    code, out, err = shell("models", "--base-url", service.url)
    rows = {line.split()[0]: line for line in out[1:]}
    assert code == 0
    assert [line.split(":")[0] for line in err] == ["ask"]
    assert "  the API's list  " in rows[NEW]
    assert all("  this package  " in rows[model_id] for model_id in SHIPPED.model_ids)
    (found,) = json.loads("\n".join(shell("models", NEW, "--base-url", service.url, "--json")[1]))
    assert (found["ships"], found["live"]) == (False, True)


def test_offline_the_shell_lists_what_ships_and_says_so(closed_url, shell):
    code, out, err = shell("models", "--base-url", closed_url)
    assert (code, len(out)) == (0, 1 + len(SHIPPED.models))
    assert [line.split(" (")[0].split(":")[0] for line in err] == ["The live model list could not be fetched", "ask"]
