"""Numbers of runs, in the order in which they were begun, and by each number what runs are filtered by.

No number is given again, whatever is forgotten. Triggers write it all, so that whoever writes a run gives it a number;
and they note which runs are new or gone, of which the words for searching (:mod:`genwidget.runs.ledger.finding`)
follow. They write a plain table: a Python whose SQLite has no FTS5 must be able to write the file too.
"""

from typing import Final

#: The schema's part, for :data:`genwidget.runs.ledger.file.MIGRATIONS`. A number outlives its run until its words are
#: gone too. A file may hold a row without an id that is a text: it has no number, and is not found.
SCHEMA: Final = """
    CREATE TABLE run_numbers (
        number INTEGER PRIMARY KEY AUTOINCREMENT, intent_id TEXT NOT NULL UNIQUE, is_stale INTEGER NOT NULL DEFAULT 1,
        state, is_deleted, rating, created_at, model_id, key_fingerprint, region_id, api_url
    );
    CREATE INDEX run_numbers_stale ON run_numbers (number) WHERE is_stale = 1;
    INSERT INTO run_numbers (
        intent_id, state, is_deleted, rating, created_at, model_id, key_fingerprint, region_id, api_url
    )
        SELECT intent_id, state, is_deleted, rating, created_at, model_id, key_fingerprint, region_id, api_url
        FROM runs WHERE typeof(intent_id) = 'text' ORDER BY created_at, rowid;
    CREATE TRIGGER run_begun AFTER INSERT ON runs WHEN typeof(new.intent_id) = 'text' BEGIN
        INSERT INTO run_numbers (
            intent_id, state, is_deleted, rating, created_at, model_id, key_fingerprint, region_id, api_url
        ) VALUES (
            new.intent_id, new.state, new.is_deleted, new.rating, new.created_at, new.model_id, new.key_fingerprint,
            new.region_id, new.api_url
        ) ON CONFLICT (intent_id) DO UPDATE SET
            is_stale = 1, state = excluded.state, is_deleted = excluded.is_deleted, rating = excluded.rating,
            created_at = excluded.created_at, model_id = excluded.model_id, region_id = excluded.region_id,
            key_fingerprint = excluded.key_fingerprint, api_url = excluded.api_url;
    END;
    CREATE TRIGGER run_changed AFTER UPDATE OF state, is_deleted, rating ON runs BEGIN
        UPDATE run_numbers SET state = new.state, is_deleted = new.is_deleted, rating = new.rating
            WHERE intent_id = new.intent_id;
    END;
    CREATE TRIGGER run_forgotten AFTER DELETE ON runs BEGIN
        UPDATE run_numbers SET is_stale = 1, state = NULL WHERE intent_id = old.intent_id;
    END;
"""
