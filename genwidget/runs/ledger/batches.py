"""Batches in the ledger: a row for each, and one for each item, written whole before the first item is sent."""

from typing import Final

#: The schema's part, for :data:`genwidget.runs.ledger.file.MIGRATIONS`. ``round`` counts how often an item was begun
#: anew, each time with another idempotency key; ``files`` is a JSON list of names.
SCHEMA: Final = """
    CREATE TABLE batches (
        batch_id TEXT PRIMARY KEY, created_at REAL NOT NULL, updated_at REAL NOT NULL, state TEXT NOT NULL, reason TEXT,
        region_id TEXT NOT NULL, api_url TEXT NOT NULL, helper_url TEXT NOT NULL, is_own_origin INTEGER NOT NULL,
        key_fingerprint TEXT NOT NULL, count INTEGER NOT NULL, folder TEXT, spend_limit TEXT,
        stop_after_failures INTEGER, asked TEXT, owner INTEGER, holder TEXT
    );
    CREATE INDEX batches_by_time ON batches (created_at DESC);
    CREATE TABLE batch_items (
        batch_id TEXT NOT NULL, position INTEGER NOT NULL, round INTEGER NOT NULL, state TEXT NOT NULL,
        source_row INTEGER, model_type TEXT NOT NULL, model_id TEXT NOT NULL, path TEXT NOT NULL, body BLOB NOT NULL,
        price REAL, intent_id TEXT, generation_id TEXT, credits REAL, files TEXT, reason TEXT, ended_at REAL,
        PRIMARY KEY (batch_id, position)
    ) WITHOUT ROWID;
    CREATE INDEX batch_items_by_state ON batch_items (batch_id, state, position);
    CREATE INDEX runs_by_request ON runs (request_hash);
"""

#: What a batch is held to when it goes on in another process.
TERMS: Final = """
    ALTER TABLE batches ADD COLUMN is_reusing INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE batches ADD COLUMN allows_unknown INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE batches ADD COLUMN has_stop_if INTEGER NOT NULL DEFAULT 0;
"""

#: What was varied: ``axes`` is JSON (:mod:`genwidget.batch.axes`); ``place`` is an item's among all combinations, and
#: NULL where it is its position.
AXES: Final = """
    ALTER TABLE batches ADD COLUMN axes TEXT;
    ALTER TABLE batch_items ADD COLUMN place INTEGER;
"""
