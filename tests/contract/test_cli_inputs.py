"""What a person, a file or the environment can give the command line, in this process."""

import pytest

from genwidget import runner
from genwidget.cli import main
from genwidget.sandbox import API_KEY, Sandbox

MODEL = "bfl/flux-1.1-pro"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(speed=50) as running:
        yield running


@pytest.fixture(autouse=True)
def _carrier(monkeypatch, tmp_path):
    """A runner of the test's own, with a ledger of its own, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BABYSEA_API_KEY", API_KEY)
    one = runner.Runner()
    monkeypatch.setattr(runner, "shared", lambda: one)
    yield
    one.close()


@pytest.fixture
def shell(capsys):
    """Call ``genwidget`` and return its exit code and the lines on stdout and stderr."""

    def go(*arguments):
        try:
            code = main(list(map(str, arguments)))
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return go


@pytest.fixture
def generate(shell, sandbox):
    """Call ``genwidget generate`` on the sandbox, and check that what ended in 2 was not sent."""

    def go(*arguments):
        before = len(sandbox.requests)
        code, out, err = shell("generate", MODEL, "--base-url", sandbox.url, *arguments)
        if code == 2:
            assert sandbox.requests[before:] == []
        return code, out, err

    return go


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("9007199254740993", "9007199254740992"),
        ("1e400", "Infinity"),
        ("0.1e-400", "0"),
        ("1.00000000000000000001", "1"),
        ("12345678901234567890", "12345678901234567000"),
    ],
)
def test_a_number_that_would_arrive_as_another_is_refused_from_an_argument_and_a_file(generate, tmp_path, typed, sent):
    (tmp_path / "body.json").write_text(f'{{"generation_prompt": "A baby seal", "generation_seed": {typed}}}')
    sentence = f"generation_seed: Cannot be sent exactly: {typed} would become {sent}"
    assert generate("--prompt", "A baby seal", "--set", f"generation_seed={typed}") == (2, [], [sentence])
    code, _, (told,) = generate("--body", "body.json")
    assert (code, told.split(": ")[:2]) == (2, sentence.split(": ")[:2])
    assert told.endswith(f" would become {sent}")


def test_what_a_body_file_says_of_a_number_is_sent_digit_by_digit(generate, tmp_path):
    (tmp_path / "body.json").write_text('{"generation_prompt": "A seal", "generation_guidance_scale": 3.10e0}')
    assert generate("--body", "body.json")[0] == 0
    assert b'"generation_guidance_scale":3.1' in runner.shared().ledger.rows(1)[0].body


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--set", "generation_promt=a"), "generation_promt. Did you mean generation_prompt?"),
        (("--set", "seed=5"), "seed. Did you mean generation_seed?"),
        (("--set", "generation_sed="), "generation_sed. Did you mean generation_seed?"),
        (("--body", "body.json"), "nofield. Its fields are "),
    ],
)
def test_a_field_that_the_model_does_not_have_is_refused_before_anything_is_paid(generate, tmp_path, arguments, told):
    (tmp_path / "body.json").write_text('{"nofield": 5}')
    code, out, (sentence,) = generate("--prompt", "A baby seal", *arguments)
    assert (code, out) == (2, [])
    assert sentence.startswith(f"{MODEL} has no field {told}")


def test_a_misspelt_model_is_told_with_the_nearest(shell):
    hint = "Did you mean bfl/flux-schnell?"
    assert shell("generate", "bfl/flux-schnel") == (2, [], ["Unknown model", hint])
    assert shell("generate", "flux-schnell") == (2, [], ["Invalid endpoint path", hint])
