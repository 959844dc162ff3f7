"""The table of a run's states names every one of them, and no other."""

import re

from genwidget.runs.state import RunState
from tests.docs.fences import ROOT


def test_every_state_of_a_run_is_explained_once():
    text = (ROOT / "docs" / "shell.md").read_text()
    table = text.partition("## The states of a run")[2].partition("\n## ")[0]
    named = re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `")))
    assert sorted(named) == sorted(RunState)
