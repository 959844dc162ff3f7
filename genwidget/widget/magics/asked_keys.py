"""The keys that a magic asked a person for, each for the place that it was asked for."""

from pydantic import SecretStr

from genwidget.api.keys import ApiKey, resolve_key
from genwidget.api.regions import Target
from genwidget.widget.key_store import ask_for_key

Place = tuple[str, str | None]


class AskedKeys:
    """Keys come from where they always come from; those that were typed are kept until the kernel ends, never shown."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[Place, ApiKey] = {}

    def __repr__(self) -> str:
        return f"AskedKeys({len(self._kept)})"

    def __reduce__(self) -> str:
        raise TypeError("Keys cannot be pickled")

    def find(self, place: Place, target: Target) -> ApiKey:
        """Return the key of a region or base URL, at its host; ask for it where nothing else has one.

        Raises:
            InvalidApiKey: what was found or typed has a form that no key has.
            KeyNotLocked: there is none, and nobody can be asked.
        """
        asked = False

        def ask() -> SecretStr | ApiKey:
            nonlocal asked
            asked = True
            return self._kept.get(place) or ask_for_key()

        found = resolve_key(*place, ask=ask)
        assert found is not None, "a person was asked"
        found = found.at(target.api_url)
        if asked:
            self._kept[place] = found
        return found

    def kept(self, place: Place) -> ApiKey | None:
        """Return the key that was typed for a place, if one was."""
        return self._kept.get(place)

    def forget(self, place: Place) -> None:
        """Ask anew the next time: the API knows no such key."""
        self._kept.pop(place, None)
