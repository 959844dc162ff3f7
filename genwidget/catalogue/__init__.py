"""The models that can be asked for: those that ship, and those that the API's own list adds."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

from genwidget.catalogue.specs import Fact, FieldSpec, ModelSpec, Price, Scalar, Standing

__all__ = ["Catalogue", "Fact", "FieldSpec", "ModelSpec", "Price", "Scalar", "Standing"]


class Catalogue:
    """An immutable list of models.

    Args:
        models: such as a part of ``Catalogue.load().models``.

    Raises:
        TypeError: they are none.
    """

    def __init__(self, models: Iterable[ModelSpec]) -> None:
        given = tuple(models) if isinstance(models, Iterable) else (None,)
        if not all(isinstance(one, ModelSpec) for one in given):
            raise TypeError("models is a list of models, as Catalogue.load().models has them.")
        self.models: Final = given
        self._by_id: Final = {model.model_id: model for model in self.models}

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the shipped catalogue, read once."""
        path = Path(__file__).with_name("catalogue.json")
        return cls(ModelSpec.read(one) for one in json.loads(path.read_bytes())["models"])

    @property
    def model_ids(self) -> tuple[str, ...]:
        """The identifier of every model."""
        return tuple(self._by_id)

    def of_type(self, model_type: str) -> tuple[ModelSpec, ...]:
        """Return the models of ``image`` or ``video``.

        Raises:
            ValueError: it is neither.
        """
        if not isinstance(model_type, str) or model_type not in ("image", "video"):
            raise ValueError("model_type is image or video.")
        return tuple(model for model in self.models if model.model_type == model_type)

    def find(self, model_id: str) -> ModelSpec | None:
        """Return the model of that identifier, or None."""
        return self._by_id.get(model_id) if isinstance(model_id, str) else None

    def search(self, text: str, model_type: str | None = None) -> list[ModelSpec]:
        """Return the models whose identifier has every word of ``text``, whatever their case and order.

        Raises:
            TypeError: the text is none.
            ValueError: the type is neither ``image`` nor ``video``.
        """
        if not isinstance(text, str):
            raise TypeError("text is a text of words to look for, such as 'flux pro'.")
        words = text.lower().split()
        among = self.models if model_type is None else self.of_type(model_type)
        return [model for model in among if all(word in model.model_id.lower() for word in words)]

    def merge(self, library: dict[str, Any]) -> "Catalogue":
        """Return a catalogue that also knows what ``data`` of ``GET /v1/library/models`` says.

        A model known already takes the API's providers, prices and value lists and keeps all else. An entry that cannot
        be read is left out: the shipped facts then stand.

        Raises:
            TypeError: it is no mapping.
        """
        if not isinstance(library, Mapping):
            raise TypeError("library is the data of GET /v1/library/models, a mapping.")
        from genwidget.catalogue.live import read_library  # noqa: PLC0415 - after the first paint

        return Catalogue({**self._by_id, **read_library(library, self._by_id)}.values())
