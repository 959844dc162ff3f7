"""Imports that threads begin at once: a playground imports in the background what a person may import meanwhile."""

import ast
from pathlib import Path

import genwidget

ROOT = Path(genwidget.__file__).parent
MODULES = {
    ".".join(["genwidget", *path.relative_to(ROOT).with_suffix("").parts]).removesuffix(".__init__"): path
    for path in ROOT.rglob("*.py")
}
PACKAGES = {name for name, path in MODULES.items() if path.name == "__init__.py"} - {"genwidget"}
#: No thread imports them beside another: a browser has none, and the shell imports what it was asked for.
ALONE = {
    ("genwidget.api.regions", "genwidget.sandbox.http.in_process"),
    ("genwidget.cli.commands", "genwidget.sandbox.__main__"),
}


def imported(name):
    """Return the modules from which a module imports names."""
    tree = ast.parse(MODULES[name].read_text("utf-8"))
    return {one.module for one in ast.walk(tree) if isinstance(one, ast.ImportFrom) and one.module}


FROM = {name: imported(name) for name in MODULES}


def test_no_module_is_imported_past_its_package_where_it_imports_from_its_package():
    """Else two threads wait for each other, and Python gives one of them a module that is not whole."""
    within = {package: {name for name in MODULES if name.startswith(f"{package}.")} for package in PACKAGES}
    both_ways = {
        package for package, own in within.items() if FROM[package] & own and any(package in FROM[name] for name in own)
    }
    assert "genwidget.runs.ledger" in both_ways
    past = {
        (name, other)
        for package in both_ways
        for name in MODULES.keys() - within[package] - {package}
        for other in FROM[name] & within[package]
    }
    assert past == ALONE
