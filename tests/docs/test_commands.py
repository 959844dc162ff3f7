"""Every command that stands in a sentence: of README and docs, of the messages."""

import importlib.util
import json
import re
import shlex
import tomllib

import pytest

from genwidget.cli import main
from genwidget.messages import MESSAGES
from tests.docs.fences import ROOT, commands, message_command, panel_commands

MENTION = re.compile(r"\b(pip|npm|python|jupyter|genwidget (generate|runs|check|sandbox|demo)) ")


def makes(command, shell):
    shell(f"make --dry-run {shlex.split(command)[1]}", ROOT, MAKEFLAGS="")


def installs(command, shell):
    # Tests install nothing here; tests/wheel does, where something is missing.
    shell(f'pip() {{ command pip "$@" --dry-run --no-deps --no-index; }}\n{command}', ROOT)


def starts_a_module(command, shell):
    module, *arguments = shlex.split(command)[2:]
    assert importlib.util.find_spec(module)
    if arguments:  # ours take --help behind what they know
        shell(f"{command} --help", ROOT)


def starts_jupyterlab(command, _shell):
    assert (ROOT / shlex.split(command.removeprefix("jupyter lab "))[0]).is_dir()
    assert importlib.util.find_spec("jupyterlab")


def is_a_command_of_ours(command, shell):
    # What a sentence leaves open stands in brackets or capitals.
    known = [word for word in shlex.split(command) if not word.isupper() and "[" not in word]
    shell(shlex.join([*known, "--help"]))


STARTS = {
    "genwidget": is_a_command_of_ours,
    "make": makes,
    "pip": installs,
    "python": starts_a_module,
    "jupyter": starts_jupyterlab,
}


@pytest.mark.parametrize("command", commands())
def test_a_command_in_a_sentence_of_the_documents_can_be_given(command, shell):
    STARTS[command.split()[0]](command, shell)


def builds_the_page(command):
    folder, *steps = command.removeprefix("cd ").split(" && ")
    assert steps == ["npm ci", "npm run build"]
    assert "build" in json.loads((ROOT / folder / "package.json").read_text(encoding="utf-8"))["scripts"]
    assert (ROOT / folder / "package-lock.json").is_file()


def lists_runs(command):
    program, *arguments = shlex.split(command)
    assert program == "genwidget"
    assert main(arguments) == 0


def lists_more_runs(command):
    lists_runs(command.format(more=200, words="seal"))


def names_a_run(command):
    program, *arguments = shlex.split(command)
    assert program == "genwidget"
    assert main(arguments) == 2  # there is no such run


def stands_in_the_readme(command):
    # Whose commands other tests run as they stand.
    assert f"\n{command}\n" in (ROOT / "README.md").read_text(encoding="utf-8")


#: The messages' commands that are none of pip's.
TRIED = {
    "page_not_built": builds_the_page,
    "cli_more_found": lists_more_runs,
    "cli_more_runs": lists_more_runs,
    "cli_no_runs": stands_in_the_readme,
    "cli_resume": names_a_run,
    "cli_not_tried": names_a_run,
    "cli_save_again": names_a_run,
    "cli_unforeseen": lists_runs,
    "magic_goes_on": names_a_run,
}


@pytest.mark.parametrize("code", [code for code, text in MESSAGES.items() if MENTION.search(f"{text} ")])
def test_a_command_of_a_message_can_be_given(code, shell):
    command = message_command(code)
    if command.startswith("pip "):
        installs(command, shell)
    else:
        TRIED[code](command)


def test_binder_installs_this_clone_with_extras_that_there_are():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    lines = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    (wanted,) = [line for line in lines if not line.startswith("#")]
    assert set(re.fullmatch(r"\.\[([a-z,]+)\]", wanted)[1].split(",")) <= set(extras)


def test_the_panel_names_a_clone_and_no_package_that_no_index_has():
    # The line is that of the README, which tests/wheel gives to pip, but for its extras.
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for command in panel_commands():
        wanted = re.fullmatch(r'pip install "\.\[([a-z,]+)\]"', command)
        assert wanted
        assert set(wanted[1].split(",")) <= set(extras)
