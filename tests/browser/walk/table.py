"""The table of rows by hosts, made of what the tests of this folder reported."""

import re
import tomllib
import xml.etree.ElementTree as ET
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
HOSTS = ("cell", "panel", "voila")
#: Where a brief walk goes through every row; in the other hosts it goes through those that a host can change.
FULL_HOST = "cell"
#: Rows of the place that a host gives (its width, theme, focus and keys), of reloads, copying and saving, of the key in
#: files, and of every way between page and kernel: hosts run the kernel's side of it on different threads.
HOST_ROWS = frozenset(
    ("S1", "S4", "S5", "S11", "B4", "B8", "B9", "B10", "B11", "B17", "M1", "P1", "P2", "P3", "P7", "P8")
)
ROW_IN_NAME = re.compile(r"^(?:def )?test_([sbmp]\d+)_", re.MULTILINE)


def wanted_rows():
    """Return the ids of the rows that are walked, in their order."""
    rows = tomllib.loads((ROOT / "seeds" / "requirements.toml").read_text(encoding="utf-8"))["row"]
    return [row["id"] for row in rows if row["id"][0] in "SBMP"]


def row_of(test):
    """Return the id of the row that a test walks, by the test's name; None for one that walks no row."""
    found = ROW_IN_NAME.match(test)
    return found and found[1].upper()


def is_in_brief_walk(row, host):
    """Tell whether a brief walk goes through a row in a host."""
    return host == FULL_HOST or row in HOST_ROWS


def walked_rows():
    """Return the ids of the rows that have a test in this folder."""
    return {found.upper() for one in HERE.glob("test_*.py") for found in ROW_IN_NAME.findall(one.read_text("utf-8"))}


class Table:
    """Collects one verdict for each row, host and case."""

    def __init__(self):
        self._cells = defaultdict(dict)

    def take(self, report):
        """Take pytest's report of a test; set-ups that passed say nothing."""
        if report.when == "call" or not report.passed:
            self._add(report.nodeid.rsplit("::", 1)[-1], dict(report.user_properties), is_held=report.passed)

    @classmethod
    def read(cls, folder):
        """Read the JUnit reports in a folder: each host is walked in a run of its own."""
        table = cls()
        for report in sorted(folder.glob("*.xml")):
            for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own reports
                facts = {one.get("name"): one.get("value") for one in case.iter("property")}
                is_held = all(case.find(tag) is None for tag in ("failure", "error", "skipped"))
                table._add(case.get("name", ""), facts, is_held=is_held)
        return table

    def _add(self, test, facts, *, is_held):
        """Add a verdict; tests that walk no row are none of the table's."""
        row = row_of(test)
        if "walk_host" not in facts or row is None:
            return
        cases = self._cells[row, facts["walk_host"]]
        case = facts["walk_case"]
        cases[case] = cases.get(case, True) and is_held

    def faults(self, *, is_brief=False):
        """Return the cells in which something failed, and those that the walk left empty, as ``row host: what``."""
        cells = [(row, host, self._cell(row, host)) for row in wanted_rows() for host in HOSTS]
        return [
            f"{row} {host}: {cell or 'not walked'}"
            for row, host, cell in cells
            if not cell.startswith("holds") and (cell or not is_brief or is_in_brief_walk(row, host))
        ]

    def lines(self):
        """Return the table as Markdown, with the hosts that were walked; nothing where none was."""
        walked = {host for _, host in self._cells}
        if not walked:
            return []
        hosts = [host for host in HOSTS if host in walked]
        lines = [f"| row | {' | '.join(hosts)} |", "| --- " * (len(hosts) + 1) + "|"]
        rows = ((row, (self._cell(row, host) for host in hosts)) for row in wanted_rows())
        return [*lines, *(f"| {row} | {' | '.join(cells)} |" for row, cells in rows)]

    def _cell(self, row, host):
        cases = self._cells.get((row, host), {})
        failed = sorted(case for case, is_held in cases.items() if not is_held)
        if failed:
            return f"FAILED: {', '.join(failed)}"
        kinds = [kind for kind in ("image", "video") if any(kind in case.split("-") for case in cases)]
        return f"holds ({', '.join(kinds)})" if kinds else "holds" if cases else ""
