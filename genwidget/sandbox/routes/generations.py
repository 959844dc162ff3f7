"""The routes of generations: make, read, list, cancel, delete, and the status helper."""

import json
import sqlite3
from typing import Any

from genwidget.catalogue import ModelSpec
from genwidget.sandbox import assumptions
from genwidget.sandbox.core import credits as credit
from genwidget.sandbox.core import generations, idempotency, providers
from genwidget.sandbox.core.planning import Planner
from genwidget.sandbox.core.pricing import cost_of
from genwidget.sandbox.core.validation import check_values, read_body
from genwidget.sandbox.http.context import Call
from genwidget.sandbox.http.responses import Refusal, Reply, encode


def generate_image(call: Call) -> Reply:
    """POST /v1/generate/image/{model_identifier}."""
    return _generate(call, "image")


def generate_video(call: Call) -> Reply:
    """POST /v1/generate/video/{model_identifier}."""
    return _generate(call, "video")


def _generate(call: Call, model_type: str) -> Reply:
    service = call.service
    spec = service.catalogue.find(call.model_id or "")
    if spec is None or spec.model_type != model_type:
        raise Refusal(assumptions.CODE_MODEL_NOT_FOUND)
    idempotency_key = idempotency.read_key(call.header(idempotency.HEADER))
    body = read_body(call.body)
    values = check_values(spec, body, service.own_inputs)
    wanted = providers.wanted_order(spec.providers.value, values.get(providers.ORDER_FIELD))
    assert call.allowance is not None
    call.allowance.enforce()
    if idempotency_key is None:
        with service.store.transaction() as db:
            return _make(call, db, spec, values, wanted)[1]
    intent = idempotency.Intent(
        call.account_id, f"{model_type}/{spec.model_id}", idempotency_key, idempotency.body_hash(body)
    )
    _occupy(call, intent)
    with service.store.transaction() as db:
        original = idempotency.find_original(db, intent, call.now_ms)
        if original is not None:
            return _replay(call, db, original)
        generation_id, reply = _make(call, db, spec, values, wanted)
        idempotency.keep(db, intent, generation_id, reply.content, call.now_ms)
    return reply


def _occupy(call: Call, intent: idempotency.Intent) -> None:
    """Keep an idempotency key for this request until its answer is out.

    Raises:
        Refusal: 409, another request with the key is still being processed.
    """
    in_flight = call.service.in_flight
    if intent.slot in in_flight:
        raise Refusal("BSE2016")
    in_flight.add(intent.slot)
    call.cleanups.append(lambda: in_flight.discard(intent.slot))


def _replay(call: Call, db: sqlite3.Connection, original: sqlite3.Row) -> Reply:
    call.is_replay = True
    row = generations.find(db, original["generation_id"])
    headers = {"Idempotency-Replayed": "true"}
    if row["canceled_at"] is None:
        return Reply(assumptions.CREATED_STATUS, original["reply"], headers=headers)
    envelope = json.loads(original["reply"])
    envelope["data"] = {"generation_id": row["generation_id"], "generation_status": "canceled"}
    return Reply(assumptions.CREATED_STATUS, encode(envelope), headers=headers)


def _make(
    call: Call,
    db: sqlite3.Connection,
    spec: ModelSpec,
    values: dict[str, Any],
    wanted: tuple[str, ...] | None,
) -> tuple[str, Reply]:
    """Plan and write one generation; return its id and the answer."""
    service = call.service
    at_once = service.limits.videos_at_once if spec.model_type == "video" else service.limits.images_at_once
    if generations.in_progress(db, call.account_id, spec.model_type, call.now_ms) >= at_once:
        raise Refusal("BSE1009", details={"limit": at_once}, headers={"Retry-After": "1"})
    order = wanted or _fastest(call, db, spec)
    window_ms = int(assumptions.HEALTH_WINDOW_S * 1000 / service.speed)
    window = providers.records(db, call.now_ms - window_ms, call.now_ms)
    cost = cost_of(spec, values)
    planner = Planner(
        model_id=spec.model_id,
        model_type=spec.model_type,
        duration_s=cost.duration_s or 0.0,
        speed=service.speed,
        faults=service.faults,
        seed=f"{service.seed}:{idempotency.body_hash(values)}",
    )
    # Credits first: a request that cannot be paid must not use up a fault.
    if credit.balance(db, call.account_id, call.now_ms) < cost.per_generation:
        raise Refusal("BSE1004")
    plan = planner.plan(providers.tried_order(order, window), call.now_ms)
    generation_id, prediction_id = generations.insert(
        db,
        generations.Draft(
            call.account_id,
            spec.model_id,
            spec.model_type,
            values,
            order,
            cost.per_generation,
            call.now_ms,
            plan,
        ),
    )
    data = {
        "model_identifier": spec.model_id,
        "generation_provider_order": list(order),
        "generation_prediction_id": prediction_id,
        "generation_id": generation_id,
        "generation_initialized": True,
    }
    reply = call.succeed(f"generate_{spec.model_type}", data)
    reply.status = assumptions.CREATED_STATUS
    return generation_id, reply


def _fastest(call: Call, db: sqlite3.Connection, spec: ModelSpec) -> tuple[str, ...]:
    day_ms = assumptions.RANKING_HOURS * 3_600_000
    day = providers.records(db, call.now_ms - day_ms, call.now_ms, spec.model_id)
    return providers.fastest_order(spec.providers.value, day)


def content(call: Call) -> Reply:
    """GET /v1/content/{generation_id}."""
    with call.service.store.transaction() as db:
        credit.settle(db, call.now_ms)
        row = generations.find(db, call.params["generation_id"], call.account_id)
        return call.succeed("content", generations.record_at(db, row, call.now_ms, call.origin))


def content_list(call: Call) -> Reply:
    """GET /v1/content/list."""
    limit = min(assumptions.LIST_LIMIT_MAX, max(1, int(call.query.get("limit", assumptions.LIST_LIMIT_DEFAULT))))
    offset = max(0, int(call.query.get("offset", 0)))
    with call.service.store.transaction() as db:
        credit.settle(db, call.now_ms)
        rows, total = generations.page(db, call.account_id, limit, offset)
        records = [generations.record_at(db, row, call.now_ms, call.origin) for row in rows]
    return call.succeed("list", {"generations": records}, total=total, limit=limit, offset=offset)


def cancel(call: Call) -> Reply:
    """POST /v1/content/generation/cancel/{generation_id}."""
    with call.service.store.transaction() as db:
        credit.settle(db, call.now_ms)
        row = generations.find(db, call.params["generation_id"], call.account_id)
        was_sent = generations.cancel(db, row, call.now_ms)
    data = {
        "generation_id": row["generation_id"],
        "generation_status": "canceled",
        "provider_cancel_sent": was_sent,
        "credits_refunded": True,
    }
    return call.succeed("cancel", data)


def delete(call: Call) -> Reply:
    """DELETE /v1/content/{generation_id}: 200 with a body, which every client can read; never 204."""
    with call.service.store.transaction() as db:
        credit.settle(db, call.now_ms)
        row = generations.find(db, call.params["generation_id"], call.account_id)
        files = generations.remove(db, row, call.now_ms)
    call.service.store.forget_files(row["generation_id"])
    return call.succeed("delete", {"generation_id": row["generation_id"], "files_deleted": files})


def helper(call: Call) -> Reply:
    """GET /api/playground/generation-status/{generation_id}: no key, no envelope."""
    with call.service.store.transaction() as db:
        row = generations.find(db, call.params["generation_id"])
        attempts = generations.attempts_of(db, row["generation_id"])
    status = generations.status_at(row, attempts, call.now_ms)
    used = next((one["provider"] for one in attempts if one["outcome"] == "used"), None)
    data = {
        "generation_id": row["generation_id"],
        "generation_status": status,
        "generation_provider_order": json.loads(row["provider_order"]),
        "generation_provider_used": used if status == "succeeded" else None,
        "attempts": generations.public_attempts(attempts, call.now_ms),
    }
    return Reply(200, encode(data))
