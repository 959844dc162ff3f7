"""Runs are found by words, state, model, rating and time: page by page, with or without FTS5."""

import json
import random
import sqlite3
from contextlib import closing, contextmanager

import pytest

from genwidget.messages import render
from genwidget.runs.ledger import KeyUse, Ledger, Search, Wanted, file, finding, numbers
from genwidget.runs.ledger.row import COLUMNS
from genwidget.runs.ledger.words import words_of
from tests.golden import searches
from tests.ledger_rows import a_row

PROMPTS = {
    "seal": "A baby seal, on Arctic ice",
    "sea": "The sea at night",
    "cafe": "Café Ångström at dusk",
    "tokyo": "東京の夜景",
    "hindi": "हिन्दी में",
    "quote": 'He said "or not" (NEAR: b*)',
    "sign": "50% off -- $5 + tax",
    "emoji": "🦭 on ice",
    "nul": "one\x00two",
    "half": "lone \ud800 half",
    "empty": "",
}
#: What is typed, and which runs have it; the model of all is bfl/flux-schnell.
TYPED = {
    "se": {"seal", "sea"},
    "sea ": {"sea"},
    "SEAL": {"seal"},
    "ice seal": {"seal"},
    "seal , on": {"seal"},
    "seal,": {"seal"},
    "seal. on": set(),
    "eal": set(),
    "cafe": {"cafe"},
    "CAFÉ angstr": {"cafe"},
    "京": {"tokyo"},
    "東京": {"tokyo"},
    "京東": set(),
    "हिन्": {"hindi"},
    '"or': {"quote"},
    "or NOT": set(PROMPTS) & {"quote"},
    "sea OR seal": set(),
    "near(": set(),
    "(near:": {"quote"},
    "b*": {"quote"},
    "s*": set(),
    "*": {"quote"},
    "50%": {"sign"},
    "--": {"sign"},
    "^the": set(),
    "words:seal": set(),
    "{seal}": set(),
    "🦭": {"emoji"},
    "one": {"nul"},
    "\x00": set(PROMPTS),
    " ": set(PROMPTS),
    "flux-sch": set(PROMPTS),
    "bfl/": set(PROMPTS),
    "flux seal": {"seal"},
    "qwen": set(),
}


@pytest.fixture
def ledger(tmp_path):
    one = Ledger(tmp_path / "ledger.sqlite3")
    yield one
    one.close()


@pytest.fixture(params=["FTS5", "no FTS5"])
def any_ledger(request, ledger, monkeypatch):
    """A ledger whose SQLite has FTS5, and one whose has none."""
    if request.param == "no FTS5":
        monkeypatch.setattr(finding, "_INDEX", finding._INDEX.replace("fts5", "no_such_module"))
    return ledger


def fill(ledger, rows):
    begun = [ledger.begin_soon(row) for row in rows]
    assert all(one.result(10) for one in begun)


def prompted(name, prompt, **more):
    return a_row(name, body=json.dumps({"generation_prompt": prompt}).encode(), **more)


def names(found):
    return [row.intent_id for _, row in found.rows]


def find(ledger, typed="", limit=100, whose=None, after=None, **wanted):
    return ledger.find_page(Wanted(search=Search(typed), **wanted), limit, whose=whose, after=after)


@contextmanager
def sql(ledger):
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as connection:
        yield connection


@pytest.mark.parametrize("typed", TYPED, ids=repr)
def test_what_is_typed_is_searched_as_it_stands(any_ledger, typed):
    fill(any_ledger, [prompted(name, prompt) for name, prompt in PROMPTS.items()])
    assert set(names(find(any_ledger, typed))) == TYPED[typed]


def test_both_ways_find_the_same_whatever_is_written_and_typed(ledger, monkeypatch):
    drawn = random.Random(7)  # noqa: S311 - no secret
    signs = [chr(code) for code in range(0x80)] + list("éßİ東の🦭ก\u0300—\u200d\ud800\ue02a  ab")
    texts = ["".join(drawn.choices(signs, k=drawn.randint(1, 9))) for _ in range(400)]
    fill(ledger, [prompted(f"i{at}", text) for at, text in enumerate(texts)])
    typed = [text[: drawn.randint(1, 4)] for text in texts]
    with_index = [names(find(ledger, one, 1000)) for one in typed]
    assert any(0 < len(one) < len(texts) for one in with_index)
    monkeypatch.setattr(ledger._finder, "_reason", "none")
    assert [names(find(ledger, one, 1000)) for one in typed] == with_index


def test_without_fts5_it_is_said_once_and_nobody_is_kept_from_writing(ledger, monkeypatch, caplog):
    monkeypatch.setattr(finding, "_INDEX", finding._INDEX.replace("fts5", "no_such_module"))
    fill(ledger, [prompted("i1", "a seal")])
    begun = ledger.begin_soon(prompted("i2", "a seal too"))
    assert set(names(find(ledger, "seal"))) >= {"i1"}
    assert begun.result(10)
    assert names(find(ledger, "seal")) == ["i2", "i1"]
    (said,) = [one.message for one in caplog.records if "not indexed" in one.message]
    assert said == render("ledger_no_index", path=ledger.path, reason="no such module: no_such_module")


def test_an_index_that_is_broken_is_not_read(ledger):
    fill(ledger, [prompted("i1", "a seal")])
    assert names(find(ledger, "seal")) == ["i1"]
    with sql(ledger) as other:
        other.execute("UPDATE run_words_data SET block = x'ff00ff00ff'")
    fill(ledger, [prompted("i2", "a seal too")])
    assert names(find(ledger, "seal")) == ["i2", "i1"]
    assert ledger.forget("i1")
    assert names(find(ledger, "seal")) == ["i2"]


def test_pages_follow_one_another_without_a_gap_while_runs_come(any_ledger):
    fill(any_ledger, [prompted(f"i{at}", f"seal {at}") for at in range(25)])
    read, after = [], None
    for turn in range(9):
        found = find(any_ledger, "seal", 10, after=after)
        read += names(found)
        after = found.after
        if after is None:
            break
        fill(any_ledger, [prompted(f"new {turn}", "seal")])
    assert read == [f"i{at}" for at in reversed(range(25))]


ROWS = {
    "one": {"state": "succeeded", "rating": 5, "created_at": 10.0, "model_id": "qwen/image"},
    "two": {"state": "failed", "created_at": 20.0},
    "three": {"state": "succeeded", "rating": 0, "created_at": 30.0, "region_id": "us", "api_url": "https://a.example"},
    "four": {"state": "succeeded", "is_deleted": True, "rating": 3, "created_at": 40.0},
    "five": {"state": "processing", "created_at": 50.0, "key_fingerprint": "b" * 12},
}
FILTERS = [
    ({}, "one two three four five"),
    ({"states": frozenset({"succeeded"})}, "one three five"),
    ({"states": frozenset({"failed", "deleted"})}, "two four five"),
    ({"model_id": "qwen/image"}, "one"),
    ({"ratings": frozenset({5, 3})}, "one four"),
    ({"ratings": frozenset({0})}, "three"),
    ({"ratings": frozenset({None, 5})}, "one two five"),
    ({"since": 20.0, "until": 40.0}, "two three"),
    ({"since": 20.0, "typed": "flux"}, "two three four five"),
    ({"whose": KeyUse("0123456789ab", None)}, "one two four"),
    ({"whose": KeyUse("0123456789ab", "https://a.example")}, "three"),
    ({"whose": ["two", "three", "none"], "states": frozenset({"failed"})}, "two"),
    ({"whose": [], "typed": "flux"}, ""),
    ({"model_id": "' OR TRUE --"}, ""),
]


@pytest.mark.parametrize(("wanted", "found"), FILTERS)
def test_filters_are_all_held(any_ledger, wanted, found):
    fill(any_ledger, [prompted(name, "a seal", **more) for name, more in ROWS.items()])
    assert names(find(any_ledger, **wanted)) == found.split()[::-1]


def test_what_becomes_of_a_run_is_found_at_once(ledger):
    fill(ledger, [prompted("i1", "seal")])
    done = frozenset({"refused"})
    assert names(find(ledger, "seal", states=frozenset({"failed"}))) == ["i1"], "under way: its process knows"
    ledger.record(prompted("i1", "seal", state="failed"))
    assert ledger.drain(10)
    assert names(find(ledger, "seal", states=done)) == []
    assert names(find(ledger, "seal", states=frozenset({"failed"}))) == ["i1"]
    assert ledger.rate("i1", 4).result(10)
    assert names(find(ledger, ratings=frozenset({4}))) == ["i1"]


def test_nothing_is_left_of_the_words_of_a_run_that_is_forgotten(ledger):
    fill(ledger, [prompted("i1", "a secret seal"), prompted("i2", "a seal")])
    assert len(names(find(ledger, "seal"))) == 2
    assert ledger.forget("i1")
    with sql(ledger) as other:
        assert other.execute("SELECT words FROM run_words").fetchall() == [("a seal bfl \ue02f flux \ue02d schnell",)]
        assert other.execute("SELECT intent_id FROM run_numbers").fetchall() == [("i2",)]


def test_a_run_that_others_forget_is_not_found_and_its_words_go_with_the_next_search(ledger):
    fill(ledger, [prompted("i1", "a seal")])
    assert names(find(ledger, "seal")) == ["i1"]
    with sql(ledger) as other:
        other.execute("DELETE FROM runs")
    assert names(find(ledger, "seal")) == names(find(ledger)) == []
    with sql(ledger) as other:
        assert other.execute("SELECT COUNT(*) FROM run_words").fetchone() == (0,)
    fill(ledger, [prompted("i1", "a seal again")])
    assert names(find(ledger, "again")) == ["i1"]


def test_a_file_of_before_gets_numbers_in_order_of_time_and_no_row_keeps_it_from_that(tmp_path, monkeypatch):
    path = tmp_path / "ledger.sqlite3"
    at = file.MIGRATIONS.index(numbers.SCHEMA)
    with monkeypatch.context() as patch:
        patch.setattr(file, "MIGRATIONS", file.MIGRATIONS[:at])
        old = Ledger(path)
        fill(old, [prompted("late", "seal", created_at=9.0), prompted("early", "seal", created_at=3.0)])
        old.close()
    copied = ", ".join(name for name in COLUMNS if name not in {"intent_id", "idempotency_key"})
    copy = (
        f"INSERT INTO runs (intent_id, idempotency_key, {copied}) "  # noqa: S608 - the ledger's own names
        f"SELECT ?, ?, {copied} FROM runs WHERE intent_id = 'late'"
    )
    with closing(sqlite3.connect(path)) as other, other:
        for odd in (None, b"\xff", 7):
            other.execute(copy, (odd, str(odd)))
    new = Ledger(path)
    assert [one for one in names(find(new, "seal")) if one in {"late", "early"}] == ["late", "early"]
    new.close()


def test_a_search_reads_no_more_of_a_large_ledger_than_of_a_small_one(ledger, monkeypatch):
    """Counted in rows that SQLite hands out, which needs no clock."""
    counts = []
    read = finding.row_of
    monkeypatch.setattr(finding, "row_of", lambda *row: counts.append(1) or read(*row))
    fill(ledger, [prompted(f"i{at}", f"seal {at}") for at in range(60)])
    find(ledger, "seal", 40)
    small = len(counts)
    fill(ledger, [prompted(f"j{at}", f"seal {at}") for at in range(600)])
    counts.clear()
    find(ledger, "seal", 40)
    assert len(counts) == small == 40


def test_words_of_a_text_are_its_letters_and_each_sign():
    assert words_of("Seal 2!") == ["seal", "2", "\ue021"]
    assert words_of("\x00\x1f\x7f \u3000") == []


def test_the_golden_file_of_searches_is_of_now():
    assert searches.PATH.read_text("utf-8") == searches.as_text(), "run: python -m tests.golden.searches"
