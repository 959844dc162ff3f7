"""``%%generate``, ``%runs`` and ``%spend``."""

import argparse
import asyncio
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import uuid4

from genwidget import platform
from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target, check_base_url, find_region, resolve
from genwidget.errors import AuthenticationFailed, GenwidgetError, LedgerError, RunError
from genwidget.messages import render
from genwidget.request.field_texts import lay_over
from genwidget.request.validation import Request, prepare
from genwidget.runs import runner
from genwidget.runs.entries import KeySource
from genwidget.runs.known_models import find_models
from genwidget.runs.ledger import KeyUse, Row, unreadable
from genwidget.runs.run import Run
from genwidget.runs.spend_limit import MACHINE, Spending, SpendLimit, machine_limit, parse_credits
from genwidget.runs.uninterrupted import uninterrupted
from genwidget.settings import Settings
from genwidget.text import shown_lines
from genwidget.widget.history_scope import Scope, find_scope
from genwidget.widget.magics.asked_keys import AskedKeys, Place
from genwidget.widget.magics.line_parser import BadLine, LineParser
from genwidget.widget.magics.spend import Spend
from genwidget.widget.runs import Runs

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

DoneT = TypeVar("DoneT")

#: Whose credits are counted for themselves.
HOSTS: Final = ("api", "sandbox")
#: How many runs are listed, where the line does not say.
DEFAULT_LIMIT: Final = 20
#: How many of those sent here are held, where nothing else of the ledger may be seen.
MOST_HELD: Final = 1_000
#: How long the ledger is waited for, in seconds.
READ_TIMEOUT_S: Final = 5.0


class LeftAlone(GenwidgetError):
    """A wait was interrupted; ``code`` says what goes on."""


class Magics:
    """The magics of one shell.

    Args:
        shell: where results are shown.
    """

    def __init__(self, shell: "InteractiveShell") -> None:
        self._shell = shell
        self._keys = AskedKeys()
        self._sent: deque[Run] = deque(maxlen=MOST_HELD)
        self._key_use: KeyUse | None = None

    def generate(self, line: str, cell: str) -> Run:
        """Send the text of the cell as the prompt, wait for what it makes, and return the run: ``_`` has it.

        ``%%generate MODEL [--set FIELD=VALUE] [--region REGION | --base-url URL] [--spend-limit CREDITS]
        [--allow-unknown]``, with options as of ``genwidget generate``. The key comes from ``BABYSEA_API_KEY``, else it
        is asked for; the sandbox brings its own. An interrupt ends the wait alone: the run goes on, and ``_`` has it.
        """
        with _one_sentence():
            run: Run | None = None
            try:
                options = _generate_line().read(line)
                place = (find_region(options.region).region_id, _base_url(options.base_url))
                limits = _limits(options.spend_limit)
                target = resolve(*place)
                key = self._keys.find(place, target)
                request = _request(options, cell.rstrip("\n"), place, key)
                with uninterrupted():
                    run = runner.shared().start(
                        request,
                        target,
                        key,
                        key_source=self._key_source(place),
                        limits=limits,
                        allow_unknown=options.allow_unknown,
                    )
                    self._note(run, target, key.fingerprint)
                return self._wait(run, place)
            except KeyboardInterrupt:
                if run is None:
                    raise LeftAlone(render("magic_nothing_sent")) from None
                self._shell.displayhook(run)
                raise LeftAlone(render("magic_goes_on", run_id=run.run_id)) from None

    def _key_source(self, place: Place) -> KeySource | None:
        return None if self._keys.kept(place) is None else lambda: self._keys.kept(place)

    def _note(self, run: Run, target: Target, fingerprint: str) -> None:
        self._sent.append(run)
        self._key_use = KeyUse.of(fingerprint, target.region_id, target.api_url)

    def _wait(self, run: Run, place: Place) -> Run:
        if not platform.can_start_threads():  # whoever would wait is who carries it
            _tell(render("magic_await"))
            return run
        try:
            return run.wait()
        except RunError as error:
            if isinstance(error.__cause__, AuthenticationFailed):
                self._keys.forget(place)
            self._shell.displayhook(run)
            raise

    def runs(self, line: str) -> Runs:
        """Return the newest runs: ``%runs [--limit N]``. Which runs are seen says ``GENWIDGET_HISTORY``.

        In a dashboard, and with ``session``, they are those of this kernel's ``%%generate``; with ``key``, those that
        were sent with the key that it used last.
        """
        with _one_sentence():
            limit = _limit(_runs_line().read(line).limit)
            scope = find_scope(Settings.from_environment().history)
            if scope is Scope.SESSION or (scope is Scope.KEY and self._key_use is None):
                return Runs(sorted(self._sent, key=lambda run: run.created_at)[-limit:])
            key = self._key_use if scope is Scope.KEY else None
            carrier = runner.shared()
            found = _read(lambda: carrier.ledger.read(limit, key))
            if found.unreadable:
                _tell(unreadable(found.unreadable))
            return Runs(self._restored(row) for row in found.rows)

    def _restored(self, row: Row) -> Run:
        return runner.shared().restore(row)

    def spend(self, line: str) -> Spend:
        """Return what was spent, in credits: by this kernel, and by all runs of the user's ledger."""
        with _one_sentence():
            LineParser("%spend").read(line)
            limit, carrier = machine_limit(), runner.shared()
            is_own = find_scope(Settings.from_environment().history) is Scope.SESSION

            def total(scope: str) -> dict[str, Spending]:
                return {host: carrier.ledger.spending(scope, is_sandbox=host == "sandbox") for host in HOSTS}

            _read(lambda: carrier.ledger.drain(READ_TIMEOUT_S / 2))  # what has just ended is counted too
            kernel = _read(lambda: total(carrier.scope))
            ledger = None if is_own else _read(lambda: total(MACHINE))
            return Spend(kernel, ledger, None if limit is None or is_own else limit.credits)


def _generate_line() -> LineParser:
    parser = LineParser("%%generate", needs_key=True)
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("--set", action="append", default=[], dest="fields")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--region", default="us")
    where.add_argument("--base-url")
    parser.add_argument("--spend-limit")
    parser.add_argument("--allow-unknown", action="store_true")
    return parser


def _runs_line() -> LineParser:
    parser = LineParser("%runs")
    parser.add_argument("--limit", default=str(DEFAULT_LIMIT))
    return parser


def _base_url(text: str | None) -> str | None:
    return None if text is None else check_base_url(text)


def _limits(text: str | None) -> list[SpendLimit]:
    return [] if text is None else [SpendLimit(f"command:{uuid4()}", parse_credits(text, "--spend-limit"))]


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len("999999999") and int(text)):
        raise BadLine(render("magic_unread", magic="%runs", reason=f"--limit {render('cli_bad_limit')}"))
    return int(text)


def _request(options: argparse.Namespace, prompt: str, place: Place, key: ApiKey) -> Request:
    known = find_models(*place, key, options.model)
    if known.note:
        _tell(known.note)
    spec = known.catalogue.find(options.model)
    values = lay_over(prompt, options.fields, spec, render("magic_cell"))
    return prepare(known.catalogue, spec.model_type if spec else "image", options.model, values, known.note)


def _read(work: Callable[[], DoneT]) -> DoneT:
    """Return what a reading of the ledger comes to, for which a thread of its own waits.

    Raises:
        LedgerError: the ledger cannot be read, or not in time.
    """
    if not platform.can_start_threads():
        return work()
    try:
        return runner.shared().submit(asyncio.to_thread(work)).result(READ_TIMEOUT_S)
    except TimeoutError:
        raise LedgerError(render("history_late", path=runner.shared().ledger.path)) from None


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{shown_lines(sentence)}\n")


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Let an error of ours be shown as its sentence, and what may have been meant, without a traceback."""
    try:
        yield
    except GenwidgetError as error:
        sentence = f"{error.message} {getattr(error, 'hint', '')}".strip()
        error._render_traceback_ = lambda: [shown_lines(sentence)]  # type: ignore[method-assign]
        raise
