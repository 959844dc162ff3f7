"""A batch that was sent as code: it plans the same items, in the same order."""

import json
from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import pytest

from genwidget.batch import sent_code
from genwidget.batch.batch import Batch
from genwidget.batch.plan_file import read_plan
from genwidget.batch.rows import BatchRow, ItemRow
from genwidget.batch.sent_code import MOST_LISTED, to_code
from genwidget.batch.sweep import sweep
from genwidget.batch.tables import TableOptions
from genwidget.catalogue import Catalogue
from genwidget.errors import GenwidgetError

US = "https://api.us.babysea.ai"
MODEL = "bfl/flux-schnell"
BATCH = BatchRow(
    batch_id="b_7f3a",
    created_at=0,
    updated_at=0,
    state="ended",
    region_id="us",
    api_url=US,
    helper_url=US,
    is_own_origin=False,
    key_fingerprint="0123456789ab",
    count=0,
)
NASTY = "it's \"quoted\" $HOME `id` \\n \n PLAN \u2028 🦭 \x7f '''"
SWEEPS = {
    "one axis": sweep(MODEL, prompt=["a seal", NASTY]),
    "models outermost": sweep([MODEL, "bfl/flux-1.1-pro"], prompt=["a", "b"], ratio=["1:1", "16:9"], repeat=2),
    "only repeats": sweep(MODEL, prompt="a", repeat=3),
    "one item": sweep(MODEL, prompt="a"),
    "of many": sweep(MODEL, prompt=[str(number) for number in range(30)], ratio=["1:1", "16:9", "3:4"]),
}
LISTED = {
    "some left out": sweep(
        MODEL,
        prompt=["a", "b"],
        ratio=["1:1", "16:9"],
        where=lambda v: (v["generation_prompt"], v["generation_ratio"]) != ("a", "16:9"),
    ),
    "fields together": sweep(MODEL, pairs=[{"prompt": "a", "ratio": "1:1"}, {"prompt": "b", "ratio": "16:9"}]),
    "rows of a table": Batch.from_frame(
        [{"model": MODEL, "prompt": NASTY}, {"model": "bfl/flux-1.1-pro", "prompt": "b", "ratio": "3:4"}]
    ),
}


def bodies(plan):
    return [(one.draft.model_id, one.verdict.request.body) for one in plan]


def items_of(plan):
    """Return the rows that a plan's items have once they are sent."""
    sent = [one.verdict.request for one in plan]
    return [
        ItemRow(
            batch_id=BATCH.batch_id,
            position=at,
            model_type=one.model_type,
            model_id=one.model_id,
            path=one.path,
            body=json.dumps(one.body).encode(),
        )
        for at, one in enumerate(sent)
    ]


def write(language, items, batch=BATCH):
    return to_code(language, batch, items, Catalogue.load())


def planned_by(code):
    """Run what an exported program does up to its plan, and return that."""
    begin, _ = code.split("print(plan.estimate", 1)
    names = {}
    exec(compile(begin, "exported.py", "exec"), names)  # noqa: S102 - our own code
    return names["plan"]


def file_in(code, folder):
    """Write the plan that an exported command writes, and read it."""
    path = folder / "plan.toml"
    path.write_text(code.split("<<'PLAN'\n", 1)[1].rsplit("\nPLAN\n", 1)[0])
    return read_plan(path, TableOptions())


@pytest.mark.parametrize("name", SWEEPS)
def test_items_that_are_a_sweep_are_written_as_one(tmp_path, name):
    plan = SWEEPS[name]
    code = write("python", items_of(plan))
    assert "plan = sweep(" in code
    assert bodies(planned_by(code)) == bodies(plan)
    assert bodies(file_in(write("shell", items_of(plan)), tmp_path)) == bodies(plan)


@pytest.mark.parametrize("name", LISTED)
def test_other_items_are_listed_in_their_order(tmp_path, name):
    plan = LISTED[name]
    code = write("python", items_of(plan))
    assert "Batch.from_frame(" in code
    assert "sweep" not in code
    assert bodies(planned_by(code)) == bodies(plan)
    shell = write("shell", items_of(plan))
    assert "[[items]]" in shell
    assert bodies(file_in(shell, tmp_path)) == bodies(plan)


def test_a_default_that_was_left_out_stays_so_in_python_and_a_file_says_that_it_cannot():
    name = next(iter(Catalogue.load().find(MODEL).defaults()))
    plan = Batch.from_frame([{"model": MODEL, "prompt": "a", name: None}, {"model": MODEL, "prompt": "b"}])
    assert name not in bodies(plan)[0][1]
    assert bodies(planned_by(write("python", items_of(plan)))) == bodies(plan)
    with pytest.raises(GenwidgetError, match=f"leaves {name} out"):
        write("shell", items_of(plan))


def test_items_that_are_too_many_to_list_are_read_from_the_ledger(monkeypatch):
    values = [f"{one} {two}" for one, two in product("abcdefgh", range(10))]
    rows = [{"model": MODEL, "prompt": one, "ratio": ["1:1", "3:4"][at % 3 == 0]} for at, one in enumerate(values)]
    items = items_of(Batch.from_frame(rows))
    assert len(items) > MOST_LISTED
    code = write("python", items)
    assert len(code) < 1_000
    asked = []

    def open_batch(batch_id, *, go_on):
        asked.append((batch_id, go_on))
        return SimpleNamespace(items=lambda: items)

    monkeypatch.setattr(Batch, "open", open_batch)
    assert bodies(planned_by(code)) == [(one.model_id, one.values) for one in items]
    assert asked == [(BATCH.batch_id, False)]
    with pytest.raises(GenwidgetError, match="80 items that are no sweep are too many to list, more than 50"):
        write("shell", items)


def test_what_would_not_be_sent_as_it_was_is_refused():
    (item,) = items_of(SWEEPS["one item"])
    with pytest.raises(GenwidgetError, match="has changed: item 2 would not be sent"):
        write("python", [item, replace(item, body=b'{"generation_old": 1}')])
    with pytest.raises(GenwidgetError, match="is of new/model, which this version"):
        write("python", [replace(item, model_id="new/model")])


def test_of_very_many_items_no_sweep_is_looked_for(monkeypatch):
    monkeypatch.setattr(sent_code, "MOST_SWEPT", 3)
    assert "sweep" not in write("python", items_of(SWEEPS["models outermost"]))


@pytest.mark.parametrize("name", ["one axis", "rows of a table"])
def test_the_sandbox_is_named_as_a_region_and_another_host_by_its_address(name):
    items = items_of({**SWEEPS, **LISTED}[name])
    at_own = replace(BATCH, api_url="http://127.0.0.1:8931", is_own_origin=True)
    for language, named, own in (
        ("python", 'region="sandbox"', 'base_url="http://127.0.0.1:8931"'),
        ("shell", "--region sandbox", "--base-url http://127.0.0.1:8931"),
    ):
        code = write(language, items, replace(at_own, region_id="sandbox"))
        assert named in code
        assert "8931" not in code
        assert own in write(language, items, replace(at_own, region_id="own"))
