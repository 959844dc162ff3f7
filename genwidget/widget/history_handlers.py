"""What the page asks of its list of runs: pages of it, ratings, thumbnails, and to let go of a run."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from genwidget.errors import GenwidgetError, LedgerError, PasteRefused
from genwidget.messages import render
from genwidget.pasted.read import Pasted
from genwidget.request.decimals import as_json
from genwidget.runs.ledger import Search, Wanted, unreadable
from genwidget.runs.thumbnails import may_come
from genwidget.widget import commands
from genwidget.widget.alerts import alert_of, plain_alert
from genwidget.widget.answer import Answer
from genwidget.widget.history import Cursor
from genwidget.widget.payload_types import FilledData, FoundData, NoData, RowData, ThumbnailData
from genwidget.widget.payloads import run_row
from genwidget.widget.session import Session

if TYPE_CHECKING:
    from genwidget.runs.run import Run


class HistoryHandler:
    """Answers what the list of runs asks, on the I/O thread."""

    _session: Session

    def history_handlers(self) -> dict[type, Callable[[Any], Awaitable[Answer[Any]]]]:
        """Return what answers each of its commands."""
        return {
            commands.FindRuns: self._find_runs,
            commands.RateRun: self._rate_run,
            commands.ForgetRun: self._forget_run,
            commands.DeleteRun: self._delete_run,
            commands.FetchThumbnail: self._fetch_thumbnail,
            commands.FillFromRun: self._fill_from_run,
        }

    async def _find_runs(self, command: commands.FindRuns) -> Answer[FoundData]:
        session, alert = self._session, None
        session.runner.watch_marks(session.hear_mark)
        wanted = Wanted(
            search=Search(command.search),
            states=frozenset(command.states),
            model_id=command.model_id,
            ratings=frozenset(command.ratings),
            since=command.since,
            until=command.until,
        )
        after = None if command.after is None else Cursor(command.after.number, command.after.at)
        also: list[Run] = []
        try:
            page = await session.history.page(wanted, command.limit, after)
            also = await session.history.several(command.also)
        except LedgerError as error:  # what this playground holds can be listed all the same
            page, alert = session.history.held(wanted), alert_of(error, scope="note")
        if page.unreadable:
            alert = plain_alert("rows_unreadable", unreadable(page.unreadable), scope="note", kind="note")
        if command.after is None and not command.search:
            session.count_again()
            session.background.start(session.history.index(), session.refuse)
        data: FoundData = {
            "rows": [run_row(run) for run in page.runs],
            "after": None if page.cursor is None else {"number": page.cursor.number, "at": page.cursor.at},
            "also": [run_row(run) for run in also],
        }
        return Answer(data, alert=alert)

    async def _rate_run(self, command: commands.RateRun) -> Answer[RowData]:
        run = await self._session.history.rate(command.run_id, command.rating)
        return Answer({"row": run_row(run)})

    async def _forget_run(self, command: commands.ForgetRun) -> Answer[NoData]:
        run = await self._session.history.forget(command.run_id)
        await self._session.thumbnails.drop(run)
        await self._session.survey()
        return Answer()

    async def _delete_run(self, command: commands.DeleteRun) -> Answer[RowData]:
        run = await self._session.history.find(command.run_id)
        await self._session.delete(run)
        await self._session.thumbnails.drop(run)
        self._session.run_list.note_change()
        return Answer({"row": run_row(run)})

    async def _fetch_thumbnail(self, command: commands.FetchThumbnail) -> Answer[ThumbnailData]:
        """What keeps a thumbnail from being there is no alert: it is said where the picture would be."""
        run = await self._session.history.find(command.run_id)
        try:
            made = await self._session.thumbnails.of(run)
        except GenwidgetError as error:
            is_awaited = may_come(error)
            code = "sheet_no_picture_yet" if is_awaited else "sheet_no_picture"
            data: ThumbnailData = {
                "media_type": "",
                "reason": render(code, reason=error.message),
                "may_come": is_awaited,
            }
            return Answer(data)
        return Answer({"media_type": made.media_type, "reason": "", "may_come": False}, [made.content])

    async def _fill_from_run(self, command: commands.FillFromRun) -> Answer[FilledData]:
        run = await self._session.history.find(command.run_id)
        if run.request is None:
            raise PasteRefused(render("fill_not_stored"))
        pasted = Pasted(dict(run.request), run.model_id, run.region_id)
        filled = self._session.fill(pasted, command.region, command.model_id, command.values)
        return Answer({"model_id": filled.model_id, "values": as_json(filled.values), "notes": list(filled.notes)})
