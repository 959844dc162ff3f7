import argparse
import ast
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import genwidget
from genwidget.cli import commands

ROOT = Path(__file__).parents[2]
#: Every command, and what it takes.
COMMANDS = {
    "": ["--version"],
    "generate": [
        *("MODEL", "--prompt", "--set", "--body", "--region", "--base-url", "--json", "-o --output"),
        *("--spend-limit", "--allow-unknown"),
    ],
    "batch": [],
    "batch run": [
        "PLAN",
        "--model",
        "--column",
        "--template",
        "--repeat",
        "--seed",
        "--region",
        "--base-url",
        "--limit",
        "--allow-unknown",
        "--stop-after-failures",
        "--reuse",
        "--check",
        "--json",
        "-o --output",
    ],
    "batch list": ["--limit", "--json"],
    "batch show": ["--json", "BATCH"],
    "batch resume": ["--limit", "--retry-failed", "--without-stop-if", "--json", "BATCH"],
    "batch stop": ["--cancel", "BATCH"],
    "batch find": ["--json", "BATCH", "ITEM"],
    "batch adopt": ["BATCH", "ITEM", "GENERATION"],
    "batch again": ["--although-found", "BATCH", "ITEM"],
    "runs": [],
    "runs list": ["WORD", "--limit", "--json"],
    "runs show": ["RUN"],
    "runs resume": ["-o --output", "--json", "RUN"],
    "runs save": ["-o --output", "--json", "RUN"],
    "runs find": ["RUN"],
    "runs spent": ["--json"],
    "runs forget": ["--force", "RUN"],
    "models": ["WORD", "--region", "--base-url", "--json"],
    "check": ["--region", "--base-url", "-o --output"],
    "demo": ["-o --output", "arguments"],
    "sandbox": [],
}
#: The paths by which programs of others import us.
PATHS = {
    "genwidget",
    "genwidget.Batch",
    "genwidget.Catalogue",
    "genwidget.Client",
    "genwidget.Output",
    "genwidget.Playground",
    "genwidget.Run",
    "genwidget.Settings",
    "genwidget.read_recipe",
    "genwidget.errors",
    "genwidget.panel",
    "genwidget.sweep",
    "genwidget.sandbox",
    "genwidget.sandbox.API_KEY",
    "genwidget.sandbox.API_KEYS",
    "genwidget.sandbox.Fault",
    "genwidget.sandbox.Faults",
    "genwidget.sandbox.Limits",
    "genwidget.sandbox.STATE_KEYS",
    "genwidget.sandbox.Sandbox",
    "genwidget.sandbox.shared",
}
JUPYTER = ("anywidget", "ipywidgets", "traitlets", "IPython")


def test_every_public_name_can_be_imported():
    assert len(genwidget.__all__) == len(set(genwidget.__all__))
    assert [name for name in genwidget.__all__ if getattr(genwidget, name).__name__.rpartition(".")[2] != name] == []
    assert set(genwidget.__all__) <= set(dir(genwidget))


def test_any_other_name_is_an_attribute_error():
    assert not hasattr(genwidget, "playground")


def test_the_library_imports_without_jupyter():
    names = "Batch, Catalogue, Client, Output, Run, Settings, errors, sweep"
    program = f"import sys; from genwidget import {names}; print(*sorted(set({JUPYTER!r}) & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == ""


def _commands(parser, name=""):
    """Yield every command with its arguments: options by their names, others in capitals or as choices stand."""
    below = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    given = [one for one in parser._actions if one not in below and one.dest != "help"]
    yield name, [" ".join(one.option_strings) or one.metavar or one.dest for one in given]
    for one in below:
        for word, other in one.choices.items():
            yield from _commands(other, f"{name} {word}".strip())


def test_the_commands_and_their_options_are_these():
    assert dict(_commands(commands._parser())) == COMMANDS


def _imported(code):
    """Return the names of ours that a program imports."""
    tree = ast.parse("\n".join(line for line in code.splitlines() if not line.startswith(("%", "!"))))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "genwidget":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] == "genwidget")


def test_the_documents_and_notebooks_import_public_paths_alone():
    cells = [
        "".join(cell["source"])
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
        for cell in json.loads(path.read_text("utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    documents = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    text = "\n".join(path.read_text("utf-8") for path in documents)
    blocks = re.findall(r"^```python[^\n]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert cells
    assert blocks
    assert {name for code in (*cells, *blocks) for name in _imported(code)} <= PATHS
    for path in PATHS - {"genwidget"}:
        module, _, name = path.rpartition(".")
        try:
            importlib.import_module(path)  # a module, which its package has once it was imported
        except ModuleNotFoundError:
            assert hasattr(importlib.import_module(module), name)
