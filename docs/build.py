"""Build these pages as one static folder: ``python docs/build.py FOLDER [LITE]``.

The page that needs no install, which ``make lite`` builds, becomes ``FOLDER/lite`` where LITE is its folder and was
built. Any warning of Sphinx is an error.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from sphinx.cmd.build import build_main

DOCS = Path(__file__).resolve().parent


def main(folder: Path, lite: Path | None = None) -> int:
    """Build into a folder, which is made anew, and return Sphinx's exit code."""
    shutil.rmtree(folder, ignore_errors=True)
    has_lite = lite is not None and (lite / "index.html").is_file()
    with tempfile.TemporaryDirectory() as kept:
        told = ["-q", "-W", "--keep-going", "-b", "html", "-d", kept, "-D", f"live_page={int(has_lite)}"]
        code = build_main([*told, str(DOCS), str(folder)])
    if has_lite and lite is not None:
        shutil.copytree(lite, folder / "lite", copy_function=_link)
    return code


def _link(source: str, target: str) -> None:
    """Let both folders have one file, where they are on one disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


if __name__ == "__main__":
    sys.exit(main(*(Path(argument).resolve() for argument in sys.argv[1:])))
