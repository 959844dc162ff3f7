"""A request as code that anyone can run: Python with this package, cURL, or TypeScript with the API's own package.

The code sends the same bytes to the same address. It reads the key from ``BABYSEA_API_KEY``, and carries a fresh
idempotency key as a literal: run twice, it asks twice for the one generation and pays once.
"""

import json
import shlex
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from genwidget.api.regions import REGIONS
from genwidget.catalogue import Catalogue
from genwidget.errors import ConfigurationError
from genwidget.messages import render
from genwidget.request.decimals import number_text
from genwidget.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from genwidget.request.validation import Request


_ONCE: Final = "The same key again gives the same generation, paid once. Another key makes another one."


def to_code(language: str, request: "Request", base_url: str, *, idempotency_key: str | None = None) -> str:
    """Return a program that sends the request.

    Args:
        language: ``python``, ``curl`` or ``typescript``.
        request: what would be sent.
        base_url: the API's origin; that of a region is written as the region.
        idempotency_key: the key in the code; a new one where it is left out.

    Raises:
        ConfigurationError: there is no such language.
    """
    writers: dict[str, Callable[[Request, str, str], str]] = {
        "python": _python,
        "curl": _curl,
        "typescript": _typescript,
    }
    if language not in writers:
        hint = did_you_mean(language, writers)
        raise ConfigurationError(render("unknown_language", language=language, languages=", ".join(writers), hint=hint))
    return writers[language](request, base_url.rstrip("/"), idempotency_key or str(uuid4()))


def _region_of(base_url: str) -> str | None:
    return next((region.region_id for region in REGIONS.values() if region.api_url == base_url), None)


def _python(request: "Request", base_url: str, idempotency_key: str) -> str:
    region = _region_of(base_url)
    where = f"region={_py(region)}" if region else f"base_url={_py(base_url)}"
    spec = Catalogue.load().find(request.model_id)
    # The client adds the defaults that it is not given, so those that were emptied are named.
    emptied = {name: None for name in (spec.defaults() if spec else {}) if name not in request.body}
    values = "".join(f"            {_py(name)}: {_py(value)},\n" for name, value in {**request.body, **emptied}.items())
    return f"""import os

from genwidget import Client

with Client.blocking({where}, key=os.environ["BABYSEA_API_KEY"]) as client:
    created = client.generate(
        {_py(request.model_id)},
        {{
{values}        }},
        # {_ONCE}
        idempotency_key={_py(idempotency_key)},
    )
    generation = client.wait(created.generation_id)
    print(generation.generation_output_file)
"""


def _py(value: Any) -> str:
    """Write a value as a literal, texts in double quotes, with what cannot be seen escaped."""
    if isinstance(value, list):
        return f"[{', '.join(map(_py, value))}]"
    if not isinstance(value, str):
        return repr(value)
    inside = repr(value + '"')[1:-2]  # a double quote in the text makes repr take single ones
    return '"' + inside.replace('"', r"\"") + '"'


def _curl(request: "Request", base_url: str, idempotency_key: str) -> str:
    arguments = (
        f"curl -X POST {shlex.quote(base_url + request.path)}",
        '-H "Authorization: Bearer $BABYSEA_API_KEY"',
        "-H 'Accept: application/json'",
        "-H 'Content-Type: application/json'",
        f"-H {shlex.quote(f'Idempotency-Key: {idempotency_key}')}",
        f"--data-raw {shlex.quote(request.encoded.decode())}",
    )
    return " \\\n  ".join(arguments) + "\n"


def _typescript(request: "Request", base_url: str, idempotency_key: str) -> str:
    # The vendor's client takes the video route when there is a duration, else the image route.
    is_routed_alike = ("generation_duration" in request.body) == (request.model_type == "video")
    if not is_routed_alike:
        return _fetch(request, base_url, idempotency_key)
    region = _region_of(base_url)
    where = f"region: {_ts(region)}" if region else f"baseUrl: {_ts(base_url)}"
    return f"""import {{ BabySea }} from "babysea";

const client = new BabySea({{ apiKey: process.env.BABYSEA_API_KEY!, {where} }});
const created = await client.generate(
  {_ts(request.model_id)},
  {{
{_ts_members(request.body, 4)}  }},
  // {_ONCE}
  {{ idempotencyKey: {_ts(idempotency_key)} }},
);
console.log(created);
"""


def _fetch(request: "Request", base_url: str, idempotency_key: str) -> str:
    return f"""const response = await fetch({_ts(base_url + request.path)}, {{
  method: "POST",
  headers: {{
    Authorization: `Bearer ${{process.env.BABYSEA_API_KEY}}`,
    Accept: "application/json",
    "Content-Type": "application/json",
    // {_ONCE}
    "Idempotency-Key": {_ts(idempotency_key)},
  }},
  body: JSON.stringify({{
{_ts_members(request.body, 4)}  }}),
}});
console.log(await response.json());
"""


def _ts_members(body: dict[str, Any], indent: int) -> str:
    return "".join(f"{' ' * indent}{_ts(name)}: {_ts(value)},\n" for name, value in body.items())


def _ts(value: Any) -> str:
    """Write a value as a literal; the two line ends that older engines refuse in a string are escaped."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number_text(value)
    return json.dumps(value, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
