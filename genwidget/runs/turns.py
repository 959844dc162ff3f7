"""Whose turn it is: runs wait here until their account takes another generation."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from genwidget.api.http_response import RateLimit
from genwidget.api.transport import Timing
from genwidget.errors import ApiError, LedgerError
from genwidget.runs.forecast import Room, WindowAhead
from genwidget.runs.ledger import Ledger
from genwidget.runs.pace import FIRST_LIMIT, Hold, Pace, Ticket
from genwidget.runs.rate_window import RateWindow

#: "Too many requests" and "too many generations are running": neither a failure nor a try, but a time to wait.
TOO_MANY_REQUESTS_CODE: Final = "BSE1005"
TOO_MANY_RUNNING_CODE: Final = "BSE1009"
#: How long the share of a process that has died is not given to others, and how often a share is renewed, in seconds.
LEASE_S: Final = 15.0
RENEWAL_S: Final = 5.0
PACED_CODES: Final = frozenset({TOO_MANY_REQUESTS_CODE, TOO_MANY_RUNNING_CODE})


@dataclass(frozen=True, slots=True)
class Account:
    """Who generates, as far as a key tells: the API's origin and the key's fingerprint."""

    origin: str
    key_fingerprint: str


@dataclass(frozen=True, slots=True)
class Share:
    """This process's lease on a part of what an account takes."""

    ledger: Ledger
    account: str
    process: str

    async def claim(self) -> int | None:
        """Claim or renew it, and return how many processes have one; None where the ledger cannot be written now."""
        try:
            return await asyncio.wrap_future(self.ledger.claim_share(self.account, self.process, LEASE_S))
        except LedgerError:  # it is told elsewhere, and a share is only advice
            return None

    def release(self) -> None:
        """Give it back."""
        self.ledger.release_share(self.account, self.process)


@dataclass(eq=False, slots=True)
class Turn:
    """One run's place.

    Attributes:
        through: done once the run may be sent.
        tell: called with what the line waits for, at each change while the run waits.
    """

    lane: "Lane"
    ticket: Ticket
    through: "asyncio.Future[None]"
    tell: Callable[[Hold], None] | None = None

    def note(self, window: RateLimit | None, now: float) -> None:
        """Take what an answer to the POST tells of the account's window; ``now`` is Unix time, better the server's."""
        if window is not None and window.reset is not None:
            self.lane.pace.window.note(window.limit, window.remaining, window.reset, window.reset - now)

    def accepted(self) -> None:
        """The API took it: another may be sent if there is room."""
        self.lane.pace.accepted(self.ticket)
        self.lane.admit_ready()

    def hold(self, error: ApiError) -> None:
        """The API says that it is too early, by an error of :data:`PACED_CODES`: wait for another turn."""
        self.through = asyncio.get_running_loop().create_future()
        self.lane.waiting[self.ticket] = self
        if error.api_code == TOO_MANY_RUNNING_CODE:
            cap = error.details.get("limit")
            is_number = isinstance(cap, int) and not isinstance(cap, bool)
            self.lane.pace.busy(self.ticket, cap if is_number else None, error.retry_after_s)
        else:
            self.lane.pace.limited(self.ticket, error.retry_after_s)
        self.lane.admit_ready()

    def leave(self) -> None:
        """The run has ended, or waits no more. Again does nothing."""
        self.lane.waiting.pop(self.ticket, None)
        self.lane.pace.leave(self.ticket)
        self.lane.admit_ready()


@dataclass(slots=True)
class Lane:
    """The runs of one account and kind, in line. Used on one event loop."""

    pace: Pace
    timing: Timing
    share: Share
    waiting: dict[Ticket, Turn] = field(default_factory=dict)
    is_closed: bool = False
    _held: Hold | None = None
    _timer: "asyncio.Task[None] | None" = None
    _sharing: "asyncio.Task[None] | None" = None

    def join(self, queue: str | None) -> Turn:
        """Get in line; through at once where there is room and nobody waits before."""
        turn = Turn(self, self.pace.join(queue), asyncio.get_running_loop().create_future())
        self.waiting[turn.ticket] = turn
        self.admit_ready()
        return turn

    def admit_ready(self) -> None:
        """Let through whoever can be sent now, tell the others why they wait, and come back when that changes."""
        if self.is_closed:
            return
        while (ticket := self.pace.next()) is not None:
            turn = self.waiting.pop(ticket)
            if not turn.through.done():
                turn.through.set_result(None)
        if self.waiting and self._sharing is None:
            self._sharing = asyncio.create_task(self._keep_share())
        held = self.pace.hold() if self.waiting else None
        if held != self._held:
            self._held = held
            for turn in list(self.waiting.values()):
                if held is not None and turn.tell is not None:
                    turn.tell(held)
            self._set_timer(held)

    @property
    def held(self) -> Hold | None:
        """What the line waits for, if anyone does."""
        return self._held

    def close(self) -> None:
        """Let nobody through any more."""
        self.is_closed = True
        self._set_timer(None)
        if self._sharing is not None:
            self._sharing.cancel()

    async def _keep_share(self) -> None:
        """Share the cap with other processes of this user, while more wants to be sent than may."""
        try:
            while self.waiting:
                processes = await self.share.claim()
                if processes is not None and processes != self.pace.shares:
                    self.pace.share(processes)
                    self.admit_ready()
                await asyncio.sleep(RENEWAL_S)
        finally:
            self._sharing = None
            self.share.release()
            self.pace.share(1)

    def _set_timer(self, held: Hold | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if held is not None and held.until is not None:
            self._timer = asyncio.create_task(self._come_back(held.until))

    async def _come_back(self, until: float) -> None:
        await self.timing.sleep(max(0.0, until - self.timing.clock()))
        self._timer = self._held = None
        self.admit_ready()


@dataclass(frozen=True, slots=True)
class Place:
    """Where runs get in line: the account, ``image`` or ``video``, and the batch that they are of, if any."""

    turns: "Turns"
    account: Account
    model_type: str
    queue: str | None = None

    def join(self) -> Turn:
        """Get in line."""
        return self.turns.join(self.account, self.model_type, self.queue)


class Turns:
    """The lanes of all accounts. Used on one event loop.

    Args:
        timing: clock, jitter and sleep.
        ledger: where processes of one user learn of one another.
    """

    def __init__(self, timing: Timing, ledger: Ledger) -> None:
        self._timing = timing
        self._ledger = ledger
        self._process = secrets.token_hex(8)
        self._windows: dict[Account, RateWindow] = {}
        self._lanes: dict[tuple[Account, str], Lane] = {}

    def join(self, account: Account, model_type: str, queue: str | None = None) -> Turn:
        """Get in the line of an account: for images or for videos; as a click, or as one of a batch."""
        clock, jitter = self._timing.clock, self._timing.jitter
        key = (account, model_type)
        if key not in self._lanes:
            window = self._windows.setdefault(account, RateWindow(clock, jitter))
            name = f"{account.origin} {account.key_fingerprint} {model_type}"
            share = Share(self._ledger, name, self._process)
            self._lanes[key] = Lane(Pace(clock, jitter, window), self._timing, share)
        return self._lanes[key].join(queue)

    def room(self, account: Account, model_type: str, most: int) -> Room:
        """Return how many of a kind an account takes at once from now on: where no cap is known, up to ``most``."""
        lane = self._lanes.get((account, model_type))
        return Room(min(int(FIRST_LIMIT), most), most) if lane is None else lane.pace.room(most)

    def window_ahead(self, account: Account) -> WindowAhead:
        """Return what is known of an account's windows, as far as answers of this process told them."""
        window = self._windows.get(account)
        return WindowAhead() if window is None else window.ahead()

    def close(self) -> None:
        """Let nobody through any more."""
        for lane in self._lanes.values():
            lane.close()
