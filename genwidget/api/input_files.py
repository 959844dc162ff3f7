"""Input pictures that are files of this machine: the API takes public links, and the sandbox keeps them itself."""

import asyncio
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx

from genwidget.api.environment import open_client, trusted_always
from genwidget.api.media_types import UNKNOWN_TYPE, sniff
from genwidget.api.regions import Target, is_loopback, own_transport
from genwidget.api.response_body import BodyEncoded, BodyTooLarge, read_body
from genwidget.api.transport import HTTP_ERRORS, USER_AGENT, Trace, failure_of
from genwidget.errors import GenwidgetError, InvalidRequest
from genwidget.messages import render
from genwidget.settings import Settings
from genwidget.text import host_of, load_json, shown

#: The largest picture that the sandbox keeps, in bytes.
MAX_BYTES: Final = 10 * 1024 * 1024
#: What it takes.
KINDS: Final = ("image/png", "image/jpeg", "image/webp")
UPLOAD_PATH: Final = "/sandbox/inputs"
#: Where it has what it made.
OUTPUT_PATH: Final = "/sandbox/files"
#: The pictures that every sandbox has, the usable ones first, and the code of what is wrong with each other one.
SAMPLES: Final[dict[str, str]] = {
    "floe.png": "",
    "blue.png": "",
    "too-small.png": "BSE2003",
    "too-large.png": "BSE2002",
    "gif-inside.png": "BSE2004",
    "broken.png": "BSE2005",
    "too-heavy.png": "BSE2007",
}
_MIB: Final = 1024 * 1024


async def with_links(values: Mapping[str, Any], target: Target, settings: Settings) -> dict[str, Any]:
    """Return values in which each path (``pathlib.Path``) is the link of its file, uploaded to the sandbox.

    Raises:
        InvalidRequest: the requests do not go to the sandbox, or a file is no picture that it takes.
        TransportError: the sandbox gave no readable answer.
    """

    async def link(one: Any) -> Any:
        if not isinstance(one, os.PathLike):
            return one
        check_place(target, Path(one).name)
        return await upload(await asyncio.to_thread(_read, Path(one)), target, settings)

    linked: dict[str, Any] = {}
    for name, value in values.items():
        is_list = isinstance(value, list | tuple)
        linked[name] = [await link(one) for one in value] if is_list else await link(value)
    return linked


def check_place(target: Target, name: str) -> None:
    """Do nothing where files of this machine can be inputs: in the sandbox.

    Raises:
        InvalidRequest: anywhere else.
    """
    if target.region_id != "sandbox":
        raise InvalidRequest(render("form_public_only", name=shown(name, 100)))


def _read(path: Path) -> bytes:
    """Return the bytes of a file, at most one more than the sandbox takes."""
    refusal = ""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        refusal = getattr(error, "strerror", None) or render("recipe_no_file")
    raise InvalidRequest(render("input_unreadable", path=path, reason=refusal))


async def upload(content: bytes, target: Target, settings: Settings) -> str:
    """Return the link of a picture, kept in the sandbox; the same bytes have one link. No key is sent.

    Raises:
        InvalidRequest: it is no picture that the sandbox takes, or it refuses it.
        TransportError: it gave no readable answer.
    """
    if len(content) > MAX_BYTES:
        raise InvalidRequest(render("input_too_large", limit=f"{MAX_BYTES // _MIB} MiB"))
    kind = sniff(content, UNKNOWN_TYPE)
    if kind not in KINDS:
        raise InvalidRequest(render("input_no_picture"))
    url = f"{target.api_url}{UPLOAD_PATH}"
    status, answer = await _post(url, content, kind, settings)
    link = answer.get("url")
    if status == httpx.codes.CREATED and isinstance(link, str) and link.startswith(f"{target.api_url}/"):
        return link
    error = answer.get("error")
    said = shown(error.get("message"), 300) if isinstance(error, dict) else ""
    raise InvalidRequest(render("input_refused", reason=said or render("http_status", status=status)))


async def _post(url: str, content: bytes, kind: str, settings: Settings) -> tuple[int, dict[str, Any]]:
    trace, host = Trace(time.monotonic, is_told=True), httpx.URL(url).host
    timeout = httpx.Timeout(settings.request_timeout_s, connect=settings.connect_timeout_s)
    headers = {"Content-Type": kind, "Accept-Encoding": "identity", "User-Agent": USER_AGENT}
    failure: GenwidgetError
    try:
        async with (
            open_client(
                transport=own_transport(host),
                timeout=timeout,
                trust_env=not is_loopback(host),
                verify=await trusted_always(),
            ) as client,
            client.stream("POST", url, content=content, headers=headers, extensions={"trace": trace}) as response,
        ):
            trace.status_code = response.status_code
            said = load_json((await read_body(response, _MIB)).decode("utf-8", "replace"))
            return response.status_code, said if isinstance(said, dict) else {}
    except (BodyTooLarge, BodyEncoded, ValueError):
        failure = InvalidRequest(render("input_refused", reason=render("invalid_json")))
    except HTTP_ERRORS as error:
        failure = failure_of(error, trace, host_of(url))
    raise failure
