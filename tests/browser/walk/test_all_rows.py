"""No row may be left out of the walk."""

from tests.browser.walk.table import walked_rows, wanted_rows


def test_every_row_is_walked():
    assert [row for row in wanted_rows() if row not in walked_rows()] == []
