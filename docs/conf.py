"""How Sphinx builds these pages: ``make docs``."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import genwidget

project = "genwidget"
author = "the genwidget authors"
version = release = genwidget.__version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "directives.command_list",
    "directives.docstrings",
    "directives.live_page",
    "directives.settings_table",
]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True}
autodoc_typehints = "description"
autodoc_member_order = "groupwise"
napoleon_numpy_docstring = False

html_theme = "furo"
pygments_dark_style = "a11y-high-contrast-dark"
html_title = "genwidget"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
