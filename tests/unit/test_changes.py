"""A file in changes/ comes into the changelog with a release."""

import shutil
import subprocess
import sys

import pytest

from tests.faults.service import ROOT
from tests.unit.test_release import HEADING


@pytest.fixture
def tree(tmp_path):
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "changes").mkdir()
    shutil.copy(ROOT / "changes" / "README.md", tmp_path / "changes")
    return tmp_path


def build(tree, *more):
    command = [sys.executable, "-m", "towncrier", "build", "--dir", str(tree), "--version", "99.0.0", *more]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=tree).stdout


def test_a_release_has_each_change_under_its_kind_and_leaves_no_file(tree):
    before = HEADING.findall((tree / "CHANGELOG.md").read_text("utf-8"))
    (tree / "changes" / "13.fixed.md").write_text("A seal no longer barks.\n", "utf-8")
    (tree / "changes" / "+walrus.added.md").write_text("A walrus.\n", "utf-8")
    build(tree, "--yes", "--date", "2030-01-02")
    text = (tree / "CHANGELOG.md").read_text("utf-8")
    assert HEADING.findall(text) == [before[0], ("99.0.0", "2030-01-02"), *before[1:]]
    told = text.split("## [99.0.0] - 2030-01-02")[1]
    assert told.startswith("\n\n### Added\n\n- A walrus.\n\n### Fixed\n\n- A seal no longer barks. (#13)\n")
    assert sorted(path.name for path in (tree / "changes").iterdir()) == ["README.md"]


def test_every_change_that_is_not_released_is_of_a_known_kind(tree):
    shutil.copytree(ROOT / "changes", tree / "changes", dirs_exist_ok=True)
    told = build(tree, "--draft")
    for path in (ROOT / "changes").glob("*.md"):
        if path.name != "README.md":
            assert " ".join(path.read_text("utf-8").split()) in " ".join(told.split()), path.name
