"""The table of rows by hosts, made of what the tests of this folder reported."""

import re
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
HOSTS = ("cell", "panel", "voila")
ROW_IN_NAME = re.compile(r"^(?:def )?test_([sbmp]\d+)_", re.MULTILINE)


def wanted_rows():
    """Return the ids of the rows that are walked, in their order."""
    rows = tomllib.loads((ROOT / "seeds" / "requirements.toml").read_text(encoding="utf-8"))["row"]
    return [row["id"] for row in rows if row["id"][0] in "SBMP"]


def walked_rows():
    """Return the ids of the rows that have a test in this folder."""
    return {found.upper() for one in HERE.glob("test_*.py") for found in ROW_IN_NAME.findall(one.read_text("utf-8"))}


class Table:
    """Collects one verdict for each row, host and case."""

    def __init__(self):
        self._cells = defaultdict(dict)

    def take(self, report):
        """Take a test's report; those of other folders and set-ups that passed say nothing."""
        facts = dict(report.user_properties)
        row = ROW_IN_NAME.match(report.nodeid.rsplit("::", 1)[-1])
        if "walk_host" not in facts or row is None or (report.when != "call" and report.passed):
            return
        cases = self._cells[row[1].upper(), facts["walk_host"]]
        case = facts["walk_case"]
        cases[case] = "FAILED" if report.failed or cases.get(case) == "FAILED" else "holds"

    def lines(self):
        """Return the table as Markdown; nothing where no row was walked."""
        if not self._cells:
            return []
        lines = [f"| row | {' | '.join(HOSTS)} |", "| --- " * (len(HOSTS) + 1) + "|"]
        for row in wanted_rows():
            cells = [self._cell(self._cells.get((row, host), {})) for host in HOSTS]
            lines.append(f"| {row} | {' | '.join(cells)} |")
        return lines

    @staticmethod
    def _cell(cases):
        failed = sorted(case for case, verdict in cases.items() if verdict == "FAILED")
        if failed:
            return f"FAILED: {', '.join(failed)}"
        kinds = [kind for kind in ("image", "video") if any(kind in case.split("-") for case in cases)]
        return f"holds ({', '.join(kinds)})" if kinds else "holds" if cases else ""
