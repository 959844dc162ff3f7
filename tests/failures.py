"""Print, as the last lines of a whole run, which suites failed and by which tests.

``python -m tests.failures reports test-cell test-page`` reads what these suites of the Makefile left in ``reports``: a
JUnit file, and ``test-cell.passed`` where the suite passed. Each failed test is named with the first lines of its
message and the line of its file. It exits 1 where a suite did not pass.
"""

import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Self

#: How much of a message is printed: what was expected and what came is mostly in it.
LINES, CHARACTERS = 4, 300
#: What vitest puts before a place.
ARROW = "\u276f"


@dataclass(frozen=True)
class Failure:
    """One test that failed: its name, the first lines of its message, and where in its file it did."""

    name: str
    lines: tuple[str, ...]
    place: str

    @classmethod
    def of(cls, case: ET.Element) -> Self | None:
        """Return the failure of a test in a report; None where it did not fail."""
        found = next((one for one in map(case.find, ("failure", "error")) if one is not None), None)
        if found is None:
            return None
        text = (found.text or "").rstrip().splitlines()
        message = [one.rstrip() for one in found.get("message", "").splitlines() if one.strip()] or text[:LINES]
        name = f"{case.get('classname', '')} > {case.get('name', '')}"
        # pytest's text ends with the place, vitest's has it on a line of its own behind an arrow.
        place = next((one.strip(f" {ARROW}") for one in text if ARROW in one), text[-1].strip() if text else "")
        return cls(name, tuple(one[:CHARACTERS] for one in message[:LINES]), place[:CHARACTERS])


@dataclass(frozen=True)
class Suite:
    """One suite of the Makefile, as its files in the folder of reports tell of it."""

    name: str
    folder: Path

    @property
    def has_passed(self) -> bool:
        """Whether it came to its end without a fault."""
        return (self.folder / f"{self.name}.passed").exists()

    @property
    def report(self) -> Path:
        """Its JUnit file, which a suite that did not come to its end may not have written."""
        return self.folder / f"{self.name.removeprefix('test-')}.xml"

    def failures(self) -> list[Failure]:
        """Return its failed tests, in the order of the report."""
        cases = ET.parse(self.report).iter("testcase")  # noqa: S314 - our own reports
        return [one for one in map(Failure.of, cases) if one is not None]

    def lines(self) -> list[str]:
        """Return what is said of it, once it has failed."""
        try:
            failures = self.failures()
        except (FileNotFoundError, ET.ParseError):
            return [f"{self.name} did not come to its end and left no report; its output is above."]
        if not failures:
            return [f"{self.name} failed, though none of its tests did; its output is above."]
        said = [f"{self.name}: {len(failures)} failed"]
        for one in failures:
            said += [f"  {one.name}", *(f"      {line}" for line in one.lines), f"      at {one.place}"]
        return said


def main(folder: Path, names: list[str]) -> int:
    """Print what failed; return the exit code."""
    failed = [one for one in (Suite(name, folder) for name in names) if not one.has_passed]
    if not failed:
        print(f"All {len(names)} suites passed.")
        return 0
    print(f"\n{len(failed)} of {len(names)} suites failed:")
    for one in failed:
        print("\n".join(["", *one.lines()]))
    print(f"\nFailed: {', '.join(one.name for one in failed)}")
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
