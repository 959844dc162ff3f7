"""Generations in the store: made, read as of a moment, canceled, removed."""

import json
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from genwidget.sandbox import assumptions
from genwidget.sandbox.core import credits as credit
from genwidget.sandbox.core.planning import Plan
from genwidget.sandbox.core.providers import PROVIDERS
from genwidget.sandbox.http.responses import ERROR_MESSAGES, Refusal, iso_time

#: Fields that stand at their own place in a record; model-specific ones follow between input and output.
_HEAD: Final = ("generation_prompt", "generation_ratio", "generation_output_format", "generation_output_number")
_VIDEO: Final = ("generation_duration", "generation_resolution", "generation_generate_audio")


@dataclass(frozen=True, slots=True)
class Draft:
    """A generation that was accepted, before it is written."""

    account_id: str
    model_id: str
    model_type: str
    values: Mapping[str, Any]
    provider_order: Sequence[str]
    cost: int  # thousandths of a credit
    created_at: int
    plan: Plan


def insert(db: sqlite3.Connection, draft: Draft) -> tuple[str, str]:
    """Reserve the credits and write a generation; return its id and the first provider's prediction id.

    Raises:
        Refusal: 402, the balance is too low; nothing was written.
    """
    generation_id = str(uuid.uuid4())
    credit.reserve(db, draft.account_id, generation_id, draft.cost, draft.created_at)
    db.execute(
        """INSERT INTO generations (generation_id, account_id, model_id, model_type, body, provider_order, cost,
                                    created_at, ends_at, outcome)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            generation_id,
            draft.account_id,
            draft.model_id,
            draft.model_type,
            json.dumps(dict(draft.values)),
            json.dumps(list(draft.provider_order)),
            draft.cost,
            draft.created_at,
            draft.plan.ends_at,
            draft.plan.outcome,
        ),
    )
    predictions = []
    for number, one in enumerate(draft.plan.attempts, start=1):
        predictions.append(uuid.uuid5(uuid.UUID(generation_id), f"{number}").hex[:24])
        db.execute(
            "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                generation_id,
                number,
                one.provider,
                draft.model_id,
                predictions[-1],
                one.started_at,
                one.ended_at,
                one.outcome,
                one.error_code,
                draft.cost,
            ),
        )
    return generation_id, predictions[0]


def find(db: sqlite3.Connection, generation_id: str, account_id: str | None = None) -> sqlite3.Row:
    """Return a generation's row.

    Raises:
        Refusal: 404, there is none, or it is another account's.
    """
    row = db.execute("SELECT * FROM generations WHERE generation_id = ?", (generation_id.lower(),)).fetchone()
    if row is None or account_id not in {None, row["account_id"]}:
        raise Refusal(assumptions.CODE_GENERATION_NOT_FOUND)
    assert isinstance(row, sqlite3.Row)
    return row


def status_at(row: sqlite3.Row, attempts: Sequence[sqlite3.Row], now_ms: int) -> str:
    """Return a generation's status as of a moment."""
    if row["canceled_at"] is not None:
        return "canceled"
    if now_ms >= row["ends_at"]:
        return str(row["outcome"])
    return "processing" if attempts and now_ms >= attempts[0]["started_at"] else "pending"


def attempts_of(db: sqlite3.Connection, generation_id: str) -> list[sqlite3.Row]:
    """Return a generation's attempts, planned ones too, in order."""
    return db.execute(
        "SELECT * FROM attempts WHERE generation_id = ? ORDER BY attempt_order", (generation_id,)
    ).fetchall()


def record_at(db: sqlite3.Connection, row: sqlite3.Row, now_ms: int, origin: str) -> dict[str, Any]:
    """Return the public record of a generation as of a moment."""
    attempts = attempts_of(db, row["generation_id"])
    status = status_at(row, attempts, now_ms)
    is_ended = status in {"succeeded", "failed", "canceled"}
    started = [one for one in attempts if one["started_at"] <= now_ms]
    values = json.loads(row["body"])
    has_files = status == "succeeded" and row["removed_at"] is None
    ended_at = (row["canceled_at"] or row["ends_at"]) if is_ended else None
    used = next((one for one in started if is_ended and one["outcome"] == "used"), None)
    record = {
        "account_id": row["account_id"],
        "generation_id": row["generation_id"],
        "model_identifier": row["model_id"],
        "generation_provider_order": json.loads(row["provider_order"]),
        "generation_provider_used": used["provider"] if used and status == "succeeded" else None,
        "generation_prediction_id": _prediction_id(used, started, attempts),
        "generation_status": status,
        **{name: values.pop(name) for name in _HEAD if name in values},
        "generation_input_file": values.pop("generation_input_file", None),
        **_video_fields(row["model_type"], values),
        **{name: value for name, value in sorted(values.items()) if name != "generation_provider_order"},
        "generation_output_file": output_urls(row, origin) if has_files else None,
        "generation_created_at": iso_time(row["created_at"]),
        "generation_started_at": iso_time(started[0]["started_at"]) if started else None,
        "generation_completed_at": iso_time(ended_at),
        "generation_metrics_total_time": _seconds(row["created_at"], ended_at),
        "generation_metrics_predict_time": _seconds(used["started_at"], used["ended_at"]) if used else None,
    }
    if status == "failed":
        alone = attempts[-1]["error_code"] or assumptions.CODE_PROVIDER_ERROR
        code = alone if len(attempts) == 1 else assumptions.CODE_ALL_PROVIDERS_FAILED
        record |= {"generation_error": ERROR_MESSAGES[code], "generation_error_code": code}
    if row["removed_at"] is not None:
        record["generation_removed"] = True
    return record


def _prediction_id(
    used: sqlite3.Row | None, started: Sequence[sqlite3.Row], attempts: Sequence[sqlite3.Row]
) -> str | None:
    """Return the job id at the provider that served it, else at the last one tried, else at the first planned."""
    named = used or (started[-1] if started else attempts[0] if attempts else None)
    return named["prediction_id"] if named else None


def _video_fields(model_type: str, values: dict[str, Any]) -> dict[str, Any]:
    if model_type != "video":
        return {}
    fields = {name: values.pop(name) for name in _VIDEO if name in values}
    has_audio = fields.get("generation_generate_audio", False)
    return fields | {"generation_audio_mode": "audio" if has_audio else "noaudio"}


def _seconds(start_ms: int, end_ms: int | None) -> float | None:
    return None if end_ms is None else round((end_ms - start_ms) / 1000, 3)


def output_names(row: sqlite3.Row) -> list[str]:
    """Return the names of a generation's output files: ``1.png``, ``2.png``."""
    values = json.loads(row["body"])
    extension = "mp4" if row["model_type"] == "video" else values.get("generation_output_format", "png")
    return [f"{number}.{extension}" for number in range(1, int(values.get("generation_output_number", 1)) + 1)]


def files_of(row: sqlite3.Row, now_ms: int) -> list[str]:
    """Return the names of the output files that are there: none before the end, and none of what was deleted."""
    is_there = row["outcome"] == "succeeded" and row["canceled_at"] is None and row["removed_at"] is None
    return output_names(row) if is_there and now_ms >= row["ends_at"] else []


def output_urls(row: sqlite3.Row, origin: str) -> list[str]:
    """Return the addresses of a generation's outputs, on the sandbox's own origin."""
    return [f"{origin}/sandbox/files/{row['generation_id']}/{name}" for name in output_names(row)]


def public_attempts(attempts: Sequence[sqlite3.Row], now_ms: int) -> list[dict[str, Any]]:
    """Return the attempts begun by now, as the status helper gives them; one under way is ``pending``."""
    seen = []
    for one in attempts:
        if one["started_at"] > now_ms:
            continue
        is_over = one["ended_at"] <= now_ms
        seen.append(
            {
                "provider": one["provider"],
                "outcome": one["outcome"] if is_over else "pending",
                "started_at": iso_time(one["started_at"]),
                "ended_at": iso_time(one["ended_at"]) if is_over else None,
            }
        )
    return seen


def cancel(db: sqlite3.Connection, row: sqlite3.Row, now_ms: int) -> bool:
    """Cancel a generation that has not ended and give its credits back; tell whether its provider can be told.

    Raises:
        Refusal: 409, it has ended.
    """
    if row["canceled_at"] is not None or now_ms >= row["ends_at"]:
        raise Refusal(assumptions.CODE_NOT_CANCELABLE)
    generation_id = row["generation_id"]
    running = [one for one in attempts_of(db, generation_id) if one["started_at"] <= now_ms < one["ended_at"]]
    db.execute("DELETE FROM attempts WHERE generation_id = ? AND started_at > ?", (generation_id, now_ms))
    db.execute(
        """UPDATE attempts SET outcome = 'cancelled', error_code = NULL, ended_at = ?
           WHERE generation_id = ? AND ended_at > ?""",
        (now_ms, generation_id, now_ms),
    )
    db.execute("UPDATE generations SET canceled_at = ? WHERE generation_id = ?", (now_ms, generation_id))
    credit.refund(db, row, now_ms)
    return any(PROVIDERS[one["provider"]].cancel_method is not None for one in running)


def remove(db: sqlite3.Connection, row: sqlite3.Row, now_ms: int) -> int:
    """Remove a generation's files, canceling it first if it has not ended; return how many files there were."""
    if row["removed_at"] is not None:
        return 0
    has_ended = row["canceled_at"] is not None or now_ms >= row["ends_at"]
    if not has_ended:
        cancel(db, row, now_ms)
    db.execute("UPDATE generations SET removed_at = ? WHERE generation_id = ?", (now_ms, row["generation_id"]))
    return len(output_names(row)) if has_ended and row["canceled_at"] is None and row["outcome"] == "succeeded" else 0


def page(db: sqlite3.Connection, account_id: str, limit: int, offset: int) -> tuple[list[sqlite3.Row], int]:
    """Return one page of an account's generations, newest first, and how many there are in all."""
    total = db.execute("SELECT COUNT(*) FROM generations WHERE account_id = ?", (account_id,)).fetchone()[0]
    rows = db.execute(
        "SELECT * FROM generations WHERE account_id = ? ORDER BY seq DESC LIMIT ? OFFSET ?", (account_id, limit, offset)
    ).fetchall()
    return rows, total


def in_progress(db: sqlite3.Connection, account_id: str, model_type: str, now_ms: int) -> int:
    """Return how many generations of a type an account has under way."""
    row = db.execute(
        """SELECT COUNT(*) FROM generations
           WHERE account_id = ? AND model_type = ? AND canceled_at IS NULL AND ends_at > ?""",
        (account_id, model_type, now_ms),
    ).fetchone()
    return int(row[0])
