"""Dispatches the page's commands to handlers on the I/O thread. Every command gets a reply."""

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Literal

from genwidget.api.client import read_sent
from genwidget.api.models import Canceled
from genwidget.api.responses import decode_json
from genwidget.api.retry import Outcome
from genwidget.arguments import is_uuid
from genwidget.batch.export import to_code
from genwidget.errors import Conflict, GenwidgetError, InvalidJsonResponse, LedgerError, ResponseTooLarge, UnknownModel
from genwidget.messages import render
from genwidget.pasted.read import read_bytes
from genwidget.request.body_model import json_schema
from genwidget.request.decimals import as_json
from genwidget.runs.run import Run
from genwidget.widget import commands, inputs
from genwidget.widget.alerts import alert_of
from genwidget.widget.answer import Answer, refusal, unforeseen
from genwidget.widget.deferred import Terms
from genwidget.widget.form_sweep import plan_of, survey_of, swept_of, unlisted
from genwidget.widget.history_handlers import HistoryHandler
from genwidget.widget.json_text import lay_out
from genwidget.widget.kernel_log import find_key_entry
from genwidget.widget.key_store import Lockable
from genwidget.widget.parts import Uploads
from genwidget.widget.past_runs import PastRun
from genwidget.widget.payload_types import (
    BatchData,
    FilledData,
    HelloData,
    KeyEntry,
    LinkData,
    MadeData,
    ManageData,
    NoData,
    OutputData,
    PromptsData,
    RequestData,
    RowsData,
    SamplesData,
    SpendingData,
    SweepData,
    TextData,
    UsualTimeData,
)
from genwidget.widget.payloads import name_of_output, run_row
from genwidget.widget.reply import id_of, reply_to
from genwidget.widget.runs import Runs
from genwidget.widget.session import Session

_ALT_LENGTH: Final = 200
_MANAGED: Final = {
    "info": ("GET", "/v1/content/{}"),
    "cancel": ("POST", "/v1/content/generation/cancel/{}"),
    "delete": ("DELETE", "/v1/content/{}"),
}
_CHANGES: Final[dict[str, Literal["ended", "deleted"]]] = {"cancel": "ended", "delete": "deleted"}


class CommandHandler(HistoryHandler):
    """Takes commands from any thread. All but the form of a key, which is judged at once, is for the I/O thread."""

    def __init__(self, session: Session, terms: Terms) -> None:
        self._session = session
        self._views = terms.views
        self._uploads = Uploads()
        self._modules = terms.modules
        self._allow_debug = terms.allow_debug
        self._key_entry = terms.key_entry
        self._handlers: dict[type, Callable[[Any], Awaitable[Answer[Any]]]] = {
            commands.Hello: self._hello,
            commands.Beat: self._beat,
            commands.Send: self._send,
            commands.Cancel: self._cancel,
            commands.Resume: self._resume,
            commands.ResumeUnsent: self._resume_unsent,
            commands.CheckContent: self._check_content,
            commands.Estimate: self._estimate,
            commands.AskMenuPrices: self._ask_menu_prices,
            commands.Manage: self._manage,
            commands.FetchBody: self._fetch_body,
            commands.FetchOutput: self._fetch_output,
            commands.LoadRun: self._load_run,
            commands.ListRuns: self._list_runs,
            commands.UsualTime: self._usual_time,
            commands.FetchRequest: self._fetch_request,
            commands.Export: self._export,
            commands.FetchInput: self._fetch_input,
            commands.ListInputs: self._list_inputs,
            commands.ListPrompts: self._list_prompts,
            commands.FetchSchema: self._fetch_schema,
            commands.FetchSpending: self._fetch_spending,
            commands.FetchModule: self._fetch_module,
            commands.PlanSweep: self._plan_sweep,
            commands.PriceSweep: self._price_sweep,
            commands.SendSweep: self._send_sweep,
            commands.ExportSweep: self._export_sweep,
            commands.CheckKeyEntry: self._check_key_entry,
            commands.CheckKey: self._check_key,
            **self.history_handlers(),
        }

    @property
    def key_entry(self) -> KeyEntry:
        """Whether the page may take a key: ``debug_log`` where this kernel writes its messages to a log."""
        return find_key_entry(allow_debug=self._allow_debug)

    def take(self, message: object, buffers: Sequence[bytes | memoryview] = ()) -> None:
        """Take one message of the page. Returns at once, and raises nothing: its caller holds the message."""
        if self._key_entry != self.key_entry:
            self._tell_key_entry()
        command = commands.parse(message)
        if command is None:
            self._answer(id_of(message) or "", refusal("bad_command", "send"))
        elif isinstance(command, commands.LockKey):
            self._lock_key(command)
        elif isinstance(command, commands.UnlockKey):
            self._answer(command.id, self._at_once(command, self._unlock_key))
        elif isinstance(command, commands.Bye):
            self._answer(command.id, Answer())
            self._views.left(command.view)
            self._session.sheets.leave(command.view)
        elif isinstance(command, commands.BatchCommand):
            self._session.runner.submit(self._do(command, self._session.sheets.answer(command)))
        elif isinstance(command, commands.PutPart):
            self._uploads.add(command.upload, _first(buffers))
            self._answer(command.id, Answer())
        elif isinstance(command, (commands.Paste, commands.AddInput)):
            self._take_file(command, _first(buffers))
        else:
            if isinstance(command, commands.Hello):
                self._views.opened(command.view)
            self._session.runner.submit(self._do(command, self._handlers[type(command)](command)))

    def _take_file(self, command: commands.Paste | commands.AddInput, last: bytes) -> None:
        """Carry a command out with the file that came with it, if it is whole."""
        try:
            content = last if command.upload is None else self._uploads.take(command.upload, last, command.size)
        except GenwidgetError as error:
            self._answer(command.id, Answer(alert=alert_of(error)))
            return
        if isinstance(command, commands.Paste):
            self._session.runner.submit(self._do(command, self._paste(command, content)))
        else:
            self._session.runner.submit(self._do(command, self._add_input(command, content)))

    async def _do(self, command: Any, work: Awaitable[Answer[Any]]) -> None:
        try:
            answer = await work
        except GenwidgetError as error:
            answer = Answer(alert=alert_of(error))
        except Exception as error:  # noqa: BLE001 - every command is answered
            answer = unforeseen(command.kind, error)
        if answer.alert is not None and isinstance(command, commands.Send):
            self._session.refuse(answer.alert)
        self._answer(command.id, answer)

    def _answer(self, command_id: str, answer: Answer[Any]) -> None:
        self._session.publisher.answer(reply_to(command_id, answer.alert, answer.data), answer.buffers)

    # Keys.

    def _at_once(self, command: Any, do: Callable[[Any], Answer[Any]]) -> Answer[NoData]:
        try:
            return do(command)
        except GenwidgetError as error:
            return Answer(alert=alert_of(error))
        except Exception as error:  # noqa: BLE001 - a person's own observer; a traceback here would show the message
            return unforeseen(command.kind, error)

    def _lock_key(self, command: commands.LockKey) -> None:
        """Answer at once what is no key; any other is answered once the API has said whether it takes it."""
        offered: list[Lockable] = []

        def offer(command: commands.LockKey) -> Answer[NoData]:
            if self.key_entry == "debug_log":
                return refusal("key_in_debug_log", "key")
            offered.append(self._session.offer_key(command.key, command.region or self._session.region_id))
            return Answer()

        answer = self._at_once(command, offer)
        if offered:
            self._session.runner.submit(self._do(command, self._lock_offered(offered[0])))
        else:
            self._answer(command.id, answer)

    async def _lock_offered(self, offered: Lockable) -> Answer[NoData]:
        return Answer(alert=await self._session.lock_offered(offered))

    async def _check_key(self, _: commands.CheckKey) -> Answer[NoData]:
        await self._session.check_key()
        return Answer()

    def _unlock_key(self, _: commands.UnlockKey) -> Answer[NoData]:
        self._session.unlock_key()
        return Answer()

    def _tell_key_entry(self) -> None:
        self._key_entry = self.key_entry
        self._session.publisher.publish(key_entry=self._key_entry)

    async def _check_key_entry(self, _: commands.CheckKeyEntry) -> Answer[NoData]:
        self._tell_key_entry()
        return Answer()

    # The page itself.

    async def _hello(self, _: commands.Hello) -> Answer[HelloData]:
        session = self._session
        session.background.start(session.find_target(session.region_id), session.refuse)
        session.background.start(session.survey(), session.refuse)
        session.budget.tell()
        return Answer(self._clock())

    async def _beat(self, _: commands.Beat) -> Answer[HelloData]:
        self._session.renew_balance()
        self._session.count_again()
        return Answer(self._clock())

    def _clock(self) -> HelloData:
        return {"now": self._session.runner.timing.now() * 1000}

    async def _export(self, command: commands.Export) -> Answer[TextData]:
        session = self._session
        await session.find_target(command.region)
        form = (command.region, command.model_type, command.model_id, command.values)
        return Answer({"text": session.export(command.language, *form)})

    async def _paste(self, command: commands.Paste, content: bytes) -> Answer[FilledData]:
        pasted = await asyncio.to_thread(read_bytes, content)
        form = (command.region, command.model_id, command.values)
        filled = self._session.fill(pasted, *form)
        data: FilledData = {
            "model_id": filled.model_id,
            "values": as_json(filled.values),
            "notes": list(filled.notes),
        }
        return Answer(data)

    async def _add_input(self, command: commands.AddInput, content: bytes) -> Answer[LinkData]:
        return Answer({"url": await inputs.add_input(self._session, command.region, command.filename, content)})

    async def _fetch_input(self, command: commands.FetchInput) -> Answer[NoData]:
        fetched = await inputs.fetch_input(self._session, command.region, command.url)
        return Answer(buffers=[fetched.content])

    async def _list_inputs(self, command: commands.ListInputs) -> Answer[SamplesData]:
        return Answer({"samples": await inputs.list_samples(self._session, command.region)})

    async def _list_prompts(self, _: commands.ListPrompts) -> Answer[PromptsData]:
        return Answer({"prompts": await inputs.list_prompts(self._session)})

    async def _fetch_schema(self, command: commands.FetchSchema) -> Answer[TextData]:
        spec = self._session.catalogue.find(command.model_id)
        if spec is None:
            raise UnknownModel
        return Answer({"text": json.dumps(json_schema(spec), indent=2, ensure_ascii=False)})

    async def _fetch_spending(self, _: commands.FetchSpending) -> Answer[SpendingData]:
        return Answer({"lines": await self._session.budget.in_words()})

    async def _fetch_module(self, command: commands.FetchModule) -> Answer[NoData]:
        module = self._modules.get(command.name)
        if module is None:
            raise GenwidgetError(render("no_such_module"))
        return Answer(buffers=[module])

    async def _estimate(self, command: commands.Estimate) -> Answer[NoData]:
        await self._session.estimate(command.model_type, command.model_id, command.values, command.of)
        return Answer()

    async def _ask_menu_prices(self, command: commands.AskMenuPrices) -> Answer[NoData]:
        await self._session.menu_prices.ask(command.model_type)
        return Answer()

    # Runs.

    async def _send(self, command: commands.Send) -> Answer[NoData]:
        form = (command.region, command.model_type, command.model_id, command.values)
        await self._session.send(command.intent_id, *form)
        return Answer()

    async def _plan_sweep(self, command: commands.PlanSweep) -> Answer[SweepData]:
        catalogue = self._session.catalogue
        return Answer(await asyncio.to_thread(lambda: survey_of(plan_of(command, catalogue), {})))

    async def _price_sweep(self, command: commands.PriceSweep) -> Answer[SweepData]:
        plan = plan_of(command, self._session.catalogue)
        told = await self._session.find_prices(await asyncio.to_thread(unlisted, plan))
        return Answer(survey_of(plan, told))

    async def _send_sweep(self, command: commands.SendSweep) -> Answer[BatchData]:
        session = self._session
        plan = plan_of(command, session.catalogue)
        batch = await session.sheets.begin_once(command.intent_id, lambda: session.begin(plan, command.region))
        return Answer({"batch_id": batch.batch_id})

    async def _export_sweep(self, command: commands.ExportSweep) -> Answer[TextData]:
        session = self._session
        await session.find_target(command.region)
        base_url, is_sandbox = session.place_of(command.region)
        form = (command.language, swept_of(command, session.catalogue), session.catalogue, base_url)
        return Answer({"text": await asyncio.to_thread(functools.partial(to_code, *form, is_sandbox=is_sandbox))})

    async def _cancel(self, command: commands.Cancel) -> Answer[NoData]:
        await asyncio.wrap_future(self._session.runner.cancel(await self._session.history.find(command.run_id)))
        return Answer()

    async def _resume(self, command: commands.Resume) -> Answer[NoData]:
        await self._session.resume_by_id(command.run_id)
        return Answer()

    async def _resume_unsent(self, _: commands.ResumeUnsent) -> Answer[NoData]:
        await asyncio.to_thread(self._session.resume_unsent)
        return Answer()

    async def _check_content(self, command: commands.CheckContent) -> Answer[MadeData]:
        made = await self._session.search(command.run_id)
        return Answer(
            {
                "generations": [
                    {
                        "generation_id": one.generation_id,
                        "generation_status": one.generation_status,
                        "generation_created_at": one.generation_created_at,
                    }
                    for one in made
                ]
            }
        )

    async def _load_run(self, command: commands.LoadRun) -> Answer[NoData]:
        await self._session.load(command.run_id)
        return Answer()

    async def _list_runs(self, command: commands.ListRuns) -> Answer[RowsData]:
        alert = None
        made: dict[str, Run] = {}
        try:
            await self._session.recall(command.offset + command.limit)
            entries = self._listed(command)
            made = await self._session.past.fetch([one.run_id for one in entries if isinstance(one, PastRun)])
        except LedgerError as error:  # what this playground holds can be listed all the same
            entries, alert = self._listed(command), alert_of(error, scope="note")
        runs = [made.get(one.run_id) if isinstance(one, PastRun) else one for one in entries]
        seen = self._session.run_list.ids()  # another key may have been locked meanwhile
        rows = [run_row(run) for run in runs if run is not None and run.run_id in seen]
        return Answer({"rows": rows, "is_last": len(entries) < command.limit}, alert=alert)

    def _listed(self, command: commands.ListRuns) -> Sequence[Run | PastRun]:
        run_list = self._session.run_list
        listed = Runs(run_list.waiting()) if command.waiting else run_list.listed()
        return listed.entries[command.offset :][: command.limit]

    async def _usual_time(self, command: commands.UsualTime) -> Answer[UsualTimeData]:
        return Answer(await self._session.usual_time(command.region, command.model_type, command.model_id))

    async def _fetch_request(self, command: commands.FetchRequest) -> Answer[RequestData]:
        body = (await self._session.history.find(command.run_id)).intent.body
        alert = refusal("body_not_stored", "send").alert if body is None else None
        return Answer({"body": as_json(body)}, alert=alert)

    async def _fetch_body(self, command: commands.FetchBody) -> Answer[NoData]:
        run = await self._session.history.find(command.run_id)
        is_reply = command.which == "reply"
        raw = run.raw_record if not is_reply else run.raw_reply if run.snapshot.is_json else None
        if raw is None:
            raise GenwidgetError(render("no_such_body", which=command.which))
        content = await asyncio.to_thread(self._session.run_list.laid_out.take, command.which, raw)
        return Answer(buffers=[content])

    async def _fetch_output(self, command: commands.FetchOutput) -> Answer[OutputData]:
        run = await self._session.history.find(command.run_id)
        await self._session.complete(run)
        if command.index >= len(run.outputs):
            raise GenwidgetError(
                render("no_outputs_deleted") if run.is_deleted else render("no_such_body", which="output")
            )
        output = run.outputs[command.index]
        fetched = await asyncio.wrap_future(self._session.runner.fetch(run, output.url))
        if command.index == 0:
            self._session.background.start(self._session.thumbnails.make(run, fetched), lambda _: None)
        data: OutputData = {
            "media_type": fetched.media_type,
            "filename": name_of_output(run, command.index, fetched.media_type),
            "alt": run.prompt[:_ALT_LENGTH],
        }
        return Answer(data, [fetched.content])

    # Any generation of the account.

    async def _manage(self, command: commands.Manage) -> Answer[ManageData]:
        if not is_uuid(command.generation_id):
            return refusal("not_uuid", "send")
        method, path = _MANAGED[command.action]
        session = self._session
        api = await session.api()
        sent = await api.send(method, path.format(command.generation_id))
        if command.action == "cancel" and isinstance(sent.error, Conflict):
            sent.error.take_as_of_cancel()
        alert = None if sent.error is None else alert_of(sent.error)
        if sent.error is None and command.action in _CHANGES:
            is_refunded = command.action == "cancel" and _is_refunded(sent)
            await api.report_change(_CHANGES[command.action], command.generation_id, is_refunded=is_refunded)
        if sent.reply is None:
            return Answer(alert=alert)
        shown = await asyncio.to_thread(_laid_out, sent.reply.content or b"{}")
        data: ManageData = {"status_code": sent.reply.status_code, "latency_ms": sent.reply.latency_ms}
        return Answer(data, [shown or b""], alert)


def _is_refunded(sent: Outcome) -> bool:
    try:
        return read_sent(Canceled, sent).credits_refunded is True
    except GenwidgetError:  # an odd answer is shown as it came, and says nothing of credits
        return False


def _laid_out(content: bytes) -> bytes | None:
    """Return a body laid out, or None where it is no JSON; one that is too large to be decoded may be."""
    try:
        decode_json(content, status_code=0)
    except InvalidJsonResponse:
        return None
    except ResponseTooLarge:
        pass
    return lay_out(content)


def _first(buffers: Sequence[bytes | memoryview]) -> bytes:
    return bytes(buffers[0]) if buffers else b""
