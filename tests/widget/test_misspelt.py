"""A misspelt field is refused by every way to send from Python and a shell: one sentence, before anything is paid."""

import asyncio
import json

import pytest

from genwidget.api.client import Client
from genwidget.batch.batch import Batch
from genwidget.batch.drafts import field_name
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


def problems_of_playground(make, values):
    return make(model=MODEL, values=values).problems


def problems_of_rows(_make, values):
    """A list of rows may have names of its own in each."""
    return Batch.from_frame([values, {**GOOD, "generation_seed": 1}], model=MODEL).problems


@pytest.mark.parametrize(("typed", "meant"), TYPED)
def test_what_lists_problems_lists_what_is_refused(typed, meant, make, sandbox):
    """`pg.problems` and the problems of a plan's rows name the same error as the ways that send."""
    lists = [problems_of_playground]
    if field_name(typed) not in {field.name for field in SPEC.fields}:  # a plan takes `seed` as generation_seed
        lists.append(problems_of_rows)
    for problems in lists:
        for value in ("7", None):
            found = [(one.field, one.code, one.severity, one.message) for one in problems(make, {**GOOD, typed: value})]
            name = field_name(typed) if problems is not problems_of_playground else typed
            assert found == [(name, "no_such_field", "error", sentence_of(name, meant))], problems.__name__
    assert posts(sandbox) == []


@pytest.mark.parametrize(
    "values",
    [
        {},
        GOOD,
        {"generation_promt": "A seal"},
        {**GOOD, "generation_promt": None},
        {**GOOD, "generation_duration": 5},
        {**GOOD, "generation_duration": 5, "generation_durration": 5},
        {**GOOD, "generation_seed": "x"},
        {"generation_sed": 1, "generation_seed": "x"},
    ],
)
def test_problems_has_an_error_where_send_and_export_refuse_and_nowhere_else(values, make, tmp_path):
    playground = make(model=MODEL, values=values)
    playground.lock_key()
    errors = [one for one in playground.problems if one.severity == "error"]
    for send in (playground.send, lambda: playground.export("curl")):
        if not errors:
            send()
            continue
        with pytest.raises(InvalidRequest) as refused:
            send()
        assert refused.value.problems == playground.problems


def test_every_field_of_the_model_is_taken_by_the_same_ways(make, sandbox, tmp_path):
    """What the table refuses is the misspelling alone."""
    assert {meant for _, meant in TYPED} <= {field.name for field in SPEC.fields}
    for send in LIBRARY:
        send(make, tmp_path, {**GOOD, "generation_seed": 7})
    assert len(posts(sandbox)) == len(LIBRARY) - 1  # `export` sends nothing
