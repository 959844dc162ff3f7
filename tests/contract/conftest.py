"""A running sandbox with a clock that tests turn, and a client of plain httpx."""

import threading
import time

import httpx
import pytest

from genwidget.catalogue import Catalogue
from genwidget.sandbox import API_KEY, Limits, Sandbox

PROMPT = {"generation_prompt": "A baby seal playing on Arctic ice"}


class Clock:
    """Seconds of the epoch that move only when told to."""

    def __init__(self):
        self.now = 1_780_000_000.0
        self._lock = threading.Lock()

    def __call__(self):
        with self._lock:
            return self.now

    def advance(self, seconds):
        with self._lock:
            self.now += seconds


class Api(httpx.Client):
    """A client of one sandbox, with its full key and a few short ways."""

    def __init__(self, url, key=API_KEY):
        super().__init__(base_url=url, timeout=20)
        if key is not None:
            self.headers["Authorization"] = f"Bearer {key}"

    def make(self, model="bfl/flux-schnell", key=None, **fields):
        """Ask for a generation; ``key`` is the idempotency key."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.post(Catalogue.load().find(model).endpoint_path, json=PROMPT | fields, headers=headers)

    def made(self, model="bfl/flux-schnell", key=None, **fields):
        """Ask for a generation and return its id."""
        reply = self.make(model, key, **fields)
        assert reply.status_code == 200, reply.text
        return reply.json()["data"]["generation_id"]

    def record(self, generation_id):
        return self.get(f"/v1/content/{generation_id}").json()["data"]

    def error(self, *args, **kwargs):
        """Send a request that must be refused; return status, code and type."""
        reply = self.request(*args, **kwargs)
        error = reply.json()["error"]
        return reply.status_code, error["code"], error["type"]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sandbox(clock):
    with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture(scope="module")
def kept():
    """One sandbox and its clock for a whole file, where tests need nothing but an answer of their own."""
    clock = Clock()
    wide = Limits(generate_per_window=100_000, images_at_once=1_000)  # the clock stands still for most of them
    with Sandbox(clock=clock, balance=10_000, limits=wide) as running:
        yield running, clock


@pytest.fixture
def api(sandbox):
    with Api(sandbox.url) as client:
        yield client


@pytest.fixture
def api_with(sandbox):
    """Clients with other keys."""
    clients = []

    def make(key):
        clients.append(Api(sandbox.url, key))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def wait_until():
    """Wait for what another thread brings about, without a fixed sleep."""

    def wait(condition, seconds=10):
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        while not condition():
            assert time.monotonic() < deadline, "it never came"
            pause.wait(0.01)

    return wait
