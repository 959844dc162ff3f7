"""What Sphinx makes of docstrings: of a property its sentences alone, of a class that others make no parameters."""

from typing import Any

from docutils.nodes import Element
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.ext import napoleon
from sphinx.ext.napoleon.docstring import GoogleDocstring


class _Sentences(GoogleDocstring):
    """A docstring whose first line has no type before its first colon: types stand in annotations."""

    def _consume_inline_attribute(self) -> tuple[str, list[str]]:
        return "", GoogleDocstring(self._dedent(self._consume_to_end()), self._config).lines()


def _forget_parameters(app: Sphinx, _domain: str, kind: str, content: Element) -> None:
    """Let no types stand for the parameters of a class that is listed without any."""
    signature: Any = content.parent[0] if content.parent else None
    if kind == "class" and signature is not None and not any(signature.findall(addnodes.desc_parameterlist)):
        name = ".".join(filter(None, (signature.get("module"), signature.get("fullname"))))
        app.env.current_document.autodoc_annotations.pop(name, None)


def setup(app: Sphinx) -> dict[str, bool]:
    """Take the place of what napoleon does; before autodoc adds types to parameters."""
    app.setup_extension("sphinx.ext.napoleon")
    napoleon.GoogleDocstring = _Sentences  # type: ignore[misc]
    app.connect("object-description-transform", _forget_parameters, priority=400)
    return {"parallel_read_safe": True}
