"""The sandbox's database, when it cannot be written."""

import sqlite3

import pytest

from genwidget.sandbox.core.store import Store

DEFERRED = (
    "CREATE TABLE made (made_id TEXT PRIMARY KEY)",
    "CREATE TABLE kept (made_id TEXT REFERENCES made DEFERRABLE INITIALLY DEFERRED)",
    "INSERT INTO kept VALUES ('none')",
)


@pytest.fixture
def store(tmp_path):
    with_file = Store(tmp_path, opening_balance=0, now_ms=0)
    yield with_file
    with_file.close()


def test_what_fails_at_its_end_is_undone_and_the_next_change_is_made(store):
    with store.transaction() as db:
        db.execute("CREATE TABLE later (one INTEGER)")
    db.execute("PRAGMA foreign_keys = ON")

    def fail():
        with store.transaction() as db:
            for statement in DEFERRED:
                db.execute(statement)

    for _ in range(2):
        with pytest.raises(sqlite3.IntegrityError):
            fail()
    with store.transaction() as db:
        db.execute("INSERT INTO later VALUES (1)")
    assert [tuple(row) for row in db.execute("SELECT one FROM later")] == [(1,)]


def test_a_full_disk_is_told_as_what_it_is_and_the_next_change_is_made(store):
    with store.transaction() as db:
        db.execute("CREATE TABLE later (one BLOB)")
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")

    def fill():
        with store.transaction() as db:
            db.execute("INSERT INTO later VALUES (zeroblob(1000000))")

    with pytest.raises(sqlite3.OperationalError, match="full"):
        fill()
    db.execute(f"PRAGMA max_page_count = {pages + 1000}")
    fill()
    assert db.execute("SELECT count(*) FROM later").fetchone()[0] == 1
