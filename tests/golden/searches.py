"""Searches, and the runs that each finds, for the page: ``python -m tests.golden.searches`` writes them anew."""

import json
from pathlib import Path
from typing import Final

from genwidget.runs.ledger import Search, words_written
from genwidget.widget.payloads import PROMPT_LENGTH

PATH: Final = Path(__file__).with_name("searches.json")
TYPED: Final = (
    "seal",
    "SEAL ",
    "sea",
    "sea ",
    " seal  ice",
    "ice sea",
    "seal's",
    "flux-1.1",
    "flux pro",
    "1",
    "pro ",
    "K",
    "é",
    "sealé",
    "海豹",
    "\ufeffseal",
    "seal\x1cice",
    "seal\u00a0ice",
    ",",
    "a_b",
    "zebra",
    "zebra,",
    "",
    "  ",
)
PROMPTS: Final = (
    "A baby seal on Arctic ice",
    "A baby seal on Arctic ice, by a photographer's friend",
    "seals",
    "sealed",
    "A seal",
    "Une étoile à côté du SEAL",
    "海豹在冰上 seal",
    "a_b",
    "İce and \u212aelvin",
    "seal\tice\nline two",
    "x" * 499,
    "x " * 250,
    "zebra" + " and" * 200,
    "",
)
MODELS: Final = ("bfl/flux-1.1-pro", "google/veo-2", "modèle/été")


def current() -> dict[str, object]:
    """Return runs, and each search with the places of those that it finds."""
    runs = [(prompt, model_id) for prompt in PROMPTS for model_id in MODELS]
    words = [words_written(*run) for run in runs]
    return {
        "prompt_length": PROMPT_LENGTH,
        "runs": [{"prompt": prompt, "model_id": model_id} for prompt, model_id in runs],
        "searches": [
            {"typed": typed, "found": [at for at, one in enumerate(words) if Search(typed).matches(one)]}
            for typed in TYPED
        ],
    }


def as_text() -> str:
    """Return the text of the file as it should be."""
    return json.dumps(current(), ensure_ascii=True) + "\n"


if __name__ == "__main__":
    PATH.write_text(as_text(), encoding="utf-8")
