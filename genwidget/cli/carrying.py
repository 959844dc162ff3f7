"""Waiting for a run in a shell: progress on stderr, outputs in a folder, Ctrl-C cancels at the API too."""

import json
import threading
from pathlib import Path
from typing import Final

from genwidget.cli.ends import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, InputError, complain, say
from genwidget.errors import GenwidgetError, RunError
from genwidget.lifecycle import RunState
from genwidget.messages import render
from genwidget.outputs import Output
from genwidget.run import Run

#: How long a canceled run is waited for after Ctrl-C, in seconds.
CANCEL_TIMEOUT_S: Final = 10.0


def check_folder(folder: Path) -> None:
    """Make the folder of the outputs before anything is paid for.

    Raises:
        InputError: it cannot be made, or is a file.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(render("cli_no_folder", path=folder, reason=error.strerror)) from error


def carry(run: Run, folder: Path, *, as_json: bool) -> int:
    """Show a run until it ends, save what it made, and return the exit code."""
    progress = _Progress()
    unsubscribe = run.subscribe(progress)
    progress(run)
    try:
        run.wait()
        return _deliver(run, folder, as_json=as_json)
    except KeyboardInterrupt:
        return _interrupt(run)
    except RunError as error:
        complain(error.message)
        _explain(run, error)
        return EXIT_FAILED
    finally:
        unsubscribe()


class _Progress:
    """Prints each confirmed entry of the timeline once, as ``1,240 ms  Accepted``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._trouble = ""

    def __call__(self, run: Run) -> None:
        trouble = run.facts.story.trouble
        told = [one for one in run.timeline if one.confirmed and one != trouble]
        with self._lock:
            fresh, self._count = told[self._count :], max(self._count, len(told))
            if trouble is not None and trouble.label != self._trouble:
                fresh.append(trouble)
                self._trouble = trouble.label
        for one in fresh:
            what = " ".join(word for word in (one.provider, one.label) if word)
            complain(f"{one.at_ms or 0:>9,} ms  {what}")


def _deliver(run: Run, folder: Path, *, as_json: bool) -> int:
    if run.state is RunState.ANSWERED:
        say(json.dumps(run.response, ensure_ascii=False, indent=2))
        complain(render("cli_no_generation"))
        return EXIT_FAILED
    paths = list(filter(None, (_save(output, folder) for output in run.outputs)))
    if as_json:
        say(json.dumps(run.generation, ensure_ascii=False, indent=2))
    else:
        for path in paths:
            say(str(path))
    return EXIT_OK if len(paths) == len(run.outputs) else EXIT_FAILED


def _save(output: Output, folder: Path) -> Path | None:
    """Save an output, or say why it could not be: the others are paid for too."""
    try:
        return output.save(folder)
    except GenwidgetError as error:
        complain(error.message)
        return None


def _interrupt(run: Run) -> int:
    complain(render("cli_interrupted"))
    try:
        run.cancel(CANCEL_TIMEOUT_S)
        run.wait(CANCEL_TIMEOUT_S)
    except (GenwidgetError, TimeoutError) as error:
        complain(str(error))
    return EXIT_INTERRUPTED


def _explain(run: Run, error: RunError) -> None:
    said = getattr(error.__cause__, "message", "")
    if said and said != error.message:
        complain(said)
    if run.next_step:
        complain(run.next_step)
    if run.state.can_resume:
        complain(render("cli_resume", run_id=run.run_id))
