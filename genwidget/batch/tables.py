"""Plans from tables: data frames, lists of mappings, CSV and Parquet files."""

import csv
import importlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

from genwidget.arguments import catalogue_of
from genwidget.batch.cells import are_whole, as_whole, plain
from genwidget.batch.drafts import MODEL, PREFIX, PROMPT, Draft, meant_by
from genwidget.batch.given import as_integer
from genwidget.batch.plan import Plan
from genwidget.batch.sweep import check_template, drafted, read_template
from genwidget.batch.templates import Template
from genwidget.catalogue import Catalogue
from genwidget.errors import ConfigurationError, InvalidRequest
from genwidget.messages import render
from genwidget.spelling import all_nearest, did_you_mean

Row = Mapping[Any, Any]
_BATCH_ROWS: Final = 4_096


class _Fault(NamedTuple):
    """Stands for a row that is none."""

    sentence: str


RowOrFault = Row | _Fault


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """How a table becomes items.

    Attributes:
        model: of all rows that do not name their own; None where each does.
        columns: fields, or names of the template, by the columns that they are taken from; None takes every column
            whose name is a field, with or without ``generation_``. A column ``model`` is always that of the model,
            unless one of these is taken from it, or the model from another.
        template: a pattern for the prompt; its names are columns.
        repeat: how often each row is made; None for once.
        seed: of what the template draws; None for 0.
        catalogue: the models known; None takes those that ship.
    """

    model: str | None = None
    columns: Mapping[str, str] | None = None
    template: str | None = None
    repeat: int | None = None
    seed: int | None = None
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
        if isinstance(frame, narwhals.LazyFrame):
            raise InvalidRequest(render("batch_lazy_table"))
        names = frame.columns
    except narwhals.exceptions.DuplicateError:
        _refuse_twice(getattr(table, "column_names", None) or table.columns, str)
        raise
    except TypeError:
        raise InvalidRequest(render("batch_bad_table")) from None

    def rows() -> Iterator[Row]:
        try:
            yield from frame.iter_rows(named=True, buffer_size=_BATCH_ROWS)
        except Exception as error:  # such as a date that Python has no value for
            raise InvalidRequest(render("batch_table_unread", reason=why_unread(error))) from error

    return plan_of_rows(rows, names, options)


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
        head = next(_filled_lines(file), [])
    names = [name for name in head if name.strip()]
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and mark in names[0]:
            raise InvalidRequest(render("batch_csv_separator", path=path, marks=word))

    def rows() -> Iterator[RowOrFault]:
        number = 0
        with _told(path), _csv(path) as file:
            try:
                lines = _filled_lines(file)
                next(lines, None)
                for cells in lines:
                    number += 1
                    yield _csv_row(head, cells)
            except csv.Error as error:
                raise InvalidRequest(_csv_fault(path, number + 1, error)) from error

    return plan_of_rows(rows, names, options)


def _filled_lines(file: Iterable[str]) -> Iterator[list[str]]:
    """Yield the cells of each line: the first has any text, as the line of names does, and the others any cell."""
    lines = csv.reader(file, strict=True)
    for cells in lines:
        if any(cell.strip() for cell in cells):
            yield cells
            break
    yield from filter(None, lines)


def _csv_row(head: Sequence[str], cells: Sequence[str]) -> RowOrFault:
    """Return a row by the names of its columns, or why it is none; a column that a short row lacks is missing."""
    if len(cells) > len(head):
        return _Fault(render("batch_long_row"))
    row: dict[str, Any] = dict.fromkeys(filter(str.strip, head))
    for place, (name, cell) in enumerate(zip(head, cells, strict=False), 1):
        if name.strip():
            row[name] = _cell(cell)
        elif cell.strip():  # else its columns have no more than commas, as spreadsheets write them
            return _Fault(render("batch_nameless_cell", column=place))
    return row


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
                yield from _pylist(path, some)

    return plan_of_rows(rows, names, options)


def _pylist(path: Path, some: Any) -> Any:
    try:
        return some.to_pylist()
    except Exception as error:  # such as a date that Python has no value for
        raise InvalidRequest(render("batch_file_unread", path=path, reason=why_unread(error))) from error


def plan_of_rows(rows: Callable[[], Iterable[RowOrFault]], names: Sequence[str] | None, options: TableOptions) -> Plan:
    """Return the plan of rows.

    Args:
        rows: gives them, anew each time.
        names: of the columns; None where each row has its own.
        options: how they become items.

    Raises:
        InvalidRequest: a column that cannot be used.
    """
    known = catalogue_of(options.catalogue)
    pattern = read_template(options.template, options.seed)
    source = _Rows(
        rows,
        options.model,
        _columns(options.columns, names, pattern, known),
        1 if options.repeat is None else as_integer(options.repeat, "batch_bad_repeat", least=1),
        pattern,
    )
    return Plan(source, known)


@dataclass(frozen=True)
class _Rows:
    """The rows of a table, each as often as it is wanted."""

    rows: Callable[[], Iterable[RowOrFault]]
    model: str | None
    #: Fields and names of the template, by their columns; None where each row has names of its own.
    columns: Mapping[str, str] | None
    repeat: int
    template: Template | None

    def __iter__(self) -> Iterator[Draft]:
        variables = frozenset(self.template.names if self.template else ())
        whole = self._whole_of(variables)
        index = 0
        for number, row in enumerate(self.rows(), 1):
            if not isinstance(row, Mapping):
                yield Draft(number, None, {}, row.sentence if isinstance(row, _Fault) else render("batch_bad_row"))
                continue
            try:
                values = self._values(row, variables)
                values |= {name: as_whole(values[name]) for name in whole if name in values}
            except InvalidRequest as error:
                yield Draft(number, None, {}, error.message.removesuffix("."))
                continue
            model = values.pop(MODEL, None)
            for _ in range(self.repeat):
                yield drafted(number, self.model if model is None else model, values, self.template, index)
                index += 1

    def _values(self, row: Row, variables: frozenset[str]) -> dict[str, Any]:
        if self.columns is None:
            _refuse_twice(map(str, row), lambda name: meant_by(name, variables))
            return {meant_by(str(name), variables): plain(value) for name, value in row.items()}
        return {name: plain(row.get(column)) for name, column in self.columns.items()}

    def _whole_of(self, variables: frozenset[str]) -> frozenset[str]:
        """Return the names of the template whose numbers are all whole: a frame makes floats of them beside a gap."""
        columns = {name: name if self.columns is None else self.columns[name] for name in variables}
        left = set(variables)
        for row in self.rows() if variables else ():
            if isinstance(row, Mapping):
                left -= {name for name in left if not are_whole((row.get(columns[name]),))}
            if not left:
                break
        return frozenset(left)


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
    _refuse_twice(names, lambda name: meant_by(str(name), variables))
    for name in names:
        if not isinstance(name, str):
            raise InvalidRequest(render("batch_column_no_text", name=name))
    taken = {meant_by(name, variables): name for name in names}
    for name, column in taken.items():
        if name not in fields and name not in variables and name != MODEL:
            if column != column.strip() and meant_by(column.strip(), variables) in {*fields, *variables, MODEL}:
                raise InvalidRequest(render("batch_column_spaces", name=column))
            _refuse_stray(column, taken, sorted(fields), template)
    check_template(template, taken, given_prompt=PROMPT in taken)
    return taken


def _refuse_stray(stray: str, taken: Mapping[str, str], fields: Sequence[str], template: Template | None) -> NoReturn:
    """Refuse a column, and tell how those that can be used are named: once one is, no other is taken by its name.

    Args:
        stray: the column.
        taken: all columns, by what they would mean.
        fields: of all models.
        template: takes the place of the prompt, and its names from columns of these names.

    Raises:
        InvalidRequest: always.
    """
    hint = did_you_mean(stray, fields, PREFIX)
    used = {name: column for name, column in taken.items() if name in fields or name == MODEL}
    named = template.names if template else ()
    strays = [column for name, column in taken.items() if name not in used and name not in named]
    for column in strays:
        near = all_nearest(column, fields, PREFIX)
        if near and not (template and near[0] == PROMPT):
            used.setdefault(near[0], column)
    left = [column for column in strays if column not in used.values()]
    if left and template is None:
        used.setdefault(PROMPT, left[0])
    if not used:
        raise InvalidRequest(render("batch_stray_beside_template", name=stray, hint=hint))
    columns = " ".join(_as_named(name, column) for name, column in used.items()).removesuffix(",")
    raise InvalidRequest(render("batch_stray_column", name=stray, hint=hint, columns=columns))


def _as_named(field: str, column: str) -> str:
    if re.fullmatch(r"[\w.-]+", column):
        return render("batch_column", field=field, column=column)
    return render("batch_column_quoted", field=field, column=json.dumps(column, ensure_ascii=False)[1:-1])


def _named_columns(given: Mapping[str, str], names: Sequence[str] | None, template: Template | None) -> dict[str, str]:
    if not isinstance(given, Mapping) or not all(isinstance(one, str) for pair in given.items() for one in pair):
        raise InvalidRequest(render("batch_bad_columns"))
    _refuse_twice(given, meant_by, "batch_twice")
    taken = {meant_by(name): column for name, column in given.items()}
    for column in taken.values():
        if names is not None and column not in names:
            texts = [name for name in names if isinstance(name, str)]
            raise InvalidRequest(render("batch_no_column", name=column, hint=did_you_mean(column, texts)))
    if MODEL not in taken and MODEL not in taken.values() and (names is None or MODEL in names):
        taken[MODEL] = MODEL
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
    except (OSError, ValueError, NotImplementedError) as error:  # the last: a codec that pyarrow does not have
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
