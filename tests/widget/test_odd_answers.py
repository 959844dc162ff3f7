"""A host that says odd things: each run ends where it should, and all that is told of it can be sent and stored."""

import io
import json
import re

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genwidget.api.models import Generation
from genwidget.api.responses import decode_json
from genwidget.cli.output import complain, say
from genwidget.cli.runs import _line, _record
from genwidget.errors import GenwidgetError
from genwidget.runs.ledger import Row
from genwidget.runs.recorder import unix_ms
from genwidget.runs.records import facts_of, first_facts, intent_of
from genwidget.runs.run import Run
from genwidget.runs.state import RunState
from genwidget.text import is_plain, shown_lines
from genwidget.widget import Playground
from genwidget.widget.payloads import LaidOut, iso_time, run_row, run_snapshot
from genwidget.widget.runs import Runs
from tests.odd import HALF, HUGE, ODD, TERMINAL, TURNED, OddServer, encode, strict
from tests.unit.test_run import TARGET, FakeRunner, a_run
from tests.widget.conftest import FAST, PROMPT, Page, eventually

KEY = "any-key-of-this-host"
#: What is asked of a playground on a host of one's own.
FORM = {"region": "us", "model_type": "image", "model_id": "bfl/flux-schnell"}
ENDS = {state for state in RunState if state.is_terminal}
STATED = {"generation_id": "g1", "generation_status": "succeeded"}
FIELDS = sorted(set(Generation.model_fields) - set(STATED))


@pytest.fixture(scope="module")
def every_server():
    with OddServer() as one:
        yield one


@pytest.fixture
def server(every_server):
    every_server.asked.clear()
    return every_server


@pytest.fixture
def odd(carrier, server):
    """A playground on the odd server, with a key locked."""
    pg = Playground("us", base_url=server.url, settings=FAST)
    pg.session.lock_key(KEY, "us")
    yield pg
    pg.close()


@pytest.fixture(scope="module")
def picture():
    content = io.BytesIO()
    PIL.Image.new("RGB", (8, 8)).save(content, "PNG")
    return content.getvalue()


def lived(pg, values=None):
    """Send from the page and return the run once the page knows its end."""
    page = Page(pg)
    answer = page.send(values, **FORM)
    assert answer["ok"], answer
    run_id = answer["run_id"]
    page.wait_for("run", lambda run: run["run_id"] == run_id and not run["is_live"])
    return pg.session.run_list.get(run_id)


def check_told(pg, run, carrier):
    """All that is told of a run: to the page, by Python, in the ledger, in a shell."""
    assert pg.session.publisher.drain()
    for _, data, _ in pg.comm.sent:
        strict(data)
    strict(pg.get_state(["run", "posting", "history_state", "alert", "estimate", "catalogue"]))
    strict(Page(pg).ask("list_runs")[0])
    eventually(lambda: carrier.ledger.find(run.run_id).state == run.state)
    row = carrier.ledger.find(run.run_id)
    strict({**_record(row), "body": None})
    assert all(is_plain(cell) for cell in _line(row))
    check_record(run)


def check_record(run):
    snapshot = run_snapshot(run, LaidOut())
    strict(snapshot)
    strict(run_row(run))
    runs = Runs([run])
    strict(runs.to_records())
    assert len(runs.to_frame()) == 1
    check_plain({**snapshot, "lines": None})
    if run.error is not None:
        assert is_plain(run.error.message)


def check_plain(value):
    if isinstance(value, str):
        assert is_plain(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            check_plain(name)
            check_plain(inner)
    elif isinstance(value, list):
        for inner in value:
            check_plain(inner)


def save_all(run, folder):
    """Save what can be fetched; nothing but our own errors, and nothing outside the folder."""
    folder.mkdir(parents=True)
    above = folder.parent
    before = {one for one in above.rglob("*") if folder not in one.parents}
    for output in run.outputs[:3]:
        try:
            output.save(folder)
        except GenwidgetError as error:
            complain(error.message)
    assert {one for one in above.rglob("*") if folder not in one.parents} == before
    return [one.name for one in folder.iterdir()]


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_a_record_of_any_values_ends_where_its_status_says(odd, carrier, server, tmp_path, value):
    record = dict.fromkeys(FIELDS, value) | {HALF: value, TURNED: value} | STATED
    told = {**STATED, "attempts": [{"provider": value, "outcome": value, "started_at": value, "ended_at": value}]}
    server.generates(record, told=told)
    run = lived(odd)
    assert run.state is RunState.SUCCEEDED
    check_told(odd, run, carrier)
    save_all(run, tmp_path / "a" / "b")

    server.generates(record | {"generation_status": "failed"}, told=dict.fromkeys(told, value))
    run = lived(odd)
    assert run.state is RunState.FAILED
    check_told(odd, run, carrier)


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_an_answer_to_the_post_of_any_values_ends_and_is_told(odd, carrier, server, value):
    created = {"generation_id": "g1", "generation_provider_order": value, "generation_status": value, HALF: value}
    server.generates(STATED, created=created)
    assert lived(odd).state is RunState.SUCCEEDED
    server.refuses(200, value)
    run = lived(odd)
    assert run.state in {RunState.ANSWERED, RunState.LOST}
    check_told(odd, run, carrier)
    error = {"code": value, "type": value, "message": value, "retryable": value, "provider_errors": [{"x": value}]}
    details = {"retry_after_seconds": value, HALF: value}
    server.refuses(402, {"request_id": value, "error": error | {"retryable": False, "details": details}})
    run = lived(odd)
    assert run.state is RunState.REFUSED
    check_told(odd, run, carrier)
    assert odd.run["alert"]["message"]


@pytest.mark.parametrize("value", ["../../PWNED", "/x/ABS", "x" * 10_000, "a\0b", "CON", "дом", HALF, "..", ".", "a/b"])
def test_an_id_that_is_no_id_still_ends_in_saved_files(odd, carrier, server, tmp_path, picture, value):
    link = f"{server.url}/files/a.png"
    record = STATED | {"generation_id": value, "generation_output_file": [link, link]}
    server.generates(record, created={"generation_id": value}, png=picture)
    run = lived(odd)
    assert run.state is RunState.SUCCEEDED
    saved = save_all(run, tmp_path / "a" / "b")
    assert sorted(name.endswith(".json") for name in saved) == [False, False, True, True]
    answer, (content,) = Page(odd).ask("fetch_output", run_id=run.run_id, index=1)
    assert content == picture
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*-2\.png", answer["data"]["filename"])
    check_told(odd, run, carrier)
    assert {path.rpartition("/")[0] for _, path in server.asked if path.startswith("/v1/content")} == {"/v1/content"}


@pytest.mark.parametrize("value", ["", {"a": 1}, ["g1"], 7, None, True, "x" * 20_000])
def test_an_id_that_stands_for_nothing_is_a_lost_run_that_says_so(odd, carrier, server, value):
    server.generates(STATED, created={"generation_id": value})
    run = lived(odd)
    assert run.state is RunState.LOST
    assert odd.run["alert"]["message"].endswith("data.generation_id")
    check_told(odd, run, carrier)


JSON = st.recursive(
    st.sampled_from(list(ODD.values())) | st.text(st.characters(exclude_categories=())) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*FIELDS, *STATED]) | st.text(), JSON), st.sampled_from(sorted(ENDS)))
def test_whatever_a_record_holds_the_run_can_be_told(record, state):
    read = decode_json(encode(record), status_code=200)
    content = encode({"data": record})
    facts = {"state": RunState(state), "generation": read, "raw_record": content, "raw_reply": content, "is_json": True}
    check_record(a_run(generation_id="g1", **facts))


def test_the_page_is_told_of_no_more_outputs_than_it_can_hold():
    run = a_run(state=RunState.SUCCEEDED, generation={"generation_output_file": ["https://a.example/b.png"] * 10_000})
    assert len(run.outputs) == 10_000
    assert len(run_snapshot(run, LaidOut())["outputs"]) == 100


MOMENTS = (
    st.floats() | st.integers() | st.sampled_from([0, -1, 1e308, float("inf"), float("nan"), 10**15, -62135596801])
)


@given(MOMENTS, st.text(st.characters(exclude_categories=())), st.sampled_from(sorted(RunState)))
def test_a_row_of_any_moment_can_be_told(created_at, text, state):
    prompt = json.dumps({"generation_prompt": text, "generation_provider_order": text}).encode()
    row = Row(
        intent_id="i1",
        idempotency_key="k",
        request_hash="h",
        body=prompt,
        region_id="us",
        api_url="https://api.example",
        helper_url="https://api.example",
        is_own_origin=False,
        model_type="image",
        model_id="a/b",
        path="/v1/x",
        key_fingerprint="f",
        created_at=created_at,
        state=state,
        updated_at=0.0,
    )
    check_record(Run(intent_of(row), TARGET, FAST, FakeRunner(), facts_of(row)))
    check_record(Run(intent_of(row), TARGET, FAST, FakeRunner(), first_facts(intent_of(row))))
    strict(list(map(shown_lines, _line(row))))


@given(st.text() | st.sampled_from([one for one in ODD.values() if isinstance(one, str)]), st.floats())
def test_any_moment_of_the_wire_is_a_number_or_none(moment, unix_s):
    found = unix_ms(moment)
    assert found is None or abs(found) < 1e15
    assert len(iso_time(unix_s)) == 24


@pytest.mark.parametrize("told", [HALF, TURNED, TERMINAL])
def test_nothing_that_a_terminal_obeys_is_printed(capsys, told):
    complain(told)
    say(json.dumps({"a": told}, ensure_ascii=False, indent=2))
    for printed in capsys.readouterr():
        assert is_plain(printed.replace("\n", ""))


def test_values_of_any_kind_reach_the_page(odd):
    for value in (HALF, {"a": HUGE}, [HALF], float("nan"), float("inf"), HUGE, object(), b"x", {1, 2}):
        odd.values = {"generation_prompt": value, HALF: value, 3: value}
        strict(odd.get_state(["values"]))
        assert [one.severity for one in odd.problems if one.field == "generation_prompt"] == ["error"]
        odd.values = {"generation_prompt": PROMPT}
