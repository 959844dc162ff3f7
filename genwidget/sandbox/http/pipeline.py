"""The way of every request: edge, fault, key, scope, limits, handler, log, answer."""

import inspect
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from starlette.requests import ClientDisconnect

from genwidget.logs import logger_of
from genwidget.sandbox import assumptions
from genwidget.sandbox.core.accounts import find_key
from genwidget.sandbox.core.providers import ORDER_FIELD, wanted_order
from genwidget.sandbox.core.validation import read_body
from genwidget.sandbox.faults.effects import reply_instead
from genwidget.sandbox.faults.faults import ALL_FAILED, API_ROUTES, OWN_ROUTES, Fault
from genwidget.sandbox.http.connection import Connection, deliver
from genwidget.sandbox.http.context import Call, Route, Service
from genwidget.sandbox.http.responses import Refusal, Reply, edge_page, refusal

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

#: Asking the sandbox about itself is no request that a test would count.
LOGGED_ROUTES: Final = API_ROUTES | OWN_ROUTES

_log: Final = logger_of(__name__)


class Gate:
    """The ASGI application of one route."""

    def __init__(self, route: Route, service: Service) -> None:
        self._route = route
        self._service = service

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        call = Call(self._service, scope, self._service.now_ms())
        connection = Connection(scope, receive, send, self._service.stopping, self._service.speed)
        fault: Fault | None = None
        try:
            if not self._route.has_shape(call):
                reply: Reply | None = edge_page()
            else:
                fault = self._service.faults.for_request(self._route.name, call.model_id)
                if fault is None or fault.happens_after_work:
                    reply = await self._serve(call, connection)
                else:
                    reply = None
            if fault is not None:
                order = await _asked_order(call, connection, fault) if fault.kind == ALL_FAILED else ()
                reply = reply_instead(fault, reply, call.now_ms / 1000, order)
            write_log(call, self._route, reply, fault)
            if reply is None and fault is not None and fault.kind != "hang":
                # Whoever is cut off may ask again at once: the request must be over by then.
                call.finish()
            await deliver(connection, reply, fault)
        finally:
            call.finish()

    async def _serve(self, call: Call, connection: Connection) -> Reply | None:
        try:
            if self._route.key_scope is not None:
                _authenticate(call, self._route)
            if self._route.method == "POST":
                call.body = await connection.read_body(self._route.max_body_bytes)
            made = self._route.handler(call)
            reply = await made if inspect.isawaitable(made) else made
        except ClientDisconnect:  # what was not said to the end is not done
            return None
        except Refusal as reason:
            reply = refusal(reason)
        except Exception:  # noqa: BLE001 - the last resort of a server: logged, and answered as an API would
            _log.exception("the sandbox failed on %s", self._route.name)
            reply = refusal(Refusal(assumptions.CODE_INTERNAL_ERROR))
        if call.allowance is not None:
            reply.headers = call.allowance.headers | reply.headers
        return reply


def _authenticate(call: Call, route: Route) -> None:
    """Check the key in the API's own order: token, prefix and hash, state, account, address, scope.

    Raises:
        Refusal: 401, 403, 404 or 429.
    """
    service = call.service
    now_s = call.now_ms / 1000
    failures = service.limits.auth_failures_per_window
    call.allowance = service.windows.take(call.client_ip, "auth", failures, now_s, count=0)
    call.allowance.enforce("BSE1006")
    header = call.header("authorization")
    if not header:
        raise Refusal("BSE1001")
    kind, _, text = header.partition(" ")
    key = find_key(text.strip(), service.region) if kind.lower() == "bearer" else None
    if key is None:
        call.allowance = service.windows.take(call.client_ip, "auth", failures, now_s)
        raise Refusal("BSE1002")
    call.key = key
    if not key.account.exists:
        raise Refusal("BSE1008")
    if key.allowed_ips is not None and call.client_ip not in key.allowed_ips:
        raise Refusal("BSE1007")
    is_paid = route.checks_limit_itself
    limit = service.limits.generate_per_window if is_paid else service.limits.reads_per_window
    bucket = "generate" if is_paid else "reads"
    call.allowance = service.windows.take(key.account.account_id, bucket, limit, now_s)
    if route.key_scope not in key.scopes:
        raise Refusal("BSE1003")
    if not is_paid:
        call.allowance.enforce()


async def _asked_order(call: Call, connection: Connection, fault: Fault) -> tuple[str, ...]:
    """Return who would be tried: as the body of a generation asks, else the model's own; empty for other routes."""
    spec = call.service.catalogue.find(call.model_id or "")
    if spec is None or call.scope["method"] != "POST":
        return ()
    own = spec.providers.value
    try:
        # A request that was served was read: nothing more of it comes.
        is_read = fault.happens_after_work
        body = read_body(call.body if is_read else await connection.read_body(assumptions.MAX_BODY_BYTES))
        asked = body.get(ORDER_FIELD)
        return wanted_order(own, asked if isinstance(asked, str) else None) or own
    except (Refusal, ClientDisconnect):  # the fault comes before any check of the request
        return own


def write_log(call: Call, route: Route | None, reply: Reply | None, fault: Fault | None) -> None:
    """Write one request down: never its key, only the nine characters that may be shown."""
    if route is not None and route.name not in LOGGED_ROUTES:
        return
    with call.service.store.transaction() as db:
        db.execute(
            """INSERT INTO requests (at, account_id, key_prefix, method, path, route, endpoint, idempotency_key, status,
                                     code, is_replay, fault)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                call.now_ms,
                call.account_id if call.key else None,
                call.key.prefix if call.key else None,
                call.scope["method"],
                call.scope["path"],
                route.name if route else None,
                route.endpoint if route else None,
                call.header("idempotency-key"),
                reply.status if reply else None,
                reply.code if reply else None,
                call.is_replay,
                fault.kind if fault else None,
            ),
        )
