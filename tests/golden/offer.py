"""What the kernel gives the page, as the page's own tests know it: ``python -m tests.golden.offer`` writes it anew."""

import json
from pathlib import Path

from genwidget.catalogue import Catalogue
from genwidget.widget.offer import offer
from genwidget.widget.sheet import SENTENCES

TESTS = Path(__file__).parents[2] / "js" / "test"
PATH = TESTS / "catalogue.json"
#: The sentences of a batch's sheet, which are not offered with the models.
SHEET_PATH = TESTS / "sheet-sentences.json"


def current() -> str:
    """Return the text of the file as it should be."""
    return _as_text(offer(Catalogue.load(), sandbox_offered=True))


def current_sheet() -> str:
    """Return the text of the sheet's file as it should be."""
    return _as_text(SENTENCES)


def _as_text(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(current(), encoding="utf-8")
    SHEET_PATH.write_text(current_sheet(), encoding="utf-8")
