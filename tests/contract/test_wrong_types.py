"""Every method that a person calls, with what is of another type: our own sentence answers, before anything is sent."""

import asyncio
import contextlib
import inspect
import math
import uuid
from fractions import Fraction
from pathlib import Path

import pytest

from genwidget import Client, read_recipe
from genwidget.api.blocking import BlockingClient
from genwidget.api.models import Generation
from genwidget.catalogue import Catalogue
from genwidget.errors import GenwidgetError, InvalidRequest, NoRecipe, OutputNotSaved
from genwidget.runs.run import Run
from genwidget.settings import Settings
from tests.odd import OddServer

MODEL = "bfl/flux-schnell"
PROMPT = {"generation_prompt": "A seal"}
#: Things of other types, by a name for each.
WRONG = {
    "None": None,
    "int": 5,
    "bytes": b"x",
    "list": ["x"],
    "pairs": [("generation_prompt", "x")],
    "object": object(),
    "class": dict,
    "nan": math.nan,
    "infinity": math.inf,
    "huge": 10**400,
    "negative": -1,
    "empty": "",
    "text": "x",
    "true": True,
    "uuid": uuid.UUID(int=7),
    "half": "\ud800",
}
#: Of each argument, what it takes all the same.
TAKEN = {
    "model_id": set(),
    "values": set(),
    "idempotency_key": {"None", "text", "uuid"},
    "generation_id": {"text", "uuid", "half"},
    "timeout_s": {"None", "int", "infinity"},
    "interval_s": {"None", "int"},
    "generation": set(),
    "folder": {"empty", "text", "half"},
    "limit": {"int"},
    "offset": {"int", "huge"},
    "page_size": {"int"},
    "days": {"int"},
    "count": {"None", "int"},
    "duration": {"None", "int"},
    "resolution": {"None", "int", "huge", "negative", "infinity", "nan", "empty", "text", "true", "half"},
    "audio": {"None", "true"},
}
#: What is right for each, where it is not the one that is tried.
RIGHT = {"model_id": MODEL, "values": PROMPT, "generation_id": "g1", "generation": Generation(generation_id="g1")}
#: Not for a person to call, or without arguments.
OTHERS = {"send", "attempts", "learn", "report_change", "over", "blocking"}


def methods_of(kind):
    for name, method in inspect.getmembers(kind, callable):
        if not name.startswith("_") and name not in OTHERS:
            for argument in list(inspect.signature(method).parameters)[1:]:
                yield name, argument


ARGUMENTS = sorted(set(methods_of(Client)))


def test_both_clients_take_the_same_arguments():
    assert sorted(set(methods_of(BlockingClient))) == ARGUMENTS
    assert {argument for _, argument in ARGUMENTS} == TAKEN.keys()


def called_with(client, name, argument, given):
    method = getattr(client, name)
    kinds = inspect.signature(method).parameters
    right = {one: RIGHT[one] for one in kinds if one in RIGHT}
    return method(**right | {argument: given})


def quick(server):
    settings = Settings(live_models=False, max_tries=1, poll_first_s=0.01)
    return Client(base_url=server.url, key="any-key", settings=settings)


@pytest.fixture(scope="module")
def server():
    with OddServer() as one:
        yield one


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_what_is_of_another_type_is_refused_with_a_sentence_before_anything_is_sent(
    name, argument, server, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    server.generates({"generation_id": "g1", "generation_status": "succeeded"})

    async def told(given):
        client = quick(server)
        try:
            work = called_with(client, name, argument, given)
            if inspect.isasyncgen(work):
                async for _ in work:
                    pass
            else:
                await work
        except GenwidgetError as error:
            return error
        finally:
            await client.aclose()
        return None

    for what, given in WRONG.items():
        server.asked.clear()
        error = asyncio.run(told(given))
        if what not in TAKEN[argument]:
            assert isinstance(error, InvalidRequest | OutputNotSaved), f"{argument}={what}: {error!r}"
            assert error.message
            assert server.asked == [], f"{argument}={what}"
        elif error is not None:
            assert not isinstance(error, InvalidRequest), f"{argument}={what} is refused: {error}"


@pytest.mark.parametrize("given", WRONG)
@pytest.mark.parametrize("argument", ["region", "key", "base_url", "settings"])
def test_a_client_is_made_of_the_right_or_refused_with_a_sentence(argument, given):
    made = {"region": "us", "key": "bye_test"} | {argument: WRONG[given]}
    for make in (Client, Client.blocking):
        with contextlib.suppress(GenwidgetError):  # and nothing else
            make(**made)


@pytest.mark.parametrize("given", [5, b"x", ["x"], object(), None, True])
def test_values_are_a_mapping_in_every_place_that_takes_them(given):
    client = Client(key="bye_test", catalogue=Catalogue.load())
    with pytest.raises(InvalidRequest) as caught:
        asyncio.run(client.generate(MODEL, given))
    assert caught.value.message == "The values of a request are a mapping of fields to values."


@pytest.mark.parametrize("given", [5, b"x", ["x"], object(), None, True, 1.5])
def test_a_path_is_a_text_or_a_path(given):
    with pytest.raises(NoRecipe) as caught:
        read_recipe(given)
    assert caught.value.message == f"A path is a text or a pathlib.Path, and no {type(given).__name__}."


@pytest.mark.parametrize("given", ["x", b"5", math.nan, -1, 10**400, True, [1], Path("5")])
@pytest.mark.parametrize("name", ["wait", "cancel", "delete", "search", "reload"])
def test_whoever_waits_for_a_run_says_a_number_of_seconds(name, given):
    run = object.__new__(Run)
    with pytest.raises(InvalidRequest) as caught:
        getattr(run, name)(timeout_s=given)
    assert caught.value.message == "timeout_s= is a number of seconds, at least 0, or None."


def test_a_wait_of_any_length_is_a_wait(server):
    server.generates({"generation_id": "g1", "generation_status": "succeeded"})
    client = quick(server)
    for seconds in (5, 0.5, Fraction(1, 2), 1e300, math.inf, None):
        assert asyncio.run(client.wait("g1", timeout_s=seconds)).generation_id == "g1"


@pytest.mark.parametrize("given", ["", "ä", "a b", "x" * 256, 5, b"x"])
def test_an_idempotency_key_that_is_none_is_never_replaced_by_another(given, server):
    server.asked.clear()
    client = quick(server)
    for call in (client.generate, client.generate_and_wait):
        with pytest.raises(InvalidRequest) as caught:
            asyncio.run(call(MODEL, PROMPT, idempotency_key=given))
        assert "1 to 255" in caught.value.message
    assert server.asked == []


@pytest.mark.parametrize(
    "seconds", [{"timeout_s": "5"}, {"timeout_s": math.nan}, {"interval_s": "1"}, {"interval_s": 0}]
)
def test_nothing_is_paid_for_where_the_wait_that_follows_is_refused(seconds, server):
    server.asked.clear()
    with pytest.raises(InvalidRequest):
        asyncio.run(quick(server).generate_and_wait(MODEL, PROMPT, **seconds))
    assert server.asked == []
