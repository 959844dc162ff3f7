"""What stands behind one playground: its key, its host, its runs. It knows nothing of traits or of Jupyter."""

import asyncio
import threading
import uuid
import warnings
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final, TypeVar

from pydantic import SecretStr

from genwidget import platform
from genwidget.api import live_models
from genwidget.api.client import Client
from genwidget.api.export import to_code
from genwidget.api.keys import ApiKey, sealed
from genwidget.api.models import Generation
from genwidget.api.regions import REGIONS, Target, find_region
from genwidget.batch.batch import Batch
from genwidget.batch.plan import Plan
from genwidget.batch.start import start
from genwidget.catalogue import Catalogue
from genwidget.errors import GenwidgetError, LedgerError, NotFound, ShutDown, UnknownModel, WrongKey
from genwidget.io_thread import at_once, beside
from genwidget.messages import render
from genwidget.pasted.fill import Filled, fill
from genwidget.pasted.read import Pasted
from genwidget.request.pricing import Priced
from genwidget.request.validation import Problem, Request, find_model, judge, require
from genwidget.runs.ledger import KeyUse, Row, SentTo, unreadable
from genwidget.runs.recovery import fetch_record
from genwidget.runs.run import Run
from genwidget.runs.runner import FindRunner, Mark, Runner
from genwidget.runs.state import RunState
from genwidget.settings import Settings
from genwidget.text import host_of
from genwidget.widget.account_balance import AccountBalance
from genwidget.widget.alerts import plain_alert
from genwidget.widget.background import Background
from genwidget.widget.budget import Budget
from genwidget.widget.estimates import Estimates
from genwidget.widget.heartbeat import Heartbeat
from genwidget.widget.history import History
from genwidget.widget.history_scope import Scope
from genwidget.widget.hosts import Hosts
from genwidget.widget.key_check import Finding, check_key, is_of_key
from genwidget.widget.key_store import KeyStore, Lockable
from genwidget.widget.key_use import key_use
from genwidget.widget.ledger_alert import LedgerAlert
from genwidget.widget.menu_prices import MenuPrices
from genwidget.widget.model_list import ModelList
from genwidget.widget.past_runs import PastRuns
from genwidget.widget.payload_types import Alert, UsualTimeData
from genwidget.widget.publisher import TraitPublisher
from genwidget.widget.recount import Recount
from genwidget.widget.run_list import RunList, read_runs
from genwidget.widget.runs import Runs
from genwidget.widget.sheets import Sheets
from genwidget.widget.thumbnails import Thumbnails
from genwidget.widget.unsent import next_intent_id
from genwidget.widget.usual_time import times_of, times_written, usual

Values = Mapping[str, Any]
ReadT = TypeVar("ReadT")

#: How many runs of the ledger Python is given, beside those that were under way when their process ended.
RECALLED_RUNS: Final = 100
#: How long Python waits for the ledger, in seconds.
RECALL_TIMEOUT_S: Final = 5.0


class Session:
    """Does what a person asks of a playground, from a cell or from the page.

    Args:
        publisher: takes what the page must know.
        settings: limits and switches.
        find_runner: returns what carries the runs.
        base_url: a host of one's own, checked; None for the region's.
        region_id: the first region.
        sandbox_offered: whether the page lets the sandbox be chosen.
        scope: whose runs are seen.
        spend_limit: how many credits may be spent from here; None for no limit.
    """

    def __init__(  # noqa: PLR0913 - what a playground is made with; keywords
        self,
        publisher: TraitPublisher,
        settings: Settings,
        find_runner: FindRunner,
        *,
        base_url: str | None,
        region_id: str,
        sandbox_offered: bool,
        scope: Scope,
        spend_limit: Decimal | None = None,
    ) -> None:
        self.session_id: Final = str(uuid.uuid4())
        self.publisher: Final = publisher
        self.settings: Final = settings
        self._find_runner: Final = find_runner
        self.hosts: Final = Hosts(base_url)
        self.sandbox_offered: Final = sandbox_offered
        self.key_store: Final = KeyStore()
        self.balance: Final = AccountBalance(publisher, lambda: key_use(self.key_store, self.hosts), find_runner)
        self.estimates: Final = Estimates(lambda: key_use(self.key_store, self.hosts))
        #: The page's key that is being checked; another object, or None, once it is overtaken.
        self._offered: Lockable | None = None
        self.scope: Final = scope
        self.past: Final = PastRuns(find_runner, self._restore)
        self.run_list: Final = RunList(publisher, self._may_see, self.past, self._begin_to_let_go)
        self.history: Final = History(
            find_runner,
            self.run_list,
            scope=scope,
            find_key=lambda: key_use(self.key_store, self.hosts),
            restore=self._restore,
            admits=self._may_see,
        )
        self.thumbnails: Final = Thumbnails(find_runner, self._fetch_record)
        self._is_recalled = False
        self._resuming: Final = threading.Lock()
        self._unreadable = 0
        self.region_id = region_id
        self.background: Final = Background(find_runner)
        self._recount: Final = Recount(self.survey, lambda work: self.background.start(work, self.refuse))
        self.models: Final = ModelList(
            publisher,
            settings,
            self.hosts,
            self.key_store,
            find_runner=find_runner,
            find_api=self.api,
            sandbox_offered=sandbox_offered,
        )
        self.menu_prices: Final = MenuPrices(
            publisher, lambda: key_use(self.key_store, self.hosts), self.api, lambda: self.catalogue
        )
        self.budget: Final = Budget(
            self.session_id,
            publisher,
            find_runner,
            is_machine_told=scope is not Scope.SESSION,
            is_sandbox=self._spends_no_money,
            start=lambda work: self.background.start(work, self.refuse),
            limit=spend_limit,
        )
        self.ledger_alert: Final = LedgerAlert(lambda alert: publisher.publish(alert=alert))
        self.heartbeat: Final = Heartbeat(publisher, self.background)
        self.sheets: Final = Sheets(publisher.answer, self.load_form, lambda: self.catalogue)

    @property
    def runner(self) -> Runner:
        """What carries the runs: in a forked process it is another one."""
        return self._find_runner()

    # Where requests go.

    async def find_target(self, region_id: str) -> Target:
        """Return where a region's requests go, and tell the page the host of the current one.

        Raises:
            ConfigurationError: the sandbox is not installed.
        """
        target = await self.hosts.await_target(region_id)
        self.publisher.publish(host=lambda: self.hosts.known(self.region_id))  # by then it may be another region
        return target

    def change_region(self, region_id: str) -> None:
        """Take another region: the key belongs to the old one."""
        self.region_id = region_id
        self._offered = None
        self.publisher.set_now(host=self.hosts.known(region_id), estimate=None)
        self.budget.tell()
        if self.key_store.is_locked and self.key_store.region_id != region_id:
            self.unlock_key()
            label = REGIONS[region_id].label
            code = "key_unlocked_by_region"
            alert = plain_alert(code, render(code, region=label), scope="key", kind="note")
            self.publisher.set_now(alert=self.ledger_alert.take(alert))
        self.background.start(self.find_target(region_id), self.refuse)

    # Keys.

    def lock_key(self, text: str | SecretStr | ApiKey, region_id: str) -> None:
        """Lock a key for a region at once, and ask the API beside whether it takes it; if not, it is unlocked again.

        Raises:
            InvalidApiKey: the text is no key; what was locked stays.
            ConfigurationError: an unknown region.
        """
        self._take_key(self._lockable(sealed(text), region_id))
        if self.settings.check_keys:
            self.background.start(self.check_key(), self.refuse)
        else:
            self._fetch_models_beside()

    def offer_key(self, text: SecretStr, region_id: str) -> Lockable:
        """Return the key for the region that the page shows, and take that region: a key can overtake its change.

        Raises:
            InvalidApiKey: the text is no key; what was locked stays.
            ConfigurationError: an unknown region.
        """
        region_id = find_region(region_id).region_id
        if region_id != self.region_id:
            self.publisher.set_now(region=region_id)
        self._offered = self._lockable(text, region_id)
        return self._offered

    async def lock_offered(self, offered: Lockable) -> Alert | None:
        """Lock an offered key, unless the API refuses it, and return that refusal.

        A host that is not reached refuses nothing; the page is told that the key is not checked.
        A later offer, lock, unlock or change of the region beats this one, which then locks nothing.

        Raises:
            ConfigurationError: the sandbox cannot be started.
        """
        finding = await self._ask_about(offered) if self.settings.check_keys else Finding()
        if self._offered is not offered:
            return plain_alert("key_overtaken", render("key_overtaken"), scope="key")
        if finding.refusal is None:
            self._take_key(offered)
            self._follow_check(finding)
        return finding.refusal

    async def check_key(self) -> None:
        """Ask the API whether it takes the locked key; unlock what it refuses, and say so.

        Raises:
            KeyNotLocked: there is none.
            ConfigurationError: the sandbox cannot be started.
        """
        self.key_store.check_region(self.region_id)
        asked = self.key_store.locked
        assert asked is not None, "a key of the region is locked"
        finding = await self._ask_about(asked)
        if self.key_store.locked is not asked:
            return
        if finding.refusal is not None:
            self.unlock_key(f"{finding.refusal['message']}. {finding.refusal['more']}")
            self.refuse(finding.refusal)
        else:
            self._follow_check(finding)

    def _lockable(self, text: SecretStr | ApiKey, region_id: str) -> Lockable:
        find_url = self.hosts.pin(region_id)
        return Lockable(ApiKey(text, custom_host=self.hosts.base_url is not None), region_id, find_url)

    def _take_key(self, lockable: Lockable) -> None:
        self._offered = None
        self.key_store.take(lockable)
        self.balance.open()
        self.publisher.set_now(
            locked=True,
            key_hint=self.key_store.hint,
            menu_prices={},
            alert=self.ledger_alert.take(self._note_of_paste()),
        )
        self._sift()
        if self.scope is Scope.KEY:
            self.background.start(self.survey(), self.refuse)

    async def _ask_about(self, lockable: Lockable) -> Finding:
        """Ask the key's own host."""
        target = await self.find_target(lockable.region_id)
        api = self.runner.api(target, lockable.key, self.settings)
        is_of_region = self.hosts.base_url is None
        turn = self.balance.turn()
        place = REGIONS[lockable.region_id].label if is_of_region else host_of(target.api_url)
        finding = await check_key(api, place)
        if finding.billing is not None:
            use = KeyUse.of(lockable.key.fingerprint, lockable.region_id, target.api_url)
            self.balance.note(use, turn, finding.billing.billing_credit_balance, finding.billing.account_id)
        return finding

    def renew_balance(self) -> None:
        """Ask anew for a balance that is old, which others may have changed; returns at once, and tells no error."""
        locked = self.key_store.locked
        if locked is not None and self.balance.is_old:
            self.background.start(self._renew_balance(locked), lambda _: None)

    async def _renew_balance(self, locked: Lockable) -> None:
        target = await self.find_target(locked.region_id)
        await self.balance.renew(self.runner.api(target, locked.key, self.settings))

    def _follow_check(self, finding: Finding) -> None:
        """Tell of a key that could not be checked, where the list of models cannot be had either; else fetch that."""
        if finding.note is not None:
            self.refuse(finding.note)
            return
        if self.ledger_alert.code == "key_unchecked":
            self.publisher.publish(alert=self.ledger_alert.take(None))
        self._fetch_models_beside()

    def _fetch_models_beside(self) -> None:
        if self.settings.live_models:
            self.background.start(self._fetch_models_or_say_so(), self.refuse)

    async def _fetch_models_or_say_so(self) -> None:
        """Fetch the models, or take an older list that was kept; a key that is refused is no fault of the list."""
        try:
            await self.fetch_models()
        except GenwidgetError as error:
            found = await self.models.recall(self.region_id)
            if is_of_key(error):
                return
            if found is None:
                self._note("live_models_failed")
            else:
                sentence = live_models.note_of(error, found)
                self.refuse(plain_alert("live_models_old", sentence, scope="note", kind="note"))

    def _note_of_paste(self) -> Alert | None:
        code = "key_taken_out"
        return plain_alert(code, render(code), scope="key", kind="note") if self.key_store.is_taken_out else None

    def unlock_key(self, reason: str = "") -> None:
        """Forget the key; the reason is told to who sends without one."""
        self._offered = None
        self.key_store.unlock(reason)
        self.balance.close()
        self.publisher.set_now(locked=False, key_hint="", estimate=None, menu_prices={}, balance=None)
        self._sift()

    async def fetch_models(self) -> None:
        """Merge the API's own list of models into the catalogue; errors as of :meth:`ModelList.fetch`."""
        await self.models.fetch(self.region_id)

    @property
    def catalogue(self) -> Catalogue:
        """The models that are known."""
        return self.models.catalogue

    async def api(self, region_id: str | None = None) -> Client:
        """Return the API with the locked key; for use on the I/O thread.

        Raises:
            KeyNotLocked: there is none for that region, by default the current one.
        """
        region_id = region_id or self.region_id
        self.key_store.check_region(region_id)
        target = await self.find_target(region_id)
        return self.runner.api(target, self.key_store.key_for(region_id), self.settings)

    # Sending.

    def prepare(self, region_id: str, model_type: str, model_id: str, values: Values) -> Request:
        """Return what would be sent; the checks run in the one fixed order.

        Raises:
            KeyNotLocked, InvalidRequest: the first check that fails.
        """
        self.key_store.check_region(region_id)
        return self.request_of(region_id, model_type, model_id, values)

    def request_of(self, region_id: str, model_type: str, model_id: str, values: Values) -> Request:
        """Return the request of a whole form: what is not in it, not even a default, is not sent.

        Args:
            region_id: whose models there are.
            model_type: ``image`` or ``video``.
            model_id: of a model of that type.
            values: the form's. What no model has a field for is misspelt, and refused; a field that other models have
                alone is left out.

        Raises:
            InvalidRequest: the model or the values are refused.
        """
        spec = find_model(self.catalogue, model_type, model_id)
        if spec.sandbox_only and region_id != "sandbox" and self.hosts.base_url is None:
            raise UnknownModel
        return require(judge(spec, values, self.catalogue))

    def problems_of(self, model_id: str, values: Values) -> list[Problem]:
        """Return what :meth:`request_of` finds wrong with values; nothing for a model that is not known."""
        spec = self.catalogue.find(model_id)
        return [] if spec is None else list(judge(spec, values, self.catalogue).problems)

    def send_now(
        self, region_id: str, model_type: str, model_id: str, values: Values, *, allow_unknown: bool = False
    ) -> Run:
        """Send from Python; errors as of :meth:`prepare`."""
        request = self.prepare(region_id, model_type, model_id, values)
        return self._start(str(uuid.uuid4()), request, self.hosts.find(region_id), allow_unknown=allow_unknown)

    async def send(self, intent_id: str, region_id: str, model_type: str, model_id: str, values: Values) -> Run:
        """Send from the page; the same intent again gives the run that it made.

        Raises:
            KeyNotLocked, InvalidRequest: as of :meth:`prepare`; the intent is then not taken.
            ConfigurationError: the sandbox is not installed.
        """
        turn = self.run_list.turn()
        request = self.prepare(region_id, model_type, model_id, values)
        run = self._start(intent_id, request, await self.find_target(region_id), turn=turn)
        self.run_list.note_posting(run)
        return run

    def _start(
        self,
        intent_id: str,
        request: Request,
        target: Target,
        *,
        allow_unknown: bool = False,
        turn: int | None = None,
    ) -> Run:
        if self.runner.held(intent_id) is not None and not self.run_list.is_sent(intent_id):
            raise GenwidgetError(render("no_such_run"))  # another session's
        key, source = self.key_store.key_for(target.region_id), self.key_store.find_key
        request = self.estimates.complete(find_model(self.catalogue, request.model_type, request.model_id), request)
        self.run_list.note_sent(intent_id)
        self.ledger_alert.follow(self.runner.watch)
        run = self.runner.start(
            request,
            target,
            key,
            self.settings,
            intent_id=intent_id,
            key_source=source,
            limits=self.budget.limits,
            allow_unknown=allow_unknown,
        )
        self.publisher.publish(alert=self.ledger_alert.take(None))
        self.run_list.show(run, turn)
        self.heartbeat.follow(run)
        return run

    def begin(self, plan: Plan, region_id: str | None = None, *, allow_unknown: bool = False, **options: Any) -> Batch:
        """Send a plan with the locked key, within the limit; the page shows its sheet. Blocks.

        Args:
            plan: what is sent.
            region_id: where to; None for the region of now.
            allow_unknown: send what has no known price, although a limit holds.
            **options: as of :func:`genwidget.batch.start.start`, but for where it goes.

        Raises:
            KeyNotLocked: no key is locked for the region.
            GenwidgetError: as of :meth:`genwidget.batch.plan.Plan.run`.
        """
        region_id = region_id or self.region_id
        self.key_store.check_region(region_id)
        given = dict.fromkeys(("limit", "save_to", "stop_after_failures", "stop_if"))
        batch = start(
            plan,
            region=region_id,
            key=None,
            base_url=None,
            place=(self.hosts.find(region_id), self.key_store.key_for(region_id)),
            limits=self.budget.limits,
            note_run=self._note_of_batch,
            allow_unknown=allow_unknown,
            **{"reuse": False, **given, **options},
        )
        self.sheets.add(batch)
        self.publisher.publish(batch_id=batch.batch_id)
        return batch

    def _note_of_batch(self, run: Run) -> None:
        self.run_list.follow_of_batch(run)
        if self.scope is Scope.SESSION:
            self.run_list.note_of_batch(run, self.runner.key_use(run))

    def hear_mark(self, mark: Mark) -> None:
        """Let the list be asked for again where a run was rated or deleted that nobody may hold."""
        if mark != "ended":
            self.run_list.note_change()

    async def survey(self) -> None:
        """Learn how many runs there are, and take those that were under way when their process ended.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        await self.recall(0)

    def count_again(self) -> None:
        """Learn beside how many runs there are: other processes may have sent some. Called on the I/O thread."""
        self._recount.hear()

    async def recall(self, limit: int) -> None:
        """Take the newest runs of the ledger, and those that were under way when their process ended.

        A session that sees its own runs alone has them already, and without a key there are none of a key.

        Args:
            limit: how many runs at most, beside those that were under way.

        Raises:
            LedgerError: it cannot be read.
        """
        key = key_use(self.key_store, self.hosts) if self.scope is Scope.KEY else None
        if self.scope is Scope.SESSION or (self.scope is Scope.KEY and key is None):
            return
        runner = self.runner
        self._recount.follow(runner)
        found = await beside(read_runs, runner.ledger, limit, key, self.run_list.ids)
        if self.scope is Scope.KEY and key != key_use(self.key_store, self.hosts):
            return  # another key was locked meanwhile, and its runs are read too
        runs = [self._restore(row) for row in found.rows]
        self.run_list.add(runs, beside=found.beside)
        if found.unreadable > self._unreadable:
            sentence = unreadable(found.unreadable)
            self.refuse(plain_alert("rows_unreadable", sentence, scope="note", kind="note"))
        self._unreadable = max(self._unreadable, found.unreadable)
        self._is_recalled = self._is_recalled or limit >= RECALLED_RUNS

    def runs(self) -> Runs:
        """Return the runs; the first call waits for the ledger, for a bounded time. Warns where it cannot be read."""
        runner = self.runner
        can_wait = not platform.can_start_threads() or not runner.is_own_thread()
        if not self._is_recalled and self.scope is not Scope.SESSION and can_wait:
            try:
                self._read(self.recall(RECALLED_RUNS))
            except LedgerError as error:
                warnings.warn(error.message, RuntimeWarning, stacklevel=4)
            except TimeoutError:
                warnings.warn(render("history_late", path=runner.ledger.path), RuntimeWarning, stacklevel=4)
        return self.run_list.listed(self._picks)

    def _picks(self) -> list[Run]:
        return self._read(self.history.picks())

    def _read(self, reading: Coroutine[Any, Any, ReadT]) -> ReadT:
        """Return what a reading of the ledger comes to. Blocks, for a bounded time."""
        if not platform.can_start_threads():  # nor is there any that would be kept waiting
            return at_once(reading)
        return self.runner.submit(reading).result(RECALL_TIMEOUT_S)

    def _restore(self, row: Row) -> Run:
        run = self.runner.restore(row, self.settings, key_source=self.key_store.find_key)
        self.run_list.note_restored(run)
        return run

    def _begin_to_let_go(self) -> None:
        with suppress(ShutDown):  # what is held then is held to the end
            self.background.start(self._let_go(), self.refuse)

    async def _let_go(self) -> None:
        """Hold no more what has ended long ago and is in the ledger."""
        surplus = self.run_list.surplus()
        with suppress(LedgerError):  # it is tried again
            unwritten = await asyncio.to_thread(self.runner.ledger.beside, [run.run_id for run in surplus])
            self.run_list.let_go(surplus, unwritten, self.runner.key_use)

    async def usual_time(self, region_id: str, model_type: str, model_id: str) -> UsualTimeData:
        """Return between which times half of the newest runs of a model took, of those that may be seen here.

        They are ``low_ms`` and ``high_ms``; the answer is empty where such runs are too few.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        sent_to = SentTo.of(model_type, model_id, region_id, self.hosts.known(region_id))
        key = key_use(self.key_store, self.hosts) if self.scope is Scope.KEY else None
        if self.scope is Scope.SESSION:
            return usual(times_of(self.run_list.all(), sent_to))
        if self.scope is Scope.KEY and key is None:
            return {}
        found = await times_written(self.runner.ledger, sent_to, key)
        is_same = self.scope is not Scope.KEY or key == key_use(self.key_store, self.hosts)
        return usual(found) if is_same else {}  # another key was locked meanwhile

    async def load(self, run_id: str) -> Run:
        """Show a run; one of an earlier kernel gets its record from the API, if its key is locked.

        Raises:
            GenwidgetError: there is no such run, or its record could not be fetched.
            WrongKey: the locked key is not the one of the run; what the ledger has of the run is shown.
        """
        turn = self.run_list.turn()
        run = await self.history.find(run_id)
        self.publisher.publish(alert=self.ledger_alert.take(None))
        self.run_list.show(run, turn)
        self.heartbeat.follow(run)
        await self.complete(run)
        return run

    async def complete(self, run: Run) -> None:
        """Get the record of a run of an earlier kernel, which tells its outputs, if its key is locked.

        Raises:
            GenwidgetError: its record could not be fetched.
            WrongKey: the locked key is not the one of the run.
        """
        is_bare = run.is_terminal and run.generation is None and run.generation_id is not None
        if is_bare and self.key_store.is_locked:
            await self._fetch_record(run)

    async def _fetch_record(self, run: Run) -> None:
        key, is_gone = await self._key_for(run), False
        try:
            await fetch_record(self.runner.api(run.target, key, self.settings), run)
        except NotFound:  # asked for with its own key
            is_gone = True
        if (is_gone or run.is_deleted) and run.generation_id is not None:
            self.runner.note_deleted(run.generation_id, run.target)

    async def delete(self, run: Run) -> None:
        """Delete the generation of a run at the API, with the locked key; what the ledger has of it stays.

        Raises:
            KeyNotLocked: no key is locked.
            WrongKey: the locked key is of another host, or not the one that the run was sent with.
            GenwidgetError: there is no generation, or the API refused.
        """
        key = await self._key_for(run)
        try:
            await asyncio.wrap_future(self.runner.delete(run, key))
        except NotFound:
            if run.generation_id is None:
                raise
            self.runner.note_deleted(run.generation_id, run.target)  # it was deleted elsewhere

    async def resume_by_id(self, run_id: str) -> Run:
        """Take a run of the list up again; errors as of :meth:`resume`, and where there is no such run."""
        turn = self.run_list.turn()
        run = await self.history.find(run_id)
        return await asyncio.to_thread(self.resume, run, turn)

    def resume(self, run: Run, turn: int | None = None) -> Run:
        """Take a lost, expired or unsent run up again, with the locked key. Blocks.

        Args:
            run: which.
            turn: of the question, where it was asked before this: see :meth:`RunList.show`.

        Raises:
            KeyNotLocked: no key is locked.
            WrongKey: the locked key is of another host, or another region is chosen.
            ResumeRefused: another key, a body that was not stored, or more than 24 hours ago.
            SpendLimitReached: it was not sent, and sending it now would pass a limit.
        """
        self.ledger_alert.follow(self.runner.watch)
        self._check_region_of(run)
        self.run_list.note_sent(run.run_id)
        self.runner.resume(run, self.key_store.key_for(), limits=self.budget.limits)
        self.publisher.publish(alert=self.ledger_alert.take(None))
        self.run_list.show(run, turn)
        self.heartbeat.follow(run)
        return run

    def _check_region_of(self, run: Run) -> None:
        """Check that a run of a region's own host goes where a key can be locked now.

        Raises:
            WrongKey: another region is chosen.
        """
        target = run.target
        region = REGIONS.get(target.region_id)  # None of a row that something else wrote
        is_of_region = target.region_id == "sandbox" or not target.is_own_origin
        if self.hosts.base_url is None and is_of_region and region and target.region_id != self.region_id:
            raise WrongKey(render("resume_elsewhere", region=region.label, host=target.api_url))

    def resume_unsent(self) -> None:
        """Send what waited and was not sent, as the same intents, and what could not be paid as new ones. Blocks.

        Raises:
            KeyNotLocked: no key is locked; nothing was sent.
            GenwidgetError: why the first of those that still cannot be sent was not; the others were.
        """
        turn = self.run_list.turn()
        self.key_store.key_for()
        first: GenwidgetError | None = None
        with self._resuming:  # who presses a second time finds what the first left
            for run in self.run_list.unsent():
                try:
                    if run.state is RunState.UNSENT:
                        self.resume(run, turn)
                    elif run.state is RunState.REFUSED:
                        self._send_again(run, turn)
                except GenwidgetError as error:
                    first = first or error
        if first is not None:
            raise first

    def _send_again(self, run: Run, turn: int | None = None) -> None:
        """Send what was refused as a new intent, whose id follows from the old one: however often, it is one."""
        self.runner.key_for(run, self.key_store.key_for(), to_resume=True)  # another account would pay
        intent = run.intent
        body = dict(intent.body or {})
        request = Request(intent.model_type, intent.model_id, intent.path, body, intent.prompt, intent.price)
        self.run_list.note_resent(run)
        self._start(next_intent_id(run.run_id), request, run.target, turn=turn)

    async def search(self, run_id: str) -> tuple[Generation, ...]:
        """Return what the content list has that a lost run may have made.

        Raises:
            KeyNotLocked: no key is locked.
            WrongKey: the locked key is of another host, or not the one that the run was sent with.
            GenwidgetError: there is no such run, or the list cannot be read.
        """
        run = await self.history.find(run_id)
        return await asyncio.wrap_future(self.runner.search(run, await self._key_for(run)))

    async def _key_for(self, run: Run) -> ApiKey:
        """Return the locked key, if it is the run's own; a sandbox may have to be started for it."""
        return await asyncio.to_thread(lambda: self.runner.key_for(run, self.key_store.key_for()))

    async def estimate(self, model_type: str, model_id: str, values: Values, of: str) -> None:
        """Ask the API what a form would cost, and tell the page; ``of`` is what the page calls the form.

        Raises:
            GenwidgetError: no key is locked, or the API could not be asked; nothing is then known.
        """
        spec = find_model(self.catalogue, model_type, model_id)
        self.publisher.publish(estimate=None)
        use, turn = key_use(self.key_store, self.hosts), self.balance.turn()
        found = await self.estimates.ask(await self.api(), spec, values)
        if found is None:
            return
        self.balance.note(use, turn, found.credit_balance)
        if found.price is not None:
            self.publisher.publish(estimate={"model_id": spec.model_id, "of": of, "credits": found.price})

    async def find_prices(self, asked: Sequence[Priced]) -> dict[Priced, float]:
        """Return what the API tells of prices, in credits; those that it cannot tell now are left out.

        Raises:
            KeyNotLocked: there is none.
        """
        api = await self.api()
        use = key_use(self.key_store, self.hosts)
        return {} if use is None else await self.runner.find_prices(api, use.fingerprint, asked)

    def export(self, language: str, region_id: str, model_type: str, model_id: str, values: Values) -> str:
        """Return the request as code; arguments and errors as of :meth:`request_of`."""
        request = self.request_of(region_id, model_type, model_id, values)
        base_url, is_sandbox = self.place_of(region_id)
        return to_code(language, request, base_url, is_sandbox=is_sandbox)

    def _spends_no_money(self) -> bool:
        use = key_use(self.key_store, self.hosts)
        return self.region_id == "sandbox" or (use is not None and use.is_of_sandbox)

    def place_of(self, region_id: str) -> tuple[str, bool]:
        """Return the origin to which requests of a region go, and whether that is this user's sandbox."""
        return self.hosts.find(region_id).api_url, region_id == "sandbox" and self.hosts.base_url is None

    def fill(self, pasted: Pasted, region_id: str, model_id: str, values: Values) -> Filled:
        """Return the form that a pasted request fills; errors as of :func:`genwidget.pasted.fill.fill`."""
        is_sandbox = region_id == "sandbox" or self.hosts.base_url is not None
        catalogue = Catalogue(one for one in self.catalogue.models if is_sandbox or not one.sandbox_only)
        return fill(pasted, catalogue, model_id, values, (region_id, host_of(self.hosts.known(region_id))))

    def _sift(self) -> None:
        """Drop the runs of another key, where those of the locked key alone are seen."""
        if self.scope is Scope.KEY:
            self._is_recalled = False
            use = key_use(self.key_store, self.hosts)
            self.run_list.drop_hidden(lambda key: key == use)

    def _may_see(self, run: Run) -> bool:
        if self.scope is Scope.KEY:
            return self.runner.key_use(run) == key_use(self.key_store, self.hosts)
        return self.scope is Scope.USER or self.run_list.is_sent(run.run_id)

    def load_form(self, model_id: str, values: Values) -> None:
        """Put a model and values into the form; returns at once.

        Raises:
            UnknownModel: there is no such model here.
        """
        if self.catalogue.find(model_id) is None:
            raise UnknownModel
        self.publisher.publish(model_id=model_id, values=dict(values))  # in this order: a model brings its own values

    # What the page is told.

    def refuse(self, alert: Alert) -> None:
        """Show an alert that is no run's."""
        self.publisher.publish(alert=self.ledger_alert.take(alert))

    def _note(self, code: str) -> None:
        self.refuse(plain_alert(code, render(code), scope="note", kind="note"))

    def close(self) -> None:
        """Forget the key, give up what goes on beside, and tell the page nothing more. Runs go on to their end."""
        self._recount.close()
        self.sheets.close()
        self.background.give_up()
        self._offered = None
        self.budget.close()
        self.ledger_alert.close()
        self.key_store.unlock()
        self.balance.close()
        self.publisher.close()
        self.run_list.close()
