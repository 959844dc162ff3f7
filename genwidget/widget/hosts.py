"""Where the requests of a playground go."""

import asyncio
from collections.abc import Callable

from genwidget.api.regions import (
    Target,
    known_url,
    named_sandbox,
    own_sandbox,
    require_sandbox,
    resolve,
    sandbox_target,
)


class Hosts:
    """The hosts found so far, by region; with a base URL, that one for all. A host once settled stays the same.

    Args:
        base_url: a host of one's own, checked; None for the region's.
    """

    def __init__(self, base_url: str | None) -> None:
        self.base_url = base_url
        self._found: dict[str, Target] = {}
        self._is_sandbox_own = False

    def known(self, region_id: str) -> str:
        """Return the API's origin as far as it is known without starting anything, else an empty text."""
        if region_id in self._found:
            return self._found[region_id].api_url
        return known_url(region_id, self.base_url)

    def pin(self, region_id: str) -> Callable[[], str]:
        """Settle which host is a region's, without starting it; return what tells its origin, and may start it.

        Raises:
            ConfigurationError: an unknown region, the environment names the sandbox by an unusable URL, or the sandbox
                is not installed.
        """
        if region_id == "sandbox" and self.base_url is None and named_sandbox() is None:
            require_sandbox()
            self._is_sandbox_own = True  # whatever the environment says later
        else:
            self.find(region_id)
        return lambda: self.find(region_id).api_url

    def find(self, region_id: str) -> Target:
        """Return where a region's requests go. Blocks while the sandbox starts.

        Raises:
            ConfigurationError: an unknown region, or the sandbox is not installed.
        """
        if region_id not in self._found:
            is_own = region_id == "sandbox" and self._is_sandbox_own
            found = sandbox_target(own_sandbox()) if is_own else resolve(region_id, self.base_url)
            self._found.setdefault(region_id, found)
        return self._found[region_id]

    async def await_target(self, region_id: str) -> Target:
        """Return the same as :meth:`find` without blocking."""
        found = self._found.get(region_id)
        return await asyncio.to_thread(self.find, region_id) if found is None else found
