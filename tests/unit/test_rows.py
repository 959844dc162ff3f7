"""The table of rows by hosts: what was not walked, or failed, is a fault."""

import pytest

from tests.browser.walk.table import HOST_ROWS, HOSTS, Table, wanted_rows
from tests.rows import main


def report(row, host, *, is_held=True):
    failure = "" if is_held else "<failure/>"
    return (
        f'<testcase classname="tests.browser.walk.test_it" name="test_{row.lower()}_holds[{host}]"><properties>'
        f'<property name="walk_host" value="{host}"/><property name="walk_case" value="{host}"/></properties>'
        f"{failure}</testcase>"
    )


def walked(folder, *cases):
    (folder / "walk.xml").write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
    return Table.read(folder)


ALL = [(row, host) for row in wanted_rows() for host in HOSTS]
BRIEF = [(row, host) for row, host in ALL if host == "cell" or row in HOST_ROWS]


def test_rows_that_a_host_can_change_are_rows():
    assert set(wanted_rows()) >= HOST_ROWS


def test_a_whole_walk_has_no_fault_and_a_brief_one_none_where_that_is_asked(tmp_path):
    assert walked(tmp_path, *(report(*one) for one in ALL)).faults() == []
    table = walked(tmp_path, *(report(*one) for one in BRIEF))
    assert table.faults(is_brief=True) == []
    assert len(table.faults()) == len(ALL) - len(BRIEF) > 0


@pytest.mark.parametrize("left_out", [("S2", "cell"), ("S1", "panel"), ("P7", "voila")])
def test_a_cell_that_had_to_be_walked_and_is_empty_is_a_fault(tmp_path, left_out):
    table = walked(tmp_path, *(report(*one) for one in BRIEF if one != left_out))
    assert table.faults(is_brief=True) == [f"{left_out[0]} {left_out[1]}: not walked"]


@pytest.mark.parametrize("failed", [("S2", "cell"), ("S1", "panel"), ("S2", "voila")])
def test_a_cell_that_failed_is_a_fault_though_a_brief_walk_need_not_go_there(tmp_path, failed):
    table = walked(tmp_path, *(report(*one) for one in BRIEF), report(*failed, is_held=False))
    assert table.faults(is_brief=True) == [f"{failed[0]} {failed[1]}: FAILED: {failed[1]}"]


def test_the_command_fails_where_a_required_test_did_not_run(tmp_path, capsys):
    walked(tmp_path, *(report(*one) for one in ALL))
    assert main(tmp_path, is_brief=True) == 1
    assert "did not run" in capsys.readouterr().out
