"""What is paid for once: one press of Send."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Intent:
    """One press of Send: what is asked, once and for good.

    Attributes:
        intent_id: minted where Send was pressed; each is taken once.
        idempotency_key: minted once per intent, and the same for every try.
        path: such as ``/v1/generate/image/bfl/flux-schnell``.
        content: the body's bytes, the same for every try; None where a restart lost them.
        body: the same as an object.
        created_at: Unix time in seconds.
        price: what it is expected to cost, in credits, where known.
    """

    intent_id: str
    idempotency_key: str
    model_type: str
    model_id: str
    path: str
    content: bytes | None = field(repr=False)
    body: Mapping[str, Any] | None = field(repr=False)
    created_at: float
    price: float | None = None

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes, in hex; empty without them."""
        return hashlib.sha256(self.content).hexdigest() if self.content is not None else ""

    @property
    def prompt(self) -> str:
        """The prompt, or an empty text."""
        prompt = (self.body or {}).get("generation_prompt")
        return prompt if isinstance(prompt, str) else ""
