import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "SECURITY.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| promise"))
]


def test_there_are_promises():
    assert ROWS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_promise_says_where_it_ends_and_names_tests_that_exist(row):
    promise, limit, tests = row
    assert promise
    assert limit
    names = re.findall(r"`((?:tests|js/test)/[^`]+)`", tests)
    assert names
    for name in names:
        path, _, function = name.partition("::")
        assert (ROOT / path).exists(), name
        if function:
            assert re.search(rf"def {re.escape(function)}\(", (ROOT / path).read_text("utf-8")), name
