"""Providers of the sandbox: who they are, how a request orders them, and how they have fared."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from genwidget.sandbox import assumptions
from genwidget.sandbox.http.responses import Refusal

ORDER_FIELD: Final = "generation_provider_order"
Health = Literal["healthy", "recovering", "degraded", "unknown"]


@dataclass(frozen=True, slots=True)
class Provider:
    """One inference provider; which delivery, cancel and verification it has is ours where the API does not say."""

    provider_id: str
    name: str
    website: str
    docs: str
    delivery_method: str
    cancel_method: str | None
    webhook_verification: str | None


PROVIDERS: Final[dict[str, Provider]] = {
    one.provider_id: one
    for one in (
        Provider(
            "alibabacloud",
            "Alibaba Cloud",
            "https://www.alibabacloud.com",
            "https://www.alibabacloud.com/help/en/model-studio",
            "polling",
            None,
            None,
        ),
        Provider("bfl", "BFL", "https://bfl.ai", "https://docs.bfl.ai", "webhook_with_polling", None, None),
        Provider(
            "byteplus",
            "BytePlus",
            "https://www.byteplus.com",
            "https://docs.byteplus.com/en/docs/ModelArk",
            "polling",
            "prediction_cancel_api",
            None,
        ),
        Provider(
            "cloudflare",
            "Cloudflare",
            "https://www.cloudflare.com",
            "https://developers.cloudflare.com/workers-ai",
            "synchronous",
            None,
            None,
        ),
        Provider(
            "fal", "FAL", "https://fal.ai", "https://docs.fal.ai", "webhook_with_polling", "queue_cancel_api", "ed25519"
        ),
        Provider(
            "openai", "OpenAI", "https://openai.com", "https://platform.openai.com/docs", "synchronous", None, None
        ),
        Provider(
            "replicate",
            "Replicate",
            "https://replicate.com",
            "https://replicate.com/docs",
            "webhook_with_polling",
            "prediction_cancel_api",
            "hmac_sha256",
        ),
        Provider(
            "runway",
            "Runway",
            "https://runwayml.com",
            "https://docs.dev.runwayml.com",
            "polling",
            "prediction_cancel_api",
            None,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Record:
    """How a provider fared in a window; ``mean_ms`` is None without a success."""

    attempts: int = 0
    failures: int = 0
    mean_ms: float | None = None

    @property
    def failure_rate(self) -> float:
        """Failures over attempts, 0 without any."""
        return self.failures / self.attempts if self.attempts else 0.0

    @property
    def health(self) -> Health:
        """What the API would call it."""
        if not self.attempts:
            return "unknown"
        if (
            self.attempts >= assumptions.DEGRADED_MIN_ATTEMPTS
            and self.failure_rate >= assumptions.DEGRADED_FAILURE_RATE
        ):
            return "degraded"
        return "recovering" if self.failure_rate >= assumptions.RECOVERING_FAILURE_RATE else "healthy"


def records(db: sqlite3.Connection, since_ms: int, now_ms: int, model_id: str | None = None) -> dict[str, Record]:
    """Return how each provider fared between two times; only finished attempts count, canceled ones do not."""
    rows = db.execute(
        """SELECT provider, COUNT(*) AS attempts, SUM(outcome = 'failed') AS failures,
                  AVG(CASE WHEN outcome = 'used' THEN ended_at - started_at END) AS mean_ms
           FROM attempts
           WHERE ended_at > ? AND ended_at <= ? AND outcome IN ('used', 'failed') AND (? IS NULL OR model_id = ?)
           GROUP BY provider""",
        (since_ms, now_ms, model_id, model_id),
    )
    return {row["provider"]: Record(row["attempts"], row["failures"], row["mean_ms"]) for row in rows}


def wanted_order(own: Sequence[str], asked: str | None) -> tuple[str, ...] | None:
    """Return the order that a request asks for, or None for ``fastest``.

    Case, spaces and the order are free, and providers may be left out: only the model's own providers count.

    Raises:
        Refusal: 400, a provider that the model does not have, or one named twice.
    """
    if asked is None or asked.strip().lower() == "fastest":
        return None
    order = tuple(part.strip().lower() for part in asked.split(","))
    if not set(order) <= set(own) or len(set(order)) != len(order):
        raise Refusal("BSE2001", details={"field": ORDER_FIELD})
    return order


def fastest_order(own: Sequence[str], day: dict[str, Record]) -> tuple[str, ...]:
    """Return the providers ranked by success and speed, or their fixed order while too little is known."""
    known = [day.get(provider, Record()) for provider in own]
    if any(one.attempts < assumptions.RANKING_MIN_ATTEMPTS or one.mean_ms is None for one in known):
        return tuple(own)
    return tuple(sorted(own, key=lambda provider: _cost_of_waiting(day[provider])))


def _cost_of_waiting(record: Record) -> float:
    return (record.mean_ms or 0.0) / max(1e-6, 1 - record.failure_rate)


def tried_order(order: Sequence[str], window: dict[str, Record]) -> tuple[str, ...]:
    """Return an order with its degraded providers moved to the end."""
    return tuple(sorted(order, key=lambda provider: window.get(provider, Record()).health == "degraded"))
