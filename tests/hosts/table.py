"""The table of hosts: what must hold in each, and what is said where it cannot."""

from pathlib import Path
from typing import ClassVar

#: What must hold, by the name of the method that tries it.
COLUMNS = {
    "show": "the playground is drawn, and its kernel has answered",
    "lock": "a key is locked, and known to the kernel alone",
    "send": "a request leaves once, and its picture is drawn",
    "busy": "while a cell runs, a run goes on and is followed, and a click is served once",
    "reload": "after a reload of the page the form, the key and the picture are there again",
    "restart": "after a restart of the kernel the page says so, and the cell run again has the earlier run",
    "files": "what was made is saved as a file, byte by byte",
    "two": "two playgrounds of one page have each a form, a key and runs of their own",
}
HOLDS = "holds"
PAGE = Path(__file__).parents[2] / "docs" / "hosts.md"
BEGIN, END = "<!-- the table of tests/hosts -->", "<!-- end of the table -->"


def lines(hosts, verdicts):
    """Return the table as Markdown.

    Args:
        hosts: classes of hosts, in their order.
        verdicts: what each cell says, by names of host and column.
    """
    heads = ["| host | " + " | ".join(COLUMNS) + " |", "| --- " * (len(COLUMNS) + 1) + "|"]
    return [*heads, *(f"| {one.name} | {' | '.join(_cells(one, verdicts))} |" for one in hosts)]


def declared(hosts):
    """Return the table of what the hosts are declared to hold, with a number for each thing that one cannot."""
    verdicts = {(one.name, column): one.notes.get(column, HOLDS) for one in hosts for column in COLUMNS}
    reasons = list(dict.fromkeys(text for text in verdicts.values() if text != HOLDS))
    numbered = {cell: text if text == HOLDS else f"({reasons.index(text) + 1})" for cell, text in verdicts.items()}
    notes: ClassVar = [f"{number}. {text}" for number, text in enumerate(reasons, 1)]
    meanings = [f"- {name}: {claim}" for name, claim in COLUMNS.items()]
    return "\n".join([*lines(hosts, numbered), "", *notes, "", *meanings])


def written():
    """Return the table of the documentation."""
    return PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip()


def write(hosts):
    """Put the table into the documentation."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{declared(hosts)}\n\n{END}{after}", encoding="utf-8")


def _cells(host, verdicts):
    return [verdicts.get((host.name, column), "") for column in COLUMNS]
