"""Take out each defence in a copy of the project and run the tests that must notice it.

``python -m tests.mutations [WORD ...]`` runs the mutations whose names hold one of the words, by default all. It prints
a line for each, and exits 1 where one was not noticed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutations.mutations import ROOT, Mutation, load_mutations

#: pytest's and vitest's exit code where tests ran and one of them failed; any other one is no verdict.
FAILED = 1
BUILT = ("genwidget/widget/static", "genwidget/labextension")


def copy_project(folder: Path) -> None:
    """Copy what git knows, and the built page."""
    git = ["git", "ls-files", "-z"]
    listed = subprocess.run(git, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    for name in BUILT:
        shutil.copytree(ROOT / name, folder / name)
    (folder / "js" / "node_modules").symlink_to((ROOT / "js" / "node_modules").resolve())


def run_test(test: str, folder: Path) -> int:
    """Run one test in the copy; return the runner's exit code."""
    if test.startswith("js/"):
        command, place = ["npx", "vitest", "run", test.removeprefix("js/")], folder / "js"
    else:
        command, place = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test], folder
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=place, env=environment, check=False, capture_output=True).returncode


def build_page(mutation: Mutation, folder: Path) -> None:
    """Build the page in the copy where a mutation of it is to be seen in a browser."""
    if mutation.file.startswith("js/") and any(test.startswith("tests/browser/") for test in mutation.tests):
        build = ["npm", "run", "--silent", "build"]
        subprocess.run(build, cwd=folder / "js", check=True, capture_output=True)


def unnoticed_by(mutation: Mutation, folder: Path) -> list[str]:
    """Return the tests that do not fail without the defence."""
    path = folder / mutation.file
    whole = path.read_text("utf-8")
    path.write_text(mutation.applied(whole), "utf-8")
    try:
        build_page(mutation, folder)
        codes = {test: run_test(test, folder) for test in mutation.tests}
    finally:
        path.write_text(whole, "utf-8")
        build_page(mutation, folder)
    return [f"{test} (exit code {code})" for test, code in codes.items() if code != FAILED]


def main(words: list[str]) -> int:
    """Run the mutations; return the exit code."""
    chosen = [one for one in load_mutations() if not words or any(word in one.name for word in words)]
    missed = 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="genwidget-mutations-") as name:
        folder = Path(name)
        copy_project(folder)
        for mutation in chosen:
            unnoticed = unnoticed_by(mutation, folder)
            missed += bool(unnoticed)
            verdict = "not noticed" if unnoticed else "noticed"
            print(f"{verdict:12} {mutation.name:72} {mutation.file}", flush=True)
            for test in unnoticed:
                print(f"             - {test}", flush=True)
    print(f"{len(chosen)} mutations, {len(chosen) - missed} noticed, {missed} not, {time.monotonic() - began:.0f} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
