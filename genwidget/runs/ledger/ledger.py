"""The ledger as the rest of the library knows it."""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final

from genwidget import platform
from genwidget.errors import Interrupted, ProcessEnded
from genwidget.logs import logger_of
from genwidget.messages import render
from genwidget.runs.ledger import shares
from genwidget.runs.ledger.copies import Copies
from genwidget.runs.ledger.file import LedgerFile, Sync, unusable
from genwidget.runs.ledger.finding import READ_TIMEOUT_S, Finder, Wanted
from genwidget.runs.ledger.generations import RUN_IDS, ids_of
from genwidget.runs.ledger.owner import owner_of
from genwidget.runs.ledger.row import (
    COLUMNS,
    LARGEST,
    OUTCOME,
    Found,
    KeyUse,
    Reading,
    Row,
    SentTo,
    bindable,
    fit,
    row_of,
)
from genwidget.runs.ledger.spending import (
    RESERVED,
    TOTAL,
    close_out,
    free,
    limits_of,
    read,
    reserve,
    undone_if_refused,
)
from genwidget.runs.ledger.writer import Done, Job, Writer
from genwidget.runs.spend_limit import MACHINE, Spending, SpendLimit
from genwidget.runs.state import RunState
from genwidget.settings import data_dir

logger = logger_of(__name__)

#: States of runs that a process carries.
_LIVE: Final = frozenset(one.value for one in RunState if not one.is_terminal)
#: States of rows that can be taken up where no other process carries them.
_RESUMED: Final = (*sorted(_LIVE), RunState.UNSENT.value)
#: How long a paid request waits for another process that keeps the file, in seconds.
LIMIT_S: Final = 30.0
#: How long a claim of a share does: it is worth no wait.
SHARE_LIMIT_S: Final = 1.0
#: How long a ledger that is closed waits for what is not yet written, in seconds.
CLOSE_TIMEOUT_S: Final = 3.0
#: After how many seconds without a write a person is told.
PATIENCE_S: Final = 2.0

_INSERT: Final = (
    # The names are this module's own; values are bound.
    f"INSERT INTO runs ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))}) ON CONFLICT DO NOTHING"  # noqa: S608
)
_AGAIN: Final = (
    f"UPDATE runs SET state = '{RunState.SENDING}', owner = ? WHERE intent_id = ? "  # noqa: S608
    f"AND state IN ('{RunState.UNREACHED}', '{RunState.UNSENT}', '{RunState.WAITING}')"
)
#: Takes a row of :meth:`Ledger.note_waiting` by the process that wrote it.
_BEGIN_WAITING: Final = (
    f"UPDATE runs SET state = '{RunState.SENDING}', price = ?, updated_at = ? WHERE intent_id = ? "  # noqa: S608
    f"AND state = '{RunState.WAITING}' AND owner IS ?"
)


class Ledger:
    """The ledger's file, opened at first need. Safe from any thread; what reads blocks, what writes does not.

    Args:
        path: of the file; None takes the user's own.
        vfs: how SQLite reaches the file system, by the name of one of its own ways; None leaves it to SQLite.
        kept: a folder for copies of the file, where the file itself ends with the process.
    """

    def __init__(self, path: Path | None = None, *, vfs: str | None = None, kept: Path | None = None) -> None:
        self.path = (path or data_dir() / "ledger.sqlite3").absolute()  # the working directory may change
        folder = kept or platform.kept_folder()
        copies = None if folder is None else Copies(folder, self.path.with_name(f"{self.path.name}-copy"))
        self._file = LedgerFile(self.path, vfs, copies)
        self._owner = owner_of(self.path.with_name(f"{self.path.name}-owners"))
        self._writer = Writer(self._file, self._owner, self._tell_pending, self._tell_written, self._tell_came_back)
        self._finder = Finder(self._file, partial(self.change, sync="NORMAL"))
        self._listeners: list[Callable[[], None]] = []
        self._written: list[Callable[[], None]] = []
        self._came_back: list[Callable[[Row], None]] = []

    def begin_soon(self, row: Row, limits: Sequence[SpendLimit] = ()) -> Future[bool]:
        """Commit a new row, and reserve its price within the limits; returns at once.

        The future has its result once the row is on the disk. It is False where the row's intent is there already, and
        nothing was written. Where it is canceled, the row is not written. It ends with :class:`SpendLimitReached` where
        the price would pass a limit, and with :class:`LedgerError` where the file cannot be used, or where another
        process keeps it for longer than :data:`LIMIT_S`; nothing was written then.
        """

        def begin(connection: sqlite3.Connection) -> Done:
            with undone_if_refused(connection) as refusal:
                owner = self._owner.number(self._writer)
                if connection.execute(_INSERT, bindable(row, COLUMNS, owner)).rowcount != 1:
                    waited = (fit(row.price), row.updated_at, fit(row.intent_id), owner)
                    if connection.execute(_BEGIN_WAITING, waited).rowcount != 1:
                        return False
                reserve(connection, row, limits)
            return refusal.error or True

        return self.change(begin)

    def note_waiting(self, row: Row) -> Future[bool]:
        """Write that a run waits for its turn, so that it can still be sent where its process ends; returns at once.

        Nothing is reserved. Where it cannot be written, or the row's intent is there already, nothing is, and the
        future tells.
        """
        waiting = replace(row, state=RunState.WAITING.value)

        def note(connection: sqlite3.Connection) -> bool:
            values = bindable(waiting, COLUMNS, self._owner.number(self._writer))
            return connection.execute(_INSERT, values).rowcount == 1

        return self._writer.ask(Job(note, "NORMAL", LIMIT_S))

    def begin(self, row: Row, limits: Sequence[SpendLimit] = ()) -> bool:
        """Do what :meth:`begin_soon` does, and wait for it.

        Raises:
            SpendLimitReached: a limit would be passed; nothing was written.
            LedgerError: the file cannot be used; nothing was written.
        """
        return self.begin_soon(row, limits).result()

    def begin_again(self, row: Row, limits: Sequence[SpendLimit] = ()) -> bool:
        """Reserve the price of a run that reached nobody or was not sent, and take it as sending, and wait for it.

        Where it has no row any more, or never had, one is written: nothing leaves that is not written down. It is held
        to the limits that it was sent within before, where none of the same scope is given.

        Args:
            row: the run's, as it is to be carried on.
            limits: in place of those of before that have their scope.

        Returns:
            False where the run's row is that of no such run any more, since another process has taken it up.

        Raises:
            SpendLimitReached: a limit would be passed; nothing was written.
            LedgerError: the file cannot be used; nothing was written.
        """

        def again(connection: sqlite3.Connection) -> Done:
            with undone_if_refused(connection) as refusal:
                owner = self._owner.number(self._writer)
                if connection.execute(_AGAIN, (owner, row.intent_id)).rowcount != 1:
                    if _has(connection, row):
                        return False
                    begun = replace(row, state=RunState.SENDING.value)  # it was forgotten, or never written
                    connection.execute(_INSERT, bindable(begun, COLUMNS, owner))
                within = {limit.scope: limit for limit in (*limits_of(connection, row.intent_id), *limits)}
                reserve(connection, row, list(within.values()))
            return refusal.error or True

        return self.change(again).result()

    def record(self, row: Row) -> None:
        """Write what has come of a row; returns at once. One that was forgotten meanwhile stays so.

        What cannot be written is kept, and tried again until it is down. :meth:`rows` and the like know it already.
        """
        self._writer.record(row)

    def read(self, limit: int = 100, key: KeyUse | None = None) -> Reading:
        """Return the newest rows first, of all keys or of one at its host, and how many of them cannot be read.

        Raises:
            LedgerError: the file cannot be used.
        """
        condition, values = _sent_with(key)
        return self._select(f"{condition} ORDER BY created_at DESC, rowid DESC LIMIT ?", *values, min(limit, LARGEST))

    def rows(self, limit: int = 100, key: KeyUse | None = None) -> list[Row]:
        """Return the newest rows first, of all keys or of one at its host, as far as they can be read.

        Raises:
            LedgerError: the file cannot be used.
        """
        return self.read(limit, key).rows

    def interrupted(self, since: float, key: KeyUse | None = None) -> list[Row]:
        """Return the rows that were under way when their process ended, or were not sent, the newest first.

        Args:
            since: when they were begun at the earliest, in Unix seconds.
            key: at whose host; None for all.

        Raises:
            LedgerError: the file cannot be used.
        """
        condition, values = _sent_with(key)
        states = ", ".join("?" * len(_RESUMED))
        found = self._select(
            f"{condition} AND created_at >= ? AND (state IN ({states}) OR error_code IN (?, ?)) "
            "ORDER BY created_at DESC",
            *(*values, since, *_RESUMED, Interrupted.code, ProcessEnded.code),
        )
        return [row for row in found.rows if not row.is_carried_elsewhere]

    def count_beside(self, run_ids: Iterable[str], key: KeyUse | None = None) -> int:
        """Return how many rows there are, of all keys or of one at its host, beside those of some runs.

        Raises:
            LedgerError: the file cannot be used.
        """
        condition, values = _sent_with(key)
        beside = "intent_id NOT IN (SELECT value FROM json_each(?))"
        # The names are this module's own; values are bound.
        found = self._query(
            f"SELECT COUNT(*) FROM runs {condition} AND {beside}",  # noqa: S608
            *(*values, json.dumps(list(run_ids))),
        )
        return int(found[0][0])

    def durations(self, sent_to: SentTo, limit: int, key: KeyUse | None = None) -> list[int]:
        """Return how long the newest runs of a model took that succeeded, in ms, of all keys or of one at its host.

        Raises:
            LedgerError: the file cannot be used.
        """
        condition, values = _sent_with(key)
        host, url = _host_of(sent_to.api_url)
        # The names are this module's own; values are bound.
        found = self._query(
            f"SELECT total_ms FROM runs {condition} AND {host} = ? AND model_type = ? AND model_id = ? "  # noqa: S608
            "AND state = ? AND typeof(total_ms) = 'integer' ORDER BY created_at DESC LIMIT ?",
            *(*values, url, sent_to.model_type, sent_to.model_id, RunState.SUCCEEDED, limit),
        )
        return [total_ms for (total_ms,) in found]

    def find_page(
        self, wanted: Wanted, limit: int, *, after: int | None = None, whose: KeyUse | Iterable[str] | None = None
    ) -> Found:
        """Return some of the runs that are wanted, the newest first: those that were begun last.

        A live row is among them whatever state is wanted: whether its run is lost, its process knows.

        Args:
            wanted: which runs.
            limit: how many at most.
            after: the number that the page before ended with; None for the first page.
            whose: those of a key at its host, or these runs alone, by their ids; None for all.

        Raises:
            LedgerError: the file cannot be used.
        """
        waiting = self._writer.outcomes()  # before the file is read, as in `_select`
        try:
            found = self._finder.read(wanted, _condition_of(whose), after, min(limit, LARGEST))
        except (sqlite3.Error, OSError) as error:
            raise unusable("ledger_unreadable", self.path, error) from error
        rows = [(number, self._completed(row, waiting.get(row.intent_id))) for number, row in found if row is not None]
        return Found(rows, found[-1][0] if len(found) == limit else None, len(found) - len(rows))

    def index_words(self, *, is_begun: bool = False) -> None:
        """Bring up to date what searches read, so that the next one need not. Blocks.

        Args:
            is_begun: only where something was searched before.

        Raises:
            LedgerError: the file cannot be used.
        """
        try:
            self._finder.index(is_begun=is_begun)
        except (sqlite3.Error, OSError) as error:
            raise unusable("ledger_unreadable", self.path, error) from error

    def beside(self, run_ids: Iterable[str]) -> set[str]:
        """Return those of some runs, by their ids, that have no row.

        Raises:
            LedgerError: the file cannot be used.
        """
        asked = set(run_ids)
        statement = "SELECT intent_id FROM runs WHERE intent_id IN (SELECT value FROM json_each(?))"
        return asked - {one.decode("utf-8", "replace") for (one,) in self._query(statement, json.dumps(sorted(asked)))}

    def find(self, run_id: str) -> Row | None:
        """Return the row of a run, or None.

        Raises:
            LedgerError: the file cannot be used.
        """
        found = self._select("WHERE intent_id = ?", run_id).rows
        return found[0] if found else None

    def find_all(self, run_ids: Iterable[str]) -> list[Row]:
        """Return the rows of some runs, of those that there are, in no order; errors as of :meth:`find`."""
        return self._select("WHERE intent_id IN (SELECT value FROM json_each(?))", json.dumps(list(run_ids))).rows

    def starting_with(self, beginning: str) -> list[Row]:
        """Return the rows whose run's id begins so.

        Raises:
            LedgerError: the file cannot be used.
        """
        return self._select("WHERE substr(intent_id, 1, length(?1)) = ?1", beginning).rows

    def generation_ids(self) -> set[str]:
        """Return the ids of all generations that runs are known to have made.

        Raises:
            LedgerError: the file cannot be used.
        """
        waiting = {row.generation_id for row in self._writer.outcomes().values() if row.generation_id is not None}
        found = self._query("SELECT generation_id FROM runs WHERE typeof(generation_id) = 'text'")
        return waiting | {one.decode("utf-8", "replace") for (one,) in found}

    def mark_deleted(self, generation_id: str, region_id: str, api_url: str) -> Future[bool]:
        """Note that a generation was deleted at its host; returns at once, and the future once it is down.

        What is reserved for its runs is spent then, since no record tells any more what they have cost.
        """

        def mark(connection: sqlite3.Connection) -> bool:
            found = (ids_of(connection, generation_id, region_id, api_url),)
            close_out(connection, RUN_IDS, found)
            statement = f"UPDATE runs SET is_deleted = 1 WHERE intent_id IN ({RUN_IDS})"  # noqa: S608 - our own names
            return connection.execute(statement, found).rowcount > 0

        return self._mark(mark)

    def mark_refunded(self, generation_id: str, region_id: str, api_url: str) -> Future[bool]:
        """Note that the credits of a generation came back; returns at once, and the future once it is down.

        No later outcome of that generation counts it again, whichever process writes it.
        """

        def mark(connection: sqlite3.Connection) -> bool:
            found = (ids_of(connection, generation_id, region_id, api_url),)
            free(connection, RUN_IDS, found)
            statement = f"UPDATE runs SET credits = 0 WHERE intent_id IN ({RUN_IDS})"  # noqa: S608 - our own names
            return connection.execute(statement, found).rowcount > 0

        return self._mark(mark)

    def _mark(self, mark: Callable[[sqlite3.Connection], bool]) -> Future[bool]:
        """Mark rows; where there is no file there is none of them, and a file is not made for that."""
        if self._file.kept is None and not os.path.exists(self.path):  # noqa: PTH110 - which raises nothing
            nothing: Future[bool] = Future()
            nothing.set_result(False)
            return nothing
        return self._writer.ask(Job(mark, "NORMAL", LIMIT_S))

    def rate(self, run_id: str, rating: int | None) -> Future[bool]:
        """Note what a person thinks of a run; returns at once. The future is False where there is no such run.

        Args:
            run_id: the run's.
            rating: 1 to 5, 0 for rejected, None for no opinion.
        """

        def rate(connection: sqlite3.Connection) -> bool:
            statement = "UPDATE runs SET rating = ? WHERE intent_id = ?"
            return connection.execute(statement, (rating, run_id)).rowcount == 1

        return self.change(rate, "NORMAL")

    def ratings(self, run_ids: Iterable[str]) -> dict[str, int]:
        """Return the ratings of runs, of those that have one, by the ids of the runs.

        Raises:
            LedgerError: the file cannot be used.
        """
        found = self._query(
            "SELECT intent_id, rating FROM runs WHERE intent_id IN (SELECT value FROM json_each(?)) "
            "AND rating BETWEEN 0 AND 5 AND typeof(rating) = 'integer'",
            json.dumps(list(run_ids)),
        )
        return {run_id.decode("utf-8", "replace"): rating for run_id, rating in found}

    def deleted(self, run_ids: Iterable[str]) -> set[str]:
        """Return those of some runs whose generation was deleted at the API, by their ids.

        Raises:
            LedgerError: the file cannot be used.
        """
        found = self._query(
            "SELECT intent_id FROM runs WHERE intent_id IN (SELECT value FROM json_each(?)) AND is_deleted = 1",
            json.dumps(list(run_ids)),
        )
        return {run_id.decode("utf-8", "replace") for (run_id,) in found}

    def forget(self, run_id: str) -> bool:
        """Delete the row of a run and wait for it; False where there is none.

        What it has spent stays counted, and so does what is reserved for it, until whoever carries it learns more.

        Raises:
            LedgerError: the file cannot be used.
        """

        def forget(connection: sqlite3.Connection) -> bool:
            close_out(connection, "SELECT ?", (run_id,))
            return connection.execute("DELETE FROM runs WHERE intent_id = ?", (run_id,)).rowcount == 1

        is_known = self._writer.ask(Job(forget, "NORMAL", LIMIT_S)).result()
        if is_known:
            self.index_words(is_begun=True)  # nothing is left of what its prompt was
        return is_known

    def claim_share(self, account: str, process: str, duration_s: float) -> Future[int]:
        """Claim a share of what an account takes, or renew it; returns at once.

        The future has the number of processes that have one, or a :class:`LedgerError`.

        Args:
            account: such as an origin, a key's fingerprint and a model type.
            process: this one, by a name that no other has.
            duration_s: when the share lapses if it is not renewed, in seconds.
        """
        counted: Future[int] = Future()
        count = 0

        def claim(connection: sqlite3.Connection) -> bool:
            nonlocal count
            now = time.time()
            count = shares.claim(connection, account, process, now, now + duration_s)
            return True

        def end(done: Future[bool]) -> None:
            if not counted.set_running_or_notify_cancel():  # nobody waits any more
                return
            error = done.exception()
            if error is None:
                counted.set_result(count)
            else:
                counted.set_exception(error)

        self._writer.ask(Job(claim, "NORMAL", SHARE_LIMIT_S)).add_done_callback(end)
        return counted

    def release_share(self, account: str, process: str) -> Future[bool]:
        """Give a share back; returns at once."""
        return self._writer.ask(
            Job(lambda connection: shares.release(connection, account, process), "NORMAL", SHARE_LIMIT_S)
        )

    def spending(self, scope: str = MACHINE, *, is_sandbox: bool = False) -> Spending:
        """Return what a scope has spent and reserved at the API's hosts, or at the sandbox.

        Raises:
            LedgerError: the file cannot be used.
        """
        return read(self._query(TOTAL, scope, is_sandbox))

    def reserved_for(self, run_id: str) -> Decimal:
        """Return what is reserved for one run.

        Raises:
            LedgerError: the file cannot be used.
        """
        return read((reserved, 0) for (reserved,) in self._query(RESERVED, run_id, MACHINE)).reserved

    # What others keep in tables of their own.

    def change(self, change: Callable[[sqlite3.Connection], Done], sync: Sync = "FULL") -> Future[bool]:
        """Carry a change out within a transaction, on the ledger's own thread; returns at once.

        Args:
            change: as of :class:`genwidget.runs.ledger.writer.Job`.
            sync: ``FULL`` where it must outlive a power cut once the future has its result.

        The future ends with :class:`LedgerError` where the file cannot be used; nothing was written then.
        """
        return self._writer.ask(Job(change, sync, LIMIT_S))

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return what a statement reads; texts are bytes.

        Raises:
            LedgerError: the file cannot be used.
        """
        return self._query(statement, *values)

    def own_number(self) -> int | None:
        """Return this process's number as an owner (:mod:`genwidget.runs.ledger.owner`), kept while it lives."""
        return self._owner.number(self._writer)

    def lives_elsewhere(self, number: int | None) -> bool:
        """Tell whether another process that is alive has that number."""
        return self._owner.lives_elsewhere(number)

    # What is not yet written.

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call ``listener``, from any thread, whenever there is something to write and there was nothing."""
        self._listeners.append(listener)

    def subscribe_written(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener``, on the ledger's own thread, after each write; return what ends that."""
        self._written.append(listener)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._written.remove(listener)

        return unsubscribe

    def subscribe_came_back(self, listener: Callable[[Row], None]) -> None:
        """Call ``listener``, on the ledger's own thread, with each outcome handed over that is known to cost nothing.

        It is told where whoever handed it over did not know, and returns at once.
        """
        self._came_back.append(listener)

    @property
    def is_written(self) -> bool:
        """Whether all that was handed over is on the disk."""
        return self._writer.waiting()[0] == 0

    @property
    def trouble(self) -> str | None:
        """Why nothing has been written for more than :data:`PATIENCE_S`, as a sentence; None where all goes well."""
        count, waited_s, reason = self._writer.waiting()
        if count == 0 or waited_s < PATIENCE_S:
            return None
        code = "ledger_waits_full" if self._writer.is_full else "ledger_waits"
        return render(code, path=self.path, reason=reason or render("ledger_silent"), count=count)

    @property
    def note(self) -> str | None:
        """What a person should know of the file although it can be used, as a sentence; None where there is nothing."""
        mode = self._file.journal_mode
        if self._file.kept is None and not platform.is_disk_kept():
            return render("ledger_not_kept")
        return None if mode in {None, "wal"} else render("ledger_no_wal", path=self.path, mode=mode)

    def drain(self, timeout_s: float = CLOSE_TIMEOUT_S) -> bool:
        """Wait until all is written; tell whether it is."""
        return self._writer.drain(timeout_s)

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Wait for what is not yet written, and close the file; it is opened again at need."""
        if not self.drain(timeout_s):
            count, _, reason = self._writer.waiting()
            logger.error(render("ledger_lost", path=self.path, reason=reason or render("ledger_silent"), count=count))
        self._writer.close()
        self._owner.release(self._writer)

    def _tell_pending(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    def _tell_written(self) -> None:
        for listener in tuple(self._written):
            try:
                listener()
            except Exception:  # what is written is written, whatever those who watch it do
                logger.exception("A listener of the ledger failed")

    def _tell_came_back(self, row: Row) -> None:
        for listener in tuple(self._came_back):
            try:
                listener(row)
            except Exception:  # as above
                logger.exception("A listener of the ledger failed")

    def _select(self, condition: str, *values: object) -> Reading:
        read_at = time.monotonic()
        waiting = self._writer.outcomes()  # before the file is read: one that is written meanwhile is in neither else
        found = self._query(f"SELECT {', '.join(COLUMNS)} FROM runs {condition}", *values)  # noqa: S608 - our own names
        read = [row_of(one, read_at) for one in found]
        rows = [self._completed(row, waiting.get(row.intent_id)) for row in read if row is not None]
        return Reading(rows, len(read) - len(rows))

    def _completed(self, row: Row, waiting: Row | None) -> Row:
        """Return a row with what is not yet written of it, and with whether another process carries its run."""
        if waiting is not None:
            known = {name: getattr(waiting, name) for name in OUTCOME if name != "owner"}
            if row.came_back and row.generation_id == waiting.generation_id:
                known["credits"] = row.credits
            return replace(row, **known)
        is_elsewhere = row.state in _LIVE and self._owner.lives_elsewhere(row.owner)
        return replace(row, is_carried_elsewhere=True) if is_elsewhere else row

    def _query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Read on a connection of its own, which no writer keeps waiting."""
        try:
            with closing(self._file.open(READ_TIMEOUT_S)) as connection:
                return connection.execute(statement, [fit(value) for value in values]).fetchall()
        except (sqlite3.Error, OSError) as error:
            raise unusable("ledger_unreadable", self.path, error) from error


def _has(connection: sqlite3.Connection, row: Row) -> bool:
    return connection.execute("SELECT 1 FROM runs WHERE intent_id = ?", (row.intent_id,)).fetchone() is not None


def _sent_with(key: KeyUse | None) -> tuple[str, tuple[str, ...]]:
    """Return the condition of a key at its host, and its values."""
    if key is None:
        return "WHERE TRUE", ()
    host, value = _host_of(key.api_url)
    return f"WHERE key_fingerprint = ? AND {host} = ?", (key.fingerprint, value)


def _condition_of(whose: KeyUse | Iterable[str] | None) -> tuple[str, tuple[str, ...]]:
    """Return the condition of a key at its host, or of some runs, on the rows of a page, and its values."""
    if whose is None:
        return "TRUE", ()
    if isinstance(whose, KeyUse):
        column, value = _host_of(whose.api_url)
        return f"n.key_fingerprint = ? AND n.{column} = ?", (whose.fingerprint, value)
    own = "SELECT own.number FROM run_numbers AS own WHERE own.intent_id IN (SELECT value FROM json_each(?))"
    return f"NUMBER IN ({own})", (json.dumps(sorted(whose)),)


def _host_of(api_url: str | None) -> tuple[str, str]:
    """Return the column of a host and its value; None stands for any sandbox, whose port is another in each process."""
    return ("region_id", "sandbox") if api_url is None else ("api_url", api_url)
