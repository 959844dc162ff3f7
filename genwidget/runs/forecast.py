"""How long generations take at the pace of their account. Pure."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

#: How long a POST takes to be answered, where one more may be in flight after each, in seconds.
ROUND_TRIP_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Room:
    """How many generations of one kind an account takes at once.

    Attributes:
        limit: how many may be in flight now.
        cap: to how many that grows, one for each round trip.
    """

    limit: int
    cap: int


@dataclass(slots=True)
class WindowAhead:
    """How many requests an account takes from now on, over all kinds.

    Attributes:
        limit: in each window; None where that is not known, or there is none.
        left: in the window that goes on.
        ends_in_s: when that ends, in seconds from now.
        length_s: how long the next ones are, in seconds.
        opens_in_s: before when nothing is taken, in seconds from now.
    """

    limit: int | None = None
    left: int = 0
    ends_in_s: float = 0.0
    length_s: float = 0.0
    opens_in_s: float = 0.0

    def take(self, at_s: float) -> float:
        """Take one request's place, and return when it may leave."""
        at_s = max(at_s, self.opens_in_s)
        if self.limit is None or self.limit < 1 or self.length_s <= 0:
            return at_s
        if at_s < self.ends_in_s and self.left < 1:
            at_s = self.ends_in_s
        if at_s >= self.ends_in_s:
            self.ends_in_s, self.left = at_s + self.length_s, self.limit
        self.left -= 1
        return at_s


@dataclass(slots=True)
class Work:
    """Generations of one kind that are to be made.

    Attributes:
        room: what the account takes of the kind.
        counts: how many there are of each duration, the durations in seconds.
    """

    room: Room
    counts: Sequence[tuple[int, float]]
    _places: list[float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        most = max(1, self.room.cap)
        first = max(1, min(self.room.limit, most))
        self._places = [0.0] * first + [(number + 1) * ROUND_TRIP_S for number in range(most - first)]

    @property
    def free_at_s(self) -> float:
        """When the next one may be sent, as far as those of its kind are concerned."""
        return self._places[0]

    def place(self, at_s: float, duration_s: float) -> float:
        """Send one, and return when it ends."""
        ends_s = at_s + duration_s
        heapq.heapreplace(self._places, ends_s)
        return ends_s


def seconds_of(works: Sequence[Work], window: WindowAhead) -> float:
    """Return in how many seconds the last generation ends; the kinds are sent beside one another."""
    durations = [(duration_s for count, duration_s in work.counts for _ in range(count)) for work in works]
    line = [(work.free_at_s, number) for number, work in enumerate(works)]
    heapq.heapify(line)
    ended_s = 0.0
    while line:
        _, number = line[0]
        duration_s = next(durations[number], None)
        if duration_s is None:
            heapq.heappop(line)
            continue
        work = works[number]
        ended_s = max(ended_s, work.place(window.take(work.free_at_s), duration_s))
        heapq.heapreplace(line, (work.free_at_s, number))
    return ended_s
