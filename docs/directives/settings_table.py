"""``settings-table``: every variable of the environment, from ``Settings`` and where else the code reads one."""

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from genwidget.api.keys import KEY_VARIABLE
from genwidget.settings import HISTORIES, OTHER_VARIABLES, PREFIX, Settings, means_of

_ATTRIBUTE = re.compile(r"^ {8}(\w+): (.+(?:\n {12}.+)*)", re.MULTILINE)
_KEY = "the API key, where none is given; the sandbox never takes it."


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Yield variable, what it can be, default and meaning; one of a field of ``Settings`` is named as the field is."""
    meanings = {name: re.sub(r"\s+", " ", text) for name, text in _ATTRIBUTE.findall(Settings.__doc__ or "")}
    for field in fields(Settings):
        kinds = " or ".join(f"`{one}`" for one in HISTORIES) if field.name == "history" else means_of(field.name)
        yield PREFIX + field.name.upper(), kinds, _written(field.default), meanings[field.name]
    for name, (default, meaning) in OTHER_VARIABLES.items():
        yield PREFIX + name, "", default, meaning
    yield KEY_VARIABLE, "", "", _KEY


def _written(default: object) -> str:
    return str(int(default) if isinstance(default, bool) else default).removesuffix(".0")


class SettingsTable(SphinxDirective):
    """The table, one row for each variable."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        lines = ["| variable | meaning | can be | default |", "| --- | --- | --- | --- |"]
        for variable, kinds, default, meaning in rows():
            cells = [f"`{variable}`", _spoken(meaning), kinds, f"`{default}`" if default else ""]
            lines.append(f"| {' | '.join(cells)} |")
        return self.parse_text_to_nodes("\n".join(lines))


def _spoken(text: str) -> str:
    return text.replace("``", "`")


def setup(app: Any) -> dict[str, bool]:
    """Make the directive known."""
    app.add_directive("settings-table", SettingsTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
