"""The header of Response, watched from the click to the end, wide and narrow."""

import itertools

import pytest
from playwright.sync_api import expect

from tests.browser.walk.header import faults_in, records, watch


@pytest.fixture(params=[1280, 360])
def width(request, host):
    host.resize(request.param)
    yield request.param
    host.resize(1920)


def phases(noted):
    """Return the kinds of records in their order, each once in a row."""
    seen = [(one.is_loading, one.status, bool(one.time), bool(one.lines)) for one in noted]
    return [key for key, _ in itertools.groupby(seen)]


def test_s11_the_header_shows_each_thing_exactly_when_it_is_due(host, view, kind, width, sandbox):
    sandbox.faults.add(kind="slow_drip", route="generate", duration_s=6, count=1)
    view.begin(kind).write(kind, f"S11 {kind} {width}")
    before = len(sandbox.generations)
    watch(view)
    view.send.click()
    view.expect_answered()
    expect(view.response.get_by_text("generation_id", exact=True).first).to_be_visible()
    view.expect_end("succeeded")
    view.expect_output(kind, f"S11 {kind} {width}")
    noted = records(view)
    assert faults_in(noted) == []
    loading = [one for one in noted if one.is_loading]
    assert len({one.time for one in loading}) >= 5, "redrawn at least five times in a second"
    assert noted[-1].status == "200"
    assert [noted[-1].is_loading, bool(noted[-1].time), bool(noted[-1].lines)] == [False, True, True]
    final = host.ask("pg.runs[0].latency_ms")
    assert noted[-1].time == f"{final:,} ms"
    assert len(sandbox.generations) == before + 1


@pytest.mark.parametrize(
    ("fault", "status", "has_lines"),
    [({"kind": "rate_limit", "retry_after_s": 7200}, "429", True), ({"kind": "not_json"}, "200", False)],
    ids=["refused", "not-json"],
)
def test_s11_only_json_has_lines_and_errors_have_them_too(view, width, sandbox, fault, status, has_lines):
    sandbox.faults.add(**fault, route="generate")
    view.begin().write("image", "S11")
    watch(view)
    view.click_send()
    expect(view.alert).not_to_be_empty()
    view.expect_answered()
    expect(view.response.get_by_text(status, exact=True).first).to_be_visible()
    noted = records(view)
    assert faults_in(noted) == []
    assert noted[-1].status == status

    own = itertools.dropwhile(lambda one: not one.is_loading, noted)
    assert any(one.lines for one in own) is has_lines
    assert phases(noted)[-1] == (False, status, True, has_lines)
