"""What has to agree before a release, and what is tested on which Python."""

import json
import os
import re
import tomllib

import yaml

import genwidget
from tests.faults.service import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))
HEADING = re.compile(r"^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)


def test_every_copy_of_the_version_is_the_same():
    page = json.loads((ROOT / "js" / "package.json").read_text("utf-8"))
    locked = json.loads((ROOT / "js" / "package-lock.json").read_text("utf-8"))
    copies = [genwidget.__version__, page["version"], locked["version"], locked["packages"][""]["version"]]
    assert copies == [PROJECT["version"]] * 4


def test_the_changelog_begins_with_what_is_not_released_and_dates_every_release():
    (first, undated), *released = HEADING.findall((ROOT / "CHANGELOG.md").read_text("utf-8"))
    assert (first, undated) == ("Unreleased", "")
    assert all(date for _, date in released)
    dates = [date for _, date in released]
    assert dates == sorted(dates, reverse=True)


def test_the_newest_release_of_the_changelog_is_not_newer_than_the_version():
    def numbers(text):
        return [int(part) for part in text.split(".")]

    released = [version for version, date in HEADING.findall((ROOT / "CHANGELOG.md").read_text("utf-8")) if date]
    assert all(numbers(version) <= numbers(PROJECT["version"]) for version in released)


def test_the_workflow_runs_all_tests_on_every_python_that_the_package_names():
    named = [text.rsplit(" ", 1)[-1] for text in PROJECT["classifiers"] if re.search(r"Python :: 3\.\d+$", text)]
    job = WORKFLOW["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == named
    assert job["container"].startswith("python:${{ matrix.python }}-")
    assert ".ci/run" in [step.get("run") for step in job["steps"]]
    assert (ROOT / ".ci" / "run").read_text("utf-8").splitlines()[-1] == "exec make test"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert PROJECT["requires-python"] == f">={named[0]}"
