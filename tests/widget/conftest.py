"""A playground without a browser: its comm is a recorder, and the page is played by the test."""

import json
import threading
import time
import uuid

import comm
import pytest
from comm.base_comm import BaseComm

from genwidget.runs import runner
from genwidget.sandbox import API_KEY
from genwidget.settings import Settings
from genwidget.widget import Playground, balances
from tests.holding import HoldingSandbox

LIMIT_S = 60
FORM = {"region": "sandbox", "model_type": "image", "model_id": "bfl/flux-schnell"}
#: Waits are short, and nothing goes on beside what a test asks for.
FAST = Settings(poll_first_s=0.02, poll_max_s=0.1, retry_first_s=0.01, live_models=False, check_keys=False)
PROMPT = "A baby seal on Arctic ice"


def whole(parts, last, buffers):
    """Put an answer together that came in parts, as the page does."""
    content = b"".join([*parts, *buffers])
    answer, *found = [content[start : start + size] for start, size in last["spans"]]
    return json.loads(answer), found


class RecordingComm(BaseComm):
    """Keeps every message that the kernel sends."""

    def __init__(self, **options):
        self.sent = []
        self.arrived = threading.Condition()
        super().__init__(**options)

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        with self.arrived:
            self.sent.append((msg_type, data, list(buffers or [])))
            self.arrived.notify_all()


class Page:
    """What a page does, from the test's own thread."""

    def __init__(self, playground):
        self.playground = playground
        self.comm = playground.comm

    def tell(self, content, buffers=()):
        """Send a custom message."""
        self._deliver({"method": "custom", "content": content}, buffers)

    def write(self, **traits):
        """Write synced traits, as one patch."""
        self._deliver({"method": "update", "state": traits, "buffer_paths": []})

    def ask(self, kind, *buffers, **parts):
        """Send a command and return its answer and buffers."""
        command_id = str(uuid.uuid4())
        self.tell({"id": command_id, "kind": kind, **parts}, [memoryview(one) for one in buffers])
        return self.answer_to(command_id)

    def answer_to(self, command_id):
        with self.comm.arrived:
            assert self.comm.arrived.wait_for(lambda: self._answers(command_id), LIMIT_S), "no answer"
        ((answer, buffers),) = self._answers(command_id)
        return answer, buffers

    def send(self, values=None, **form):
        """Press Send and return the answer, with the id that its run has if there is one: the intent's."""
        values = {"generation_prompt": PROMPT} if values is None else values
        command = {"intent_id": str(uuid.uuid4()), **FORM, "values": values, **form}
        return {**self.ask("send", **command)[0], "run_id": command["intent_id"]}

    def wait_for(self, name, claim):
        """Wait until the newest value of a synced trait that reached the page is as claimed, and return it."""
        with self.comm.arrived:
            assert self.comm.arrived.wait_for(lambda: self._holds(name, claim), LIMIT_S), self.values_of(name)[-1:]
        return self.values_of(name)[-1]

    def values_of(self, name):
        """Return every value of a trait that reached the page."""
        states = [data["state"] for _, data, _ in self.comm.sent if "state" in (data or {})]
        return [state[name] for state in states if name in state]

    def everything(self):
        """Return all that reached the page, as text."""
        return repr(self.comm.sent)

    def _holds(self, name, claim):
        values = self.values_of(name)
        return bool(values) and values[-1] is not None and claim(values[-1])

    def _answers(self, command_id):
        contents = [(data.get("content", {}), buffers) for _, data, buffers in self.comm.sent if data]
        own = [(content, buffers) for content, buffers in contents if content.get("id") == command_id]
        parts = [buffers[0] for content, buffers in own if content["kind"] == "beat"]
        replies = [(content, buffers) for content, buffers in own if content["kind"] == "reply"]
        return [whole(parts, *reply) if "spans" in reply[0] else reply for reply in replies]

    def _deliver(self, data, buffers=()):
        self.comm.handle_msg({"content": {"data": data}, "buffers": list(buffers)})


@pytest.fixture(autouse=True)
def _recording_comms(monkeypatch):
    monkeypatch.setattr(comm, "create_comm", RecordingComm)


@pytest.fixture
def sandbox(monkeypatch):
    with HoldingSandbox(speed=50) as one:
        monkeypatch.setenv("GENWIDGET_SANDBOX_URL", one.url)
        yield one


@pytest.fixture
def carrier(monkeypatch):
    """A runner of the test's own, with a ledger of its own, and accounts of whose balances nothing is known."""
    home = balances.Balances()
    monkeypatch.setattr(balances, "shared", lambda: home)
    one = runner.Runner()
    monkeypatch.setattr(runner, "shared", lambda: one)
    yield one
    one.close()


@pytest.fixture
def make(sandbox, carrier):
    """Make playgrounds on the sandbox, and close them."""
    made = []

    def make(region="sandbox", model=None, values=None, **options):
        options.setdefault("settings", FAST)
        playground = Playground(region, model, values, **options)
        made.append(playground)
        return playground

    yield make
    for playground in made:
        playground.close()


@pytest.fixture
def pg(make):
    """A playground with the sandbox's key locked and a prompt typed."""
    playground = make(values={"generation_prompt": PROMPT})
    playground.session.lock_key(API_KEY, "sandbox")
    return playground


@pytest.fixture
def page(pg):
    return Page(pg)


def eventually(claim, limit_s=LIMIT_S):
    """Wait until a claim about another thread's work holds."""
    end = time.monotonic() + limit_s
    while not claim():
        assert time.monotonic() < end, "never held"
        threading.Event().wait(0.01)
