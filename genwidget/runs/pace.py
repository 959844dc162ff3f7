"""How fast one account takes generations of one kind: who is next, and when. Pure."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from genwidget.runs.forecast import Room
from genwidget.runs.rate_window import RateWindow

#: How many generations are in flight before anything is known.
FIRST_LIMIT: Final = 4.0
#: What remains of the limit after the API said that too many are running.
DECREASE: Final = 0.7
#: How long a cap is believed, in seconds: one that the API told, and one that was met. It is then tried whether more
#: may run, if at least so many were accepted meanwhile: each trial costs an answer 429.
TOLD_CAP_S: Final = 600.0
MET_CAP_S: Final = 60.0
ACCEPTED_BETWEEN_TRIALS: Final = 64
#: Waits after "too many are running" where the API names none and nothing of ours runs, in seconds.
FIRST_REST_S: Final = 1.0
MAX_REST_S: Final = 30.0
_MAX_DOUBLINGS: Final = 10

#: Why nothing more is sent now: so many are running, or so many requests were made.
Cause = Literal["running", "window"]


@dataclass(eq=False, slots=True)
class Ticket:
    """One generation that wants to be sent.

    Attributes:
        queue: the batch that it is of; None for a click.
        stage: ``waiting`` in line, ``out`` as a POST, ``running`` at the API, or ``over``.
        round: in which round of the pace it was let through.
    """

    queue: str | None = None
    stage: Literal["waiting", "out", "running", "over"] = "waiting"
    round: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """What the line waits for.

    Attributes:
        cause: why.
        until: on the pace's clock, in seconds; None where the end of a generation is waited for.
    """

    cause: Cause
    until: float | None = None


class Pace:
    """Lets generations through, at most as many at once as the account takes, and no more than its window allows.

    The limit begins at 4. It grows by one after each round in which all POSTs were accepted, if it was used up, and
    falls to 0.7 of itself, at most once a round, where the API says that too many are running, unless all of them are
    ours. It is never above the cap that the API names, nor, for a minute, above the number at which it was met.

    Clicks go first; batches share what is left, one generation each in turn.

    Args:
        clock: seconds that only grow.
        jitter: uniform in [0, 1).
        window: the account's; several paces may have one.
    """

    def __init__(self, clock: Callable[[], float], jitter: Callable[[], float], window: RateWindow) -> None:
        self.window: Final = window
        self._clock = clock
        self._jitter = jitter
        self._clicks: deque[Ticket] = deque()
        self._batches: OrderedDict[str, deque[Ticket]] = OrderedDict()
        self._limit = FIRST_LIMIT
        self._cap: float | None = None
        self._cap_until = 0.0
        self._accepted_since = 0
        #: How many processes share the cap.
        self.shares = 1
        self._round = 0
        self._decreased = -1  # the round that the last decrease began
        self._accepted_in_round = 0
        self._out_of_round = 0
        self._was_full = False
        self._out = 0
        self._running = 0
        self._rest_until = 0.0
        self._rests = 0

    @property
    def limit(self) -> int:
        """How many may be in flight now: as POSTs or as generations; at least one."""
        limit, cap = self._limit, self._known_cap()
        if cap is not None:
            limit = min(limit, cap / self.shares)
        return max(1, int(limit))

    @property
    def in_flight(self) -> int:
        """How many are."""
        return self._out + self._running

    def room(self, most: int) -> Room:
        """Return how many it takes at once from now on: where no cap is known, up to ``most``."""
        cap = most if self._cap is None else min(most, int(self._cap / self.shares))
        return Room(min(self.limit, cap), max(1, cap))

    def share(self, processes: int) -> None:
        """Take one of so many equal shares of the cap, where one is known: other processes send for the account too."""
        self.shares = max(1, processes)

    def join(self, queue: str | None = None) -> Ticket:
        """Get in line: as a click, or as one of a batch."""
        ticket = Ticket(queue)
        self._line(queue).append(ticket)
        return ticket

    def next(self) -> Ticket | None:
        """Let the next one through, if one waits and may be sent now; it is ``out`` then."""
        line = self._first_line()
        if line is None or self.hold() is not None:
            return None
        ticket = line.popleft()
        if ticket.queue is not None:
            self._batches.move_to_end(ticket.queue)
        ticket.stage, ticket.round = "out", self._round
        self._out += 1
        self._out_of_round += 1
        self.window.sent()
        self._was_full = self._was_full or self.in_flight >= self.limit
        return ticket

    def hold(self) -> Hold | None:
        """Return what keeps the next one from leaving, if anything does."""
        now = self._clock()
        ready_at = self.window.ready_at()
        if ready_at > now:
            return Hold("window", ready_at)
        if self.in_flight >= self.limit:
            return Hold("running", None)
        return Hold("running", self._rest_until) if self._rest_until > now else None

    def accepted(self, ticket: Ticket) -> None:
        """The API took it: it runs there until :meth:`leave`."""
        self._answered(ticket)
        ticket.stage = "running"
        self._running += 1
        self._accepted_since += 1
        self._rests = 0
        if ticket.round == self._round:
            self._accepted_in_round += 1
        self._end_round()

    def busy(self, ticket: Ticket, cap: int | None = None, after_s: float | None = None) -> None:
        """The API says that too many are running: it is the next of its line again.

        Args:
            ticket: which.
            cap: how many may run, where the API names it.
            after_s: when to ask again, where the API says so.
        """
        self._answered(ticket)
        self._put_back(ticket)
        is_new = ticket.round > self._decreased
        if cap is not None and cap > 0:
            is_all_ours = self._note_cap(cap, TOLD_CAP_S)
        elif is_new:
            is_trial = self._cap is not None and self._running >= self._cap
            is_all_ours = self._note_cap(max(1, self._running), MET_CAP_S) and is_trial
        if is_new:
            most = min(self._limit, self._cap or self._limit)
            # Where all that run are ours, nobody else needs room, and the cap is where it is.
            self._limit = max(1.0, most if is_all_ours else most * DECREASE)
            self._decreased = self._round
            self._rests += 1
            self._begin_round()
        self._rest_until = max(self._rest_until, self._clock() + (after_s or self._rest_s()))

    def limited(self, ticket: Ticket, after_s: float | None = None) -> None:
        """The API says that too many requests were made: it is the next of its line again, and all wait."""
        self._answered(ticket)
        self._put_back(ticket)
        self._rests += 1
        self.window.pause(after_s or self._rest_s())

    def leave(self, ticket: Ticket) -> None:
        """It ended, in whatever stage it was. Once is enough; again does nothing."""
        if ticket.stage == "running":
            self._running -= 1
            self._rest_until = 0.0  # one place is free
        elif ticket.stage == "out":
            self._answered(ticket)
            self._end_round()
        ticket.stage = "over"

    def _note_cap(self, cap: int, believed_s: float) -> bool:
        """Take a cap, and return whether what runs of ours is all of it."""
        self._cap, self._cap_until, self._accepted_since = float(cap), self._clock() + believed_s, 0
        return self._running >= cap

    def _rest_s(self) -> float:
        """Return how long to wait where the API does not say: from half to all of 1 s, 2 s, 4 s … at most 30 s."""
        doublings = min(max(self._rests - 1, 0), _MAX_DOUBLINGS)
        return min(FIRST_REST_S * 2.0**doublings, MAX_REST_S) * (0.5 + self._jitter() / 2)

    def _answered(self, ticket: Ticket) -> None:
        self._out -= 1
        self.window.answered()
        if ticket.round == self._round:
            self._out_of_round -= 1

    def _end_round(self) -> None:
        """Grow where all that left in this round were accepted, and there was no room for more."""
        if self._was_full and self._accepted_in_round > 0 and self._out_of_round == 0:
            cap = self._known_cap()
            self._limit = self._limit + 1 if cap is None else min(self._limit + 1, max(cap, self._limit))
            self._begin_round()

    def _begin_round(self) -> None:
        self._round += 1
        self._accepted_in_round = self._out_of_round = 0
        self._was_full = False

    def _known_cap(self) -> float | None:
        is_believed = self._clock() < self._cap_until or self._accepted_since < ACCEPTED_BETWEEN_TRIALS
        return self._cap if is_believed else None

    def _put_back(self, ticket: Ticket) -> None:
        ticket.stage = "waiting"
        self._line(ticket.queue).appendleft(ticket)

    def _line(self, queue: str | None) -> deque[Ticket]:
        return self._clicks if queue is None else self._batches.setdefault(queue, deque())

    def _first_line(self) -> deque[Ticket] | None:
        """Return the line whose turn it is, its first still waiting; lines that are empty go."""
        for line in (self._clicks, *self._batches.values()):
            while line and line[0].stage != "waiting":
                line.popleft()
            if line:
                break
        else:
            line = None
        for queue in [name for name, one in self._batches.items() if not one]:
            del self._batches[queue]
        return line
