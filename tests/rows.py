"""Check, from the reports of a whole test run, that every requirement row has tests and that they passed.

``python -m tests.rows reports`` reads ``seeds/requirements.toml`` and the JUnit files in ``reports``. It prints the
rows, then the rows by hosts. It exits 1 where a row that is done names no test, names one that did not run, or names
one that did not pass, and where a row does not hold in a host, or was not walked there: ``--brief`` asks for no more
than a brief walk walks.
"""

import sys
import tomllib
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from tests.browser.walk.table import Table

ROWS = Path(__file__).parents[1] / "seeds" / "requirements.toml"


@dataclass(frozen=True)
class Row:
    """One requirement: its id, the rule in our words, whether it is done, and the tests that prove it."""

    id: str
    rule: str
    done: bool
    tests: tuple[str, ...] = ()


def load_rows(path: Path = ROWS) -> list[Row]:
    """Return the rows in the order of the file.

    Raises:
        ValueError: an id stands twice.
    """
    read = tomllib.loads(path.read_text())["row"]
    rows = [Row(one["id"], one["rule"], one["done"], tuple(one.get("tests", ()))) for one in read]
    ids = [row.id for row in rows]
    if len(set(ids)) != len(ids):
        raise ValueError(f"A row id stands twice in {path.name}")
    return rows


def load_results(folder: Path) -> dict[str, bool]:
    """Return {test name: passed}; a parametrized test passes when every case of it does."""
    results: dict[str, bool] = {}
    for report in sorted(folder.glob("*.xml")):
        for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own reports
            name = test_name(case.get("classname", ""), case.get("name", ""))
            passed = not any(case.find(tag) is not None for tag in ("failure", "error", "skipped"))
            results[name] = results.get(name, True) and passed
    return results


def test_name(classname: str, name: str) -> str:
    """Return how ``requirements.toml`` names a test: pytest's ``file::test``, vitest's ``file > test``."""
    if classname.endswith((".ts", ".tsx")):
        return f"js/{classname} > {name}"
    return f"{classname.replace('.', '/')}.py::{name.split('[', 1)[0]}"


test_name.__test__ = False  # type: ignore[attr-defined] - not a test, whatever pytest makes of its name


def faults_of(row: Row, results: dict[str, bool]) -> list[str]:
    """Return what is wrong with a row; nothing for one that is not done yet."""
    if not row.done:
        return []
    if not row.tests:
        return ["names no test"]
    return [f"{test}: {'failed' if test in results else 'did not run'}" for test in row.tests if not results.get(test)]


def main(folder: Path, *, is_brief: bool = False) -> int:
    """Print the table; return the exit code."""
    rows, results = load_rows(), load_results(folder)
    faulty = {row.id: faults_of(row, results) for row in rows}
    for row in rows:
        verdict = "FAULT" if faulty[row.id] else f"{len(row.tests)} tests" if row.done else "open"
        print(f"{row.id:5} {verdict:9} {row.rule}")
    walk = Table.read(folder)
    unwalked = walk.faults(is_brief=is_brief)
    print("\n".join(["", *walk.lines(), "", *unwalked]))
    for row in rows:
        for fault in faulty[row.id]:
            print(f"{row.id}: {fault}")
    bad = sum(bool(one) for one in faulty.values())
    print(
        f"{len(rows)} rows, {sum(row.done for row in rows)} done, {bad} at fault; {len(results)} tests in the reports"
    )
    return 1 if bad or unwalked else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), is_brief="--brief" in sys.argv[2:]))
