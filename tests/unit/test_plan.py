"""A plan: its problems, each with its item and row, and that it finds what the check of a form finds."""

import csv
import datetime as dt
import itertools
import json
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from genwidget.batch.checker import Checker
from genwidget.batch.drafts import Draft
from genwidget.batch.plan_file import read_plan
from genwidget.batch.sweep import sweep
from genwidget.batch.tables import TableOptions, plan_of_rows, plan_of_table
from genwidget.catalogue import Catalogue
from genwidget.errors import InvalidRequest
from genwidget.messages import shell_words
from genwidget.request.validation import check, with_defaults

MODEL = "bfl/flux-schnell"
CATALOGUE = Catalogue.load()


def told(plan):
    return [str(problem) for problem in plan.problems]


def table(data, **options):
    return plan_of_table(data, TableOptions(**{"model": MODEL, **options}))


def prompts(plan):
    return [item.verdict.request.prompt for item in plan]


def test_every_bad_item_is_told_with_its_number_and_nothing_of_it_can_be_sent():
    plan = sweep(MODEL, prompt=["a", "x" * 5001], ratio=["1:1", "5:1"])
    assert [(problem.number, problem.row, problem.field) for problem in plan.problems] == [
        (2, None, "generation_ratio"),
        (3, None, "generation_prompt"),
        (4, None, "generation_prompt"),
        (4, None, "generation_ratio"),
    ]
    assert told(plan)[0].startswith("Item 2: generation_ratio: Must be one of 1:1 | ")
    with pytest.raises(InvalidRequest) as caught:
        plan.require()
    assert str(caught.value).startswith("Item 2: generation_ratio: Must be one of")
    assert str(caught.value).endswith("Items with problems: 3. Nothing was sent.")
    assert len(caught.value.problems) == 4


def test_a_plan_without_items_is_refused():
    with pytest.raises(InvalidRequest, match="The plan has no items"):
        sweep(MODEL, prompt="a", where=lambda _: False).require()


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["1:1", "16:9", "png", "1", "fastest", "https://example.com/a.png"]),
    st.lists(st.text(max_size=4), max_size=3),
)
_NAMES = sorted({field.name for model in CATALOGUE.models for field in model.fields})


@given(st.sampled_from(CATALOGUE.models), st.lists(st.dictionaries(st.sampled_from(_NAMES), _VALUES), max_size=4))
def test_an_item_is_judged_as_a_form_is(spec, items):
    checker = Checker(CATALOGUE)
    names = {field.name for field in spec.fields}
    for values in items:
        own = {name: value for name, value in values.items() if name in names}
        form = check(spec, with_defaults(spec, own))
        verdict = checker.check(Draft(None, spec.model_id, own))
        assert verdict.problems == form.problems
        assert verdict.request == form.request
        if verdict.request is not None:
            assert verdict.request.encoded == form.request.encoded


def test_what_is_found_of_a_value_is_not_taken_for_one_that_is_only_equal_to_it():
    plan = sweep("bfl/flux-1.1-pro", prompt="a", generation_seed=[1, True, 1.0, False, 0])
    assert [problem.number for problem in plan.problems] == [2, 4]


def test_a_field_that_one_model_of_a_sweep_does_not_have_is_a_problem_of_its_items():
    plan = sweep([MODEL, "bfl/flux-1.1-pro"], prompt="a", generation_seed=[1])
    assert [problem.number for problem in plan.problems] == [1]
    assert told(plan)[0].startswith("Item 1: generation_seed: bfl/flux-schnell has no field generation_seed.")


def test_items_are_expanded_one_after_the_other_and_none_is_kept():
    taken = []
    rows = ({"prompt": f"A seal {number}"} for number in itertools.count())
    plan = plan_of_rows(lambda: (taken.append(row) or row for row in rows), None, TableOptions(model=MODEL))
    first = next(iter(plan))
    assert first.verdict.request.prompt == "A seal 0"
    assert len(taken) == 1


def test_a_plan_without_end_is_refused(monkeypatch):
    monkeypatch.setattr("genwidget.batch.plan.MOST_ITEMS", 50)
    rows = itertools.repeat({"prompt": "A seal"})
    with pytest.raises(InvalidRequest, match="A plan has at most 50 items"):
        plan_of_rows(lambda: rows, None, TableOptions(model=MODEL)).require()


# Tables.

ROWS = [{"text": "A seal", "ratio": "1:1", "id": 1}, {"text": "A fox", "ratio": None, "id": 2}]
KINDS = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "pyarrow": pa.Table.from_pylist,
    "list": list,
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_a_table_of_any_kind_makes_the_same_items(make):
    columns = {"generation_prompt": "text", "ratio": "ratio"}
    plan = table(make(ROWS), columns=columns, template="{text}, at dusk", repeat=2)
    bodies = [item.verdict.request.body for item in plan]
    assert [one["generation_prompt"] for one in bodies] == ["A seal, at dusk"] * 2 + ["A fox, at dusk"] * 2
    assert [item.draft.row for item in plan] == [1, 1, 2, 2]
    assert "generation_ratio" not in bodies[2]
    assert plan.problems == ()


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.Table.from_pylist])
def test_numbers_of_a_frame_are_sent_as_they_are(make):
    rows = [{"generation_prompt": "a", "generation_seed": 7}, {"generation_prompt": "b", "generation_seed": None}]
    plan = table(make(rows), model="bfl/flux-1.1-pro")
    assert [item.verdict.request.body.get("generation_seed") for item in plan] == [7, None]


def test_a_bad_row_is_told_with_its_item_and_row():
    plan = table([{"prompt": "a"}, {"prompt": ""}, 5, {"prompt": "b", "ratio": 7}, {"promt": "c"}], repeat=2)
    assert [(problem.number, problem.row) for problem in plan.problems if problem.number % 2] == [
        (3, 2),
        (5, 3),
        (7, 4),
        (9, 5),
        (9, 5),
    ]
    assert told(plan)[0] == "Item 3 (row 2): generation_prompt: Required"
    assert told(plan)[2] == "Item 5 (row 3): row: Must be a mapping of names to values"


def test_a_row_may_name_its_model_and_one_that_is_unknown_is_its_problem():
    rows = [{"model": "bfl/flux-1.1-pro", "prompt": "a"}, {"model": "bfl/flux-schnel", "prompt": "b"}, {"prompt": "c"}]
    plan = table(rows, model=None)
    assert told(plan) == [
        (
            "Item 2 (row 2): model: Unknown model. bfl/flux-schnel is none of the models known. "
            "Did you mean bfl/flux-schnell?"
        ),
        "Item 3 (row 3): model: Name the model, or give one in every row or pair",
    ]


PRO = "bfl/flux-1.1-pro"
WITH_MODELS = [{"text": "a", "model": MODEL}, {"text": "b", "model": None}, {"text": "c", "model": PRO}]


def models(plan):
    return [item.draft.model_id for item in plan]


@pytest.mark.parametrize("template", [None, "{text}"])
@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, list])
def test_a_column_of_models_is_that_of_the_model_though_other_columns_are_named(make, template):
    columns = {"ratio": "r"} if template else {"prompt": "text"}
    rows = [{**row, "r": "1:1"} for row in WITH_MODELS]
    plan = table(make(rows), columns=columns, model="google/nano-banana", template=template)
    assert models(plan) == [MODEL, "google/nano-banana", PRO]
    assert prompts(plan) == ["a", "b", "c"]


def test_the_model_is_taken_from_another_column_where_it_is_said():
    rows = [{"text": "a", "model": PRO, "of": MODEL}]
    assert models(table(rows, columns={"prompt": "text", "model": "of"})) == [MODEL]
    assert models(table(pd.DataFrame([{"model": "A Model T Ford"}]), columns={"prompt": "model"})) == [MODEL]


@pytest.mark.parametrize("name", ["plan.csv", "plan.parquet", "plan.toml", "columns.toml"])
def test_the_models_of_a_files_rows_stay_though_columns_are_named(tmp_path, name):
    path, frame = tmp_path / name, pd.DataFrame([WITH_MODELS[0], WITH_MODELS[2]])
    columns = None if name == "columns.toml" else {"prompt": "text"}
    items = "".join(f'[[items]]\ntext = "{row.text}"\nmodel = "{row.model}"\n' for row in frame.itertuples())
    text = items if columns else f'{items}[columns]\nprompt = "text"\n'
    if name == "plan.parquet":
        frame.to_parquet(path)
    else:
        path.write_text(frame.to_csv(index=False) if name == "plan.csv" else text)
    for model in (None, "google/nano-banana"):
        assert models(read_plan(path, TableOptions(model=model, columns=columns))) == [MODEL, PRO]


def test_a_value_that_is_missing_in_a_template_leaves_the_prompt_out():
    assert told(table([{"text": None}], template="{text}, at dusk")) == ["Item 1 (row 1): generation_prompt: Required"]


@pytest.mark.parametrize(
    ("data", "options", "sentence"),
    [
        (5, {}, "A table is a pandas, polars or pyarrow table, or a list of mappings."),
        ("a", {}, "A table is a pandas, polars or pyarrow table, or a list of mappings."),
        (pl.LazyFrame({"prompt": ["a"]}), {}, "Collect the lazy table first."),
        (pl.DataFrame({"promt": ["a"]}), {}, "Column promt is no field of any model. Did you mean generation_prom"),
        (pl.DataFrame({"a": ["a"]}), {"columns": {"prompt": "b"}}, "The table has no column b."),
        (pl.DataFrame({"a": ["a"]}), {"columns": ["a"]}, "columns= maps fields to columns, such as"),
        (pl.DataFrame({"a": ["a"]}), {"columns": {"prompt": "a"}, "template": "x"}, "The template replaces the pr"),
        (pl.DataFrame({"a": ["a"]}), {"columns": {}, "template": "{b}"}, "The template's {b} is neither a column"),
        ([], {"repeat": 0}, "repeat is a whole number, at least 1."),
    ],
)
def test_what_cannot_be_a_table_is_refused_with_a_sentence(data, options, sentence):
    with pytest.raises(InvalidRequest) as caught:
        table(data, **options)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("names", "template", "columns", "options"),
    [
        (["promt"], None, {"generation_prompt": "promt"}, "--column generation_prompt=promt"),
        (["text"], None, {"generation_prompt": "text"}, "--column generation_prompt=text"),
        (
            ["model", "Text of it", "ratoi"],
            None,
            {"model": "model", "generation_ratio": "ratoi", "generation_prompt": "Text of it"},
            '--column model=model --column generation_ratio=ratoi --column "generation_prompt=Text of it"',
        ),
        (["prompt", "notes"], None, {"generation_prompt": "prompt"}, "--column generation_prompt=prompt"),
        (["thing", "ratio", "promt"], "{thing}", {"generation_ratio": "ratio"}, "--column generation_ratio=ratio"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_how_columns_are_named_is_told_by_those_that_the_table_has(names, template, columns, options):
    frame = pl.DataFrame({name: ["bfl/flux-schnell" if name == "model" else "1:1"] for name in names})
    with pytest.raises(InvalidRequest) as caught:
        table(frame, template=template)
    told = json.dumps(columns, ensure_ascii=False)
    assert str(caught.value).endswith(f" Name the columns to use: columns={told}")
    assert table(frame, columns=columns, template=template).problems == ()
    with pytest.raises(InvalidRequest) as caught, shell_words():
        table(frame, template=template)
    assert str(caught.value).endswith(f" Name the columns to use: {options}")


def test_a_column_that_only_a_template_could_take_is_to_be_taken_out():
    with pytest.raises(InvalidRequest) as caught:
        table(pl.DataFrame({"thing": ["A seal"], "notes": ["a"]}), template="{thing}")
    assert str(caught.value) == "Column notes is no field of any model. Take it out."


def _arrow(*names):
    return pa.Table.from_arrays([pa.array(["A seal"])] * len(names), names=list(names))


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (lambda: _arrow("prompt", "generation_prompt"), {}),
        (lambda: pd.DataFrame([["a", "b"]], columns=["prompt", "generation_prompt"]), {}),
        (lambda: pl.DataFrame({"prompt": ["a"], "generation_prompt": ["b"]}), {}),
        (lambda: [{"prompt": "a", "generation_prompt": "b"}], {}),
        (lambda: [{"a": "a", "b": "b"}], {"columns": {"prompt": "a", "generation_prompt": "b"}}),
        (lambda: pl.DataFrame({"a": ["a"], "b": "b"}), {"columns": {"prompt": "a", "generation_prompt": "b"}}),
    ],
)
def test_of_two_columns_that_mean_one_field_none_is_lost_without_a_word(make, options):
    with pytest.raises(InvalidRequest, match="generation_prompt"):
        table(make(), **options).require()


@pytest.mark.parametrize("names", [[["x"], ["y"]], [{"x": 1}, {"y": 2}], [("x", 1), ("y", 2)], [None, 1.5], [0, 1]])
@pytest.mark.parametrize("options", [{}, {"columns": {"prompt": "x"}}, {"template": "{x}"}])
def test_names_of_columns_that_are_no_texts_are_refused(names, options):
    index = pd.Index(names, dtype=object, tupleize_cols=False)
    with pytest.raises(InvalidRequest):
        table(pd.DataFrame([["a", "b"]], columns=index), **options)


@pytest.mark.parametrize("make", [lambda: _arrow("a", "a"), lambda: pd.DataFrame([["a", "b"]], columns=["a", "a"])])
def test_two_columns_of_one_name_are_refused(make):
    with pytest.raises(InvalidRequest):
        table(make(), columns={"prompt": "a"}).require()


def test_a_column_that_no_row_of_a_list_has_is_told_as_of_a_frame():
    with pytest.raises(InvalidRequest, match=r"^The table has no column zz\."):
        table([{"a": "A seal"}, 5], columns={"prompt": "zz"})
    assert table([{"a": "A seal"}, {}], columns={"prompt": "a"}).problems[0].number == 2


# Files.


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"prompt,prompt\na,b\n", "More than one column is prompt: prompt, prompt."),
        (b"prompt,generation_prompt\na,b\n", "More than one column is generation_prompt: prompt, generation_prompt."),
        (b'prompt\na\n"b\nc\nd\n', "Row 2 of plan.csv has a quotation mark that is not closed"),
        (b'prompt\na\nb\n"c"d\n', "Row 3 of plan.csv has a quotation mark that is not closed, or within a cell"),
        (b'"prompt\na\n', "Row 0 of plan.csv has a quotation mark"),
        (b"prompt\na\n" + b"b" * 140_000, "Row 2 of plan.csv has a cell of more than 131,072 characters."),
        ("prompt\nCafé\n".encode("latin-1"), "The plan in plan.csv cannot be read: it is not UTF-8. Save it as UTF-8"),
        ("prompt\na\n".encode("utf-16"), "The plan in plan.csv cannot be read: it is not UTF-8. Save it as UTF-8"),
        (b" prompt \na\n", "The name of the column “ prompt ” has spaces around it."),
        (b"prompt;ratio\na;1:1\n", "The columns of plan.csv are separated by semicolons."),
        (b"prompt\tratio\na\t1:1\n", "The columns of plan.csv are separated by tabs."),
    ],
)
def test_a_csv_file_that_would_lose_or_mix_up_something_is_refused(tmp_path, monkeypatch, content, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.csv").write_bytes(content)
    with pytest.raises(InvalidRequest) as caught:
        read_plan(Path("plan.csv"), TableOptions(model=MODEL)).require()
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"a = " + b"[" * 100_000, "nested too deeply"), ('model = "é"'.encode("latin-1"), "Save it as UTF-8")],
)
def test_a_toml_file_that_cannot_be_read_is_told_in_our_words(tmp_path, content, told):
    (tmp_path / "plan.toml").write_bytes(content)
    with pytest.raises(InvalidRequest, match=told):
        read_plan(tmp_path / "plan.toml", TableOptions())


def test_a_csv_and_a_parquet_file_make_the_items_of_their_rows(tmp_path):
    rows = [{"prompt": "A seal, at dusk", "ratio": "16:9"}, {"prompt": "A fox", "ratio": "1:1"}]
    with (tmp_path / "plan.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["prompt", "ratio"])
        writer.writeheader()
        writer.writerows(rows)
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "plan.parquet")
    for name in ("plan.csv", "plan.parquet"):
        plan = read_plan(tmp_path / name, TableOptions(model=MODEL))
        assert prompts(plan) == prompts(plan) == ["A seal, at dusk", "A fox"]


def test_a_parquet_file_of_a_codec_that_pyarrow_does_not_have_is_told_in_our_words(tmp_path, monkeypatch):
    def read(*_):  # as pyarrow does where it was built without the codec
        raise pa.ArrowNotImplementedError("Support for codec 'snappy' not built")

    parquet.write_table(pa.table({"prompt": ["A seal"]}), tmp_path / "plan.parquet")
    monkeypatch.setattr(parquet.ParquetFile, "iter_batches", read)
    with pytest.raises(InvalidRequest, match=r"^The plan in .* cannot be read: Support for codec 'snappy' not built"):
        read_plan(tmp_path / "plan.parquet", TableOptions(model=MODEL)).require()


def test_a_csv_cell_may_be_a_json_list(tmp_path):
    links = ["https://example.com/a.png", "https://example.com/b.png"]
    with (tmp_path / "plan.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["prompt", "input_file"], ["A seal", json.dumps(links)]])
    (item,) = read_plan(tmp_path / "plan.csv", TableOptions(model="google/nano-banana"))
    assert item.verdict.request.body["generation_input_file"] == links


def test_a_csv_row_with_more_cells_than_columns_is_a_problem_and_not_cut(tmp_path):
    (tmp_path / "plan.csv").write_text("prompt\nA seal, at dusk\n")
    plan = read_plan(tmp_path / "plan.csv", TableOptions(model=MODEL))
    assert told(plan) == [
        "Item 1 (row 1): row: Has more cells than there are columns. Put texts with commas in quotation marks"
    ]


TOML = """
model = ["bfl/flux-schnell", "bfl/flux-1.1-pro"]
repeat = 2
template = "{animal}, at dusk"
[fields]
animal = ["A seal", "A fox"]
[[pairs]]
ratio = "1:1"
[[pairs]]
ratio = "16:9"
"""


def test_a_toml_file_is_a_sweep_or_a_list_of_items(tmp_path):
    (tmp_path / "plan.toml").write_text(TOML)
    assert len(read_plan(tmp_path / "plan.toml", TableOptions())) == 16
    shared = 'model = "bfl/flux-schnell"\n[base]\nprompt = "a"\n[fields]\nratio = ["1:1", "16:9"]'
    (tmp_path / "plan.toml").write_text(shared)
    assert prompts(read_plan(tmp_path / "plan.toml", TableOptions())) == ["a", "a"]
    (tmp_path / "plan.toml").write_text('model = "bfl/flux-schnell"\n[[items]]\nprompt = "a"\n[[items]]\nprompt = "b"')
    assert prompts(read_plan(tmp_path / "plan.toml", TableOptions(repeat=2))) == ["a", "a", "b", "b"]


def toml(tmp_path, text, **options):
    (tmp_path / "plan.toml").write_text(text)
    return read_plan(tmp_path / "plan.toml", TableOptions(**options))


TWO_MODELS = f'model = ["{MODEL}", "{PRO}"]\nrepeat = 3\n[fields]\nprompt = "a"\n'
ITEMS = f'model = "{MODEL}"\n[[items]]\nprompt = "a"\n'


@pytest.mark.parametrize(("text", "model"), [(TWO_MODELS, MODEL), (TWO_MODELS, PRO), (ITEMS, PRO)])
def test_a_model_beside_that_of_a_plan_is_refused_and_replaces_none(tmp_path, text, model):
    with pytest.raises(InvalidRequest, match="The plan names its model, and model= is of what names none"):
        toml(tmp_path, text, model=model)
    with shell_words(), pytest.raises(InvalidRequest, match="and --model is of what names none"):
        toml(tmp_path, text, model=model)
    assert len(toml(tmp_path, text)) == (6 if text is TWO_MODELS else 1)


def test_the_same_model_beside_that_of_a_plan_and_one_beside_none_are_taken(tmp_path):
    assert models(toml(tmp_path, ITEMS, model=MODEL)) == [MODEL]
    assert models(toml(tmp_path, f'model = ["{PRO}"]\n[fields]\nprompt = "a"\n', model=PRO)) == [PRO]
    assert models(toml(tmp_path, '[fields]\nprompt = "a"\n', model=PRO)) == [PRO]


def test_one_repeat_that_is_given_beside_a_plan_is_taken(tmp_path):
    assert (len(toml(tmp_path, TWO_MODELS)), len(toml(tmp_path, TWO_MODELS, repeat=1))) == (6, 2)


def test_columns_that_are_given_beside_those_of_a_plan_replace_no_others(tmp_path):
    text = (
        f'model = "{MODEL}"\n[[items]]\na = "A seal"\nb = "16:9"\nc = "A fox"\n[columns]\nprompt = "a"\nratio = "b"\n'
    )
    (item,) = toml(tmp_path, text, columns={"generation_prompt": "c"})
    values = item.verdict.request.body
    assert (values["generation_prompt"], values["generation_ratio"]) == ("A fox", "16:9")


def test_columns_of_a_sweep_are_refused_as_they_were_given(tmp_path):
    with pytest.raises(InvalidRequest, match=r"^A sweep has no columns: columns= is of a table, or of a plan with"):
        toml(tmp_path, TWO_MODELS, columns={"prompt": "x"})
    with shell_words(), pytest.raises(InvalidRequest, match=r"^A sweep has no columns: --column is of a table"):
        toml(tmp_path, TWO_MODELS, columns={"prompt": "x"})
    with pytest.raises(InvalidRequest, match=r"^\[columns\] is of a plan with \[\[items\]\]"):
        toml(tmp_path, f'{TWO_MODELS}[columns]\nprompt = "x"\n')


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("plan.toml", "model = ", "The plan in {path} cannot be read: "),
        ("plan.toml", "modell = 'a'", "modell is no part of a plan. Did you mean model?"),
        (
            "plan.toml",
            "[plan]\nmodel = 'a'",
            "plan is no part of a plan. Its parts are model, repeat, template, seed, [",
        ),
        ("plan.toml", "fields = 5", "fields cannot be 5. It is a table, such as [fields]."),
        ("plan.toml", "items = 5", "items cannot be 5. It is a list of tables, such as [[items]]."),
        ("plan.toml", "model = 'bfl/flux-schnell'\nrepeat = 'x'\n[fields]\nprompt = 'a'", "repeat is a whole number"),
        ("plan.toml", "model = 'bfl/flux-schnell'\n[fields]\nwhere = 'a'", "fields.where is no part of a plan."),
        ("plan.toml", "[[items]]\nprompt = 'a'\n[fields]\n", "A plan has either [fields] or [[items]]."),
        ("plan.toml", "[[items]]\nprompt = 'a'\n[base]\n", "A plan has either [fields] or [[items]]."),
        ("plan.toml", "base = 5", "base cannot be 5. It is a table, such as [base]."),
        ("plan.toml", "model = 'bfl/flux-schnell'\n[fields]\nbase = 'a'", "fields.base is no part of a plan."),
        ("plan.toml", "", "Name the model, or give one in every row or pair"),
        ("plan.csv", "\udcff", "The plan in {path} cannot be read: "),
        ("plan.csv", "prompt\n\x00", None),
        ("plan.csv", "promt\na", "Column promt is no field of any model."),
        ("plan.parquet", "no parquet", "The plan in {path} cannot be read: "),
        ("plan.txt", "", "A plan is a .toml, .csv or .parquet file; {path} is not."),
        ("nowhere.csv", None, "The plan in {path} cannot be read: No such file or directory"),
        ("nowhere.toml", None, "The plan in {path} cannot be read: No such file or directory"),
        ("nowhere.parquet", None, "The plan in {path} cannot be read: "),
    ],
)
def test_what_cannot_be_a_plan_file_is_refused_with_a_sentence(tmp_path, name, text, sentence):
    path = tmp_path / name
    if text is not None:
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    if sentence is None:
        assert isinstance(read_plan(path, TableOptions(model=MODEL)).problems, tuple)
        return
    with pytest.raises(InvalidRequest) as caught:
        len(read_plan(path, TableOptions()))
    assert str(caught.value).startswith(sentence.format(path=path))


@pytest.mark.parametrize("columns", [{"generation_prompt": "text"}, None], ids=["named", "taken by their names"])
@pytest.mark.parametrize(
    "names", [[0], [3.5], [("x", "text")], [None], [dt.date(2026, 1, 1)]], ids=lambda names: str(names[0])
)
def test_columns_whose_names_are_no_text_are_refused_with_a_sentence(names, columns):
    frame = pd.DataFrame([["A seal"]])
    frame.columns = pd.MultiIndex.from_tuples(names) if isinstance(names[0], tuple) else pd.Index(names, dtype=object)
    with pytest.raises(InvalidRequest, match=r"has no column text|is no field of any model"):
        table(frame, columns=columns)
