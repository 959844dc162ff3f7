"""A template never pays for words that nobody wrote: a value is a text or a number, or the item is a problem."""

import datetime as dt
import json
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from genwidget.batch.plan_file import read_plan
from genwidget.batch.sweep import sweep
from genwidget.batch.tables import TableOptions, plan_of_table

MODEL = "bfl/flux-schnell"
TEMPLATE = "{q} seals"
REQUIRED = "generation_prompt: Required."
NOT = "generation_prompt: The template's {q} takes a text, or a number that can be written out, not "


def table(rows):
    return plan_of_table(rows, TableOptions(model=MODEL, template=TEMPLATE))


def prompts_of(plan):
    drafts = [item.draft for item in plan]
    return [draft.values["generation_prompt"] for draft in drafts]  # noqa: PD011 - no frame


def _as_parquet(folder, values):
    parquet.write_table(pa.table({"q": pa.array(values)}), folder / "plan.parquet")
    return read_plan(folder / "plan.parquet", TableOptions(model=MODEL, template=TEMPLATE))


def _as_csv(folder, values):
    cells = [json.dumps(one) if isinstance(one, list) else one for one in values]
    pd.DataFrame({"q": cells, "ratio": "1:1"}).to_csv(folder / "plan.csv", index=False)
    return read_plan(folder / "plan.csv", TableOptions(model=MODEL, template=TEMPLATE))


#: Each way in which values come to a template.
WAYS = {
    "pandas": lambda _, values: table(pd.DataFrame({"q": values})),
    "pandas objects": lambda _, values: table(pd.DataFrame({"q": pd.Series(values, dtype=object)})),
    "polars": lambda _, values: table(pl.DataFrame({"q": values})),
    "pyarrow": lambda _, values: table(pa.table({"q": pa.array(values)})),
    "list": lambda _, values: table([{"q": one} for one in values]),
    "parquet": _as_parquet,
    "csv": _as_csv,
    "axis": lambda _, values: sweep(MODEL, template=TEMPLATE, q=values),
    "pairs": lambda _, values: sweep(MODEL, template=TEMPLATE, pairs=[{"q": one} for one in values]),
}
#: Values of one type, the last of them at fault; what is told of that one.
COLUMNS = {
    "none": (["a", None], REQUIRED),
    "empty": (["a", ""], REQUIRED),
    "blanks": (["a", " \t\u3000\n"], REQUIRED),
    "not a number": ([1.5, float("nan")], REQUIRED),
    "infinity": ([1.5, float("inf")], f"{NOT}inf."),
    "bytes": ([b"a", b"b"], f"{NOT}bytes."),
    "list": ([["a"], ["b", "c"]], f"{NOT}list."),
    "date": ([dt.date(2020, 1, 1), dt.date(2020, 1, 2)], f"{NOT}date."),
}
#: A CSV file has nothing but texts.
_ONLY_TEXT = {"infinity", "bytes", "date"}


@pytest.mark.parametrize(
    ("way", "kind"), [(way, kind) for way in WAYS for kind in COLUMNS if way != "csv" or kind not in _ONLY_TEXT]
)
def test_a_value_that_is_no_word_is_a_problem_whatever_it_came_by(tmp_path, way, kind):
    values, sentence = COLUMNS[kind]
    plan = WAYS[way](tmp_path, values)
    of_last = [one.sentence.partition(": ")[2] for one in plan.problems if one.number == len(values)]
    assert of_last == [sentence]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (10**5000, f"{NOT}int."),
        (Decimal("NaN"), REQUIRED),
        (Decimal("Infinity"), f"{NOT}Infinity."),
        (np.datetime64("2020-01-01T00:00:00.000000000"), f"{NOT}datetime64."),
        (np.datetime64("NaT"), REQUIRED),
        (pd.NaT, REQUIRED),
        (pd.NA, REQUIRED),
        (np.array(["a", "b"]), f"{NOT}list."),
        ({"a": 1}, f"{NOT}dict."),
    ],
    ids=lambda value: None if isinstance(value, str) else type(value).__name__,
)
def test_a_value_of_a_mapping_that_is_no_word_is_a_problem(value, told):
    for plan in (table([{"q": value}]), sweep(MODEL, template=TEMPLATE, pairs=[{"q": value}])):
        assert [one.sentence.partition(": ")[2] for one in plan.problems] == [told]


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("a", "a"),
        (" a ", " a "),
        (3, "3"),
        (np.int64(3), "3"),
        (2.5, "2.5"),
        (np.float64(2.5), "2.5"),
        (True, "True"),
        (np.array([False])[0], "False"),
        (Decimal("1.50"), "1.50"),
        (np.str_("a"), "a"),
        (np.array("a"), "a"),
    ],
)
def test_a_text_and_a_number_are_written_as_they_are(value, word):
    for plan in (table([{"q": value}]), sweep(MODEL, template=TEMPLATE, pairs=[{"q": value}])):
        assert [item.verdict.request.prompt for item in plan] == [f"{word} seals"]


@pytest.mark.parametrize("way", [way for way in WAYS if way not in {"csv", "axis", "pairs"}])
def test_whole_numbers_that_a_gap_made_floats_of_are_written_without_a_fraction(tmp_path, way):
    plan = WAYS[way](tmp_path, [3.0, float("nan"), 4.0])
    assert prompts_of(plan) == ["3 seals", None, "4 seals"]
    plan = WAYS[way](tmp_path, [3.0, 2.5])
    assert prompts_of(plan) == ["3.0 seals", "2.5 seals"]


def test_whole_numbers_of_an_array_are_written_without_a_fraction_and_those_of_a_list_as_they_are():
    gap = pd.Series([3, None, 4]).dropna()
    assert [item.verdict.request.prompt for item in sweep(MODEL, template=TEMPLATE, q=gap)] == ["3 seals", "4 seals"]
    listed = sweep(MODEL, template=TEMPLATE, q=[3.0, 4.0])
    assert [item.verdict.request.prompt for item in listed] == ["3.0 seals", "4.0 seals"]


def test_a_value_at_fault_is_told_where_items_are_left_out_too():
    plan = sweep(MODEL, template=TEMPLATE, q=[b"x", "a"], where=lambda item: "seals" in item["generation_prompt"])
    assert [(one.number, one.field) for one in plan.problems] == [(1, "generation_prompt")]
    assert len(plan) == 2


def test_rows_of_texts_are_no_rows():
    assert [one.sentence for one in table(["a"]).problems] == [
        "Item 1 (row 1): row: Must be a mapping of names to values."
    ]


# CSV files as spreadsheets write them.


@pytest.mark.parametrize(
    ("content", "prompts"),
    [
        ("prompt,ratio,\nA seal,1:1,\n", ["A seal"]),
        ("prompt,,ratio,,\nA seal,,1:1,, \nA fox,\n", ["A seal", "A fox"]),
        ("\n\nprompt\nA seal\n\nA fox\n", ["A seal", "A fox"]),
        (" ,\n,,\nprompt,ratio\nA seal,1:1\n", ["A seal"]),
    ],
)
def test_commas_and_lines_without_a_word_are_no_columns_and_no_heads(tmp_path, content, prompts):
    (tmp_path / "plan.csv").write_text(content)
    plan = read_plan(tmp_path / "plan.csv", TableOptions(model=MODEL))
    assert plan.problems == ()
    assert [item.verdict.request.prompt for item in plan] == prompts


def test_a_value_in_a_column_without_a_name_is_a_problem(tmp_path):
    (tmp_path / "plan.csv").write_text(",prompt\n0,A seal\n,A fox\n")
    plan = read_plan(tmp_path / "plan.csv", TableOptions(model=MODEL))
    assert [one.sentence for one in plan.problems] == [
        "Item 1 (row 1): row: Has a value in column 1, which has no name. Give the column one, or take it out."
    ]


# What Python has no value for.


@pytest.mark.parametrize("way", ["parquet", "pyarrow"])
def test_a_date_beyond_all_years_is_told_and_not_thrown(tmp_path, way):
    column = pa.array([9 * 10**18], pa.timestamp("us"))
    if way == "parquet":
        parquet.write_table(pa.table({"prompt": column}), tmp_path / "plan.parquet")
        plan = read_plan(tmp_path / "plan.parquet", TableOptions(model=MODEL))
    else:
        plan = plan_of_table(pa.table({"prompt": column}), TableOptions(model=MODEL))
    with pytest.raises(Exception, match="cannot be read: date value out of range") as caught:
        plan.require()
    assert type(caught.value).__name__ == "InvalidRequest"
