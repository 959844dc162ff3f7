"""Finds runs: page by page, newest first, by words, state, model, rating and time.

SQLite's FTS5 has the words of each run by its number (:mod:`genwidget.runs.ledger.numbers`), so that a page of what
matches is read without the rest. Words follow before they are searched. Where SQLite has no FTS5 they are looked for in
each row, which finds the same and takes longer the more runs there are.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from genwidget.errors import LedgerError
from genwidget.logs import logger_of
from genwidget.messages import render
from genwidget.runs.ledger.file import LedgerFile, is_busy, reason_of
from genwidget.runs.ledger.row import COLUMNS, Row, fit, row_of
from genwidget.runs.ledger.words import Search, words_of
from genwidget.runs.ledger.writer import Done
from genwidget.runs.state import RunState
from genwidget.text import load_json

logger = logger_of(__name__)

#: Spaces part the words, which :mod:`genwidget.runs.ledger.words` has made; the tokenizer takes nothing away.
_INDEX: Final = "CREATE VIRTUAL TABLE IF NOT EXISTS run_words USING fts5(words, tokenize = 'ascii', prefix = '1 2')"
_HAS_INDEX: Final = "SELECT 1 FROM sqlite_master WHERE name = 'run_words'"
_STALE: Final = (
    "SELECT n.number, runs.intent_id IS NULL, runs.model_id, runs.body "
    "FROM run_numbers AS n LEFT JOIN runs ON runs.intent_id = n.intent_id "
    "WHERE n.is_stale = 1 ORDER BY n.number LIMIT ?"
)
#: How long a reader waits for one that keeps the file, where SQLite's WAL mode could not be had, in seconds.
READ_TIMEOUT_S: Final = 5.0
#: How many runs are taken into the index at once: a paid request waits for no more.
CHUNK: Final = 500

_COLUMNS: Final = ", ".join(f"runs.{name}" for name in COLUMNS)
_LIVE: Final = tuple(sorted(one.value for one in RunState if not one.is_terminal))


#: A condition on the runs of one page, in which ``NUMBER`` is that of a run, and its values.
Whose = tuple[str, Sequence[object]]
Change = Callable[[sqlite3.Connection], Done]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which runs are wanted; what is empty or None leaves all.

    Attributes:
        search: words of the prompt and the model.
        states: any of these; ``deleted`` is that of a run whose generation was deleted, whatever it was before.
        model_id: of this model.
        ratings: any of these; None is that of a run that nobody has rated.
        since: begun then or later, in Unix seconds.
        until: begun before then.
    """

    search: Search = field(default_factory=lambda: Search(""))
    states: frozenset[str] = frozenset()
    model_id: str | None = None
    ratings: frozenset[int | None] = frozenset()
    since: float | None = None
    until: float | None = None

    def condition(self) -> tuple[str, list[object]]:
        """Return what SQL can say of it, and its values: a live row of a process that has died may be another state."""
        parts: list[str] = []
        values: list[object] = []
        if self.states:
            parts.append(_state_condition(self.states))
            values += [*_LIVE, *sorted(self.states - {"deleted"})]
        if self.model_id is not None:
            parts.append("n.model_id = ?")
            values.append(self.model_id)
        if self.ratings:
            known = sorted(one for one in self.ratings if one is not None)
            parts.append(f"({_one_of('n.rating', len(known))}{' OR n.rating IS NULL' * (None in self.ratings)})")
            values += known
        for sign, moment in ((">=", self.since), ("<", self.until)):
            if moment is not None:
                parts.append(f"n.created_at {sign} ?")
                values.append(moment)
        return "".join(f" AND {one}" for one in parts), values


def _state_condition(states: frozenset[str]) -> str:
    named = _one_of("n.state", len(_LIVE) + len(states - {"deleted"}))
    is_deleted = "n.is_deleted = 1" if "deleted" in states else "FALSE"
    return f"({is_deleted} OR (n.is_deleted IS NOT 1 AND {named}))"


def _one_of(column: str, count: int) -> str:
    return f"{column} IN ({', '.join('?' * count)})"


def refresh(connection: sqlite3.Connection) -> bool:
    """Bring the words of some runs up to date, within a transaction; tell whether there are more.

    Raises:
        sqlite3.Error: there is no FTS5, or what it has is broken; nothing was changed.
    """
    with _undone_if_it_fails(connection):
        return _refresh(connection)


@contextmanager
def _undone_if_it_fails(connection: sqlite3.Connection) -> Iterator[None]:
    """Leave alone what else the transaction writes."""
    connection.execute("SAVEPOINT words")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # what is broken lets SQLite undo all of it
            connection.execute("ROLLBACK TO words")
            connection.execute("RELEASE words")
        raise
    connection.execute("RELEASE words")


def _refresh(connection: sqlite3.Connection) -> bool:
    if connection.execute(_HAS_INDEX).fetchone() is None:
        connection.execute(_INDEX)
    stale = connection.execute(_STALE, (CHUNK,)).fetchall()
    gone = [(number,) for number, is_gone, *_ in stale if is_gone]
    kept = [
        (number, words_written(_prompt(body), _text(model_id)))
        for number, is_gone, model_id, body in stale
        if not is_gone
    ]
    connection.executemany("DELETE FROM run_words WHERE rowid = ?", gone)
    connection.executemany("DELETE FROM run_numbers WHERE number = ?", gone)
    connection.executemany("INSERT OR REPLACE INTO run_words (rowid, words) VALUES (?, ?)", kept)
    connection.executemany("UPDATE run_numbers SET is_stale = 0 WHERE number = ?", [(number,) for number, _ in kept])
    return len(stale) == CHUNK


def words_written(prompt: str, model_id: str) -> str:
    """Return the words of a run's prompt and model, with spaces between them."""
    return " ".join([*words_of(prompt), *words_of(model_id)])


class Finder:
    """Reads pages of runs from one file.

    Args:
        file: the ledger's.
        change: carries a change out on the ledger's own thread, as of :meth:`genwidget.runs.ledger.Ledger.change`.
    """

    def __init__(self, file: LedgerFile, change: Callable[[Change], Future[bool]]) -> None:
        self._file = file
        self._change = change
        #: Why the words are looked for in each row, once that is known.
        self._reason: str | None = None

    def index(self, *, is_begun: bool = False) -> None:
        """Bring the words up to date where they can be. Blocks, the longer the more runs are new or gone.

        Args:
            is_begun: only where there are words of any run.

        Raises:
            LedgerError, sqlite3.Error, OSError: the file cannot be used.
        """
        with closing(self._file.open(READ_TIMEOUT_S)) as connection:
            if not is_begun or connection.execute(_HAS_INDEX).fetchone() is not None:
                self._has_index(connection)

    def read(self, wanted: Wanted, whose: Whose, after: int | None, limit: int) -> list[tuple[int, Row | None]]:
        """Return the numbers and rows of some runs, the newest first; None for a row that cannot be read. Blocks.

        Args:
            wanted: which runs.
            whose: a condition on them, and its values.
            after: the number that the page before ended with; None for the first.
            limit: how many at most.

        Raises:
            LedgerError, sqlite3.Error, OSError: the file cannot be used.
        """
        with closing(self._file.open(READ_TIMEOUT_S)) as connection:
            if wanted.search and self._has_index(connection):
                try:
                    return _read_page(connection, wanted, whose, after, limit, has_index=True)
                except sqlite3.DatabaseError as error:
                    if is_busy(error):
                        raise
                    self._give_up_index(error)
            return _read_page(connection, wanted, whose, after, limit, has_index=False)

    def _has_index(self, connection: sqlite3.Connection) -> bool:
        """Bring the words up to date; tell whether they are in FTS5."""
        more = self._reason is None and _is_stale(connection)
        while more:
            try:
                more = self._change(self._refresh).result()
            except LedgerError:
                if self._reason is None:
                    raise
                more = False
        return self._reason is None

    def _refresh(self, connection: sqlite3.Connection) -> bool:
        """What is wrong with the words keeps nobody else from writing, unless SQLite has undone what others wrote."""
        try:
            return refresh(connection)
        except sqlite3.Error as error:
            self._give_up_index(error)
            if not connection.in_transaction:
                raise
            return False

    def _give_up_index(self, error: sqlite3.Error) -> None:
        self._reason = reason_of(error)
        logger.warning(render("ledger_no_index", path=self._file.path, reason=self._reason))


def _is_stale(connection: sqlite3.Connection) -> bool:
    return (
        connection.execute(_HAS_INDEX).fetchone() is None
        or connection.execute("SELECT 1 FROM run_numbers WHERE is_stale = 1 LIMIT 1").fetchone() is not None
    )


def _read_page(  # noqa: PLR0913 - which, whose, from where, how many
    connection: sqlite3.Connection, wanted: Wanted, whose: Whose, after: int | None, limit: int, *, has_index: bool
) -> list[tuple[int, Row | None]]:
    condition, values = wanted.condition()
    source, number = "run_numbers AS n", "n.number"
    if wanted.search and has_index:
        source, number = "run_words AS w CROSS JOIN run_numbers AS n ON n.number = w.rowid", "w.rowid"
        condition, values = f" AND run_words MATCH ?{condition}", [wanted.search.expression, *values]
    if after is not None:
        condition, values = f" AND {number} < ?{condition}", [after, *values]
    if wanted.search and not has_index:
        connection.create_function("has_words", 2, _finder(wanted.search), deterministic=True)
        condition += " AND has_words(runs.body, runs.model_id)"
    read_at = time.monotonic()
    found = connection.execute(
        # The names are this module's own; values are bound.
        f"SELECT {number}, {_COLUMNS} FROM {source} CROSS JOIN runs ON runs.intent_id = n.intent_id "  # noqa: S608
        f"WHERE {whose[0].replace('NUMBER', number)}{condition} ORDER BY {number} DESC LIMIT ?",
        [fit(one) for one in (*whose[1], *values, limit)],
    )
    return [(one[0], row_of(one[1:], read_at)) for one in found]


def _finder(search: Search) -> Callable[[Any, Any], bool]:
    def has_words(body: object, model_id: object) -> bool:
        return search.matches(words_written(_prompt(body), _text(model_id)))

    return has_words


def _prompt(body: object) -> str:
    try:
        read = load_json(_text(body))
    except ValueError:
        return ""
    prompt = read.get("generation_prompt") if isinstance(read, dict) else None
    return prompt if isinstance(prompt, str) else ""


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value if isinstance(value, str) else ""
