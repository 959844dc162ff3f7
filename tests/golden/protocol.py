"""What crosses between kernel and page, as the page's types: ``python -m tests.golden.protocol`` writes them anew.

They come from the commands, from the traits, and from what each method of the command handler is annotated to answer.
With ``--check`` nothing is written, and the exit code is 1 where the file is not what it should be.
"""

import inspect
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import TypedDict

from genwidget.api.addresses import PRIVATE_HOST
from genwidget.messages import MESSAGES
from genwidget.pasted.pattern import MAX_PASTED_BYTES, PASTED
from genwidget.widget import commands
from genwidget.widget.answer import Answer
from genwidget.widget.handlers import CommandHandler
from genwidget.widget.payload_types import CellsMessage, NoData, Traits
from genwidget.widget.sheet import Sheet

JS = Path(__file__).parents[2] / "js"
PATH = JS / "src" / "protocol.generated.ts"
#: The side panel's sentences.
SENTENCES = JS / "src" / "sidebar" / "sentences.generated.ts"
#: The sentences and rules of the form's further module.
FORM_WORDS = JS / "src" / "form" / "words.generated.ts"
#: The sentences of the list of shortcuts.
KEY_WORDS = JS / "src" / "view" / "shortcuts" / "words.generated.ts"
STALE = "{} is not what the kernel has. Run: python -m tests.golden.protocol"


class OneSide(GenerateJsonSchema):
    """Schemas without a title for each property, which would become a type of its own."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def dict_schema(self, schema: Any) -> dict[str, Any]:
        """Say that any values may be in it; pydantic says so itself from 2.11 on."""
        return {"additionalProperties": True, **super().dict_schema(schema)}


def command_classes() -> dict[str, type]:
    """Return the commands by their kind."""
    union = get_args(commands.Command)[0]
    return {get_args(one.model_fields["kind"].annotation)[0]: one for one in get_args(union)}


def answers() -> dict[type, Any]:
    """Return the type of the data that each command is answered with, as the handler's methods have it."""
    found, known = {}, set(command_classes().values())
    methods = [one for kind in (CommandHandler, Sheet) for one in inspect.getmembers(kind, inspect.isfunction)]
    for _, method in methods:
        hints = get_type_hints(method)
        returned = hints.pop("return", None)
        if get_origin(returned) is Answer:
            found.update(dict.fromkeys(known & set(hints.values()), *get_args(returned)))
    return found


def schema() -> dict[str, Any]:
    """Return all of it as one JSON Schema."""
    answered = answers()
    data = TypedDict("Answers", {kind: answered.get(one, NoData) for kind, one in command_classes().items()})  # type: ignore[misc]
    members = {"traits": Traits, "command": commands.Command, "answers": data, "cells": CellsMessage}
    protocol = TypedDict("Protocol", members)  # type: ignore[misc]
    return TypeAdapter(protocol).json_schema(schema_generator=OneSide)


def current() -> str:
    """Return the text of the file as it should be."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "Protocol.json"
        source.write_text(json.dumps(schema()), encoding="utf-8")
        tool = JS / "node_modules" / "json-schema-to-typescript" / "dist" / "src" / "cli.js"
        banner = "/** Written by tests/golden/protocol.py. */"
        options = ["--no-additionalProperties", "--no-enableConstEnums", "--unreachableDefinitions=false"]
        command = ["node", str(tool), str(source), "--bannerComment", banner, *options]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def sentences() -> str:
    """Return the text of the file of the side panel's sentences, which it needs before there is a kernel."""
    own = {code.removeprefix("sidebar_"): text for code, text in MESSAGES.items() if code.startswith("sidebar_")}
    lines = [f"  {code}: {json.dumps(text, ensure_ascii=False)}," for code, text in own.items()]
    return "\n".join(["/** Written by tests/golden/protocol.py. */", "export const SENTENCES = {", *lines, "};", ""])


def form_words() -> str:
    """Return the text of the file of what a further module alone says, and of the rules that it alone has."""
    own = {code.removeprefix("form_"): text for code, text in MESSAGES.items() if code.startswith("form_")}
    rules = {"pasted": PASTED, "pasted_limit": MAX_PASTED_BYTES, "private_host": PRIVATE_HOST}
    lines = ["/** Written by tests/golden/protocol.py. */", ""]
    for name, kind, members in (("SENTENCES", "string", own), ("RULES", "string | number", rules)):
        lines += [f"export const {name}: Readonly<Record<string, {kind}>> = {{"]
        lines += [f"  {code}: {json.dumps(value, ensure_ascii=False)}," for code, value in members.items()]
        lines += ["};", ""]
    return "\n".join(lines)


def key_words() -> str:
    """Return the text of the file of what the list of shortcuts says, by part and act."""
    own = {code.removeprefix("keys_"): text for code, text in MESSAGES.items() if code.startswith("keys_")}
    lines = [f"  {code}: {json.dumps(text, ensure_ascii=False)}," for code, text in own.items()]
    head = ["/** Written by tests/golden/protocol.py. */", ""]
    return "\n".join([*head, "export const SENTENCES: Readonly<Record<string, string>> = {", *lines, "};", ""])


def main(arguments: list[str]) -> int:
    """Write the files, or check them."""
    stale = 0
    for path, text in (
        (PATH, current()),
        (SENTENCES, sentences()),
        (FORM_WORDS, form_words()),
        (KEY_WORDS, key_words()),
    ):
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            print(STALE.format(path.relative_to(JS.parent)), file=sys.stderr)
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
