"""A misspelt field is refused by every way to send from Python and a shell: one sentence, before anything is paid."""

import asyncio
import json

import pytest

from genwidget.api.client import Client
from genwidget.catalogue import Catalogue
from genwidget.cli import main
from genwidget.errors import InvalidRequest
from tests.widget.conftest import FAST, PROMPT

MODEL = "bfl/flux-1.1-pro"
SPEC = Catalogue.load().find(MODEL)
#: What was typed, and the field that was meant.
TYPED = [
    ("generation_promt", "generation_prompt"),
    ("generation_sed", "generation_seed"),
    ("seed", "generation_seed"),
    ("ratio", "generation_ratio"),
    ("GENERATION_RATIO", "generation_ratio"),
    ("generation_output_formt", "generation_output_format"),
    ("generation_input_files", "generation_input_file"),
    ("provider_order", "generation_provider_order"),
]
GOOD = {"generation_prompt": PROMPT}


def by_client(_make, _folder, values):
    with Client.blocking("sandbox", settings=FAST) as client:
        client.generate(MODEL, values)


def by_awaited_client(_make, _folder, values):
    async def generate():
        async with Client("sandbox", settings=FAST) as client:
            await client.generate_and_wait(MODEL, values)

    asyncio.run(generate())


def by_send(make, _folder, values):
    playground = make(model=MODEL)
    playground.lock_key()
    playground.values = values
    playground.send().wait(15)


def by_first_values(make, _folder, values):
    playground = make(model=MODEL, values=values)
    playground.lock_key()
    playground.send().wait(15)


def by_export(make, _folder, values):
    make(model=MODEL, values=values).export("curl")


LIBRARY = [by_client, by_awaited_client, by_send, by_first_values, by_export]


def by_set(_folder, values):
    return [part for name, value in values.items() for part in ("--set", f"{name}={value}")]


def by_body(folder, values):
    (folder / "body.json").write_text(json.dumps(values))
    return ["--body", str(folder / "body.json")]


def sentence_of(typed, meant):
    return f"{MODEL} has no field {typed}. Did you mean {meant}?"


def posts(sandbox):
    return [row.path for row in sandbox.requests if row.method == "POST"]


@pytest.mark.parametrize("send", LIBRARY)
@pytest.mark.parametrize(("typed", "meant"), TYPED)
def test_from_python(send, typed, meant, make, sandbox, tmp_path):
    with pytest.raises(InvalidRequest) as refused:
        send(make, tmp_path, {**GOOD, typed: "7"})
    assert refused.value.message == sentence_of(typed, meant)
    assert [(one.field, one.code) for one in refused.value.problems] == [(typed, "no_such_field")]
    assert (posts(sandbox), sandbox.generations) == ([], [])


@pytest.mark.parametrize("arguments", [by_set, by_body])
@pytest.mark.parametrize(("typed", "meant"), TYPED)
def test_from_a_shell(arguments, typed, meant, sandbox, carrier, tmp_path, capsys):
    code = main(
        ["generate", MODEL, "--region", "sandbox", "-o", str(tmp_path), *arguments(tmp_path, {**GOOD, typed: "7"})]
    )
    assert (code, capsys.readouterr()) == (2, ("", f"{sentence_of(typed, meant)}\n"))
    assert (posts(sandbox), sandbox.generations) == ([], [])


def test_every_field_of_the_model_is_taken_by_the_same_ways(make, sandbox, tmp_path):
    """What the table refuses is the misspelling alone."""
    assert {meant for _, meant in TYPED} <= {field.name for field in SPEC.fields}
    for send in LIBRARY:
        send(make, tmp_path, {**GOOD, "generation_seed": 7})
    assert len(posts(sandbox)) == len(LIBRARY) - 1  # `export` sends nothing
