"""A wheel is made of what git has, and of nothing of the machine, the folder or the moment."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.wheel.test_wheel import ROOT, copy_of_tree

MOMENT = "1800000000"


def run(command, folder, umask):
    environment = {**os.environ, "SKIP_JUPYTER_BUILDER": "1", "SOURCE_DATE_EPOCH": MOMENT}
    done = subprocess.run(
        command, cwd=folder, env=environment, umask=umask, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def build(folder, umask, newest):
    """Build page, panel and wheel in a copy of the tree, whose files are of another time and mode."""
    copy_of_tree(folder)
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (newest, newest))
    # Not one symbolic link to the whole: the way from the copy to its target would be in the names of modules, from
    # there in the hash by which chunks call each other, and by the letters of that hash in the minifier's names.
    packages = ROOT / "js" / "node_modules"
    shutil.copytree(packages, folder / "js" / "node_modules", symlinks=True, copy_function=link_or_copy)
    run([shutil.which("npm"), "run", "--silent", "build"], folder / "js", umask)
    run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", "dist", "."], folder, umask)
    return next((folder / "dist").glob("genwidget-*.whl"))


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    first, second = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("other") / "and" / "deeper"
    return build(first, 0o022, 1_700_000_000), build(second, 0o077, 1_750_000_000)


def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {
            one.filename: (hashlib.sha256(archive.read(one)).hexdigest(), one.external_attr, one.date_time)
            for one in archive.infolist()
        }


def test_two_wheels_of_one_tree_are_the_same_bytes(wheels):
    first, second = wheels
    assert contents(first) == contents(second)  # names the file that differs
    assert first.read_bytes() == second.read_bytes()


def test_the_time_of_its_files_is_the_one_that_was_given(wheels):
    assert {moment for *_, moment in contents(wheels[0]).values()} == {(2027, 1, 15, 8, 0, 0)}


def test_no_path_of_the_machine_is_in_it(wheels):
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            told = [one for one in archive.namelist() if str(Path(wheel).parents[1]).encode() in archive.read(one)]
        assert told == []
