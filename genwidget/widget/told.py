"""Traits that tell a value of another type in our own words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import traitlets

from genwidget import own_frames
from genwidget.errors import GenwidgetError


class TraitError(traitlets.TraitError):
    """That a trait of a playground does not take a value. It is caught, and called, as the one of traitlets is."""

    def _render_traceback_(self) -> list[str]:
        """What IPython asks for."""
        return own_frames.rendered(self)


@contextmanager
def told_as_trait_error() -> Iterator[None]:
    """Raise what is an error of ours as a :class:`TraitError` of the same sentence."""
    try:
        yield
    except GenwidgetError as error:
        told = TraitError(str(error))
        for note in getattr(error, "__notes__", ()):
            told.add_note(note)
        raise told from error


class Told:
    """Mixed into a trait: what its type does not take is refused by ``refuse``, which raises an error of ours."""

    refuse: Callable[[Any], Any]

    def error(self, obj: Any, value: Any, error: Any = None, info: Any = None) -> None:
        """Raise, in our words where we have some."""
        with told_as_trait_error():
            self.refuse(value)
        super().error(obj, value, error, info)  # type: ignore[misc]  # of the trait that it is mixed into


class Word(Told, traitlets.Unicode):  # type: ignore[misc,type-arg]  # both have `error`; its overloads take no subclass
    """A synced text."""

    def __init__(self, default_value: str, refuse: Callable[[Any], Any]) -> None:
        super().__init__(default_value)
        self.refuse = refuse
        self.tag(sync=True)


class Fields(Told, traitlets.Dict):  # type: ignore[misc]  # both have `error`
    """A mapping of fields to values."""

    def __init__(self, refuse: Callable[[Any], Any]) -> None:
        super().__init__()
        self.refuse = refuse
