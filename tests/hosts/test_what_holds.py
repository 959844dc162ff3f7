"""Every cell of the table of hosts, in the real thing."""

import pytest

from tests.hosts.table import COLUMNS, HOLDS


@pytest.mark.parametrize("column", COLUMNS)
def test_it_holds(host, column, request):
    says = host.notes.get(column, HOLDS)
    request.node.user_properties += [("host", host.name), ("column", column), ("says", says)]
    getattr(host, column)()
