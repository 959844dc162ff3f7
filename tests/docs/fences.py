"""The code that the project's Markdown shows: its blocks, and the commands among its words."""

import re
from dataclasses import dataclass
from pathlib import Path

import mistune

from genwidget.messages import MESSAGES

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: The words of a sentence that are a command when one of these begins them.
PROGRAMS = ("genwidget", "jupyter", "make", "pip", "pytest", "python")


@dataclass(frozen=True)
class Fence:
    """A block of code, and the ways in which a reader may paste it: the words behind the language on its first line."""

    document: str
    language: str
    ways: tuple[str, ...]
    text: str

    @property
    def first(self):
        """Its first line, by which the tests name it."""
        return self.text.partition("\n")[0]

    @property
    def commands(self):
        """Its lines without their comments."""
        return [line.partition("  #")[0].strip() for line in self.text.splitlines()]


def tokens(path):
    """Yield every token of a document, those inside of others too."""
    waiting = mistune.create_markdown(renderer=None, plugins=["table"])(path.read_text(encoding="utf-8"))
    while waiting:
        token = waiting.pop(0)
        waiting[:0] = token.get("children", [])
        yield token


def fences(paths=DOCUMENTS):
    """Return every block of code, in the order in which a reader meets them."""
    found = []
    for path in filter(Path.exists, paths):
        for token in tokens(path):
            if token["type"] == "block_code":
                language, *ways = token.get("attrs", {}).get("info", "").split() or [""]
                found.append(Fence(path.name, language, tuple(ways), token["raw"].rstrip("\n")))
    return found


def panel_commands():
    """Return the commands that the side panel names, which are given in a clone."""
    text = (ROOT / "js" / "src" / "sidebar" / "notices.ts").read_text(encoding="utf-8")
    found = re.findall(r"""^const [A-Z]+ = (["'])(.+)\1;$""", text, re.MULTILINE)
    assert len(re.findall(r"command: [A-Z]", text)) == text.count("command:")
    return sorted({command for _, command in found})


def message_command(code):
    """Return the command that a message names: it stands behind a colon, to the end."""
    return re.search(r": ((?:pip|cd|genwidget) .+)$", MESSAGES[code])[1]


def commands(paths=DOCUMENTS):
    """Return every command that stands in a sentence or a table."""
    spans = [
        token["raw"] for path in filter(Path.exists, paths) for token in tokens(path) if token["type"] == "codespan"
    ]
    return sorted({span for span in spans if span.split()[0] in PROGRAMS and " " in span})
