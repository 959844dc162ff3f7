"""Misspelt fields and models, and what is meant, for the page: ``python -m tests.golden.strays`` writes them anew."""

import json
from collections.abc import Sequence
from pathlib import Path

from genwidget.catalogue import Catalogue
from genwidget.request.validation import no_such_field
from genwidget.spelling import all_nearest

PATH = Path(__file__).with_name("strays.json")
MODELS_PATH = Path(__file__).with_name("stray-models.json")
MODELS = ("bfl/flux-schnell", "bfl/flux-1.1-pro", "google/veo-2", "sandbox/contact-sheet")
#: Names that are like none, like several, and of other forms.
OTHERS = (
    "x",
    "mood",
    "generation_",
    "Generation_Ratio",
    "size",
    "negative_prompt",
    "output",
    "generation_output",
    "aé",
)


def _misspelt(name: str) -> list[str]:
    middle = len(name) // 2 + 4
    return [
        name[:middle] + name[middle + 1 :],
        name[: middle - 1] + name[middle] + name[middle - 1] + name[middle + 1 :],
        f"{name}s",
        name.removeprefix("generation_"),
        name.upper(),
        name[:-3],
    ]


def _hint(message: str, name: str) -> str:
    return message.split(f" has no field {name}. ", 1)[1]


def current() -> list[dict[str, str]]:
    """Return misspelt fields of some models, with what is said of each beside that there is none; sorted."""
    cases = []
    for spec in filter(None, map(Catalogue.load().find, MODELS)):
        known = {field.name for field in spec.fields}
        typed = {*OTHERS, *(one for name in known for one in _misspelt(name))} - known
        cases += [
            {"model_id": spec.model_id, "field": name, "hint": _hint(no_such_field(spec, name).message, name)}
            for name in sorted(typed)
        ]
    return cases


def current_models() -> list[dict[str, object]]:
    """Return misspelt identifiers of models, with those that a shell names; sorted."""
    known = Catalogue.load().model_ids
    typed = {*OTHERS, "flux", "nano-bananna", *(wrong for one in known for wrong in _misspelt(one))} - set(known)
    return [{"typed": one, "meant": all_nearest(one, known, most=3)} for one in sorted(typed)]


def as_text(cases: Sequence[object]) -> str:
    """Return the text of a file as it should be."""
    return json.dumps(cases, indent=0, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(as_text(current()), encoding="utf-8")
    MODELS_PATH.write_text(as_text(current_models()), encoding="utf-8")
