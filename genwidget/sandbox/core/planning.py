"""The plan of a generation: who is tried when, with what outcome. Made once, at acceptance, and written down.

What a generation is at a moment is a function of its plan and the clock, so no work is lost with a process.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from genwidget.sandbox import assumptions
from genwidget.sandbox.faults.faults import Fault, Faults

Outcome = Literal["used", "cancelled", "discarded", "failed"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of one provider, from start to end in milliseconds of the epoch."""

    provider: str
    started_at: int
    ended_at: int
    outcome: Outcome
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All attempts of a generation, in order, and where it ends."""

    attempts: tuple[Attempt, ...]
    outcome: Literal["succeeded", "failed"]

    @property
    def ends_at(self) -> int:
        """When the generation reaches its last state, in milliseconds of the epoch."""
        return max(one.ended_at for one in self.attempts)


@dataclass(slots=True)
class Planner:
    """Plans one generation; ``speed`` divides every time of work."""

    model_id: str
    model_type: str
    duration_s: float  # of the film; 0 for pictures
    speed: float
    faults: Faults
    seed: str
    _attempts: list[Attempt] = field(default_factory=list)

    def plan(self, order: Sequence[str], created_at: int) -> Plan:
        """Return the plan for providers in the order in which they are tried."""
        self._attempts = []
        now = created_at + self._ms(assumptions.START_DELAY_S)
        late: tuple[int, int] | None = None  # index of a provider given up, and when its answer comes after all
        for provider in order:
            fault = self.faults.for_provider(provider, self.model_id)
            ends = now + self._ms(self._work_s(provider))
            if fault is None:
                if late is not None and late[1] < ends:
                    return self._late_wins(late, provider, now)
                self._attempts.append(Attempt(provider, now, ends, "used"))
                return Plan(tuple(self._attempts), "succeeded")
            now, late = self._fail(provider, fault, now)
        if late is not None:
            return self._late_wins(late, None, now)
        return Plan(tuple(self._attempts), "failed")

    def _fail(self, provider: str, fault: Fault, now: int) -> tuple[int, tuple[int, int] | None]:
        if fault.kind == "provider_error":
            ends = now + self._ms(assumptions.PROVIDER_ERROR_S)
            self._attempts.append(Attempt(provider, now, ends, "failed", assumptions.CODE_PROVIDER_ERROR))
            return ends, None
        ends = now + self._ms(self._timeout_s)
        answers = ends + self._ms(fault.duration_s)
        is_late = fault.kind == "provider_late"
        outcome: Outcome = "discarded" if is_late else "failed"
        self._attempts.append(Attempt(provider, now, ends, outcome, assumptions.CODE_PROVIDER_TIMEOUT))
        in_grace = is_late and fault.duration_s <= assumptions.GRACE_S
        return ends, (len(self._attempts) - 1, answers) if in_grace else None

    def _late_wins(self, late: tuple[int, int], rival: str | None, started_at: int) -> Plan:
        index, answers = late
        given_up = self._attempts[index]
        self._attempts[index] = Attempt(given_up.provider, given_up.started_at, answers, "used")
        if rival is not None:
            self._attempts.append(Attempt(rival, started_at, answers, "cancelled"))
        return Plan(tuple(self._attempts), "succeeded")

    @property
    def _timeout_s(self) -> float:
        if self.model_type == "video":
            return assumptions.VIDEO_PROVIDER_TIMEOUT_S
        return assumptions.IMAGE_PROVIDER_TIMEOUT_S

    def _work_s(self, provider: str) -> float:
        is_video = self.model_type == "video"
        low, high = assumptions.VIDEO_WORK_S if is_video else assumptions.IMAGE_WORK_S
        dice = random.Random(f"{self.seed}:{self.model_id}:{provider}")  # noqa: S311
        extra = assumptions.VIDEO_WORK_PER_SECOND_S * self.duration_s if is_video else 0.0
        return dice.uniform(low, high) + extra

    def _ms(self, seconds: float) -> int:
        return max(1, round(seconds * 1000 / self.speed))
