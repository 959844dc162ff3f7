"""Plans from files: TOML, CSV and Parquet."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from genwidget.batch.drafts import meant_by
from genwidget.batch.plan import Plan
from genwidget.batch.sweep import sweep
from genwidget.batch.tables import TableOptions, plan_of_csv, plan_of_list, plan_of_parquet, why_unread
from genwidget.errors import InvalidRequest
from genwidget.messages import render
from genwidget.spelling import did_you_mean

#: No plan that a person writes comes near it.
MOST_BYTES: Final = 64 * 1024 * 1024
_KEYS: Final = ("model", "repeat", "template", "seed", "base", "fields", "pairs", "items", "columns")
_PARTS: Final = ("model", "repeat", "template", "seed", "[base]", "[fields]", "[[pairs]]", "[[items]]", "[columns]")


def read_plan(path: Path, options: TableOptions) -> Plan:
    """Return the plan of a file, by the ending of its name.

    A TOML file has ``model`` (one or a list), ``repeat``, ``template``, ``seed``, and either ``[base]`` (what all items
    share), ``[fields]`` (each one value or a list, which multiply) and ``[[pairs]]``, or ``[[items]]``. CSV and Parquet
    files have a row for each item. ``options`` go before what a TOML file says, but for the model: it is of what names
    none.

    Raises:
        InvalidRequest: it cannot be read, or is no plan; or a model is given beside that of a TOML file.
        ConfigurationError: a Parquet file, and pyarrow is not installed.
    """
    kind = path.suffix.lower()
    if kind == ".csv":
        return plan_of_csv(path, options)
    if kind == ".parquet":
        return plan_of_parquet(path, options)
    if kind == ".toml":
        return _plan_of_toml(path, options)
    raise InvalidRequest(render("batch_file_kind", path=path))


def _plan_of_toml(path: Path, options: TableOptions) -> Plan:
    given = _load(path)
    for name in given:
        if name not in _KEYS:
            hint = did_you_mean(name, _KEYS) or f" {render('batch_file_keys', parts=', '.join(_PARTS))}"
            raise InvalidRequest(render("batch_file_key", name=name, hint=hint))
    _check_types(given)
    _lay_over(given, options)
    if "items" in given:
        if not given.keys().isdisjoint({"base", "fields", "pairs"}):
            raise InvalidRequest(render("batch_file_both"))
        items = given.pop("items")
        return plan_of_list(items, TableOptions(**given, catalogue=options.catalogue))
    if "columns" in given:
        raise InvalidRequest(render("batch_sweep_columns" if options.columns else "batch_file_columns"))
    axes = given.pop("fields", {})
    for name in axes:
        if name in {*_KEYS, "where", "catalogue"}:
            raise InvalidRequest(render("batch_file_key", name=f"fields.{name}", hint=""))
    return sweep(given.pop("model", None), **given, **axes, catalogue=options.catalogue)


def _lay_over(given: dict[str, Any], options: TableOptions) -> None:
    """Lay what was given beside a file over what it says.

    Raises:
        InvalidRequest: a model beside the file's own: one of them would be left out, and the other paid for.
    """
    own, model = given.get("model"), options.model
    if own is not None and model is not None and own not in (model, [model]):
        raise InvalidRequest(render("batch_model_twice"))
    before = {one.name: getattr(options, one.name) for one in fields(options) if one.name in _KEYS}
    columns = options.columns
    if isinstance(columns, Mapping) and "columns" in given:
        named = {meant_by(name) for name in columns if isinstance(name, str)}
        kept = {name: column for name, column in given["columns"].items() if meant_by(name) not in named}
        before["columns"] = {**kept, **columns}
    given |= {name: value for name, value in before.items() if value is not None}


_TYPES: Final = {"base": dict, "fields": dict, "items": list, "pairs": list, "columns": dict, "template": str}
_MEANS: Final = {dict: "file_table", list: "file_tables", str: "file_text"}


def _load(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) <= MOST_BYTES:
            return tomllib.loads(content.decode("utf-8-sig"))
        reason: object = render("cli_too_large", limit=f"{MOST_BYTES:,}")
    except (OSError, ValueError, RecursionError) as error:
        reason = why_unread(error)
    raise InvalidRequest(render("batch_file_unread", path=path, reason=reason))


def _check_types(given: dict[str, Any]) -> None:
    """Refuse a part of a plan that is not of its type; what depends on the values is refused where they are used."""
    for name, kind in _TYPES.items():
        if name in given and not isinstance(given[name], kind):
            means = render(_MEANS[kind], name=name)
            raise InvalidRequest(render("batch_file_type", name=name, value=repr(given[name]), means=means))
    if "items" in given and not isinstance(given.get("model", ""), str):
        raise InvalidRequest(
            render("batch_file_type", name="model", value=repr(given["model"]), means=render("file_text"))
        )
