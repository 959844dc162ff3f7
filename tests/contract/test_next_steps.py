"""What can be done where no readable answer came, for every method of the client: by what its request does."""

import inspect
import socket

import httpx
import pytest

from genwidget.api.client import Client
from genwidget.api.download import download
from genwidget.api.models import Generation
from genwidget.api.regions import Target
from genwidget.api.transport import Timing
from genwidget.errors import TransportError
from genwidget.messages import render
from genwidget.settings import Settings
from genwidget.widget.alerts import alert_of

pytestmark = pytest.mark.anyio

ID = "018f5b3e-0000-7000-8000-000000000001"
HOST = "https://api.example"
PROMPT = {"generation_prompt": "A seal"}
#: How each method is called, and what its request does.
CALLS = {
    "generate": ((("bfl/flux-schnell", PROMPT)), "generation"),
    "generate_and_wait": ((("bfl/flux-schnell", PROMPT)), "generation"),
    "cancel_generation": ((ID,), "change"),
    "delete_generation": ((ID,), "change"),
    "get_generation": ((ID,), "read"),
    "list_generations": ((), "read"),
    "each_generation": ((), "read"),
    "estimate": (("bfl/flux-schnell",), "read"),
    "status": ((), "read"),
    "usage": ((), "read"),
    "account": ((), "read"),
    "billing": ((), "read"),
    "library_models": ((), "read"),
    "library_providers": ((), "read"),
    "health_providers": ((), "read"),
    "health_models": ((), "read"),
    "health_storage": ((), "read"),
    "health_cache": ((), "read"),
}
#: Methods that send nothing of their own, or raise no TransportError.
OTHERS = {
    "aclose",
    "attempts",
    "blocking",
    "generation_status",
    "known_models",
    "learn",
    "over",
    "report_change",
    "save",  # files, which are fetched without the key: see below
    "send",
    "target",
    "wait",
}
STEPS = {"generation": "may_have_started_call", "change": "may_be_done", "read": "only_read"}
#: What stands for an answer.
UNREAD = {
    "cut off": httpx.ReadError("reset"),
    "late": httpx.ReadTimeout("late"),
    "no JSON": httpx.Response(200, content=b"<html>"),
    "another shape": httpx.Response(200, json={"data": [7]}),
    "too large": httpx.Response(200, content=b"[" + b"0," * 600_000 + b"0]"),
}


async def at_once(_delay_s):
    pass


async def first_of(called):
    return await (anext(called) if inspect.isasyncgen(called) else called)


async def ask(method, answer):
    """Return the error of a call whose every answer is this one."""

    def handle(_request):
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, content=answer.content)

    timing = Timing(sleep=at_once)
    settings = Settings(max_response_bytes=1_000_000)
    client = Client(
        key="bye_test", base_url=HOST, transport=httpx.MockTransport(handle), timing=timing, settings=settings
    )
    arguments, _ = CALLS[method]
    async with client:
        with pytest.raises(TransportError) as caught:
            await first_of(getattr(client, method)(*arguments))
    return caught.value


@pytest.mark.parametrize("answer", UNREAD)
@pytest.mark.parametrize("method", CALLS)
async def test_a_request_that_arrived(method, answer):
    error = await ask(method, UNREAD[answer])
    effect = CALLS[method][1]
    assert (error.effect, error.may_have_started, error.next_step) == (effect, True, render(STEPS[effect]))
    assert alert_of(error)["kind"] == ("error" if effect == "read" else "warning")
    assert ("generation may have started" in error.next_step) is (effect == "generation")


@pytest.mark.parametrize("method", CALLS)
async def test_a_request_that_never_left(method):
    error = await ask(method, httpx.ConnectError("refused"))
    assert (error.may_have_started, error.next_step) == (False, "No connection was made. Nothing was sent.")


async def fetch(url):
    await download(f"{url}/1.png", Target("us", url, url, is_own_origin=True), Settings(request_timeout_s=1))


async def save(url):
    generation = Generation.model_validate({"generation_id": ID, "generation_output_file": [f"{url}/1.png"]})
    async with Client(key="bye_test", base_url=url, settings=Settings(request_timeout_s=1)) as client:
        await client.save(generation)


@pytest.mark.parametrize("ask", [fetch, save])
async def test_a_file_that_cannot_be_fetched_says_nothing_of_a_generation(ask):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(TransportError) as caught:
            await ask(url)
    assert caught.value.next_step == render("only_read")


async def test_a_name_that_is_not_found_is_told_for_a_file_too():
    target = Target("us", HOST, HOST, is_own_origin=False)
    with pytest.raises(TransportError) as caught:
        await download("https://nowhere.invalid/1.png", target, Settings())
    assert caught.value.next_step == f"{render('unreached_name')} Nothing was sent."


def test_the_table_has_every_method_of_the_client():
    public = {name for name, _ in inspect.getmembers(Client) if not name.startswith("_")}
    assert public - OTHERS == set(CALLS)
