"""The pace of one account, in simulated time: caps and windows are met, and hardly ever passed."""

import contextlib
import heapq
import itertools
import math
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from genwidget.runs.forecast import Room, WindowAhead, Work, seconds_of
from genwidget.runs.pace import Pace
from genwidget.runs.rate_window import RateWindow

ROUND_TRIP_S = 0.1
WORK_S = 3.0
WINDOW_S = 60.0
#: No multiple of a window: there one refused request would cost a whole window.
COUNT = 290
IMAGES, VIDEOS = 300, 100


@dataclass
class Server:
    """An account that lets so many run at once, and takes so many requests a minute."""

    cap: int
    per_window: int
    names_cap: bool = True
    began: float = -math.inf
    taken: int = 0
    running: int = 0
    statuses: list = field(default_factory=list)

    def post(self, now):
        """Return what is answered: 200, BSE1009 or BSE1005, and what is left until when."""
        if now >= self.began + WINDOW_S:
            self.began, self.taken = now, 0
        self.taken += 1
        code = "BSE1005" if self.taken > self.per_window else "BSE1009" if self.running >= self.cap else "accepted"
        self.running += code == "accepted"
        self.statuses.append((now, code))
        return code, max(0, self.per_window - self.taken), self.began + WINDOW_S


@dataclass
class World:
    """Simulated time: what is due, and the pace that acts in it."""

    server: Server
    now: float = 0.0
    due: list = field(default_factory=list)
    count: itertools.count = field(default_factory=itertools.count)
    done: list = field(default_factory=list)
    passed: list = field(default_factory=list)

    def __post_init__(self):
        draw = random.Random(7)  # noqa: S311 - a draw that repeats
        window = RateWindow(lambda: self.now, draw.random)
        self.pace = Pace(lambda: self.now, draw.random, window)

    def at(self, when, do):
        heapq.heappush(self.due, (when, next(self.count), do))

    def run(self):
        """Let everything happen that is due, in order."""
        self.admit_ready()
        while self.due:
            self.now, _, do = heapq.heappop(self.due)
            do()
            self.admit_ready()

    def admit_ready(self):
        while (ticket := self.pace.next()) is not None:
            self.passed.append(ticket)
            self.at(self.now + ROUND_TRIP_S / 2, lambda ticket=ticket: self.arrive(ticket))
        hold = self.pace.hold()
        if hold is not None and hold.until is not None and hold.until > self.now:
            self.at(hold.until, lambda: None)

    def arrive(self, ticket):
        code, left, reset = self.server.post(self.now)
        self.at(self.now + ROUND_TRIP_S / 2, lambda: self.answer(ticket, code, left, reset))

    def answer(self, ticket, code, left, reset):
        after_s = reset - self.now
        self.pace.window.note(self.server.per_window, left, reset, after_s)
        if code == "BSE1005":
            self.pace.limited(ticket, after_s)
        elif code == "BSE1009":
            self.pace.busy(ticket, self.server.cap if self.server.names_cap else None)
        else:
            self.pace.accepted(ticket)
            self.at(self.now + WORK_S - ROUND_TRIP_S / 2, lambda: self.end(ticket))

    def end(self, ticket):
        self.server.running -= 1
        self.pace.leave(ticket)
        self.done.append((ticket, self.now))


def bound_s(count, server):
    """Return the shortest time in which a server lets so many generations end."""
    by_cap = math.ceil(count / server.cap) * (WORK_S + ROUND_TRIP_S)
    by_window = (math.ceil(count / server.per_window) - 1) * WINDOW_S + WORK_S + ROUND_TRIP_S
    return max(by_cap, by_window)


@pytest.mark.parametrize("names_cap", [True, False])
@pytest.mark.parametrize("per_window", [60, 600])
@pytest.mark.parametrize("cap", [1, 8, 32])
def test_generations_end_near_the_bound_and_few_posts_are_refused(cap, per_window, names_cap):
    server = Server(cap, per_window, names_cap)
    world = World(server)
    for _ in range(COUNT):
        world.pace.join()
    world.run()
    assert len(world.done) == COUNT
    later = Counter(code for now, code in server.statuses if now >= WINDOW_S)
    refused = later["BSE1005"] + later["BSE1009"]
    assert refused <= 0.02 * later.total()
    assert world.now <= 1.1 * bound_s(COUNT, server)


@dataclass
class Mixed(World):
    """Images and videos of one account, each with a cap of its own, in one window."""

    videos: Server | None = None

    def __post_init__(self):
        super().__post_init__()
        draw = random.Random(11)  # noqa: S311 - a draw that repeats
        self.of_videos = Pace(lambda: self.now, draw.random, self.pace.window)

    def admit_ready(self):
        super().admit_ready()
        with self.as_videos():
            super().admit_ready()

    @contextlib.contextmanager
    def as_videos(self):
        """Let the other pace act at the other cap; of the window there is one."""
        images = self.pace, self.server
        self.pace, self.server = self.of_videos, self.videos
        self.server.began, self.server.taken = images[1].began, images[1].taken
        try:
            yield
        finally:
            images[1].began, images[1].taken = self.server.began, self.server.taken
            self.pace, self.server = images

    def at(self, when, do):
        if self.pace is not self.of_videos:
            super().at(when, do)
            return

        def do_as_videos():
            with self.as_videos():
                do()

        super().at(when, do_as_videos)


@pytest.mark.parametrize("per_window", [60, 600])
@pytest.mark.parametrize("cap", [1, 8, 32])
def test_images_and_videos_sent_at_once_end_near_the_bound_and_few_posts_are_refused(cap, per_window):
    images, videos = Server(cap, per_window), Server(cap, per_window)
    world = Mixed(images, videos=videos)
    for pace, count in ((world.pace, IMAGES), (world.of_videos, VIDEOS)):
        for _ in range(count):
            pace.join()
    world.run()
    assert len(world.done) == IMAGES + VIDEOS
    later = Counter(code for now, code in (*images.statuses, *videos.statuses) if now >= WINDOW_S)
    assert later["BSE1005"] + later["BSE1009"] <= 0.02 * later.total()
    by_window = (math.ceil((IMAGES + VIDEOS) / per_window) - 1) * WINDOW_S + WORK_S + ROUND_TRIP_S
    assert world.now <= 1.1 * max(bound_s(IMAGES, images), by_window)


def let_through(world, count):
    """Return the queues of the next so many, each accepted and ended at once."""
    queues = []
    for _ in range(count):
        ticket = world.pace.next()
        queues.append(ticket.queue)
        world.pace.accepted(ticket)
        world.pace.leave(ticket)
    return queues


def test_clicks_go_first_and_batches_take_turns():
    world = World(Server(8, 600))
    for queue in ["large"] * 4 + ["small"] * 2 + [None] * 2:
        world.pace.join(queue)
    assert let_through(world, 8) == [None, None, "large", "small", "large", "small", "large", "large"]
    assert world.pace.next() is None


def test_who_was_refused_is_the_next_of_its_line_and_who_left_is_passed_over():
    world = World(Server(8, 600))
    first, second, third = (world.pace.join() for _ in range(3))
    assert world.pace.next() is first
    world.pace.leave(second)
    world.pace.busy(first, after_s=1)
    assert world.pace.next() is None
    world.now = 1.0
    assert world.pace.next() is first
    world.pace.accepted(first)
    world.pace.leave(first)
    assert world.pace.next() is third


def test_the_limit_falls_once_a_round_however_many_are_refused():
    world = World(Server(8, 600))
    for _ in range(4):
        world.pace.join()
    out = [world.pace.next() for _ in range(4)]
    for ticket in out:
        world.pace.busy(ticket, cap=100)
    assert world.pace.limit == 2  # 4 times 0.7


def test_the_limit_grows_by_one_a_round_only_where_it_was_used_up():
    world = World(Server(8, 600))
    limits = []
    for count in (3, 4, 4, 5, 6):
        for _ in range(count):
            world.pace.join()
        out = [world.pace.next() for _ in range(count)]
        for ticket in out:
            world.pace.accepted(ticket)
        for ticket in out:
            world.pace.leave(ticket)
        limits.append(world.pace.limit)
    assert limits == [4, 5, 5, 6, 7]


@pytest.mark.parametrize(("processes", "limit"), [(1, 8), (2, 4), (3, 2), (100, 1)])
def test_processes_share_the_cap_once_it_is_known(processes, limit):
    world = World(Server(8, 600))
    for _ in range(40):
        world.pace.join()
    world.pace.share(processes)
    assert world.pace.limit == 4, "nothing is known yet"
    world.pace.share(1)
    world.run()
    world.pace.share(processes)
    assert world.pace.limit == limit


@pytest.mark.parametrize("names_wait", [True, False])
def test_where_nothing_of_ours_runs_it_is_asked_again_ever_more_rarely(names_wait):
    """Another program of the same account keeps all places."""
    world = World(Server(0, 10_000))
    world.pace.join()
    asked = []
    for _ in range(12):
        ticket = world.pace.next()
        asked.append(world.now)
        world.pace.busy(ticket, None, 5.0 if names_wait else None)
        hold = world.pace.hold()
        assert hold.cause == "running"
        world.now = hold.until
    gaps = [after - before for before, after in itertools.pairwise(asked)]
    if names_wait:
        assert gaps == [5.0] * 11
    else:
        assert all(before < 2 * after for before, after in itertools.pairwise(gaps))
        assert 15 <= gaps[-1] <= 30


def test_a_used_up_window_holds_images_and_videos_of_an_account():
    now = 0.0
    window = RateWindow(lambda: now, lambda: 0.0)
    images, videos = (Pace(lambda: now, lambda: 0.0, window) for _ in range(2))
    for pace in (images, videos):
        pace.join()
        pace.join()
    first = images.next()
    window.note(60, 1, 1000.0, 20.0)
    assert videos.next() is None, "the one that is out may be the last"
    images.accepted(first)
    assert videos.next() is not None
    window.note(60, 0, 1000.0, 20.0)
    assert (images.next(), images.hold().cause, images.hold().until) == (None, "window", 20.0)
    now = 20.0
    assert images.next() is not None


def test_an_answer_that_was_overtaken_does_not_bring_requests_back():
    now = 0.0
    window = RateWindow(lambda: now, lambda: 0.0)
    window.note(60, 0, 1000.0, 20.0)
    window.note(60, 1, 1000.0, 20.0)
    assert window.ready_at() == 20.0
    now = 21.0
    window.note(60, 59, 1060.0, 60.0)
    window.note(60, 0, 1000.0, 1.0)
    assert window.ready_at() <= now


@pytest.mark.parametrize("after_s", [0, -5, 3601, 1e9, math.inf, math.nan, None])
def test_a_window_whose_end_cannot_be_is_not_waited_for(after_s):
    window = RateWindow(lambda: 5.0, lambda: 0.0)
    window.note(60, 0, 1000.0, after_s)
    assert window.ready_at() <= 5.0


@pytest.mark.parametrize("names_cap", [True, False])
@pytest.mark.parametrize("per_window", [60, 600])
@pytest.mark.parametrize("cap", [1, 8, 32])
def test_how_long_it_takes_is_told_before_by_the_same_rules(cap, per_window, names_cap):
    """First where the cap and the windows are known without a start, then by what the first half has shown."""
    server = Server(cap, per_window, names_cap)
    world = World(server)
    counts = [(COUNT - 90, WORK_S + ROUND_TRIP_S), (90, WORK_S + ROUND_TRIP_S)]
    known = WindowAhead(per_window, per_window, 0.0, WINDOW_S)
    told = [seconds_of([Work(Room(4, cap), counts)], known)]
    took = []
    for _ in range(2):
        began = world.now
        for _ in range(COUNT):
            world.pace.join()
        world.run()
        took.append(world.now - began)
        told.append(seconds_of([Work(world.pace.room(64), counts)], world.pace.window.ahead()))
    assert told[0] >= 0.99 * bound_s(COUNT, server)
    assert told[:2] == [pytest.approx(one, rel=0.1) for one in took]


def test_without_a_cap_so_many_run_at_once_as_are_under_way_at_most():
    assert seconds_of([Work(Room(4, 64), [(6_400, 10.0)])], WindowAhead()) == pytest.approx(1_000, rel=0.02)
    assert seconds_of([Work(Room(4, 64), [(3, 10.0)])], WindowAhead()) == 10.0


def test_images_and_videos_are_made_beside_one_another_in_one_window():
    works = [Work(Room(8, 8), [(80, 3.0)]), Work(Room(2, 2), [(4, 50.0)])]
    assert seconds_of(works, WindowAhead()) == 100.0
    works = [Work(Room(64, 64), [(90, 3.0)]), Work(Room(64, 64), [(31, 1.0)])]
    assert seconds_of(works, WindowAhead(60, 60, 0.0, 60.0)) == pytest.approx(123, abs=2.1)


def test_what_is_not_known_of_a_window_delays_nothing():
    window = RateWindow(lambda: 5.0, lambda: 0.0)
    assert seconds_of([Work(Room(9, 9), [(9, 1.0)])], window.ahead()) == 1.0
    window.pause(20.0)
    assert seconds_of([Work(Room(9, 9), [(9, 1.0)])], window.ahead()) == 21.0
    assert seconds_of([], window.ahead()) == 0.0
