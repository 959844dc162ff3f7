"""The built page: the first module and its style sheet, which are traits, and further modules, which it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from genwidget.errors import ConfigurationError
from genwidget.messages import render

_STATIC: Final = Path(__file__).with_name("static")
#: The further modules that a batch's page asks for.
_OF_BATCH: Final = ("sheet", "code")


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
    script, style = _read(folder, "widget")
    modules = {path.stem: path.read_bytes() for path in sorted((folder / "modules").glob("*.js"))}
    if not modules:
        raise ConfigurationError(render("page_not_built", path=folder / "modules"))
    return PageFiles(script, style, modules)


def read_sheet(folder: Path = _STATIC) -> PageFiles:
    """Read the page of a batch.

    Raises:
        ConfigurationError: it was not built.
    """
    script, style = _read(folder, "sheet")
    modules = read_page(folder).modules
    return PageFiles(script, style, {name: modules[name] for name in _OF_BATCH})


def _read(folder: Path, name: str) -> tuple[str, str]:
    paths = folder / f"{name}.js", folder / f"{name}.css"
    for path in paths:
        if not path.is_file():
            raise ConfigurationError(render("page_not_built", path=path))
    script, style = (path.read_text(encoding="utf-8") for path in paths)
    return script, style
