"""A cURL command that starts a generation, read: its link and its body. Of its headers nothing is kept, no key."""

import re
from dataclasses import dataclass, field
from typing import Final

from genwidget.errors import PasteRefused
from genwidget.messages import render
from genwidget.pasted.shells import splits_for
from genwidget.request.validation import ENDPOINT
from genwidget.text import load_json, shown

_CURL: Final = re.compile(r"(?<![\w./$-])curl(?:\.exe)?(?=\s)")
#: How many commands of a script are looked at.
_MOST_COMMANDS: Final = 20
_LINK: Final = re.compile(rf"(?P<base>.*?)(?P<path>{ENDPOINT})/?(?:[?#].*)?", re.ASCII | re.DOTALL)
_DATA: Final = frozenset({"-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json"})
#: Other options of curl that take a value. Source: curl's manual page.
_VALUED: Final = frozenset("AbcCDeEFhHKmoPQrtTuUwxXyYz")
_VALUED_LONG: Final = frozenset(
    {
        "--request",
        "--header",
        "--url",
        "--user",
        "--user-agent",
        "--cookie",
        "--cookie-jar",
        "--output",
        "--referer",
        "--retry",
        "--retry-delay",
        "--retry-max-time",
        "--max-time",
        "--connect-timeout",
        "--proxy",
        "--proxy-user",
        "--cacert",
        "--cert",
        "--key",
        "--form",
        "--form-string",
        "--data-urlencode",
        "--write-out",
        "--upload-file",
        "--config",
        "--resolve",
        "--interface",
        "--limit-rate",
        "--range",
        "--oauth2-bearer",
    }
)
_SECRET_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "x-api-key", "cookie"})
#: A key that the text does not hold: a variable of a shell.
_VARIABLE: Final = re.compile(r"(?:bearer\s+)?(?:\$\{?[\w:]+(?::-)?\}?|%\w+%|<[^>]*>)\s*", re.IGNORECASE)


@dataclass(slots=True)
class Command:
    """What a cURL command asks for.

    Attributes:
        base: the link before the path, such as ``https://api.us.babysea.ai``; it may be a variable of a shell.
        path: of the endpoint.
        body: its JSON object, with large numbers as text.
        has_key: an API key was in it.
        has_idempotency_key: an idempotency key was in it.
    """

    base: str = ""
    path: str = ""
    body: dict[str, object] = field(default_factory=dict)
    has_key: bool = False
    has_idempotency_key: bool = False


def find_command(text: str) -> Command:
    """Return the first cURL command of a text that starts a generation, in the quoting of bash, cmd or PowerShell.

    Raises:
        PasteRefused: there is none, or its body cannot be read.
    """
    text = text.replace("\r\n", "\n")
    refusal = render("paste_no_command")
    for place in [*_CURL.finditer(text)][:_MOST_COMMANDS]:
        read, why = _read_command(text[place.start() :])
        if read is not None:
            return read
        refusal = why or refusal
    raise PasteRefused(refusal)


def _read_command(text: str) -> tuple[Command | None, str]:
    """Return the command at the head of a text, or None and why it cannot be read; nothing where it is another one."""
    refusal = ""
    for split in splits_for(text):
        arguments = split(text)
        if arguments is None:
            refusal = refusal or render("paste_open_quote")
            continue
        command, data, secrets = _read_arguments(arguments[1:])
        if not command.path:
            continue
        body, why = _read_body(data)
        if body is not None:
            command.has_key = bool(secrets)
            command.body = {name: value for name, value in body.items() if not _holds(value, secrets)}
            return command, ""
        refusal = refusal or why
    return None, refusal


def _read_body(data: list[str]) -> tuple[dict[str, object] | None, str]:
    if not data:
        return None, render("paste_no_body")
    text = "&".join(data)
    if text.startswith("@"):
        return None, render("paste_body_in_file")
    why = ""
    for one in (text, text.replace('\\"', '"')):  # PowerShell before 7.3 needs its quotes escaped for a program
        try:
            said = load_json(one)
        except ValueError as error:
            why = why or not_json(error)
            continue
        return (said, "") if isinstance(said, dict) else (None, render("paste_no_object"))
    return None, why


def not_json(error: ValueError) -> str:
    """Return a sentence on where a text is no JSON; it quotes nothing of the text."""
    line, column = getattr(error, "lineno", 0), getattr(error, "colno", 0)
    if not line:
        return render("paste_not_json", reason=shown(str(error), 60))
    return render("paste_not_json_at", line=line, column=column, reason=shown(getattr(error, "msg", "")))


def _holds(value: object, secrets: list[str]) -> bool:
    """Tell whether a value of the body is, or has in it, a key of the headers."""
    return any(secret in str(value) for secret in secrets)


def _read_arguments(arguments: list[str]) -> tuple[Command, list[str], list[str]]:
    """Return the command without its body, what is to be its body, and the keys in it."""
    command, data, links, secrets = Command(), [], [], []
    rest = iter(arguments)
    for one in rest:
        name, value = _option(one)
        if name in _DATA:
            data.append(next(rest, "") if value is None else value)
        elif name[:2] in {f"-{letter}" for letter in _VALUED} or name in _VALUED_LONG:
            value = next(rest, "") if value is None else value
            if name in {"-H", "--header"}:
                command.has_idempotency_key |= _name_of(value) == "idempotency-key"
                secrets += _secrets(value.partition(":")[2]) if _name_of(value) in _SECRET_HEADERS else []
            elif name in {"-u", "--user", "--oauth2-bearer"}:
                secrets += _secrets(value)
            elif name == "--url":
                links.append(value)
        elif not name:
            links.append(one)
    for link in links:
        place = _LINK.fullmatch(link)
        if place is not None:
            command.base, command.path = place["base"], place["path"]
            break
    return command, data, secrets


def _option(argument: str) -> tuple[str, str | None]:
    """Return the option that an argument is, with its value if that is in it; an empty name for any other."""
    if argument.startswith("--"):
        name, equals, value = argument.partition("=")
        return name, value if equals else None
    if not argument.startswith("-") or len(argument) == 1:
        return "", None
    for at, letter in enumerate(argument[1:], start=1):
        if letter == "d" or letter in _VALUED:
            return f"-{letter}", argument[at + 1 :] or None
    return argument, None


def _name_of(header: str) -> str:
    return header.partition(":")[0].strip().lower()


def _secrets(value: str) -> list[str]:
    """Return the key in the value of a header, without ``Bearer``; nothing for a variable of a shell."""
    return [] if not value.strip() or _VARIABLE.fullmatch(value.strip()) else value.split()[-1:]
