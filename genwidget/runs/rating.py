"""What a person thinks of a run: 1 to 5, 0 for rejected, None for no opinion."""

import operator
from typing import Any

from genwidget.errors import InvalidRequest
from genwidget.messages import render
from genwidget.runs.ledger import RATINGS


def read_rating(given: Any) -> int | None:
    """Return a rating.

    Raises:
        InvalidRequest: it is none.
    """
    if given is None:
        return None
    try:
        rating = None if isinstance(given, bool) else operator.index(given)  # whole numbers of numpy too
    except TypeError:
        rating = None
    if rating is None or rating not in RATINGS:
        raise InvalidRequest(render("bad_rating"))
    return rating
