"""The runs that a playground may see, of this process and of the ledger: found, read page by page, rated, let go of."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final

from genwidget.errors import GenwidgetError
from genwidget.io_thread import beside
from genwidget.messages import render
from genwidget.runs.ledger import KeyUse, Ledger, Row, Wanted, words_written
from genwidget.runs.run import Run
from genwidget.runs.runner import FindRunner
from genwidget.widget.history_scope import Scope
from genwidget.widget.run_list import RunList

#: How many chunks of rows are read for one page: of rows whose process died, few may be in the state that is wanted.
MOST_CHUNKS: Final = 10
#: How many runs with a rating Python is given.
MOST_PICKS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ends: at which number of the ledger, and when its oldest run was begun, in Unix seconds."""

    number: int
    at: float


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some runs, the newest first, and where the next page begins; None where there is none."""

    runs: list[Run]
    cursor: Cursor | None
    unreadable: int


class History:
    """Reads the ledger for a playground, no further than it may see.

    Args:
        find_runner: returns what carries the runs, and has the ledger.
        run_list: the runs that the playground holds.
        scope: whose runs are seen.
        find_key: returns the locked key as runs are marked with it.
        restore: makes a run of a row.
        admits: whether a run may be seen.
    """

    def __init__(  # noqa: PLR0913 - keywords
        self,
        find_runner: FindRunner,
        run_list: RunList,
        *,
        scope: Scope,
        find_key: Callable[[], KeyUse | None],
        restore: Callable[[Row], Run],
        admits: Callable[[Run], bool],
    ) -> None:
        self._find_runner = find_runner
        self._run_list = run_list
        self._scope = scope
        self._find_key = find_key
        self._restore = restore
        self._admits = admits

    @property
    def _ledger(self) -> Ledger:
        return self._find_runner().ledger

    async def find(self, run_id: str) -> Run:
        """Return a run that may be seen: one that is held, else one of the ledger.

        Raises:
            GenwidgetError: there is none of that id.
            LedgerError: the ledger cannot be read.
        """
        run = self._run_list.find(run_id)
        if run is None and (self._reads_ledger() or self._run_list.knows(run_id)):
            row = await asyncio.to_thread(self._ledger.find, run_id)
            run = None if row is None else self._restore(row)
        if run is None or not self._admits(run):
            raise GenwidgetError(render("no_such_run"))
        return run

    async def several(self, run_ids: Collection[str]) -> list[Run]:
        """Return those of some runs that there are and that may be seen, in no order.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        held = [run for run in map(self._run_list.find, run_ids) if run is not None]
        left = set(run_ids) - {run.run_id for run in held}
        if not self._reads_ledger():
            left = {run_id for run_id in left if self._run_list.knows(run_id)}
        if left:
            found = await asyncio.to_thread(self._ledger.find_page, Wanted(), len(left), whose=left)
            held += [self._restore(row) for _, row in found.rows]
        return [run for run in held if self._admits(run)]

    def held(self, wanted: Wanted) -> HistoryPage:
        """Return those of the wanted runs that the playground holds, where the ledger cannot be read."""
        runs = [run for run in self._run_list.all() if _fits(run, wanted)]
        return HistoryPage(sorted(runs, key=lambda run: run.created_at, reverse=True), None, 0)

    async def page(self, wanted: Wanted, limit: int, after: Cursor | None) -> HistoryPage:
        """Return some of the runs that are wanted, the newest first.

        A run of this playground that is not in the ledger, such as one that waits for its turn, stands where its time
        is. Fewer than ``limit`` may come although there are more.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        unwritten = await self._unwritten()
        found, number, unreadable = await self._read(wanted, limit, after)
        if self._scope is Scope.KEY and not all(map(self._admits, found)):
            return HistoryPage([], None, 0)  # another key was locked meanwhile, and its page is asked for
        ends = [after.at] if after else []
        until = min(ends, default=float("inf"))
        since = min([*ends, *(run.created_at for run in found)], default=0.0) if number is not None else 0.0
        between = [run for run in unwritten if since <= run.created_at < until and _fits(run, wanted)]
        runs = sorted([*found, *between], key=lambda run: run.created_at, reverse=True) if between else found
        return HistoryPage(runs, None if number is None else Cursor(number, since), unreadable)

    async def picks(self) -> list[Run]:
        """Return the runs that were rated and not rejected, the best first, and among equals the newest.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        wanted = Wanted(ratings=frozenset({1, 2, 3, 4, 5}))
        found = (await self.page(wanted, MOST_PICKS, None)).runs
        return sorted(found, key=lambda run: -(run.rating or 0))

    async def rate(self, run_id: str, rating: int | None) -> Run:
        """Note what a person thinks of a run, and return it.

        Raises:
            GenwidgetError: there is no such run, or nothing of it was sent yet.
            InvalidRequest: there is no such rating.
            LedgerError: the ledger cannot be written.
        """
        run = await self.find(run_id)
        await asyncio.wrap_future(self._find_runner().rate(run, rating))
        return run

    async def forget(self, run_id: str) -> Run:
        """Delete what the ledger has of a run, and return it; what was made stays with the API.

        Raises:
            GenwidgetError: there is no such run, or it is under way.
            LedgerError: the ledger cannot be written.
        """
        run = await self.find(run_id)
        if not run.is_terminal:
            raise GenwidgetError(render("forget_live"))
        await asyncio.to_thread(self._ledger.forget, run_id)
        self._run_list.drop(run)
        return run

    async def index(self) -> None:
        """Let the ledger do beforehand what the first search would wait for."""
        if self._reads_ledger():
            await asyncio.to_thread(self._ledger.index_words)

    def _reads_ledger(self) -> bool:
        """Tell whether there can be runs in the ledger that may be seen and are not held."""
        return self._scope is Scope.USER or (self._scope is Scope.KEY and self._find_key() is not None)

    def _whose(self) -> KeyUse | frozenset[str] | None:
        if self._scope is Scope.USER:
            return None
        key = self._find_key() if self._scope is Scope.KEY else None
        return key or frozenset(run_id for run_id in self._run_list.ids() if self._run_list.is_sent(run_id))

    def _own(self) -> Iterable[Run]:
        return [run for run in self._run_list.all() if self._run_list.is_sent(run.run_id)]

    async def _unwritten(self) -> list[Run]:
        own = {run.run_id: run for run in self._own()}
        if not own:
            return []
        return [own[run_id] for run_id in await beside(self._ledger.beside, own)]

    async def _read(self, wanted: Wanted, limit: int, after: Cursor | None) -> tuple[list[Run], int | None, int]:
        whose, number = self._whose(), None if after is None else after.number
        has_any = whose is None or bool(whose)
        runs: list[Run] = []
        unreadable = 0
        for _ in range(MOST_CHUNKS if has_any else 0):
            found = await beside(self._ledger.find_page, wanted, limit - len(runs), after=number, whose=whose)
            restored = [self._restore(row) for _, row in found.rows]
            runs += [run for run in restored if is_in(run, wanted.states)]
            unreadable += found.unreadable
            number = found.after
            if number is None or len(runs) == limit:
                break
        return runs, number if has_any else None, unreadable


def state_word(run: Run) -> str:
    """Return the state of a run as a list shows it."""
    return "deleted" if run.is_deleted else run.state.value


def is_in(run: Run, states: frozenset[str]) -> bool:
    """Tell whether a run is in one of some states; of none, whether it is in any."""
    return not states or state_word(run) in states


def _fits(run: Run, wanted: Wanted) -> bool:
    """Tell whether a run that has no row is one that is wanted."""
    return (
        is_in(run, wanted.states)
        and wanted.model_id in {None, run.model_id}
        and (not wanted.ratings or run.rating in wanted.ratings)
        and (wanted.since is None or run.created_at >= wanted.since)
        and (wanted.until is None or run.created_at < wanted.until)
        and wanted.search.matches(words_written(run.prompt, run.model_id))
    )
