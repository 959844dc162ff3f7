"""The routes of an account: status, usage, account, billing and estimate."""

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

from genwidget.catalogue import ModelSpec
from genwidget.sandbox import assumptions
from genwidget.sandbox.core import credits as credit
from genwidget.sandbox.core.pricing import cost_of
from genwidget.sandbox.http.context import Call
from genwidget.sandbox.http.responses import Refusal, Reply, iso_time

_DAY_MS = 86_400_000


def status(call: Call) -> Reply:
    """GET /v1/status."""
    assert call.key is not None
    with call.service.store.transaction() as db:
        created = _created_at(db, call.account_id)
        last = db.execute("SELECT MAX(at) FROM requests WHERE key_prefix = ?", (call.key.prefix,)).fetchone()[0]
    data = {
        "account_id": call.account_id,
        "apikey_id": call.key.key_id,
        "apikey_name": f"Sandbox key: {call.key.name}",
        "apikey_prefix": call.key.prefix,
        "apikey_created_at": iso_time(created),
        "apikey_last_used_at": iso_time(last),
        "apikey_expires_at": None,
    }
    return call.succeed("status", data)


def account(call: Call) -> Reply:
    """GET /v1/user/account."""
    assert call.key is not None
    owner = call.key.account
    with call.service.store.transaction() as db:
        created = _created_at(db, call.account_id)
    data = {
        "account_id": owner.account_id,
        "account_name": owner.name,
        "account_email": owner.email,
        "account_is_personal": False,
        "account_picture_url": None,
        "account_created_at": iso_time(created),
    }
    return call.succeed("account", data)


def billing(call: Call) -> Reply:
    """GET /v1/user/billing; the period is the calendar month."""
    with call.service.store.transaction() as db:
        balance = credit.balance(db, call.account_id, call.now_ms)
        created = _created_at(db, call.account_id)
    now = datetime.fromtimestamp(call.now_ms / 1000, UTC)
    starts = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ends = starts.replace(year=now.year + now.month // 12, month=now.month % 12 + 1)
    data = {
        "account_id": call.account_id,
        "billing_plan": "Sandbox",
        "billing_credit_balance": credit.to_credits(balance),
        "billing_subscription_status": "active",
        "billing_cancel_at_period_end": False,
        "billing_currency": "USD",
        "billing_period_starts_at": iso_time(int(starts.timestamp() * 1000)),
        "billing_period_ends_at": iso_time(int(ends.timestamp() * 1000)),
        "billing_created_at": iso_time(created),
        "billing_updated_at": iso_time(created),
    }
    return call.succeed("billing", data)


def estimate(call: Call) -> Reply:
    """GET /v1/estimate/{model_identifier}."""
    spec = call.service.catalogue.find(call.model_id or "")
    if spec is None:
        raise Refusal(assumptions.CODE_MODEL_NOT_FOUND)
    count = min(assumptions.ESTIMATE_COUNT_MAX, max(1, int(call.query.get("count", 1))))
    cost = cost_of(spec, _estimated_values(spec, call.query))
    with call.service.store.transaction() as db:
        balance = credit.balance(db, call.account_id, call.now_ms)
    total = cost.per_generation * count
    data: dict[str, Any] = {
        "model_identifier": spec.model_id,
        "model_type": spec.model_type,
        "assets_count": count,
        "cost_per_generation": credit.to_credits(cost.per_generation),
        "cost_total_consumed": credit.to_credits(total),
        "credit_balance": credit.to_credits(balance),
        "credit_balance_can_afford": balance >= total,
        "credit_balance_max_affordable": balance // max(1, cost.per_generation),
    }
    if cost.per_second is not None:
        data |= {"cost_per_second": cost.per_second, "duration_seconds": cost.duration_s}
        if cost.resolution is not None:
            data["resolution"] = cost.resolution
    return call.succeed("estimate", data)


def _estimated_values(spec: ModelSpec, query: dict[str, str]) -> dict[str, Any]:
    """Return the values that a price depends on: the query's, then the model's defaults, for one output."""
    values = spec.defaults() | {"generation_output_number": 1}
    asked: dict[str, Any] = {}
    if "duration" in query:
        asked["generation_duration"] = float(query["duration"])
    if "resolution" in query:
        asked["generation_resolution"] = query["resolution"]
    if "audio" in query:
        asked["generation_generate_audio"] = query["audio"] == "true"
    for name, value in asked.items():
        field = spec.field(name)
        if field is None:
            continue  # a picture has no duration: what does not apply is not asked about
        if field.choices and value not in field.choices.value:
            raise Refusal("BSE2008", details={"field": name})
        values[name] = value
    if spec.model_type == "video" and "generation_duration" not in values:
        raise Refusal("BSE2001", details={"field": "generation_duration"})
    return values


def usage(call: Call) -> Reply:
    """GET /v1/usage."""
    days = min(assumptions.USAGE_DAYS_MAX, max(1, int(call.query.get("days", assumptions.USAGE_DAYS_DEFAULT))))
    since = call.now_ms - days * _DAY_MS
    with call.service.store.transaction() as db:
        balance = credit.balance(db, call.account_id, call.now_ms)
        endpoints = _endpoints(db, call.account_id, since)
        served = _providers(db, call.account_id, since, call.now_ms)
        made = db.execute(
            "SELECT COUNT(*) FROM generations WHERE account_id = ? AND created_at > ?", (call.account_id, since)
        ).fetchone()[0]
    data = {
        "account_id": call.account_id,
        "usage_period_days": days,
        "usage_credit_balance": credit.to_credits(balance),
        "usage_total_requests": sum(one["total_requests"] for one in endpoints),
        "usage_total_success": sum(one["success_count"] for one in endpoints),
        "usage_total_client_errors": sum(one["client_error_count"] for one in endpoints),
        "usage_total_server_errors": sum(one["server_error_count"] for one in endpoints),
        "usage_total_generations": made,
        "usage_total_provider_submissions": sum(one["total_submissions"] for one in served),
        "usage_total_estimated_cost": round(sum(one["total_estimated_cost"] for one in served), 3),
        "usage_endpoints": endpoints,
        "usage_providers": served,
    }
    return call.succeed("usage", data)


def _endpoints(db: sqlite3.Connection, account_id: str, since_ms: int) -> list[dict[str, Any]]:
    rows = db.execute(
        """SELECT endpoint, COUNT(*) AS total_requests, SUM(status < 300) AS success_count,
                  SUM(status BETWEEN 400 AND 499) AS client_error_count, SUM(status >= 500) AS server_error_count,
                  json_group_array(code) FILTER (WHERE code IS NOT NULL) AS codes
           FROM requests WHERE account_id = ? AND at > ? AND status IS NOT NULL
           GROUP BY endpoint ORDER BY endpoint""",
        (account_id, since_ms),
    )
    return [
        {
            **{name: row[name] for name in tuple(row.keys())[:-1]},
            "error_codes": {code: codes.count(code) for code in sorted(set(codes))},
        }
        for row, codes in ((row, json.loads(row["codes"])) for row in rows)
    ]


def _providers(db: sqlite3.Connection, account_id: str, since_ms: int, now_ms: int) -> list[dict[str, Any]]:
    rows = db.execute(
        """SELECT a.provider, COUNT(*) AS total_submissions, SUM(a.outcome = 'used' AND a.ended_at <= ?) AS used_count,
                  SUM(a.outcome = 'cancelled' AND a.ended_at <= ?) AS cancelled_count,
                  SUM(a.outcome = 'discarded' AND a.ended_at <= ?) AS discarded_count,
                  SUM(a.outcome = 'failed' AND a.ended_at <= ?) AS failed_count, SUM(a.cost) AS total,
                  SUM(CASE WHEN a.outcome != 'used' THEN a.cost ELSE 0 END) AS wasted
           FROM attempts a JOIN generations g USING (generation_id)
           WHERE g.account_id = ? AND a.started_at > ? AND a.started_at <= ?
           GROUP BY a.provider ORDER BY a.provider""",
        (now_ms, now_ms, now_ms, now_ms, account_id, since_ms, now_ms),
    )
    return [
        {
            **{name: row[name] for name in tuple(row.keys())[:-2]},
            "total_estimated_cost": credit.to_credits(row["total"]),
            "wasted_estimated_cost": credit.to_credits(row["wasted"]),
        }
        for row in rows
    ]


def _created_at(db: sqlite3.Connection, account_id: str) -> int:
    row = db.execute("SELECT created_at FROM accounts WHERE account_id = ?", (account_id,)).fetchone()
    return int(row["created_at"])
