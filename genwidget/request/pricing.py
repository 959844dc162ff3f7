"""What the price of a request depends on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from genwidget.catalogue import ModelSpec
from genwidget.request.body import coerce

#: The fields that a price depends on, beside the model.
PRICED_BY: Final = frozenset(
    {"generation_output_number", "generation_duration", "generation_resolution", "generation_generate_audio"}
)


@dataclass(frozen=True, slots=True)
class Priced:
    """What a price depends on: two requests to one host that are equal in it cost the same."""

    model_id: str
    count: Any
    duration: Any
    resolution: Any
    audio: Any

    @classmethod
    def of(cls, spec: ModelSpec, values: Mapping[str, Any]) -> Self:
        """Return it of a form's values, or of a request's body."""
        return cls.of_body(spec.model_id, {field.name: coerce(field, values.get(field.name)) for field in spec.fields})

    @classmethod
    def of_body(cls, model_id: str, body: Mapping[str, Any]) -> Self:
        """Return it of a checked body."""
        return cls(
            model_id,
            body.get("generation_output_number") or 1,
            body.get("generation_duration"),
            body.get("generation_resolution"),
            body.get("generation_generate_audio"),
        )

    @property
    def question(self) -> dict[str, Any]:
        """What is asked of the API's estimate beside the model."""
        return {
            "count": self.count,
            "duration": self.duration,
            "resolution": self.resolution,
            "audio": self.audio,
        }
