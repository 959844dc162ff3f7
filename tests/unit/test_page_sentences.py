"""Sentences of the page and the side panel are in the one table; what they write themselves are names of controls."""

import json
import subprocess
from pathlib import Path

JS = Path(__file__).parents[2] / "js"
#: Names of buttons, fields, groups and headings: what a person presses or goes to, each where it is drawn.
NAMES = {
    "API key",
    "Add ${field.name}",
    "Before you send",
    "Cancel Generation",
    "Check my content list",
    "Choose a model",
    "Close panel",
    "Close panel, and end the kernel that it started",
    "Close path",
    "Content Info",
    "Copy ${name}",
    "Copy ${one.generation_id}",
    "Copy cURL",
    "Copy code",
    "Copy generation_id",
    "Copy link",
    "Copy link of output ${place}",
    "Copy path",
    "Copy request",
    "Copy picture",
    "Copy response",
    "Copy schema",
    "Core fields",
    "Decrease ${field.name}",
    "Delete Content",
    "Download JSON",
    "Enlarge output ${index + 1}",
    "Fold JSON",
    "Fit to the window",
    "Fold line ${line + 1}",
    "Increase ${field.name}",
    "JSON shown",
    "In full size",
    "Keep seed",
    "Lock API key",
    "Lock API key to send",
    "Manage content",
    "Next match",
    "New random seed",
    "Next frame",
    "Next output",
    "Open Playground",
    "Open it",
    "Output ${place}",
    "Open in a tab",
    "Output 1",
    "Output ${at + 1} of ${run.outputs.length}",
    "Output ${going.at + 1}",
    "Own kernel",
    "Previous match",
    "Previous frame",
    "Previous output",
    "Reload the page",
    "Remove ${field.name} ${index + 1}",
    "Request Body",
    "Request fields",
    "Reset to defaults",
    "Resize Request Body",
    "Resize Schema",
    "Response views",
    "Save output ${place}",
    "Save all",
    "Schema fields",
    "Search JSON",
    "Search in JSON",
    "Send request",
    "Show in History",
    "Show at 100 %",
    "Show older runs",
    "Start a kernel",
    "Try again",
    "Try an example",
    "Try an example in the sandbox",
    "Undo reset",
    "Unlock API key",
    "Use own kernel",
    "Use the sandbox",
    "Use the sandbox key",
    "Use seed ${asText(seed)}",
    "Zoom in",
    "Zoom out",
}
#: What nobody reads in the page: an error's text for the console, a plugin's description, what Python says.
NOT_SHOWN = {
    "genwidget: the view could not be made.",
    "The generation playground in the sidebar.",
    "No module named 'genwidget'",
    "${typed.slice(0, QUOTED)}…",
}


def texts():
    """Return every text of the page's sources that reads as a sentence or a name, with its file."""
    listed = subprocess.run(["node", "test/texts.mjs"], cwd=JS, capture_output=True, text=True, check=True)  # noqa: S607 - node of the path
    return json.loads(listed.stdout)


def test_the_page_writes_names_of_controls_and_no_sentences():
    found = texts()
    assert sorted({(file, text) for file, text in found if text.strip() not in NAMES | NOT_SHOWN}) == []


def test_every_name_that_is_let_through_is_still_written():
    written = {text for _, text in texts()}
    assert sorted(NAMES - written) == []
