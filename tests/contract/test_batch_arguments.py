"""Whatever a batch, a plan or a sweep is called with, nothing but our own errors leaves, each with its sentence."""

import inspect

import numpy as np
import pandas as pd
import pytest

from genwidget import Batch, sweep
from genwidget.batch.plan import Plan
from genwidget.batch.rows import ItemState
from genwidget.errors import ConfigurationError, GenwidgetError, InvalidRequest, NoSuchBatch
from genwidget.io_thread import IoThread
from genwidget.runs import runner
from genwidget.runs.ledger import Ledger
from genwidget.sandbox import API_KEY, Limits, Sandbox
from genwidget.text import is_plain

MODEL = "bfl/flux-schnell"
PATIENCE_S = 60


class Odd:
    """Is nothing that anyone asks for, and cannot be shown."""

    __hash__ = None

    def __str__(self):
        raise RuntimeError

    __repr__ = __eq__ = __str__


def endless():
    """Return a list that has itself."""
    made = []
    made.append(made)
    return made


#: Values of every kind.
WRONG = {
    "none": None,
    "true": True,
    "zero": 0,
    "negative": -1,
    "number": 5,
    "fraction": 2.5,
    "not a number": float("nan"),
    "huge": 10**5000,
    "empty": "",
    "text": "no",
    "zero byte": "a\0b",
    "bytes": b"b_",
    "list": ["b_"],
    "tuple": ("done",),
    "endless list": endless(),
    "mapping": {"a": 1},
    "odd names": {("a", 1): 1, None: 2},
    "numbers of numpy": np.array([1, 2]),
    "number of numpy": np.array(1),
    "whole number of numpy": np.int64(2),
    "missing": pd.NA,
    "frame": pd.DataFrame({"a": [1]}),
    "type": int,
    "odd": Odd(),
    "function": lambda *_: True,
}
#: Names of arguments that belong to the API's client, whose own tests are elsewhere.
OF_THE_CLIENT = {"key", "region", "base_url"}
#: How each argument that has no default is given where another one is wrong.
GIVEN = {
    "table": [{"prompt": "A seal"}],
    "path": "plan.toml",
    "number": 1,
    "rating": 3,
    "folder": "copy",
    "generation_id": "g",
    "function": str,
    "listener": print,
    "batch_id": "b_",
}
#: What is called without arguments, or by the rest of the library alone.
INSIDE = {"launch", "leave_to_parent", "axes_of"}


def _calls():
    """Yield each argument of each public function, with what calls it."""
    for owner in (Batch, Plan):
        for name, member in inspect.getmembers(owner, callable):
            if not name.startswith("_") and name not in INSIDE:
                for argument in inspect.signature(member).parameters.values():
                    if argument.name not in {"self", *OF_THE_CLIENT} and argument.kind is not argument.VAR_KEYWORD:
                        yield owner, name, argument.name
    for name in inspect.signature(sweep).parameters:
        yield None, "sweep", name


CALLS = list(_calls())


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder to work in, a sandbox, and a batch that has ended."""
    folder = tmp_path_factory.mktemp("arguments")
    wide = Limits(generate_per_window=100_000, images_at_once=1_000)
    with pytest.MonkeyPatch.context() as patch, Sandbox(speed=100, limits=wide) as sandbox:
        thread = IoThread()
        carrier = runner.Runner(thread, ledger=Ledger(folder / "ledger.sqlite3"))
        patch.setattr(runner, "shared", lambda: carrier)
        patch.setenv("BABYSEA_API_KEY", API_KEY)
        patch.chdir(folder)
        plan = sweep(MODEL, prompt=["A seal", "A fox"], output_format="jpg")
        yield sandbox, plan.run(base_url=sandbox.url, save_to=folder / "pictures").wait(PATIENCE_S)
        carrier.close()
        thread.close()


def call(place, owner, name, argument, value):
    """Call a function with one argument that is wrong; what comes of it is used up."""
    sandbox, batch = place
    if owner is None:
        arguments = {} if argument in {"model", "fields"} else {argument: value}
        models = (value,) if argument == "model" else (MODEL,)
        fields = {"prompt": value, "output_number": value} if argument == "fields" else {}
        plan = sweep(*models, **{**({} if fields else {"prompt": ["A seal"]}), **fields, **arguments})
        return [plan.problems, plan.axes, len(plan), repr(plan)]
    parameters = inspect.signature(getattr(owner, name)).parameters
    given = {
        one.name: GIVEN[one.name]
        for one in parameters.values()
        if one.default is one.empty and one.name in GIVEN and one.name != argument
    }
    target = Batch if owner is Batch else sweep(MODEL, prompt=["A seal"], output_format="jpg")
    if owner is Batch and "self" in parameters:
        target = batch
    if "base_url" in parameters:
        given["base_url"] = sandbox.url
    if parameters[argument].kind is inspect.Parameter.VAR_POSITIONAL:
        made = getattr(target, name)(value)
    else:
        made = getattr(target, name)(
            **{name: one for name, one in given.items() if name != "self"}, **{argument: value}
        )
    if isinstance(made, Batch):
        made.wait(PATIENCE_S)
    if isinstance(made, Plan):
        return [made.problems, made.axes]
    return list(made) if inspect.isgenerator(made) else made


def foreign(use, *, may_time_out=False):
    """Return what leaves that is none of our own errors, or has no sentence; None where all is well."""
    try:
        use()
    except GenwidgetError as error:
        return None if error.message and is_plain(error.message) else repr(error)
    except Exception as error:  # noqa: BLE001 - which is what is looked for
        return None if may_time_out and isinstance(error, TimeoutError) else f"{type(error).__name__}: {error}"
    return None


@pytest.mark.parametrize(("owner", "name", "argument"), CALLS)
def test_nothing_but_our_own_errors_leaves(place, owner, name, argument):
    may_time_out = argument == "timeout_s"
    said = {
        kind: foreign(lambda value=value: call(place, owner, name, argument, value), may_time_out=may_time_out)
        for kind, value in WRONG.items()
        if argument != "function" or not callable(value)  # what a person's own function raises is theirs
    }
    assert {kind: told for kind, told in said.items() if told is not None} == {}


def test_every_public_function_is_called_with_every_argument():
    assert len(CALLS) > 40
    assert {name for _, name, _ in _calls()} >= {
        "open",
        "list",
        "items",
        "rate",
        "run",
        "save_all",
        "from_file",
        "sweep",
    }


# What is told.

STATES = ", ".join(ItemState)
TOLD = [
    (lambda _: Batch.list(None), InvalidRequest, "limit= is a whole number of batches, at least 0."),
    (lambda _: Batch.open(["b_"]), NoSuchBatch, "The id of a batch is a text, or how it begins."),
    (lambda _: Batch.open(None), NoSuchBatch, "Give the id of a batch."),
    (lambda batch: batch.items("DONE"), InvalidRequest, f"They are: {STATES}. Did you mean done?"),
    (lambda batch: batch.items("dnoe"), InvalidRequest, "Did you mean done?"),
    (lambda batch: batch.items(("done",)), InvalidRequest, "items() takes states one by one, such as items('done'"),
    (lambda batch: batch.rate("1", 5), InvalidRequest, "The number of an item is a whole number, from 1."),
    (lambda batch: batch.rate(3, 5), InvalidRequest, "The batch has no item 3; it has 2."),
    (lambda batch: batch.save_all(None), ConfigurationError, "save_all() takes a path: a text, or a pathlib.Path."),
    (lambda batch: batch.save_picks(b"x"), ConfigurationError, "save_picks() takes a path"),
    (lambda batch: batch.to_parquet(5), ConfigurationError, "to_parquet() takes a path"),
    (lambda _: Batch.from_file(None), InvalidRequest, "from_file() takes a path"),
    (lambda batch: batch.map_outputs(str, executor=5), InvalidRequest, "executor= is an executor of any library"),
    (lambda _: sweep(MODEL, prompt="a").run(allow_unknown="no"), InvalidRequest, "allow_unknown= is True or False."),
    (lambda _: sweep(MODEL, prompt="a").estimate(reuse="no"), InvalidRequest, "reuse= is True or False."),
    (lambda _: sweep(MODEL, prompt="a").run(reuse="no"), InvalidRequest, "reuse= is True or False."),
    (lambda _: sweep(MODEL, prompt="a").run(save_to=5), ConfigurationError, "save_to= takes a path"),
    (lambda _: sweep(MODEL, prompt=pd.DataFrame({"a": [1]})), InvalidRequest, "prompt takes one value or a list of"),
    (lambda _: sweep(MODEL, prompt="a", catalogue=5), InvalidRequest, "catalogue= takes a genwidget.Catalogue"),
]


@pytest.mark.parametrize(("use", "kind", "told"), TOLD)
def test_what_is_wrong_is_told_of_what_was_given_and_not_of_the_ledger(place, use, kind, told):
    with pytest.raises(kind) as caught:
        use(place[1])
    assert told in caught.value.message


#: A whole number, as libraries have it.
TWO = {
    "int": 2,
    "numpy": np.int64(2),
    "unsigned": np.uint8(2),
    "array": np.array(2),
    "frame": pd.DataFrame({"item": [1, 2]})["item"].max(),
}


@pytest.mark.parametrize("two", TWO.values(), ids=TWO)
def test_a_whole_number_of_any_library_is_one(place, two):
    _, batch = place
    batch.rate(1, None)
    batch.rate(two, two)
    assert [item.number for item in batch.picks] == [2]
    batch.rate(2, None)
    assert len(Batch.list(two)) >= 1
    for use in (batch.retry, batch.search, batch.send_again, lambda number: batch.adopt(number, "g")):
        with pytest.raises(GenwidgetError, match="Item 2 "):
            use(two)
