"""How long a model usually takes: of which runs it is told, and to whom."""

import itertools
import uuid

import pytest

from genwidget.runs.ledger import KeyUse, SentTo
from genwidget.sandbox import API_KEY, STATE_KEYS
from genwidget.widget.usual_time import LEAST_RUNS, MOST_RUNS, times_of, usual
from tests.ledger_rows import a_row
from tests.widget.conftest import FORM, PROMPT, Page
from tests.widget.test_history import quiet

ASKED = {name: FORM[name] for name in ("region", "model_type", "model_id")}
KEYS = {"A": API_KEY, "B": STATE_KEYS["other_account"]}
US = "https://api.us.babysea.ai"
#: What a model's runs at one host are not: of another model, type or host, without an end, or ended otherwise.
OTHERS = [
    {"model_id": "bfl/flux-2-pro"},
    {"model_type": "video"},
    {"region_id": "us", "api_url": US},
    {"state": "failed"},
    {"state": "canceled"},
    {"state": "processing", "total_ms": None},
    {"total_ms": "soon"},
]


def write(ledger, *rows):
    for row in rows:
        marks = {"state": "succeeded", "total_ms": 1, **row}
        ledger.begin(a_row(str(uuid.uuid4()), **marks))


@pytest.mark.parametrize(
    ("times", "told"),
    [
        ([], {}),
        ([5], {}),
        ([8000, 15000], {}),
        ([8000, 9000, 15000], {"low_ms": 8500, "high_ms": 12000}),
        ([4, 4, 4], {"low_ms": 4, "high_ms": 4}),
        ([1000, 2000, 3000, 4000, 90_000], {"low_ms": 2000, "high_ms": 4000}),
    ],
)
def test_half_of_the_runs_lie_between_two_times_and_of_few_runs_nothing_is_said(times, told):
    assert usual(times) == told
    assert (told == {}) == (len(times) < LEAST_RUNS)


def test_only_runs_of_that_model_at_that_host_which_succeeded_count(page, carrier):
    write(carrier.ledger, *[{"total_ms": 90_000, "created_at": 9.0 + at, **one} for at, one in enumerate(OTHERS)])
    assert page.ask("usual_time", **ASKED)[0]["data"] == {}
    write(carrier.ledger, *[{"total_ms": one} for one in (1000, 2000, 3000)])
    assert page.ask("usual_time", **ASKED)[0]["data"] == {"low_ms": 1500, "high_ms": 2500}
    write(carrier.ledger, *[{"total_ms": one, "region_id": "us", "api_url": US} for one in (7000, 8000)])
    answer, _ = page.ask("usual_time", **(ASKED | {"region": "us"}))
    assert answer["data"] == {"low_ms": 7500, "high_ms": 49_000}


def test_only_the_newest_runs_count(page, carrier):
    write(carrier.ledger, *[{"total_ms": 90_000, "created_at": 1.0} for _ in range(MOST_RUNS)])
    write(carrier.ledger, *[{"total_ms": 1000, "created_at": 2.0} for _ in range(MOST_RUNS)])
    assert page.ask("usual_time", **ASKED)[0]["data"] == {"low_ms": 1000, "high_ms": 1000}


def test_the_ledger_tells_the_times_of_one_key_at_its_host(carrier):
    write(carrier.ledger, {"total_ms": 1}, {"total_ms": 2, "key_fingerprint": "f" * 12})
    sent_to = SentTo.of("image", "bfl/flux-schnell", "sandbox", "")
    assert carrier.ledger.durations(sent_to, 9, KeyUse.of("f" * 12, "sandbox", "")) == [2]
    assert sorted(carrier.ledger.durations(sent_to, 9)) == [1, 2]


def sends(pg, key, count):
    """Send with a key, and wait for the ends and for the ledger."""
    pg.session.lock_key(KEYS[key], "sandbox")
    for _ in range(count):
        pg.session.send_now(*FORM.values(), {"generation_prompt": PROMPT}).wait(15)


@pytest.mark.parametrize("history", ["user", "key", "session"])
def test_runs_that_may_not_be_seen_do_not_count(make, carrier, history):
    other, own = make(), make(history=history)
    sends(other, "A", 3)
    sends(other, "B", 3)
    assert carrier.ledger.drain()
    page = Page(own)
    told = []
    for key, count in (("A", 0), ("A", LEAST_RUNS - 1), ("A", 1)):
        sends(own, key, count)
        quiet(own)
        assert carrier.ledger.drain()
        told.append(bool(page.ask("usual_time", **ASKED)[0]["data"]))
    own.unlock_key()
    told.append(bool(page.ask("usual_time", **ASKED)[0]["data"]))
    assert (
        told
        == {
            "user": [True, True, True, True],
            "key": [True, True, True, False],
            "session": [False, False, True, True],
        }[history]
    )


def test_a_key_has_the_times_of_its_own_runs_alone(make, carrier):
    other, own = make(), make(history="key")
    sends(other, "A", LEAST_RUNS)
    own.session.lock_key(KEYS["B"], "sandbox")
    assert carrier.ledger.drain()
    assert Page(own).ask("usual_time", **ASKED)[0]["data"] == {}


def test_a_session_has_the_times_that_the_ledger_would_tell(make, carrier):
    pg = make(history="session")
    sends(pg, "A", LEAST_RUNS)
    quiet(pg)
    assert carrier.ledger.drain()
    runs = pg.session.run_list.all()
    sent_to = SentTo.of("image", "bfl/flux-schnell", "sandbox", runs[0].target.api_url)
    assert times_of(runs, sent_to) == carrier.ledger.durations(sent_to, MOST_RUNS)
    others = itertools.starmap(SentTo, [("image", "bfl/other", None), ("video", "bfl/flux-schnell", None)])
    assert all(times_of(runs, one) == [] for one in others)


def test_a_ledger_that_cannot_be_read_is_told_of_in_the_answer(page, carrier):
    carrier.ledger.path.parent.mkdir(parents=True, exist_ok=True)
    write(carrier.ledger, {})
    carrier.ledger.close()
    carrier.ledger.path.write_bytes(b"no database" * 99)
    answer, _ = page.ask("usual_time", **ASKED)
    assert [answer["ok"], answer["data"]] == [False, {}]
