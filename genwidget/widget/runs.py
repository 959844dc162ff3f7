"""The runs of a playground, as Python is given them: a sequence, a table, records, a frame."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any, overload

from genwidget.errors import GenwidgetError
from genwidget.messages import render
from genwidget.runs.display import narrowed, show_runs
from genwidget.runs.run import Run
from genwidget.widget.past_runs import CHUNK, PastRun
from genwidget.widget.payload_types import RunFacts
from genwidget.widget.payloads import run_facts

#: Gives those of some runs that there still are, by their ids.
Read = Callable[[Sequence[str]], Mapping[str, Run]]


class Runs(Sequence[Run]):
    """An immutable list of runs, newest first. ``rows`` are plain records of the moment at which it was made.

    A run that has ended long ago, and that nobody holds, is read from the ledger when it is asked for. Then the list
    raises :class:`LedgerError` where the ledger cannot be read, :class:`TimeoutError` where it is not read in time, and
    :class:`GenwidgetError` where the run was forgotten since.
    """

    def __init__(  # noqa: PLR0913 - keywords, each with a default
        self,
        runs: Iterable[Run] = (),
        find_picks: Callable[[], Sequence[Run]] = tuple,
        rows: Mapping[str, RunFacts] | None = None,
        *,
        past: Sequence[PastRun] = (),
        read: Read = lambda _: {},
        beside: int = 0,
    ) -> None:
        """Take runs, and what is known of each already: making that of thousands, twenty times a second, takes long.

        Args:
            runs: those that are held.
            find_picks: gives those that were rated.
            rows: what is known of the held ones, by their ids.
            past: those that are not held.
            read: makes runs of these. Blocks.
            beside: how many earlier ones the ledger has, which are not among these.
        """
        self._find_picks = find_picks
        self._runs = tuple(sorted(runs, key=attrgetter("created_at"), reverse=True))
        self._past = tuple(past)
        self._read = read
        self._beside = beside
        known = rows or {}
        self.rows = [known.get(run.run_id) or run_facts(run) for run in self._runs]

    @cached_property
    def entries(self) -> tuple[Run | PastRun, ...]:
        """The runs, those that are not held as what is kept of them."""
        return tuple(sorted((*self._runs, *self._past), key=attrgetter("created_at"), reverse=True))

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Run, ...]: ...
    def __getitem__(self, index: int | slice) -> Run | tuple[Run, ...]:
        """Return one run, or some."""
        if isinstance(index, slice):
            return tuple(self._made(self.entries[index]))
        try:
            entry = self.entries[index]
        except IndexError:
            told = render("runs_index", index=index, count=f"{len(self):,}", beside=self._told_beside)
            raise IndexError(told.strip()) from None
        for run in self._made([entry]):
            return run
        raise GenwidgetError(render("no_such_run"))

    def __iter__(self) -> Iterator[Run]:
        """Give the runs that there still are."""
        for at in range(0, len(self), CHUNK):
            yield from self._made(self.entries[at : at + CHUNK])

    def __contains__(self, run: object) -> bool:
        return isinstance(run, Run) and any(one.run_id == run.run_id for one in self.entries)

    def _made(self, entries: Sequence[Run | PastRun]) -> Iterator[Run]:
        past = [one.run_id for one in entries if isinstance(one, PastRun)]
        made = self._read(past) if past else {}
        for one in entries:
            run = made.get(one.run_id) if isinstance(one, PastRun) else one
            if run is not None:
                yield run

    def __len__(self) -> int:
        return len(self._runs) + len(self._past)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Runs) and (self._runs, self._past, self.rows) == (other._runs, other._past, other.rows)

    __hash__ = None  # type: ignore[assignment]  # it stands for a moment

    def __repr__(self) -> str:
        return f"<Runs: {' '.join(filter(None, (str(len(self)), self._told_beside)))}>"

    @property
    def _told_beside(self) -> str:
        """A sentence on how many earlier ones there are; empty where there are none."""
        return render("runs_beside", count=f"{self._beside:,}") if self._beside else ""

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> dict[str, str]:
        """Show a table of the newest."""
        return narrowed(show_runs(self, repr(self), self._told_beside), include, exclude)

    @property
    def picks(self) -> Sequence[Run]:
        """The runs that were rated and not rejected: the best first, and among equals the newest; at most 1,000.

        Read from the ledger, as far as ``history`` lets it be seen, and not from these runs alone.

        Raises:
            LedgerError: the ledger cannot be read.
            TimeoutError: nor in time.
        """
        return tuple(self._find_picks())

    def to_records(self) -> list[dict[str, Any]]:
        """Return one dict per run: ids, state, what was sent, times in whole milliseconds, credits."""
        return [
            {
                **run_facts(run),
                "model_type": run.model_type,
                "region": run.region_id,
                "generation_id": run.generation_id,
                "prompt": run.prompt,
                "outputs": [output.url for output in run.outputs],
            }
            for run in self
        ]

    def to_frame(self) -> Any:
        """Return the records as a pandas DataFrame with times as timestamps.

        Raises:
            ConfigurationError: pandas is not installed; it is no dependency.
        """
        from genwidget.batch.tables import extra  # noqa: PLC0415 - slow to import

        pd = extra("pandas")
        frame = pd.DataFrame(self.to_records())
        if "created_at" in frame:
            frame["created_at"] = pd.to_datetime(frame["created_at"], errors="coerce")
        return frame
