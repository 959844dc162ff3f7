"""Prompts from a pattern: ``{name}`` takes a value, ``{a|b}`` takes one of several, drawn by a seed. Pure."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from genwidget.batch.cells import word_of
from genwidget.errors import InvalidRequest
from genwidget.messages import render

_PART: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class Template:
    """A pattern with places for values.

    ``{text}`` is replaced by the value of that name, ``{red|green|blue}`` by one of these, ``{{`` and ``}}`` by a
    brace. The same seed and index always draw the same.

    Args:
        text: the pattern.
        seed: of what is drawn.

    Raises:
        InvalidRequest: no text, or braces that do not match.
    """

    def __init__(self, text: str, seed: int = 0) -> None:
        if not isinstance(text, str):
            raise InvalidRequest(render("batch_template_not_text"))
        self.text: Final = text
        self._seed = seed
        #: Literal text, a name, or the choices of a place.
        self._parts: list[str | tuple[str] | list[str]] = []
        self._read()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the values that it takes, each once, in order."""
        return tuple(dict.fromkeys(part[0] for part in self._parts if isinstance(part, tuple)))

    def fill(self, values: Mapping[str, Any], index: int) -> str | None:
        """Return the text for an item; None where one of its values is missing, or blank.

        Args:
            values: by name.
            index: the item's place, from 0, by which choices are drawn.

        Raises:
            InvalidRequest: a value is neither a text nor a number that can be written out.
        """
        filled: list[str] = []
        for place, part in enumerate(self._parts):
            if isinstance(part, str):
                filled.append(part)
            elif isinstance(part, list):
                filled.append(part[self._draw(index, place, len(part))])
            elif (word := word_of(part[0], values.get(part[0]))) is None:
                return None
            else:
                filled.append(word)
        return "".join(filled)

    def _draw(self, index: int, place: int, count: int) -> int:
        """Draw from a hash, since ``random`` may draw otherwise in another version of Python."""
        digest = hashlib.blake2b(f"{self._seed}/{index}/{place}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) % count

    def _read(self) -> None:
        end = 0
        for found in _PART.finditer(self.text):
            self._parts.append(self.text[end : found.start()])
            self._parts.append(_part(found))
            end = found.end()
        self._parts.append(self.text[end:])


def _part(found: re.Match[str]) -> str | tuple[str] | list[str]:
    if found[0] in {"{{", "}}"}:
        return found[0][0]
    inside = found[1]
    if inside is None:
        raise InvalidRequest(render("batch_template_brace", place=found.start() + 1))
    if "|" in inside:
        return inside.split("|")
    name = inside.strip()
    if not name:
        raise InvalidRequest(render("batch_template_empty", place=found.start() + 1))
    return (name,)
