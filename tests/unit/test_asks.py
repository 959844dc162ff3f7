"""What `docs/asks.md` says of each wish is shown by tests that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "asks.md").read_text("utf-8")
SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = dict(SECTION.findall(TEXT))
NAMED = re.findall(r"`(tests/[\w/.]+)::(\w+)`", TEXT)
WISHES = 19


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_each_named_test_exists(path, name):
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    assert name in {one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("wish", SECTIONS)
def test_each_wish_has_an_answer_and_a_test_that_shows_it(wish):
    answer = SECTIONS[wish].strip().split("\n\n")[0]
    assert not answer.startswith("- ")
    assert answer.endswith(".")
    assert re.search(r"^- `tests/[\w/.]+::test_\w+`$", SECTIONS[wish], re.MULTILINE)
    assert "not yet" not in SECTIONS[wish].lower()


def test_no_other_wish_and_no_other_form_of_a_name_is_there():
    assert len(SECTIONS) == WISHES
    assert TEXT.count("::") == len(NAMED) == len(set(NAMED))
