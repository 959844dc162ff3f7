"""What is misspelt in a shell is refused, and the nearest command or option named; so are empty paths."""

import argparse

import pytest

from genwidget.cli import commands, main
from genwidget.cli.parser import path
from genwidget.sandbox.__main__ import main as serve


def walk(parser, words=()):
    """Yield every parser with the words that lead to it."""
    yield words, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                if word != "sandbox":  # which has a parser of its own
                    yield from walk(below, (*words, word))


PARSERS = dict(walk(commands._parser()))
OPTIONS = [
    (words, name)
    for words, parser in PARSERS.items()
    for action in parser._actions
    for name in action.option_strings
    if name.startswith("--")
]
PATHS = [
    (words, action.option_strings[-1])
    for words, parser in PARSERS.items()
    for action in parser._actions
    if action.type is path and action.option_strings
]
SANDBOX = ("--port", "--speed", "--seed", "--region", "--state-dir")


def refused(capsys, words):
    assert main(list(words)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()[-1]


@pytest.mark.parametrize("words", [words for words in PARSERS if words], ids=" ".join)
def test_a_misspelt_command_is_told_with_the_nearest(capsys, words):
    *before, last = words
    told = refused(capsys, [*before, f"{last}x"])
    assert told.startswith(f"{' '.join(['genwidget', *before])}: error: argument COMMAND: invalid choice: '{last}x'")
    assert told.endswith(f" Did you mean {last}?")


@pytest.mark.parametrize(("words", "option"), OPTIONS, ids=lambda one: one if isinstance(one, str) else " ".join(one))
@pytest.mark.parametrize("form", ["{}", "{}=1"])
def test_a_misspelt_option_is_told_with_the_nearest(capsys, words, option, form):
    for before in ((), ("1", "1", "1")):  # whether or not what else is needed is there
        told = refused(capsys, [*words, *before, form.format(f"{option}x")])
        assert told.startswith(f"{' '.join(['genwidget', *words])}: error: ")
        assert told.endswith(f" Did you mean {option}?")


@pytest.mark.parametrize("option", SANDBOX)
def test_so_is_one_of_the_sandbox(capsys, option):
    assert refused(capsys, ["sandbox", f"{option}x", "1"]).endswith(f" Did you mean {option}?")


def test_a_misspelt_choice_is_told_with_the_nearest(capsys):
    assert refused(capsys, ["sandbox", "--region", "use"]).endswith(" Did you mean us?")


@pytest.mark.parametrize("words", [["notebook.ipynb"], ["1", "--outputt", "x"], ["--port=1"]])
def test_what_the_demo_does_not_have_stands_behind_two_dashes(capsys, words):
    assert refused(capsys, ["demo", *words]).startswith("genwidget demo: error: unrecognized arguments: ")


def test_what_is_like_nothing_has_no_nearest(capsys):
    assert refused(capsys, ["generate", "x", "--zzz"]) == "genwidget generate: error: unrecognized arguments: --zzz"
    assert "Did you mean" not in refused(capsys, ["zzz"])


def test_what_stands_behind_two_dashes_is_no_option(capsys):
    assert "Did you mean" not in refused(capsys, ["generate", "x", "--", "--promt"])


def test_no_option_of_a_command_takes_a_path_unread():
    kinds = {action.type for parser in PARSERS.values() for action in parser._actions}
    assert not any(isinstance(kind, type) for kind in kinds - {type(None)}), "pathlib.Path makes this folder of nothing"


@pytest.mark.parametrize(("words", "option"), PATHS, ids=lambda one: one if isinstance(one, str) else " ".join(one))
def test_an_empty_path_is_refused(capsys, words, option):
    told = refused(capsys, [*words, option, ""])
    assert told.startswith(f"{' '.join(['genwidget', *words])}: error: argument ")
    assert told.endswith(f"{option}: must not be empty")


def test_an_empty_plan_and_an_empty_folder_of_the_sandbox_are_refused(capsys):
    assert refused(capsys, ["batch", "run", ""]).endswith("argument PLAN: must not be empty")
    with pytest.raises(SystemExit):
        serve(["--state-dir", ""])
    assert capsys.readouterr().err.endswith("argument --state-dir: must not be empty\n")
