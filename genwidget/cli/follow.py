"""Waiting for a run in a shell: progress on stderr, outputs in a folder, Ctrl-C cancels at the API too."""

import math
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Final

from genwidget.batch.files import prepare_folder
from genwidget.cli.output import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_OK,
    CannotPrint,
    complain,
    exit_code,
    say,
    say_json,
)
from genwidget.errors import GenwidgetError, RunError
from genwidget.messages import render
from genwidget.runs.money import money
from genwidget.runs.outputs import MAX_FAILURES, Output, save_each
from genwidget.runs.run import Run
from genwidget.runs.snapshot import RunSnapshot, Waiting
from genwidget.runs.state import RunState
from genwidget.runs.timeline import is_check, is_wait, without_sending
from genwidget.runs.uninterrupted import uninterrupted

#: How long a canceled run is waited for after Ctrl-C, in seconds.
CANCEL_TIMEOUT_S: Final = 10.0


def carry(begin: Callable[[], Run], folder: Path, *, as_json: bool) -> int:
    """Begin a run, show it until it ends, save what it made, and return the exit code."""
    run = None
    try:
        with uninterrupted():
            run = begin()
        _follow(run)
        if run.state is RunState.SUCCEEDED:
            complain(_cost(run))
        return deliver(run, folder, as_json=as_json)
    except KeyboardInterrupt:
        if run is None:
            raise
        return _interrupt(run)
    except RunError as error:
        complain(error.message)
        _explain(error.run, error)
        return exit_code(error)


def _follow(run: Run) -> None:
    progress = _Progress()
    run.is_shown = True
    unsubscribe = run.subscribe(progress)
    progress(run)
    try:
        run.wait()
    finally:
        unsubscribe()


class _Progress:
    """Prints each confirmed entry of the timeline once, as ``1,240 ms  Accepted``, and each wait for its turn."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._trouble = ""
        self._waiting: Waiting | None = None

    def __call__(self, run: Run) -> None:
        snapshot = run.snapshot
        trouble = snapshot.timeline_data.trouble
        told = [one for one in run.timeline if one.confirmed and one != trouble]
        told = [one for one in told if not is_wait(one) and not is_check(one)]
        if not snapshot.is_recorded:  # a spend limit may still refuse it
            told = list(without_sending(told))
        with self._lock:
            self._tell_waiting(snapshot)
            fresh, self._count = told[self._count :], max(self._count, len(told))
            if trouble is not None and trouble.label != self._trouble:
                fresh.append(trouble)
                self._trouble = trouble.label
        for one in fresh:
            what = " ".join(word for word in (one.provider, one.label) if word)
            complain(f"{one.at_ms or 0:>9,} ms  {what}")

    def _tell_waiting(self, snapshot: RunSnapshot) -> None:
        """Tell a wait as it begins, and where its cause or its end becomes another."""
        waiting = snapshot.waiting
        if waiting is not None and waiting != self._waiting:
            last = snapshot.timeline_data.marks[-1]
            left = "" if waiting.until is None else f" ({max(0, math.ceil(waiting.until - time.time())):,} s)"
            complain(f"{last.at_ms or 0:>9,} ms  {last.label}{left}")
        self._waiting = waiting


def deliver(run: Run, folder: Path, *, as_json: bool) -> int:
    """Save the outputs of a run and print where, or its record; return the exit code.

    Raises:
        BrokenPipeError, CannotPrint: stdout takes nothing; stderr has told where they are.
    """
    if run.state is RunState.ANSWERED:
        complain(render("cli_no_generation"))
        say_json(run.response)
        return EXIT_FAILED
    paths = _save_all(run, folder)
    if not run.outputs:
        complain(render("no_outputs_made"))
    try:
        if as_json:
            say_json(run.generation)
        else:
            for path in paths:
                say(str(path))
    except (CannotPrint, BrokenPipeError):
        for path in paths:
            complain(render("cli_saved", path=path))
        raise
    if len(paths) == len(run.outputs):
        return EXIT_OK
    complain(render("cli_save_again", run_id=run.run_id))
    return EXIT_FAILED


def _cost(run: Run) -> str:
    if run.credits is None:
        return render("cli_cost_unknown")
    return render("cli_cost", amount=money(Decimal(str(run.credits)), is_sandbox=run.is_of_sandbox))


def _save_all(run: Run, folder: Path) -> list[Path]:
    """Save the outputs, and tell of each that cannot be saved why, and where it still is: the others are paid for too.

    Where one after the other fails, it tells how many were not tried.
    """

    def save(output: Output) -> Path:
        prepare_folder(folder)  # it may have gone meanwhile
        return output.save(folder)

    paths: list[Path] = []
    outputs, tried = run.outputs, 0
    for output, made in save_each(outputs, save):
        tried += 1
        if isinstance(made, Path):
            paths.append(made)
            continue
        complain(made.message)
        complain(render("cli_still_at", url=output.url))
    if tried < len(outputs):
        count = f"{len(outputs) - tried:,}"
        complain(render("cli_not_tried", failures=MAX_FAILURES, count=count, run_id=run.run_id))
    return paths


def _interrupt(run: Run) -> int:
    complain(render("cli_interrupted"))
    try:
        run.cancel(CANCEL_TIMEOUT_S)
        run.wait(CANCEL_TIMEOUT_S)
    except (GenwidgetError, TimeoutError) as error:
        complain(str(error) or render("still_running", seconds=CANCEL_TIMEOUT_S))
    except KeyboardInterrupt:
        complain(render("cli_left", run_id=run.run_id))
    return EXIT_INTERRUPTED


def _explain(run: Run, error: RunError) -> None:
    said = getattr(error.__cause__, "message", "")
    if said and said != error.message:
        complain(said)
    if run.next_step:
        complain(run.next_step)
    if run.state.can_resume:
        complain(render("cli_resume", run_id=run.run_id))
