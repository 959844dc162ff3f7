"""The files of a batch's items: saved elsewhere, and handed to functions."""

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from genwidget.api.keys import KeyGiven
from genwidget.batch.batch_item import BatchItem
from genwidget.batch.files import prepare_folder, save_output
from genwidget.batch.rows import ItemState
from genwidget.errors import GenwidgetError, InvalidRequest, OutputNotSaved
from genwidget.io_thread import wait_for
from genwidget.messages import render
from genwidget.recipes.read import beside
from genwidget.runs.runner import Runner

#: How many calls are under way at once, or wait in the executor.
AHEAD: Final = 64
#: After so many failures in a row no further item is tried.
_MOST_FAILURES: Final = 5
_WITH_OUTPUTS: Final = frozenset({ItemState.DONE, ItemState.SAVING, ItemState.UNSAVED})


class Mapped(NamedTuple):
    """What a function returned for one file of an item."""

    item: BatchItem
    path: Path
    result: Any


def save_all(items: Iterable[BatchItem], folder: Path, carrier: Runner, key: KeyGiven) -> list[Path]:
    """Save the files of items; arguments and errors as of :meth:`genwidget.batch.batch.Batch.save_all`."""
    folder = prepare_folder(folder)
    saved: list[Path] = []
    failures: list[GenwidgetError] = []
    in_a_row = 0
    for item in items:
        if item.state not in _WITH_OUTPUTS:
            continue
        try:
            saved += _copy(item, folder) if item.files else _fetch(item, folder, carrier, key)
            in_a_row = 0
        except GenwidgetError as error:
            failures.append(error)
            in_a_row += 1
            if in_a_row == _MOST_FAILURES:
                break
    if failures:
        sentence = render("batch_some_unsaved", count=f"{len(failures):,}", reason=failures[0].message)
        raise OutputNotSaved(sentence) from failures[0]
    return saved


def _copy(item: BatchItem, folder: Path) -> list[Path]:
    made = []
    for path in item.files:
        target = folder / path.name
        try:
            for source, copy in ((path, target), (beside(path), beside(target))):
                if source.exists() and not copy.exists():
                    shutil.copyfile(source, copy)
        except OSError as error:
            raise OutputNotSaved(path=target, reason=error.strerror or error) from error
        made.append(target)
    return made


def _fetch(item: BatchItem, folder: Path, carrier: Runner, key: KeyGiven) -> list[Path]:
    row = carrier.ledger.find(item.run_id)
    if row is None:
        return []
    run = carrier.restore(row)
    if run.generation is None:
        wait_for(carrier.read_record(run, key))
    return [folder / save_output(output, item.number - 1, folder) for output in run.outputs]


def map_files(
    items: Iterable[BatchItem], function: Callable[[Path], Any], executor: Executor | None
) -> Iterator[Mapped]:
    """Call a function of each file; arguments and errors as of :meth:`genwidget.batch.batch.Batch.map_outputs`."""
    if not callable(function):
        raise InvalidRequest(render("batch_bad_function"))
    return _map(((item, path) for item in items for path in item.files), function, executor)


def _map(
    files: Iterator[tuple[BatchItem, Path]], function: Callable[[Path], Any], executor: Executor | None
) -> Iterator[Mapped]:
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor()) if executor is None else executor
        under_way: deque[tuple[BatchItem, Path, Future[Any]]] = deque()
        try:
            for item, path in islice(files, AHEAD):
                under_way.append((item, path, pool.submit(function, path)))
            while under_way:
                item, path, future = under_way.popleft()
                yield Mapped(item, path, future.result())
                for item, path in islice(files, 1):
                    under_way.append((item, path, pool.submit(function, path)))
        finally:
            for _, _, future in under_way:
                future.cancel()
