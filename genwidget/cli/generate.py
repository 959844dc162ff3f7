"""``genwidget generate``: one generation from a shell."""

import argparse
import functools
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from genwidget.api.keys import KEY_VARIABLE, resolve_key
from genwidget.api.regions import check_base_url, resolve
from genwidget.batch.files import prepare_folder
from genwidget.catalogue import ModelSpec
from genwidget.cli.follow import carry
from genwidget.cli.output import InputError, complain
from genwidget.cli.parser import path
from genwidget.cli.place import add_place, require_key
from genwidget.messages import render
from genwidget.request.field_texts import lay_over
from genwidget.request.validation import prepare
from genwidget.runs import runner
from genwidget.runs.known_models import find_models
from genwidget.runs.spend_limit import SpendLimit, parse_credits

#: No request comes near it; a device or a film does.
MAX_BODY_BYTES: Final = 8 * 1024 * 1024


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "generate",
        help="make an image or a video and save it",
        description="Send one request, follow it, and save what it made. The type is the model's own.",
        epilog=f"The API key comes from {KEY_VARIABLE}; the sandbox brings its own.",
    )
    parser.add_argument("model", metavar="MODEL", help="such as bfl/flux-schnell")
    parser.add_argument("--prompt", metavar="TEXT", help="the field generation_prompt; goes before --body")
    parser.add_argument(
        "--set",
        metavar="FIELD=VALUE",
        action="append",
        default=[],
        dest="fields",
        help="one field, before that of --body; an empty value leaves it out; repeat it for a list",
    )
    parser.add_argument("--body", metavar="FILE", type=path, help="a JSON file of fields")
    add_place(parser)
    parser.add_argument("--json", action="store_true", help="print the final record instead of the paths")
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=path, default=Path(), help="where the outputs go; default: here"
    )
    parser.add_argument("--spend-limit", metavar="CREDITS", help="send nothing that costs more")
    parser.add_argument(
        "--allow-unknown", action="store_true", help="send it although a limit holds and its price is not known"
    )
    parser.set_defaults(do=_generate)


def _generate(options: argparse.Namespace) -> int:
    base_url = None if options.base_url is None else check_base_url(options.base_url)
    limits = _limits(options.spend_limit)
    key = resolve_key(options.region, base_url)
    known = find_models(options.region, base_url, key, options.model)
    spec = known.catalogue.find(options.model)
    model_type = spec.model_type if spec else "image"
    request = prepare(known.catalogue, model_type, options.model, _values(options, spec), known.note)
    if known.note:
        complain(known.note)
    key = require_key(key, options)
    prepare_folder(options.output)
    target = resolve(options.region, base_url)
    begin = functools.partial(
        runner.shared().start, request, target, key, limits=limits, allow_unknown=options.allow_unknown
    )
    return carry(begin, options.output, as_json=options.json)


def _limits(text: str | None) -> list[SpendLimit]:
    return [] if text is None else [SpendLimit(f"command:{uuid4()}", parse_credits(text, "--spend-limit"))]


def _values(options: argparse.Namespace, spec: ModelSpec | None) -> dict[str, Any]:
    """Lay ``--prompt`` and ``--set`` over ``--body``."""
    values = _read_body(options.body) if options.body is not None else {}
    return values | lay_over(options.prompt, options.fields, spec, "--prompt")


def _read_body(path: Path) -> dict[str, Any]:
    """Return the fields of a JSON file, every digit of a number kept.

    Raises:
        InputError: it cannot be read, is too large, is no JSON object, or has a field twice.
    """
    try:
        text = _read_bytes(path).decode("utf-8-sig")
        body = json.loads(text, parse_float=Decimal, object_pairs_hook=_members)
    except OSError as error:
        raise _bad_body(path, error.strerror) from error
    except RecursionError as error:
        raise _bad_body(path, render("cli_too_deep")) from error
    except ValueError as error:  # no path, no UTF-8, no JSON, a field twice
        raise _bad_body(path, error) from error
    if not isinstance(body, dict):
        raise _bad_body(path, render("cli_no_object"))
    return body


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(render("batch_twice", name=name))
    return members


def _read_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MAX_BODY_BYTES + 1)
    if len(content) > MAX_BODY_BYTES:
        raise ValueError(render("cli_too_large", limit=f"{MAX_BODY_BYTES:,}"))
    return content


def _bad_body(path: Path, reason: object) -> InputError:
    return InputError(render("cli_bad_body", path=path, reason=reason))
