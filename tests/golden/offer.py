"""What the kernel offers the page, as the page's own tests know it: ``python -m tests.golden.offer`` writes it anew."""

import json
from pathlib import Path

from genwidget.catalogue import Catalogue
from genwidget.widget.offer import offer

PATH = Path(__file__).parents[2] / "js" / "test" / "catalogue.json"


def current() -> str:
    """Return the text of the file as it should be."""
    offered = offer(Catalogue.load(), sandbox_offered=True)
    return json.dumps(offered, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(current(), encoding="utf-8")
