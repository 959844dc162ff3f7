"""The built page: the first module and its style sheet, which are traits, and further modules, which it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from genwidget.errors import ConfigurationError
from genwidget.messages import render

_STATIC: Final = Path(__file__).with_name("static")


@dataclass(frozen=True, slots=True)
class PageFiles:
    """The page as it was built, all of it read at one time: its modules fit one another and no other build's.

    Attributes:
        script: the first module.
        style: its style sheet.
        modules: each further module's text in UTF-8, by its name.
    """

    script: str
    style: str
    modules: Mapping[str, bytes]


def read_page(folder: Path = _STATIC) -> PageFiles:
    """Read the built page.

    Raises:
        ConfigurationError: it was not built.
    """
    script, style = folder / "widget.js", folder / "widget.css"
    modules = {path.stem: path.read_bytes() for path in sorted((folder / "modules").glob("*.js"))}
    for path, is_there in ((script, script.is_file()), (style, style.is_file()), (folder / "modules", bool(modules))):
        if not is_there:
            raise ConfigurationError(render("page_not_built", path=path))
    return PageFiles(script.read_text(encoding="utf-8"), style.read_text(encoding="utf-8"), modules)
