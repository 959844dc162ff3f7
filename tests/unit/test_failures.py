"""The last lines of a whole run: which suites failed, and by which tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.failures import ARROW, main

ROOT = Path(__file__).parents[2]
FAILING = """
import pytest

@pytest.fixture
def broken():
    raise OSError("no room")

def test_fails():
    assert "what came" == "what was expected"

def test_cannot_begin(broken):
    pass

def test_passes():
    pass
"""
VITEST = f"""<testsuites><testsuite><testcase classname="test/bar.test.tsx" name="the bar &gt; stays">
<failure message="expected 3 to be 4" type="AssertionError">AssertionError: expected 3 to be 4
 {ARROW} test/bar.test.tsx:12:7
</failure></testcase></testsuite></testsuites>"""


@pytest.fixture
def said(tmp_path, capsys):
    def said(*suites):
        code = main(tmp_path, list(suites))
        return code, capsys.readouterr().out

    return said


def test_a_run_in_which_all_suites_passed_is_not_at_fault(tmp_path, said):
    (tmp_path / "test-cell.passed").touch()
    assert said("test-cell") == (0, "All 1 suites passed.\n")


def test_each_failed_test_of_pytest_is_named_with_its_message_and_place(tmp_path, said):
    (tmp_path / "test_one.py").write_text(FAILING)
    report = f"--junitxml={tmp_path / 'python.xml'}"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, "test_one.py", report],
        cwd=tmp_path,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        check=False,
        capture_output=True,
    )
    (tmp_path / "test-cell.passed").touch()
    code, text = said("test-cell", "test-python")
    assert code == 1
    assert "1 of 2 suites failed" in text
    assert "test-python: 2 failed" in text
    assert "  test_one > test_fails\n      AssertionError: assert 'what came' == 'what was expected'" in text
    assert "at test_one.py:9: AssertionError" in text
    assert "  test_one > test_cannot_begin\n" in text
    assert "no room" in text
    assert "test_passes" not in text
    assert text.splitlines()[-1] == "Failed: test-python"


def test_each_failed_test_of_vitest_is_named_with_its_message_and_place(tmp_path, said):
    (tmp_path / "page-rest.xml").write_text(VITEST)
    code, text = said("test-page-rest")
    assert code == 1
    assert "  test/bar.test.tsx > the bar > stays\n      expected 3 to be 4\n      at test/bar.test.tsx:12:7\n" in text


def test_a_suite_that_failed_without_a_failed_test_or_a_report_is_named(tmp_path, said):
    (tmp_path / "python.xml").write_text('<testsuites><testcase classname="a" name="b"/></testsuites>')
    code, text = said("test-python", "test-lite")
    assert code == 1
    assert "test-python failed, though none of its tests did" in text
    assert "test-lite did not come to its end and left no report" in text


def test_every_suite_of_the_makefile_leaves_a_report_and_says_that_it_passed():
    stated = (ROOT / "Makefile").read_text().split("SUITES := ", 1)[1].split("\n\n", 1)[0]
    suites = stated.replace("\\", "").split()
    assert len(suites) > 10
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    asked = ["make", "--dry-run", *suites]
    recipes = subprocess.run(asked, cwd=ROOT, env=own, check=True, capture_output=True, text=True).stdout.splitlines()
    for name in suites:
        end = recipes.index(f"touch reports/{name}.passed")
        assert f"reports/{name.removeprefix('test-')}.xml" in recipes[end - 1], name
