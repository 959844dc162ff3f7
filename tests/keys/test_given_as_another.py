"""A key that is given where something else belongs is told back in no sentence: a notebook would save it."""

import string
import traceback
from pathlib import Path

import pytest

import genwidget
from genwidget import Batch, Client, Playground, compare, sweep
from genwidget.cli import main
from genwidget.messages import MESSAGES, render
from genwidget.text import without_keys

KEY = f"bye_{'usQ7w' * 7}"
MODEL = "bfl/flux-schnell"


@pytest.mark.parametrize("code", MESSAGES)
def test_no_sentence_tells_a_key_back(code):
    names = {name for _, name, _, _ in string.Formatter().parse(MESSAGES[code]) if name}
    said = render(code, **dict.fromkeys(names, f"'{KEY}'"))
    assert KEY not in said
    assert said.count("bye_usQ7w...") == sum(
        name in names for _, name, _, _ in string.Formatter().parse(MESSAGES[code])
    )


@pytest.mark.parametrize(
    "text", ["bye_bye_baby", "Keys begin with bye_, followed by letters", "goodbye_seal", "bye_short"]
)
def test_what_is_no_key_stays(text):
    assert without_keys(text) == text


def a_client():
    return Client.blocking("sandbox")


#: A key in the place of something else.
GIVEN = {
    "region of a client": lambda: Client(KEY),
    "region of a blocking client": lambda: Client.blocking(KEY),
    "region of a playground": lambda: Playground(KEY),
    "a second argument": lambda: Playground("sandbox", KEY),
    "history": lambda: Playground("sandbox", history=KEY),
    "trait": lambda: setattr(Playground("sandbox"), "region", KEY),
    "model": lambda: a_client().generate(KEY, {}),
    "model of an estimate": lambda: a_client().estimate(KEY),
    "field": lambda: a_client().generate(MODEL, {KEY: 1, "generation_prompt": "x"}),
    "keyword": lambda: Client("sandbox", **{KEY: 1}),
    "models": lambda: compare([KEY], {"prompt": "x"}, region="sandbox"),
    "region of a comparison": lambda: compare([MODEL], {"prompt": "x"}, region=KEY),
    "field of a sweep": lambda: sweep(MODEL, **{KEY: 1}),
    "batch": lambda: Batch.open(KEY),
    "path": lambda: genwidget.read_recipe(KEY),
    "language": lambda: Playground("sandbox").export(KEY),
    "base URL": lambda: Client(base_url=KEY),
}


@pytest.mark.parametrize("name", GIVEN)
def test_python_tells_no_key_back(name):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of whichever class
        GIVEN[name]()
    told = [str(caught.value), *getattr(caught.value, "__notes__", ())]
    assert KEY not in "\n".join(told)


#: A key under a wrong name, or beside something else that is wrong.
BESIDE = {
    "client": lambda: Client("us", apikey=KEY),
    "blocking client": lambda: Client.blocking("us", apikey=KEY),
    "playground": lambda: Playground("sandbox", apikey=KEY),
    "misspelt": lambda: compare([MODEL], {"prompt": "x"}, kee=KEY),
    "in white space": lambda: compare([MODEL], {"prompt": "x"}, region="us", key=f" {KEY} and more"),
    "wrong region": lambda: compare([MODEL], {"prompt": "x"}, region="uss", key=KEY),
    "wrong model": lambda: compare(["bfl/flux"], {"prompt": "x"}, key=KEY),
    "plan": lambda: sweep(MODEL, prompt="x").run(region="us", apikey=KEY),
    "sweep": lambda: sweep(MODEL, prompt="x", key=KEY),
    "playground's comparison": lambda: Playground("sandbox").compare([MODEL], key=KEY),
    "playground's sweep": lambda: Playground("sandbox").sweep(prompt="x", key=KEY),
}


@pytest.mark.parametrize("name", BESIDE)
def test_no_frame_of_ours_shows_a_key(name):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of whichever class
        BESIDE[name]()
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame for frame in told.stack if Path(frame.filename).is_relative_to(Path(genwidget.__file__).parent)]
    assert [(frame.name, name) for frame in ours for name, value in frame.locals.items() if KEY in value] == []


@pytest.mark.parametrize(
    "words",
    [
        ("generate", MODEL, "--prompt", "x", "--region", KEY),
        ("generate", KEY, "--prompt", "x", "--region", "sandbox"),
        ("generate", MODEL, "--prompt", "x", "--key", KEY),
        ("generate", MODEL, "--prompt", "x", f"--key={KEY}"),
        ("generate", MODEL, "--set", f"{KEY}=1", "--region", "sandbox"),
        ("generate", MODEL, "--body", KEY, "--region", "sandbox"),
        ("runs", "show", KEY),
        ("batch", "show", KEY),
        ("batch", "run", KEY),
        (KEY,),
    ],
    ids=lambda words: " ".join(words).replace(KEY, "KEY"),
)
def test_the_shell_tells_no_key_back(words, capsys):
    try:
        code = main(list(words))
    except SystemExit as end:
        code = end.code
    assert code == 2
    out, err = capsys.readouterr()
    assert err
    assert KEY not in out + err
