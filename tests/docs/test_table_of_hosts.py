"""The table of the documentation is what the hosts are tried for, and has no empty cell."""

from tests.hosts.all import HOSTS
from tests.hosts.table import COLUMNS, declared, written


def test_the_documentation_has_the_table_as_it_is_tried():
    assert written() == declared(HOSTS), "Run: python -m tests.hosts"


def test_no_cell_is_empty_and_every_one_is_tried():
    for host in HOSTS:
        assert host.notes.keys() <= COLUMNS.keys()
        assert all(host.notes.values())
        assert all(callable(getattr(host, column)) for column in COLUMNS)
    assert len({host.name for host in HOSTS}) == len(HOSTS) == 12
