"""Plans from tables: data frames, lists of mappings, CSV and Parquet files."""

import csv
import importlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from genwidget.batch.drafts import MODEL, PREFIX, PROMPT, Draft, field_name
from genwidget.batch.plan import Plan
from genwidget.batch.sweep import as_integer, check_template, filled
from genwidget.batch.templates import Template
from genwidget.catalogue import Catalogue
from genwidget.errors import ConfigurationError, InvalidRequest
from genwidget.messages import render
from genwidget.spelling import did_you_mean

Row = Mapping[Any, Any]
#: Types of missing values, beside None and NaN, in pandas.
_MISSING: Final = frozenset({"NAType", "NaTType"})
_BATCH_ROWS: Final = 4_096
#: Where cells go that no column has a name for.
_BEYOND: Final = "\0"


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """How a table becomes items.

    Attributes:
        model: of all rows that do not name their own; None where each does.
        columns: fields, or names of the template, by the columns that they are taken from; None takes every column
            whose name is a field, with or without ``generation_``.
        template: a pattern for the prompt; its names are columns.
        repeat: how often each row is made.
        seed: of what the template draws.
        catalogue: the models known; None takes those that ship.
    """

    model: str | None = None
    columns: Mapping[str, str] | None = None
    template: str | None = None
    repeat: int = 1
    seed: int = 0
    catalogue: Catalogue | None = None


def plan_of_table(table: Any, options: TableOptions) -> Plan:
    """Return the plan of a data frame or a list of mappings.

    Raises:
        InvalidRequest: what is given is no table, or has a column that cannot be used.
        ConfigurationError: narwhals is not installed.
    """
    if isinstance(table, Sequence) and not isinstance(table, str | bytes):
        return plan_of_list(table, options)
    narwhals = extra("narwhals")
    try:
        frame = narwhals.from_native(table)
        names = frame.columns
    except narwhals.exceptions.DuplicateError:
        _refuse_twice(getattr(table, "column_names", None) or table.columns, str)
        raise
    except TypeError:
        raise InvalidRequest(render("batch_bad_table")) from None
    if isinstance(frame, narwhals.LazyFrame):
        raise InvalidRequest(render("batch_lazy_table"))
    return plan_of_rows(lambda: frame.iter_rows(named=True, buffer_size=_BATCH_ROWS), names, options)


def plan_of_list(rows: Sequence[Any], options: TableOptions) -> Plan:
    """Return the plan of a list of mappings.

    Raises:
        InvalidRequest: a column that cannot be used, or that no row has.
    """
    plan = plan_of_rows(lambda: rows, None, options)
    if rows and options.columns:
        names = list(dict.fromkeys(str(name) for row in rows if isinstance(row, Mapping) for name in row))
        _named_columns(options.columns, names, None)
    return plan


def plan_of_csv(path: Path, options: TableOptions) -> Plan:
    """Return the plan of a CSV file with a line of names; a cell that begins with ``[`` is a JSON list.

    Raises:
        InvalidRequest: the file cannot be read, or has a column that cannot be used.
    """
    with _told(path), _csv(path) as file:
        names = list(csv.DictReader(file, strict=True).fieldnames or ())
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and mark in names[0]:
            raise InvalidRequest(render("batch_csv_separator", path=path, marks=word))

    def rows() -> Iterator[Row]:
        number = 0
        with _told(path), _csv(path) as file:
            try:
                for row in csv.DictReader(file, restkey=_BEYOND, strict=True):
                    number += 1
                    yield {name: _cell(value) for name, value in row.items()}
            except csv.Error as error:
                raise InvalidRequest(_csv_fault(path, number + 1, error)) from error

    return plan_of_rows(rows, names, options)


def plan_of_parquet(path: Path, options: TableOptions) -> Plan:
    """Return the plan of a Parquet file.

    Raises:
        InvalidRequest: the file cannot be read, or has a column that cannot be used.
        ConfigurationError: pyarrow is not installed.
    """
    parquet = extra("pyarrow.parquet")
    with _told(path), parquet.ParquetFile(path) as file:
        names = list(file.schema_arrow.names)

    def rows() -> Iterator[Row]:
        with _told(path), parquet.ParquetFile(path) as file:
            for some in file.iter_batches(_BATCH_ROWS):
                yield from some.to_pylist()

    return plan_of_rows(rows, names, options)


def plan_of_rows(rows: Callable[[], Iterable[Row]], names: Sequence[str] | None, options: TableOptions) -> Plan:
    """Return the plan of rows.

    Args:
        rows: gives them, anew each time.
        names: of the columns; None where each row has its own.
        options: how they become items.

    Raises:
        InvalidRequest: a column that cannot be used.
    """
    known = options.catalogue or Catalogue.load()
    pattern = (
        None if options.template is None else Template(options.template, as_integer(options.seed, "batch_bad_seed"))
    )
    source = _Rows(
        rows,
        options.model,
        _columns(options.columns, names, pattern, known),
        as_integer(options.repeat, "batch_bad_repeat", least=1),
        pattern,
    )
    return Plan(source, known)


@dataclass(frozen=True)
class _Rows:
    """The rows of a table, each as often as it is wanted."""

    rows: Callable[[], Iterable[Row]]
    model: str | None
    #: Fields and names of the template, by their columns; None where each row has names of its own.
    columns: Mapping[str, str] | None
    repeat: int
    template: Template | None

    def __iter__(self) -> Iterator[Draft]:
        variables = frozenset(self.template.names if self.template else ())
        index = 0
        for number, row in enumerate(self.rows(), 1):
            if not isinstance(row, Mapping) or _BEYOND in row:
                code = "batch_long_row" if isinstance(row, Mapping) else "batch_bad_row"
                yield Draft(number, None, {}, render(code))
                continue
            try:
                values = self._values(row, variables)
            except InvalidRequest as error:
                yield Draft(number, None, {}, error.message.removesuffix("."))
                continue
            model = values.pop(MODEL, None)
            for _ in range(self.repeat):
                yield Draft(number, self.model if model is None else model, filled(values, self.template, index))
                index += 1

    def _values(self, row: Row, variables: frozenset[str]) -> dict[str, Any]:
        if self.columns is None:
            _refuse_twice(map(str, row), lambda name: _name_of(name, variables))
            return {_name_of(str(name), variables): _value(value) for name, value in row.items()}
        return {name: _value(row.get(column)) for name, column in self.columns.items()}


def _columns(
    given: Mapping[str, str] | None, names: Sequence[str] | None, template: Template | None, known: Catalogue
) -> dict[str, str] | None:
    """Return which column each field, and each name of the template, is taken from.

    Raises:
        InvalidRequest: a column that is not there, or one that is nothing of a request.
    """
    variables = frozenset(template.names if template else ())
    _refuse_twice(names or (), str)
    if given is not None:
        return _named_columns(given, names, template)
    if names is None:
        return None
    fields = {field.name for model in known.models for field in model.fields}
    _refuse_twice(names, lambda name: _name_of(str(name), variables))
    taken = {_name_of(name, variables): name for name in names if isinstance(name, str)}
    for name, column in taken.items():
        if name not in fields and name not in variables and name != MODEL:
            if column != column.strip() and _name_of(column.strip(), variables) in {*fields, *variables, MODEL}:
                raise InvalidRequest(render("batch_column_spaces", name=column))
            hint = did_you_mean(column, fields, PREFIX)
            raise InvalidRequest(render("batch_stray_column", name=column, hint=hint))
    check_template(template, taken, given_prompt=PROMPT in taken)
    return taken


def _named_columns(given: Mapping[str, str], names: Sequence[str] | None, template: Template | None) -> dict[str, str]:
    if not isinstance(given, Mapping) or not all(isinstance(one, str) for pair in given.items() for one in pair):
        raise InvalidRequest(render("batch_bad_columns"))
    _refuse_twice(given, lambda name: name if name == MODEL else field_name(name), "batch_twice")
    taken = {name if name == MODEL else field_name(name): column for name, column in given.items()}
    for column in taken.values():
        if names is not None and column not in names:
            raise InvalidRequest(render("batch_no_column", name=column, hint=did_you_mean(column, names)))
    if template is None:
        return taken
    variables = {name: name for name in template.names if names is None or name in names}
    check_template(template, [*variables, *taken], given_prompt=False)
    if PROMPT in taken and taken[PROMPT] not in variables:
        raise InvalidRequest(render("batch_template_unused", name=taken[PROMPT]))
    return {**variables, **taken}


def _refuse_twice(names: Iterable[Any], read: Callable[[Any], str], code: str = "batch_column_twice") -> None:
    """Refuse two names that mean one: of one of them nothing would be sent.

    Raises:
        InvalidRequest: there are two.
    """
    seen: dict[str, Any] = {}
    for name in names:
        if (meant := read(name)) in seen:
            raise InvalidRequest(render(code, name=meant, first=seen[meant], second=name))
        seen[meant] = name


@lru_cache
def _name_of(name: str, variables: frozenset[str]) -> str:
    return name if name in variables or name == MODEL else field_name(name)


def _value(value: Any) -> Any:
    """Return a cell as a plain value; None where it is missing."""
    if value is None or type(value).__name__ in _MISSING:
        return None
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - NaN is how frames write that a number is missing
        return None
    if type(value).__module__.partition(".")[0] == "numpy":
        return _value(value.tolist())
    return value


def _cell(value: Any) -> Any:
    """Return a cell of a CSV file: lists are written as JSON."""
    if isinstance(value, str) and value.startswith("["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _csv_fault(path: Path, row: int, error: csv.Error) -> str:
    """Return why a row of a CSV file cannot be read; row 0 is the line of names."""
    code = "batch_csv_long" if "field limit" in str(error) else "batch_csv_quote"
    return render(code, path=path, row=f"{row:,}", most=f"{csv.field_size_limit():,}")


def why_unread(error: Exception) -> object:
    """Return why a file of text cannot be read, for a sentence."""
    if isinstance(error, UnicodeDecodeError):
        return render("batch_not_utf8")
    if isinstance(error, RecursionError):
        return render("cli_too_deep")
    return getattr(error, "strerror", None) or error


def _csv(path: Path) -> Any:
    return path.open(encoding="utf-8-sig", newline="")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell why a file cannot be read."""
    try:
        yield
    except InvalidRequest:
        raise
    except csv.Error as error:
        raise InvalidRequest(_csv_fault(path, 0, error)) from error
    except (OSError, ValueError) as error:
        reason = why_unread(error)
        raise InvalidRequest(render("batch_file_unread", path=path, reason=reason)) from error


def extra(name: str) -> Any:
    """Return a module of an optional package.

    Raises:
        ConfigurationError: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        package = name.partition(".")[0]
        raise ConfigurationError(render("batch_extra_missing", package=package)) from None
