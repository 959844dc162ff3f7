"""Two files of the ledger made one: of each row the newest is taken. What they have alike is not written again."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from genwidget.runs.ledger.file import transaction

#: Of a run, what is set without its row becoming newer: whoever has it has it from a person, or from the API.
_ASIDE: Final = ("rating", "is_deleted")
_NEWER: Final = "excluded.updated_at > updated_at"
#: Also set aside: that the credits of a generation came back, which a newer row need not have heard.
_CREDITS: Final = """
    CASE WHEN generation_id = excluded.generation_id AND credits = 0 THEN credits ELSE excluded.credits END
"""
#: An item of a batch is planned, then sent, then ended, and may begin anew in another round.
_FURTHER: Final = """
    (excluded.round, excluded.ended_at IS NOT NULL, excluded.generation_id IS NOT NULL, excluded.intent_id IS NOT NULL)
    > (round, ended_at IS NOT NULL, generation_id IS NOT NULL, intent_id IS NOT NULL)
"""
_SPENDING: Final = """
    INSERT INTO main.spending (intent_id, scope, is_sandbox, at_most, reserved, spent)
    SELECT intent_id, scope, is_sandbox, at_most, reserved, spent FROM other.spending WHERE TRUE
    ON CONFLICT (intent_id, scope) DO UPDATE SET reserved = excluded.reserved, spent = excluded.spent WHERE (
        SELECT theirs.updated_at > ours.updated_at FROM other.runs AS theirs JOIN main.runs AS ours USING (intent_id)
        WHERE intent_id = excluded.intent_id
    )
"""
_RATINGS: Final = """
    UPDATE main.runs SET (rating, is_deleted) = (
        SELECT coalesce(runs.rating, theirs.rating), coalesce(runs.is_deleted, theirs.is_deleted)
        FROM other.runs AS theirs WHERE theirs.intent_id = runs.intent_id
    )
    WHERE intent_id IN (
        SELECT intent_id FROM other.runs AS theirs JOIN main.runs AS ours USING (intent_id)
        WHERE (theirs.rating IS NOT NULL AND ours.rating IS NULL)
            OR (theirs.is_deleted IS NOT NULL AND ours.is_deleted IS NULL)
    )
"""
_BACK_THERE: Final = """
    UPDATE main.runs SET credits = 0 WHERE credits IS NOT 0 AND EXISTS (
        SELECT 1 FROM other.runs AS theirs WHERE theirs.intent_id = runs.intent_id
            AND theirs.generation_id = runs.generation_id AND theirs.credits = 0
    )
"""
_NOT_SPENT: Final = """
    UPDATE main.spending SET reserved = 0, spent = 0 WHERE (reserved != 0 OR spent != 0) AND intent_id IN (
        SELECT intent_id FROM main.runs AS ours JOIN other.runs AS theirs USING (intent_id)
        WHERE ours.credits = 0 AND ours.generation_id IS NOT NULL
    )
"""


def merge(connection: sqlite3.Connection, path: Path) -> None:
    """Take what another file has and this one has not, or has older; outside a transaction.

    A row that was removed from one file alone comes back. Leases (:mod:`genwidget.runs.ledger.shares`) are not taken.

    Raises:
        sqlite3.Error: one of them cannot be used.
    """
    connection.execute("ATTACH ? AS other", (str(path),))
    try:
        with transaction(connection, "NORMAL"):
            # What a run has cost is as new as its row, and so is taken before it.
            connection.execute(_SPENDING)
            connection.execute(_newer(connection, "runs", "intent_id", _NEWER, aside=_ASIDE, credits=_CREDITS))
            for statement in (_RATINGS, _BACK_THERE, _NOT_SPENT):
                connection.execute(statement)
            connection.execute(_newer(connection, "batches", "batch_id", _NEWER))
            connection.execute(_newer(connection, "batch_items", "batch_id, position", _FURTHER))
    finally:
        connection.execute("DETACH other")


def _newer(
    connection: sqlite3.Connection,
    table: str,
    key: str,
    condition: str,
    *,
    aside: Sequence[str] = (),
    **values: str,
) -> str:
    """Return what takes the rows of a table that are not here, and those for which the condition holds.

    Of those, columns in ``aside`` are taken where they have a value, and some have ``values`` of their own.
    """
    columns = [name.decode() for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
    changes = [f"{name} = {values.get(name, f'excluded.{name}')}" for name in columns if name not in aside]
    changes += [f"{name} = coalesce(excluded.{name}, {name})" for name in aside]
    # The names are the schema's own. A row whose other key is taken belongs to an intent that is here.
    return f"""
        INSERT INTO main.{table} ({", ".join(columns)}) SELECT {", ".join(columns)} FROM other.{table} WHERE TRUE
        ON CONFLICT ({key}) DO UPDATE SET {", ".join(changes)} WHERE {condition} ON CONFLICT DO NOTHING
    """  # noqa: S608
