"""Input pictures and earlier prompts: what the page's form asks of the kernel besides the request itself."""

from collections.abc import Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from genwidget.api.download import download
from genwidget.api.input_files import OUTPUT_PATH, SAMPLES, UPLOAD_PATH, check_place, upload, with_links
from genwidget.api.media_types import Fetched
from genwidget.errors import InvalidRequest, LedgerError, OutputUnavailable
from genwidget.messages import render

if TYPE_CHECKING:
    from genwidget.widget.payload_types import SampleData
    from genwidget.widget.session import Session

#: How many prompts are remembered, of how many runs.
_MOST_PROMPTS: Final = 50
_MOST_RUNS: Final = 200
#: How long an assignment waits for the sandbox, in seconds.
_TIMEOUT_S: Final = 30.0


def link_files(session: "Session", region_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values in which each path is the link of its file in the sandbox. Blocks, for a bounded time.

    Raises:
        InvalidRequest: the region is not the sandbox, or a file cannot be an input.
        TransportError: the sandbox gave no readable answer.
    """
    runner = session.runner
    if runner.is_own_thread():
        raise InvalidRequest(render("input_waits"))
    target = session.hosts.find(region_id)
    try:
        return runner.submit(with_links(values, target, session.settings)).result(_TIMEOUT_S)
    except FutureTimeoutError:
        raise InvalidRequest(render("input_refused", reason=render("request_timed_out"))) from None


async def add_input(session: "Session", region_id: str, filename: str, content: bytes) -> str:
    """Return the link of a picture, kept in the sandbox.

    Raises:
        InvalidRequest: the region is not the sandbox, or it is no picture that the sandbox takes.
        TransportError: the sandbox gave no readable answer.
    """
    target = await session.find_target(region_id)
    check_place(target, filename)
    return await upload(content, target, session.settings)


async def fetch_input(session: "Session", region_id: str, url: str) -> Fetched:
    """Return an input picture that the sandbox has, or has made.

    Raises:
        OutputUnavailable: it is not one of the sandbox, or is gone.
        TransportError: the sandbox gave no readable answer.
    """
    target = await session.find_target(region_id)
    own = tuple(f"{target.api_url}{path}/" for path in (UPLOAD_PATH, OUTPUT_PATH))
    if target.region_id != "sandbox" or not url.startswith(own):
        raise OutputUnavailable(render("input_not_own"))
    return await download(url, target, session.settings)


async def list_samples(session: "Session", region_id: str) -> list["SampleData"]:
    """Return the pictures that the sandbox has from the start, each with what it is for; none for another region."""
    target = await session.find_target(region_id)
    if target.region_id != "sandbox":
        return []
    return [
        {
            "name": name,
            "url": f"{target.api_url}{UPLOAD_PATH}/{name}",
            "note": render("input_wrong", refusal=code) if code else render("input_fits"),
        }
        for name, code in SAMPLES.items()
    ]


async def list_prompts(session: "Session") -> list[str]:
    """Return the prompts of the runs that may be seen here, newest first, each once."""
    with suppress(LedgerError):  # what this playground holds has prompts all the same
        await session.recall(_MOST_RUNS)
    runs = sorted(session.run_list.all(), key=lambda run: run.created_at, reverse=True)
    prompts = dict.fromkeys(run.prompt for run in runs if run.prompt)
    return list(prompts)[:_MOST_PROMPTS]
