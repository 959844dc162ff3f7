"""``live-page``: the way into the page that needs no install, where it was built beside these pages."""

from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

_WAY_IN = """<p><a class="live-page" href="lite/index.html">Try it in this browser</a></p>
<p>No account and no install. About 34 MB are loaded, from where these pages come from; nothing leaves the browser.</p>
"""
_WITHOUT = "`make lite docs` puts the [page that needs no install](jupyterlite.md) here, beside these pages."


class LivePage(SphinxDirective):
    """A link to the page, or how to have one."""

    def run(self) -> list[nodes.Node]:
        """Return the link or the sentence."""
        if self.config.live_page:
            return [nodes.raw("", _WAY_IN, format="html")]
        return self.parse_text_to_nodes(_WITHOUT)


def setup(app: Any) -> dict[str, bool]:
    """Make the directive known, and the value that says whether the page was built."""
    app.add_config_value("live_page", default=False, rebuild="env", types=bool)
    app.add_directive("live-page", LivePage)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
