import pytest

from genwidget.api.http_response import HttpResponse
from genwidget.api.transport import Timing
from genwidget.runs.shared_polls import LONGEST_S, SharedPolls


def due(remaining, reset):
    polls = SharedPolls(Timing(clock=lambda: 0.0, now=lambda: 1000.0))
    headers = {"x-ratelimit-limit": "60", "x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset}
    polls._keep_within(HttpResponse(200, b"{}", headers))
    return polls._due


@pytest.mark.parametrize(
    ("remaining", "reset", "after_s"),
    [
        ("20", "1060", 6.0),
        ("0", "1030", 30.0),
        ("60", "900", 0.0),
        ("0", "9000000000000", LONGEST_S),
        ("1", "4102444800", LONGEST_S),
        ("none", "1060", 0.0),
    ],
)
def test_pages_are_rarer_where_few_requests_are_left_and_never_a_minute_apart(remaining, reset, after_s):
    assert due(remaining, reset) == pytest.approx(after_s)
