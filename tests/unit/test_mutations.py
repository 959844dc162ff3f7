import re

import pytest

from tests.mutations.mutations import ROOT, load_mutations

MUTATIONS = load_mutations()


def _stands(test):
    """Tell whether the test that a node id names is written down in its file."""
    name, _, function = test.partition("::")
    path = ROOT / name
    return path.is_file() and (not function or re.search(rf"def {re.escape(function)}\(", path.read_text("utf-8")))


def test_each_name_stands_once():
    assert len({one.name for one in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_each_defence_and_the_tests_that_notice_its_loss_are_where_the_list_says(mutation):
    text = (ROOT / mutation.file).read_text("utf-8")
    assert mutation.applied(text) != text
    assert mutation.tests
    assert [test for test in mutation.tests if not _stands(test)] == []
