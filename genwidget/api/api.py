"""The API as runs, page and shell use it: its endpoints, and the steps of a paid request one by one."""

from collections.abc import Collection

from genwidget.api.changes import Kind
from genwidget.api.endpoints import Endpoints
from genwidget.api.live_models import Known
from genwidget.api.retry import Attempts
from genwidget.api.transport import Call


class Api(Endpoints):
    """One host, one key, one set of connections."""

    async def learn(self, model_id: str | None = None) -> Known:
        """Return the models known, as of :func:`genwidget.api.live_models.learn`."""
        return await self._learn(model_id)

    async def generation_call(self, path: str, content: bytes, idempotency_key: str) -> Call:
        """Return the call that sends the bytes of a checked request.

        Raises:
            InvalidRequest: an idempotency key that the API does not take.
            KeyNotLocked: there is no API key.
        """
        return await self._post_call(path, content, idempotency_key)

    async def tell(self, kind: Kind, generation_id: str) -> None:
        """Let the process know of a change; see :mod:`genwidget.api.changes`."""
        await self._tell(kind, generation_id)

    def attempts(self, call: Call, held: Collection[str] = ()) -> Attempts:
        """Make the tries of a call one by one, as of :func:`genwidget.api.retry.Attempts`."""
        return Attempts(call, self._transport, held)
