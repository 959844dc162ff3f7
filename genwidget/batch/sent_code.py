"""A batch that was sent as code: it plans the same items again, sends them, saves the files and prints their paths.

The ledger has the items of a batch, not the call that planned it. Where they are the product of some values, in order,
the code is a sweep. Else it lists the items; where these are too many to be read, Python reads them from the ledger.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from genwidget.api.export import python_literal
from genwidget.batch.checker import Checker
from genwidget.batch.drafts import Draft
from genwidget.batch.export import FOLDERS, Swept, as_toml, python_of, shell_of, words_for
from genwidget.batch.export import to_code as code_of_sweep
from genwidget.batch.rows import BatchRow, ItemRow
from genwidget.catalogue import Catalogue
from genwidget.errors import GenwidgetError
from genwidget.messages import render

#: So many items are listed; more are read from the ledger.
MOST_LISTED: Final = 50
#: Of so many items it is looked whether they are a sweep's.
MOST_SWEPT: Final = 100_000

Language = Literal["python", "shell"]
Values = Mapping[str, Any]


def to_code(language: Language, batch: BatchRow, items: Sequence[ItemRow], catalogue: Catalogue) -> str:
    """Return a program that plans the items of a batch again and sends them.

    Args:
        language: of the program; ``shell`` is a plan and the command that runs it.
        batch: the batch.
        items: all of its items, in order.
        catalogue: the models known.

    Raises:
        GenwidgetError: the items cannot be written in this language, or would not be planned again as they were sent.
    """
    is_sandbox = batch.region_id == "sandbox"
    sent = [(item.model_id, item.values) for item in items]
    swept = swept_of(sent, catalogue) if len(sent) <= MOST_SWEPT else None
    if swept is not None:
        return code_of_sweep(language, swept, catalogue, batch.api_url, is_sandbox=is_sandbox)
    rows = list(_rows_of(sent, catalogue))
    where = words_for(language, batch.api_url, is_sandbox=is_sandbox)
    folder = FOLDERS[items[0].model_type]
    if language == "shell":
        return shell_of(_plan_file(rows), where, folder)
    listed = _listed(rows) if len(rows) <= MOST_LISTED else _read(batch.batch_id, sent, rows)
    return python_of(f"from genwidget import Batch\n\n{listed}", where, folder)


def swept_of(sent: Sequence[tuple[str, Values]], catalogue: Catalogue) -> Swept | None:
    """Return the sweep that plans these items, in this order; None where none does."""
    columns: dict[str, list[Any]] = {"model": [model_id for model_id, _ in sent]}
    for name in dict.fromkeys(name for _, values in sent for name in values):
        columns[name] = [values.get(name) for _, values in sent]
    different = {name: _different(column) for name, column in columns.items()}
    models = different.pop("model")
    base = {name: values[0] for name, values in different.items() if len(values) == 1}
    varied = [name for name, values in different.items() if len(values) > 1]
    # what changes first is the innermost
    varied.sort(key=lambda name: _first_change(columns[name]), reverse=True)
    repeat, rest = divmod(len(sent), math.prod([len(models), *(len(different[name]) for name in varied)]))
    if rest or not repeat:
        return None
    swept = Swept(models, base, {name: different[name] for name in varied}, repeat)
    return swept if _plans(swept, sent, catalogue) else None


def _different(column: Sequence[Any]) -> list[Any]:
    """Return the different values, in the order in which they come; what has none is left out."""
    return list({json.dumps(value): value for value in column if value is not None}.values())


def _first_change(column: Sequence[Any]) -> int:
    return next((at for at, value in enumerate(column) if value != column[0]), len(column))


def _plans(swept: Swept, sent: Sequence[tuple[str, Values]], catalogue: Catalogue) -> bool:
    """Tell whether a sweep, as it is written down, plans exactly these items."""
    try:
        plan = swept.tidied(catalogue).plan(catalogue)
        planned = [(one.draft.model_id, one.verdict.request) for one in plan]
    except GenwidgetError:
        return False
    return [(model_id, request and dict(request.body)) for model_id, request in planned] == [
        (model_id, dict(values)) for model_id, values in sent
    ]


def _rows_of(sent: Sequence[tuple[str, Values]], catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """Yield a row for each item, of which it is planned again: a default that was left out is named.

    Raises:
        GenwidgetError: an item would not be planned as it was sent.
    """
    checker = Checker(catalogue)
    for number, (model_id, values) in enumerate(sent, 1):
        spec = catalogue.find(model_id)
        if spec is None:
            raise GenwidgetError(render("batch_code_model", model=model_id, number=f"{number:,}"))
        row = {**dict.fromkeys(name for name in spec.defaults() if name not in values), **values}
        request = checker.check(Draft(None, model_id, row)).request
        if request is None or request.body != values:
            raise GenwidgetError(render("batch_code_other", model=model_id, number=f"{number:,}"))
        yield {"model": model_id, **row}


def _listed(rows: Sequence[Values]) -> str:
    lines = "".join(f"        {python_literal(dict(row))},\n" for row in rows)
    return f"plan = Batch.from_frame(\n    [\n{lines}    ]\n)\n"


def _read(batch_id: str, sent: Sequence[tuple[str, Values]], rows: Sequence[Values]) -> str:
    left_out = dict.fromkeys(
        name for (_, values), row in zip(sent, rows, strict=True) for name in row if name not in {"model", *values}
    )
    without = f"**dict.fromkeys({python_literal(list(left_out))}), " if left_out else ""
    return f"""# {len(rows):,} items, as this computer's ledger has them.
sent = Batch.open({python_literal(batch_id)}, go_on=False)
plan = Batch.from_frame([{{"model": one.model_id, {without}**one.values}} for one in sent.items()])
"""


def _plan_file(rows: Sequence[Values]) -> str:
    """Return the plan as TOML.

    Raises:
        GenwidgetError: there are too many items, or one leaves out a default, which TOML cannot say.
    """
    if len(rows) > MOST_LISTED:
        raise GenwidgetError(render("batch_code_many", count=f"{len(rows):,}", most=MOST_LISTED))
    for number, row in enumerate(rows, 1):
        for name, value in row.items():
            if value is None:
                raise GenwidgetError(render("batch_code_left_out", number=number, name=name))
    members = ("".join(f"{name} = {as_toml(value)}\n" for name, value in row.items()) for row in rows)
    return "\n".join(f"[[items]]\n{one}" for one in members)
