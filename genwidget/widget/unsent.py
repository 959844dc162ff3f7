"""What a playground wanted to be made and what was not: it can all be sent with one press."""

import uuid
from collections.abc import Iterable

from genwidget.errors import InsufficientCredits, NotSent
from genwidget.messages import render
from genwidget.runs.run import Run
from genwidget.runs.state import RunState


class Unsent:
    """Knows the runs that the account's credits did not pay, beside those that were not sent.

    One that was refused alone is for Response to tell; with others that were not sent for it, it is one of them.
    """

    def __init__(self) -> None:
        self._refused: dict[str, Run] = {}

    def note(self, run: Run) -> None:
        """Take note of a run that was refused for lack of credits."""
        if run.state is RunState.REFUSED and isinstance(run.error, InsufficientCredits):
            self._refused[run.run_id] = run

    def note_sending(self, runs: Iterable[Run]) -> None:
        """Take note that another run is sent: what was refused alone before it is over."""
        if not any(map(is_unsent, runs)):
            self._refused.clear()

    def drop(self, run_id: str) -> None:
        """Forget a run that was refused: its request is sent again, or it may not be seen any more."""
        self._refused.pop(run_id, None)

    def among(self, runs: Iterable[Run]) -> list[Run]:
        """Return those of some runs that were not sent, with those that were refused; the oldest first."""
        found = [run for run in runs if is_unsent(run)]
        if found:
            found = [*found, *self._refused.values()]
        return sorted(found, key=lambda run: run.created_at)

    def sentence(self, runs: Iterable[Run]) -> str:
        """Return what a person reads of them, why and how many; empty where there are none."""
        found = self.among(runs)
        if not found:
            return ""
        is_for_credits = any(run.error is not None and run.error.code != "unsent_ended" for run in found)
        cause = render("unsent_cause_credits" if is_for_credits else "unsent_cause_ended")
        return render("unsent_run" if len(found) == 1 else "unsent_runs", cause=cause, count=f"{len(found):,}")


def is_unsent(run: Run) -> bool:
    """Tell whether a run waited for its turn and was not sent, and no other process has it."""
    return run.state is RunState.UNSENT and not run.is_deleted and isinstance(run.error, NotSent)


def next_intent_id(intent_id: str) -> str:
    """Return the id of the intent that sends a refused one again: one, whoever asks, and the ledger takes it once."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"genwidget:again:{intent_id}"))
