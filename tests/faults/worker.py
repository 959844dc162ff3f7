"""The sending process: pursues every wish with the library's own runner and ledger, and may be killed at any moment.

``python -m tests.faults.worker COUNT`` goes on where the process before it was killed: it knows the ledger and nothing
else. A lost, unreached, unsent or expired run is resumed; Send is pressed anew, as a person would, only where the API
refused.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from genwidget.api.keys import ApiKey
from genwidget.api.regions import resolve
from genwidget.catalogue import Catalogue
from genwidget.errors import DeadlinePassed, RunCanceled, RunFailed, RunLost, RunRefused, RunUnreached, RunUnsent
from genwidget.request.validation import prepare
from genwidget.runs.run import Run
from genwidget.runs.runner import Runner, shared
from genwidget.runs.state import RunState
from genwidget.sandbox import API_KEY
from genwidget.settings import Settings
from tests.faults.wishes import AT_ONCE, MODEL_ID, MOST_PRESSES, prompt_of, tell, wish_of_body

#: Longer than any run may take under these settings; past it something hangs.
PATIENCE_S = 120
#: Every so many presses are a double click.
DOUBLE_CLICK_EVERY = 5


class Sender:
    """Presses Send, waits, resumes."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._settings = Settings.from_environment()
        self._target = resolve("sandbox")
        self._key = ApiKey(API_KEY)

    def known_runs(self) -> dict[int, Run]:
        """Return the newest run of every wish that the ledger knows."""
        rows = self._runner.ledger.rows(limit=1_000_000)
        runs = {}
        for row in reversed(rows):
            assert row.body is not None
            runs[wish_of_body(row.body)] = self._runner.restore(row, self._settings, key_source=lambda: self._key)
        return runs

    def press(self, number: int) -> Run:
        """Press Send for a wish; sometimes twice, as an impatient hand does."""
        values = {"generation_prompt": prompt_of(number)}
        request = prepare(Catalogue.load(), "image", MODEL_ID, values)
        intent_id = str(uuid4())
        presses = 2 if number % DOUBLE_CLICK_EVERY == 0 else 1
        runs = [
            self._runner.start(request, self._target, self._key, self._settings, intent_id=intent_id)
            for _ in range(presses)
        ]
        return runs[-1]

    def pursue(self, number: int, run: Run | None) -> None:
        """Bring a wish to a generation that has ended."""
        run = run or self.press(number)
        for _ in range(MOST_PRESSES):
            try:
                run.wait(PATIENCE_S)
            except (RunLost, RunUnreached, RunUnsent, DeadlinePassed):
                run.resume(self._key)
                continue
            except RunRefused:
                run = self.press(number)
                continue
            except (RunFailed, RunCanceled):
                pass
            if run.state is not RunState.ANSWERED:
                tell(number, run.state)
                return
            run = self.press(number)
        raise RuntimeError(f"wish {number} cannot be fulfilled: {run!r}, {run.error!r}")


def main(count: int) -> None:
    """Pursue all wishes."""
    sender = Sender(shared())
    known = sender.known_runs()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(sender.pursue, number, known.get(number)) for number in range(count)]:
            done.result()


if __name__ == "__main__":
    main(int(sys.argv[1]))
