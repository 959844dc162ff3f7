"""What is wanted, numbered: each wish is one prompt, by which ledger and server can be compared row by row."""

import json
import re
from typing import Final

from genwidget.catalogue import Catalogue

MODEL_ID: Final = "bfl/flux-schnell"
#: How many wishes are pursued at once: fewer than the sandbox lets run at once.
AT_ONCE: Final = 12
#: So often may the API refuse one wish before something else must be wrong.
MOST_PRESSES: Final = 40

_PROMPT: Final = re.compile(r"Baby seal number ([0-9]+)")


def prompt_of(number: int) -> str:
    """Return the prompt of a wish."""
    return f"Baby seal number {number}"


def price_of(count: int) -> float:
    """Return what so many wishes cost, in credits."""
    spec = Catalogue.load().find(MODEL_ID)
    assert spec is not None
    price = spec.cost_of(spec.defaults())
    assert price is not None
    return round(price * count, 3)


def wish_of(prompt: str) -> int:
    """Return the wish of a prompt.

    Raises:
        ValueError: it is the prompt of none.
    """
    found = _PROMPT.fullmatch(prompt)
    if found is None:
        raise ValueError(prompt)
    return int(found[1])


def wish_of_body(body: bytes) -> int:
    """Return the wish of a request's body."""
    return wish_of(json.loads(body)["generation_prompt"])


def tell(number: int, state: str) -> None:
    """Tell the parent process, at once, that a wish has come to its end."""
    print(f"{number} {state}\n", end="", flush=True)
