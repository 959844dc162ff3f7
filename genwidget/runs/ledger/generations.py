"""Which runs of the ledger are of a generation, and what is known of its cost. Called within a transaction."""

import json
import sqlite3
from dataclasses import replace
from typing import Final

from genwidget.api.regions import Target, is_same_host
from genwidget.arguments import is_same_id
from genwidget.runs.ledger.row import Row, fit

#: Asks for the ids in what :func:`ids_of` returns.
RUN_IDS: Final = "SELECT value FROM json_each(?)"
_CAME_BACK: Final = "SELECT 1 FROM runs WHERE intent_id = ? AND credits = 0 AND generation_id = ?"


def ids_of(connection: sqlite3.Connection, generation_id: str, region_id: str, api_url: str) -> str:
    """Return the ids of the runs of a generation at its host, as a JSON array."""
    target = _place(region_id, api_url)
    found = connection.execute(
        "SELECT intent_id, generation_id, region_id, api_url FROM runs WHERE generation_id = ? COLLATE NOCASE",
        (fit(generation_id),),
    )
    rows = [[_text(value) for value in row] for row in found]
    return json.dumps(
        [
            run_id
            for run_id, its_id, *place in rows
            if is_same_id(its_id, generation_id) and is_same_host(_place(*place), target)
        ]
    )


def as_known(connection: sqlite3.Connection, row: Row) -> Row:
    """Return an outcome as costing nothing where it is known, from any process, that its generation does."""
    if row.credits != 0 and connection.execute(_CAME_BACK, (row.intent_id, fit(row.generation_id))).fetchone():
        return replace(row, credits=0.0)  # whoever carries the run has not heard it from who canceled it
    return row


def _place(region_id: str, api_url: str) -> Target:
    return Target(region_id, api_url, api_url, is_own_origin=True)


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
