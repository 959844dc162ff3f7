"""What the end of a run tells: its error, what can be done next, why there are no outputs."""

from typing import TYPE_CHECKING, Final

from genwidget.errors import (
    ApiError,
    DeadlinePassed,
    GenwidgetError,
    ProcessEnded,
    RunCanceled,
    RunError,
    RunFailed,
    RunLost,
    RunRefused,
    RunUnreached,
    RunUnsent,
)
from genwidget.messages import render
from genwidget.runs.state import RunState

if TYPE_CHECKING:
    from genwidget.runs.run import Run

#: What is raised by a wait for a run that ended so.
ERRORS: Final[dict[RunState, type[RunError]]] = {
    RunState.FAILED: RunFailed,
    RunState.CANCELED: RunCanceled,
    RunState.REFUSED: RunRefused,
    RunState.UNREACHED: RunUnreached,
    RunState.UNSENT: RunUnsent,
    RunState.LOST: RunLost,
    RunState.EXPIRED: DeadlinePassed,
}
_NEXT_STEPS: Final[dict[RunState, str]] = {
    RunState.ANSWERED: "advice_answered",
    RunState.LOST: "may_have_started",
}


def run_error(run: "Run") -> RunError:
    """Return what :meth:`Run.wait` raises for a run that did not end in outputs."""
    if run.state is RunState.FAILED:
        sentence = render("generation_failed")
    elif run.state is RunState.CANCELED:
        sentence = render("generation_canceled")
    else:
        sentence = run.error.message if run.error is not None else render("interrupted")
    kind = ProcessEnded if isinstance(run.error, ProcessEnded) else ERRORS[run.state]
    return kind(sentence, run=run)


def next_step(state: RunState, error: GenwidgetError | None) -> str:
    """Return what can be done about an end without outputs, in Python or in a shell; or an empty text."""
    if state in {RunState.REFUSED, RunState.UNREACHED, RunState.UNSENT}:
        return error.next_step if error is not None else ""
    if state is RunState.EXPIRED:
        return _followed_no_more(error, "deadline_explained_run")
    return render(_NEXT_STEPS[state]) if state in _NEXT_STEPS else ""


def way_on_of_page(error: GenwidgetError | None) -> str:
    """Return what can be done on the page about a run that is followed no more."""
    return _followed_no_more(error, "deadline_explained")


def _followed_no_more(error: GenwidgetError | None, code: str) -> str:
    return f"{_why_not_followed(error)} {render(code)}".lstrip()


def why_no_output(run: "Run") -> str:
    """Return why a run has no outputs, or not so many, as a sentence."""
    state = run.state
    if run.is_deleted:
        return render("no_outputs_deleted")
    if not state.is_terminal:
        return render("no_outputs_yet", state=state)
    if state is not RunState.SUCCEEDED:
        return render("no_outputs_resume" if state.can_resume else "no_outputs_ended", state=state)
    if run.generation is None:
        return render("no_outputs_record")
    return render("no_outputs_made")


def _why_not_followed(error: GenwidgetError | None) -> str:
    """Return what else is known of a run that is followed no more: what can be done, or what the last poll met."""
    if isinstance(error, ApiError):
        return error.next_step
    cause = error.__cause__ if isinstance(error, DeadlinePassed) else None
    return f"{render('timeline_trouble', reason=cause).rstrip('.')}." if isinstance(cause, GenwidgetError) else ""
