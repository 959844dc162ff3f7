"""The list of runs as the page asks for it: pages, filters, ratings, thumbnails, and to let go of a run."""

import dataclasses
import io
import json
import sqlite3
import threading
from contextlib import closing

import pytest
from PIL import Image

from genwidget.errors import InvalidRequest
from genwidget.messages import MESSAGES, render
from genwidget.runs import runner
from genwidget.runs.ledger.row import COLUMNS
from genwidget.widget import thumbnails
from tests.ledger_rows import a_row
from tests.widget.conftest import FAST, PROMPT, Page, eventually


@pytest.fixture
def run(pg):
    return pg.send().wait(15)


def found(page, **asked):
    answer, _ = page.ask("find_runs", **asked)
    return answer["data"]["rows"]


def fill(ledger, count, name="old", **given):
    """Write many rows at once, as an earlier process has."""
    ledger.rows(1)
    rows = [
        a_row(
            f"{name} {at:06}",
            **{
                "idempotency_key": f"{name} {at}",
                "created_at": 1e9 + at,
                "state": "succeeded",
                "body": json.dumps({"generation_prompt": f"A seal of number {at:06}"}).encode(),
                **given,
            },
        )
        for at in range(count)
    ]
    statement = f"INSERT INTO runs ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - ours
    with closing(sqlite3.connect(ledger.path)) as other, other:
        other.executemany(statement, [[getattr(row, column) for column in COLUMNS] for row in rows])


def bytes_sent(page, since):
    return sum(len(json.dumps(data, default=str)) + sum(map(len, parts)) for _, data, parts in page.comm.sent[since:])


@pytest.mark.parametrize("asked", [{}, {"search": "sea"}, {"search": "seal", "states": ["succeeded"]}], ids=str)
def test_what_goes_to_the_page_does_not_grow_with_the_number_of_runs(make, carrier, asked):
    page = Page(make())
    told = []
    for at, count in enumerate((60, 3_000)):
        fill(carrier.ledger, count, f"turn {at}")
        assert len(found(page, **asked)) == 40
        eventually(lambda: not page.playground.session.background._under_way)
        since = len(page.comm.sent)
        assert len(found(page, **asked)) == 40
        eventually(lambda: not page.playground.session.background._under_way)
        assert page.playground.session.publisher.drain()
        told.append((len(page.comm.sent) - since, bytes_sent(page, since) // 1_000))
    assert told[0] == told[1]
    assert told[0][0] == 1, "one answer, and no trait"


def test_all_of_the_ledger_is_read_page_by_page_and_held_by_nobody(make, carrier):
    fill(carrier.ledger, 130)
    page = Page(make())
    ids, after, asked = [], None, 0
    while True:
        answer, _ = page.ask("find_runs", after=after, search="seal number")
        ids += [row["run_id"] for row in answer["data"]["rows"]]
        after, asked = answer["data"]["after"], asked + 1
        if after is None:
            break
    assert ids == [f"old {at:06}" for at in reversed(range(130))]
    assert asked == 4
    assert len(page.playground.session.run_list.all()) == 0
    shown, _ = page.ask("load_run", run_id="old 000003")
    assert shown["ok"]
    assert page.values_of("run")[-1]["run_id"] == "old 000003"


def test_a_run_that_the_ledger_has_not_stands_where_its_time_is(make, carrier):
    pg = make(values={"generation_prompt": PROMPT}, spend_limit=0)
    pg.lock_key()
    refused = pg.send()
    eventually(lambda: refused.is_terminal)
    assert carrier.ledger.find(refused.run_id) is None
    pg.spend_limit = None
    later = pg.send().wait(15)
    page = Page(pg)
    assert [row["run_id"] for row in found(page)] == [later.run_id, refused.run_id]
    first, _ = page.ask("find_runs", limit=1)
    second, _ = page.ask("find_runs", limit=1, after=first["data"]["after"])
    assert [row["run_id"] for row in first["data"]["rows"] + second["data"]["rows"]] == [later.run_id, refused.run_id]
    assert [row["run_id"] for row in found(page, states=["refused"])] == [refused.run_id]
    assert found(page, states=["refused"], search="otter") == []


def test_what_a_process_left_under_way_is_found_as_lost(make, carrier):
    carrier.ledger.begin(a_row("left", state="sending"))
    with closing(sqlite3.connect(carrier.ledger.path)) as other, other:
        other.execute("UPDATE runs SET owner = NULL")
    page = Page(make())
    assert [row["state"] for row in found(page, states=["lost"])] == ["lost"]
    assert found(page, states=["sending"]) == []


def test_a_rating_is_told_kept_and_taken_back(pg, page, run, carrier):
    answer, _ = page.ask("rate_run", run_id=run.run_id, rating=4)
    assert (answer["data"]["row"]["rating"], run.rating) == (4, 4)
    assert carrier.ledger.find(run.run_id).rating == 4
    eventually(lambda: page.values_of("run")[-1]["rating"] == 4)
    assert [row["rating"] for row in found(page, ratings=[4, 5])] == [4]
    assert found(page, ratings=[None]) == []
    page.ask("rate_run", run_id=run.run_id, rating=None)
    assert found(page, ratings=[4, 5]) == []
    refused, _ = page.ask("rate_run", run_id=run.run_id, rating=6)
    assert refused["alert"]["message"] == MESSAGES["bad_rating"]
    run.rate(0)
    assert pg.runs.to_records()[0]["rating"] == 0
    with pytest.raises(InvalidRequest):
        run.rate(9)


def test_picks_are_the_rated_ones_of_the_whole_ledger_the_best_first(make, carrier):
    fill(carrier.ledger, 250)
    for at, rating in ((3, 2), (200, 5), (100, 0), (7, 5)):
        assert carrier.ledger.rate(f"old {at:06}", rating).result(10)
    picks = make().runs.picks
    assert [one.run_id for one in picks] == ["old 000200", "old 000007", "old 000003"]


def test_what_another_process_has_sent_is_counted_once_the_runs_are_asked_for(make, carrier):
    page = Page(make())
    page.ask("hello", view="v")
    fill(carrier.ledger, 3)
    assert len(found(page)) == 3
    page.wait_for("history_state", lambda told: told["count"] == 3)
    fill(carrier.ledger, 2, "newer")
    assert len(found(page)) == 5
    page.wait_for("history_state", lambda told: told["count"] == 5)


def test_a_run_of_a_region_that_is_none_is_answered_with_a_sentence(make, carrier):
    fill(carrier.ledger, 1, region_id="moon", state="lost", is_own_origin=False)
    page = Page(make())
    page.ask("hello", view="v")
    (row,) = found(page)
    answer, _ = page.ask("resume", run_id=row["run_id"])
    assert answer["alert"]["message"] == MESSAGES["key_not_locked"]


def test_what_another_process_has_sent_is_counted_when_a_person_turns_to_the_page(make, carrier):
    page = Page(make())
    page.ask("hello", view="v")
    fill(carrier.ledger, 3)
    page.ask("beat")
    page.wait_for("history_state", lambda told: told["count"] == 3)
    fill(carrier.ledger, 2, "newer")
    page.ask("beat")
    page.wait_for("history_state", lambda told: told["count"] == 5)


def test_a_run_is_forgotten_and_its_number_told(page, run, carrier):
    page.wait_for("history_state", lambda told: told["count"] == 1)
    page.ask("fetch_thumbnail", run_id=run.run_id)
    assert page.ask("forget_run", run_id=run.run_id)[0]["ok"]
    assert carrier.ledger.find(run.run_id) is None
    page.wait_for("history_state", lambda told: told["count"] <= 1)
    assert list(carrier.ledger.path.with_name("thumbnails").glob("*")) == []


def test_a_run_under_way_is_not_forgotten(pg, page, sandbox, carrier):
    sandbox.hold()
    run = pg.send()
    eventually(lambda: run.generation_id is not None)
    answer, _ = page.ask("forget_run", run_id=run.run_id)
    assert answer["alert"]["message"] == MESSAGES["forget_live"]
    assert carrier.ledger.find(run.run_id) is not None
    run.cancel(15)


def test_a_generation_is_deleted_from_its_row_and_again_without_harm(page, run):
    for _ in range(2):
        answer, _ = page.ask("delete_run", run_id=run.run_id)
        assert (answer["ok"], answer["data"]["row"]["state"], answer["data"]["row"]["can_delete"]) == (
            True,
            "deleted",
            False,
        )
    assert [row["state"] for row in found(page, states=["deleted"])] == ["deleted"]


def test_a_former_run_fills_the_form(page, run):
    form = {"region": "sandbox", "model_type": "video", "model_id": "google/veo-2", "values": {}}
    answer, _ = page.ask("fill_from_run", run_id=run.run_id, **form)
    assert answer["data"]["model_id"] == "bfl/flux-schnell"
    assert answer["data"]["values"] == run.request


def test_what_was_not_stored_fills_no_form(make, carrier):
    carrier.ledger.begin(a_row("bare", state="succeeded", body=None))
    page = Page(make())
    assert found(page)[0]["is_stored"] is False
    form = {"region": "sandbox", "model_type": "video", "model_id": "google/veo-2", "values": {}}
    answer, _ = page.ask("fill_from_run", run_id="bare", **form)
    assert answer["alert"]["message"] == MESSAGES["fill_not_stored"]


def test_where_no_body_is_kept_no_thumbnail_is(make, carrier):
    pg = make(values={"generation_prompt": PROMPT}, settings=dataclasses.replace(FAST, store_bodies=False))
    pg.lock_key()
    run = pg.send().wait(15)
    assert Page(pg).ask("fetch_thumbnail", run_id=run.run_id)[1], "it is drawn"
    assert not carrier.ledger.path.with_name("thumbnails").exists()


def test_a_thumbnail_is_small_drawn_beside_and_kept_when_the_output_has_gone(page, run, monkeypatch):
    threads = set()
    draw = thumbnails.thumbnail_of
    monkeypatch.setattr(
        thumbnails, "thumbnail_of", lambda one: threads.add(threading.current_thread().name) or draw(one)
    )
    answer, (made,) = page.ask("fetch_thumbnail", run_id=run.run_id)
    assert answer["data"] == {"media_type": "image/webp", "reason": "", "may_come": False}
    with Image.open(io.BytesIO(made)) as picture:
        assert (picture.format, max(picture.size)) == ("WEBP", 256)
    assert threads
    assert not {name for name in threads if name in {"MainThread", "genwidget-io"}}
    monkeypatch.delattr(runner.Runner, "fetch")
    assert page.ask("fetch_thumbnail", run_id=run.run_id)[1] == [made]
    assert len(threads) == 1


def test_no_thumbnail_lies_in_a_trait_or_is_made_without_being_asked_for(pg, page, run):
    assert page.ask("find_runs")[0]["data"]["rows"]
    assert [parts for _, _, parts in page.comm.sent if parts] == []
    _, (made,) = page.ask("fetch_thumbnail", run_id=run.run_id)
    assert repr(made) not in repr(pg.get_state())
    assert [parts for _, data, parts in page.comm.sent if parts and "state" in (data or {})] == []


def test_what_was_looked_at_has_a_thumbnail_without_a_further_request(page, run, monkeypatch):
    page.ask("fetch_output", run_id=run.run_id, index=0)
    eventually(lambda: not page.playground.session.background._under_way)
    monkeypatch.delattr(runner.Runner, "fetch")
    assert page.ask("fetch_thumbnail", run_id=run.run_id)[1]


def test_what_keeps_a_thumbnail_from_being_there_is_said_in_its_place(make, run, carrier):
    carrier.ledger.begin(a_row("other", generation_id="g", state="succeeded", key_fingerprint="f" * 12))
    page = Page(make())
    answer, parts = page.ask("fetch_thumbnail", run_id="other")
    assert (answer["ok"], answer["alert"], parts) == (True, None, [])
    assert answer["data"] == {
        "media_type": "",
        "reason": render("sheet_no_picture_yet", reason=MESSAGES["key_not_locked"]),
        "may_come": True,
    }


def test_bytes_of_which_no_thumbnail_can_be_made_are_said_to_be_such(page, run, monkeypatch):
    monkeypatch.setattr(thumbnails, "thumbnail_of", lambda _: None)
    answer, parts = page.ask("fetch_thumbnail", run_id=run.run_id)
    reason = render("sheet_no_picture", reason=MESSAGES["no_thumbnail"])
    assert (answer["data"], parts) == ({"media_type": "", "reason": reason, "may_come": False}, [])


def test_no_more_thumbnails_are_kept_than_may_be(tmp_path, monkeypatch, pg):
    monkeypatch.setattr(thumbnails, "MOST_KEPT", 2)
    kept = thumbnails.Thumbnails(lambda: pg.session.runner, pg.session._fetch_record)
    monkeypatch.setattr(thumbnails, "_BETWEEN_LOOKS", 1)
    for at in range(5):
        kept._keep(tmp_path / "t" / f"{at}.webp", b"x")
    assert len(list((tmp_path / "t").iterdir())) == 2
