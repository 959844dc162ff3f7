"""A request as code that anyone can run: Python with this package, cURL, or TypeScript with the API's own package.

The code sends the same bytes to the same address; Python and cURL then wait, save the files and print their names. It
reads the key from ``BABYSEA_API_KEY``, but for the sandbox, whose key is public; and carries a fresh idempotency key as
a literal: run twice, it asks twice for the one generation and pays once.
"""

import json
import shlex
from typing import TYPE_CHECKING, Any, Final

from genwidget import platform
from genwidget.api.regions import REGIONS, sandbox_key
from genwidget.arguments import idempotency_key_of
from genwidget.catalogue import Catalogue
from genwidget.errors import ConfigurationError
from genwidget.messages import render
from genwidget.request.decimals import number_text
from genwidget.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from genwidget.request.validation import Request


_ONCE: Final = "It makes a generation of its own and pays for it. The same key again gives the same one, paid once."
_PUBLIC: Final = "The key of the sandbox, which is public."
_OWN_FILE: Final = "By its URL and public key, since its files are in this sandbox alone, which ends with its kernel."

#: Waits for the generation, saves its files, prints their names. In brackets, so that its ``exit`` ends itself alone.
_POLL_LOOP: Final = r"""member() { tr -d '\n' | sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }
id=$(printf '%s' "$created" | member generation_id)
case $id in '' | *[!A-Za-z0-9_-]*) printf '%s\n' "$created" >&2; exit 1 ;; esac
tries=0 state=
while [ "$state" != succeeded ]; do
  case $state in failed | canceled) printf '%s\n' "$record" >&2; exit 1 ;; esac
  tries=$((tries + 1))
  [ "$tries" -le 300 ] || { echo "still running: $id" >&2; exit 1; }
  sleep 2
  record=$(curl -sS BASE"/v1/content/$id" -H "Authorization: Bearer $BABYSEA_API_KEY")
  state=$(printf '%s' "$record" | member generation_status)
done
printf '%s' "$record" | tr -d '\n' | sed 's/.*"generation_output_file": *\[\([^]]*\)\].*/\1/; s/\\u0026/\&/g' |
  tr ',' '\n' | sed -n 's/^ *"\(https\{0,1\}:.*\)" *$/\1/p' |
  { place=0
    while read -r link || [ -n "$link" ]; do
      place=$((place + 1)) path=${link%%[?#]*} ending=
      name=${path##*/}
      case $name in *.*) ending=.${name##*.} ;; esac
      file=$id-$place$ending
      curl -sS -f -o "$file" "$link" && echo "$file"
    done; }
"""


def to_code(
    language: str, request: "Request", base_url: str, *, is_sandbox: bool = False, idempotency_key: str | None = None
) -> str:
    """Return a program that sends the request.

    Args:
        language: ``python``, ``curl`` or ``typescript``.
        request: what would be sent.
        base_url: the API's origin; that of a region is written as the region.
        is_sandbox: it is this user's sandbox, whose port changes: Python names the region, and needs no key; cURL and
            TypeScript have the sandbox's own.
        idempotency_key: the key in the code; a new one where it is left out.

    Raises:
        ConfigurationError: there is no such language.
        InvalidRequest: the API does not take the idempotency key.
    """
    writers: dict[str, Callable[[Request, str, str], str]] = {
        "python": _python_of_sandbox if is_sandbox else _python,
        "curl": _curl_of_sandbox if is_sandbox else _curl,
        "typescript": _typescript_of_sandbox if is_sandbox else _typescript,
    }
    if not isinstance(language, str) or language not in writers:
        hint = did_you_mean(language, writers)
        raise ConfigurationError(render("unknown_language", language=language, languages=", ".join(writers), hint=hint))
    return writers[language](request, base_url.rstrip("/"), idempotency_key_of(idempotency_key))


def region_of(base_url: str) -> str | None:
    """Return the id of the region whose origin this is, if it is that of one."""
    return next((region.region_id for region in REGIONS.values() if region.api_url == base_url), None)


def _python(request: "Request", base_url: str, idempotency_key: str) -> str:
    region = region_of(base_url)
    where = f"region={python_literal(region)}" if region else f"base_url={python_literal(base_url)}"
    return "import os\n\n" + _program(request, f'{where}, key=os.environ["BABYSEA_API_KEY"]', idempotency_key)


def _python_of_sandbox(request: "Request", base_url: str, idempotency_key: str) -> str:
    if _has_file_of(request, base_url):
        where = f"base_url={python_literal(base_url)}, key={python_literal(sandbox_key())}"
        return f"# {_OWN_FILE}\n{_program(request, where, idempotency_key)}"
    return _program(request, 'region="sandbox"', idempotency_key)


def _has_file_of(request: "Request", base_url: str) -> bool:
    """Tell whether a request has a file that this sandbox serves, and another one would not find."""
    links = [one for value in request.body.values() for one in (value if isinstance(value, list) else [value])]
    return any(isinstance(one, str) and one.startswith(f"{base_url}/") for one in links)


def _program(request: "Request", client: str, idempotency_key: str) -> str:
    spec = Catalogue.load().find(request.model_id)
    # The client adds the defaults that it is not given, so those that were emptied are named.
    emptied = {name: None for name in (spec.defaults() if spec else {}) if name not in request.body}
    given = {**request.body, **emptied}
    values = "".join(f"            {python_literal(name)}: {python_literal(one)},\n" for name, one in given.items())
    made, wait = waiting()
    return f"""from genwidget import Client

{made}({client}) as client:
    generation = {wait}client.generate_and_wait(
        {python_literal(request.model_id)},
        {{
{values}        }},
        # {_ONCE}
        idempotency_key={python_literal(idempotency_key)},
    )
    for path in {wait}client.save(generation):
        print(path)
"""


def waiting() -> tuple[str, str]:
    """Return how Python begins with a client here, and what stands before each call that waits.

    In a browser nothing can wait but a cell, by ``await``.
    """
    return ("with Client.blocking", "") if platform.can_start_threads() else ("async with Client", "await ")


def python_literal(value: Any) -> str:
    """Write a value as a literal, texts in double quotes, with what cannot be seen escaped."""
    if isinstance(value, list):
        return f"[{', '.join(map(python_literal, value))}]"
    if not isinstance(value, str):
        return repr(value)
    inside = repr(value + '"')[1:-2]  # a double quote in the text makes repr take single ones
    return '"' + inside.replace('"', r"\"") + '"'


def _curl_of_sandbox(request: "Request", base_url: str, idempotency_key: str) -> str:
    # Set inside of the brackets: a key of one's own goes to no sandbox, and stays set.
    return _curl(request, base_url, idempotency_key, f"# {_PUBLIC}\nBABYSEA_API_KEY={shlex.quote(sandbox_key())}\n")


def _curl(request: "Request", base_url: str, idempotency_key: str, begin: str = "") -> str:
    arguments = (
        f"curl -sS -X POST {shlex.quote(base_url + request.path)}",
        '-H "Authorization: Bearer $BABYSEA_API_KEY"',
        "-H 'Accept: application/json'",
        "-H 'Content-Type: application/json'",
        f"-H {shlex.quote(f'Idempotency-Key: {idempotency_key}')}",
        f"--data-raw {shlex.quote(request.encoded.decode())}",
    )
    created = " \\\n  ".join(arguments)
    return f"( # {_ONCE}\n{begin}created=$({created})\n{_POLL_LOOP.replace('BASE', shlex.quote(base_url))})\n"


def _typescript_of_sandbox(request: "Request", base_url: str, idempotency_key: str) -> str:
    return f"// {_PUBLIC}\nprocess.env.BABYSEA_API_KEY = {_ts(sandbox_key())};\n" + _typescript(
        request, base_url, idempotency_key
    )


def _typescript(request: "Request", base_url: str, idempotency_key: str) -> str:
    # The vendor's client takes the video route when there is a duration, else the image route.
    is_routed_alike = ("generation_duration" in request.body) == (request.model_type == "video")
    if not is_routed_alike:
        return _fetch(request, base_url, idempotency_key)
    region = region_of(base_url)
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
