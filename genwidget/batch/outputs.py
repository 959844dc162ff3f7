"""The files of a batch's items: saved elsewhere, and handed to functions."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from genwidget.api.keys import KeyGiven
from genwidget.api.media_types import Fetched, sniff
from genwidget.batch.batch_item import BatchItem
from genwidget.batch.files import copy_once, prepare_folder, save_output, saved_name_of
from genwidget.batch.rows import ItemState
from genwidget.errors import GenwidgetError, InvalidRequest, NoSuchOutput, OutputNotSaved, OutputUnavailable
from genwidget.io_thread import wait_for
from genwidget.messages import render
from genwidget.recipes.read import beside
from genwidget.runs.outputs import Output, save_each
from genwidget.runs.run import Run
from genwidget.runs.run_end import why_no_output
from genwidget.runs.runner import Runner

#: How many calls are under way at once, or wait in the executor.
AHEAD: Final = 64
_WITH_OUTPUTS: Final = frozenset({ItemState.DONE, ItemState.SAVING, ItemState.UNSAVED})


Saved: TypeAlias = Sequence[tuple[BatchItem, Sequence[Path]]]
Note: TypeAlias = Callable[[Saved], None]


class Mapped(NamedTuple):
    """What a function returned for one file of an item."""

    item: BatchItem
    path: Path
    result: Any


def save_all(items: Iterable[BatchItem], folder: Path, carrier: Runner, key: KeyGiven, note: Note) -> list[Path]:
    """Save the files of items; else and errors as of :meth:`genwidget.batch.batch.Batch.save_all`.

    ``note`` takes the items that were saved, each with its paths.
    """
    folder = prepare_folder(folder)
    saved: list[tuple[BatchItem, list[Path]]] = []
    failures: list[GenwidgetError] = []
    wanted = (item for item in items if item.state in _WITH_OUTPUTS)
    for item, made in save_each(wanted, lambda item: _save(item, folder, carrier, key)):
        if isinstance(made, GenwidgetError):
            failures.append(made)
        else:
            saved.append((item, made))
    note(saved)
    if failures:
        sentence = render("batch_some_unsaved", count=f"{len(failures):,}", reason=failures[0].message)
        raise OutputNotSaved(sentence) from failures[0]
    return [path for _, made in saved for path in made]


def unknown(saved: Saved, *, has_folder: bool) -> dict[int, Sequence[Path]]:
    """Return the paths of the items whose files the batch does not know, or, outside a folder of its own, has no more.

    Args:
        saved: the items that were saved, as they were before, each with its paths.
        has_folder: the batch saves its files itself.
    """
    return {
        item.number - 1: paths
        for item, paths in saved
        if not item.files or not (has_folder or all(path.exists() for path in item.files))
    }


def _save(item: BatchItem, folder: Path, carrier: Runner, key: KeyGiven) -> list[Path]:
    """Save the files of one item: from its own files, else, where they are not, from where the API keeps them."""
    if not item.files:
        outputs = _outputs_of(item, carrier, key)
        return [folder / save_output(output, item.number - 1, folder) for output in outputs]
    return [_copy(item, index, folder, carrier, key) for index in range(len(item.files))]


def _copy(item: BatchItem, index: int, folder: Path, carrier: Runner, key: KeyGiven) -> Path:
    path = item.files[index]
    target = folder / path.name
    for source, copy in ((path, target), (beside(path), beside(target))):
        copy_once(source, copy)
    if target.exists():
        return target
    outputs = _outputs_of(item, carrier, key)  # it was moved or deleted: the API may have it yet
    if index >= len(outputs):
        raise OutputNotSaved(path=target, reason=render("batch_file_gone", path=path))
    return folder / save_output(outputs[index], item.number - 1, folder)


async def read_output(item: BatchItem, index: int, carrier: Runner, key: KeyGiven) -> tuple[Fetched, str]:
    """Return the bytes of an item's output, from its file, else from where the API keeps it, and a name to save it by.

    It waits for no thread, so that a Python without threads can read one too.

    Args:
        item: whose.
        index: of the output, from 0.
        carrier: what fetches it.
        key: the API key, for the record of a run of an earlier process.

    Raises:
        NoSuchOutput: there is none.
        GenwidgetError: it cannot be fetched, or its record cannot be read.
    """
    if index < len(item.files):
        path = item.files[index]
        try:
            content = await asyncio.to_thread(path.read_bytes)
            return _named(item, index, Fetched(content, sniff(content, "")))
        except OSError:  # it was moved or deleted: the API may have it yet
            pass
    if 0 < len(item.files) <= index:  # an item is done once all its files are there
        raise _no_output(item.files)
    run = await asyncio.to_thread(_run_of, item, carrier)
    if run.generation is None and not run.is_deleted:
        await asyncio.wrap_future(carrier.read_record(run, key))
    if run.is_deleted:
        raise NoSuchOutput(why_no_output(run))
    if index >= len(run.outputs):
        raise _no_output(run.outputs)
    return _named(item, index, await asyncio.wrap_future(carrier.fetch(run, run.outputs[index].url)))


def _named(item: BatchItem, index: int, fetched: Fetched) -> tuple[Fetched, str]:
    made_by = item.generation_id or item.run_id
    return fetched, saved_name_of(item.number - 1, item.model_id, made_by, index, fetched.media_type)


def _no_output(outputs: Sequence[object]) -> NoSuchOutput:
    return NoSuchOutput(render("no_such_output", count=len(outputs), last=len(outputs) - 1))


def _outputs_of(item: BatchItem, carrier: Runner, key: KeyGiven) -> Sequence[Output]:
    """Return the outputs of an item's run; errors as of :func:`_run_of`, or its record cannot be read."""
    run = _run_of(item, carrier)
    if run.generation is None:
        wait_for(carrier.read_record(run, key))
    return run.outputs


def _run_of(item: BatchItem, carrier: Runner) -> Run:
    """Return the run of an item as the ledger has it.

    Raises:
        OutputUnavailable: its run was forgotten, so nothing tells where they are.
        LedgerError: the ledger cannot be read.
    """
    row = carrier.ledger.find(item.run_id)
    if row is None:
        raise OutputUnavailable(render("batch_run_forgotten", number=f"{item.number:,}"))
    return carrier.restore(row)


def map_files(
    items: Iterable[BatchItem], function: Callable[[Path], Any], executor: Executor | None
) -> Iterator[Mapped]:
    """Call a function of each file; arguments and errors as of :meth:`genwidget.batch.batch.Batch.map_outputs`."""
    if not callable(function):
        raise InvalidRequest(render("batch_bad_function"))
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise InvalidRequest(render("batch_bad_executor"))
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
