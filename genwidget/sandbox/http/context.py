"""One request on its way through the sandbox, and the table row of the route that serves it."""

import asyncio
import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from genwidget.catalogue import Catalogue
from genwidget.sandbox import assumptions
from genwidget.sandbox.assumptions import MESSAGES
from genwidget.sandbox.core import generations
from genwidget.sandbox.core.accounts import KeyRecord
from genwidget.sandbox.core.limits import Allowance, Limits, RateWindows
from genwidget.sandbox.core.own_inputs import OwnInputs
from genwidget.sandbox.core.store import Store
from genwidget.sandbox.faults.faults import Faults
from genwidget.sandbox.http.responses import Refusal, Reply, success


@dataclass(slots=True)
class Service:
    """One running sandbox, seen from its routes. Everything here is used by the server's own loop."""

    store: Store
    catalogue: Catalogue
    faults: Faults
    limits: Limits
    windows: RateWindows
    clock: Callable[[], float]  # seconds of the epoch
    speed: float
    seed: int
    region: str
    origin: str
    media_pool: Executor
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    in_flight: set[tuple[str, str, str]] = field(default_factory=set)

    def now_ms(self) -> int:
        """Return the time in milliseconds of the epoch."""
        return int(self.clock() * 1000)

    @property
    def own_origins(self) -> frozenset[str]:
        """The origins by which this sandbox's own files are known."""
        port = self.origin.rsplit(":", 1)[-1]
        return frozenset({self.origin, f"http://localhost:{port}", f"http://127.0.0.1:{port}"})

    @property
    def own_inputs(self) -> OwnInputs:
        """The input pictures that this sandbox has itself."""
        return OwnInputs(self.own_origins, self.store.inputs, self._files_of)

    def _files_of(self, generation_id: str) -> list[str]:
        with self.store.transaction() as db:
            try:
                row = generations.find(db, generation_id)
            except Refusal:
                return []
        return generations.files_of(row, self.now_ms())


Scope = Mapping[str, Any]

UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
PART: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
WHOLE: Final = re.compile(r"-?[0-9]{1,9}")
NUMBER: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
FLAG: Final = re.compile(r"true|false")
NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")


@dataclass(slots=True)
class Call:
    """One request. ``key`` is set once it is authenticated; ``cleanups`` run when its answer is out."""

    service: Service
    scope: Scope
    now_ms: int
    body: bytes = b""
    key: KeyRecord | None = None
    allowance: Allowance | None = None
    is_replay: bool = False
    cleanups: list[Callable[[], None]] = field(default_factory=list)

    def finish(self) -> None:
        """Run what waits for the answer to be out; once."""
        while self.cleanups:
            self.cleanups.pop()()

    @property
    def params(self) -> Mapping[str, str]:
        """The named parts of the path."""
        params: Mapping[str, str] = self.scope.get("path_params", {})
        return params

    @property
    def query(self) -> dict[str, str]:
        """The query; the last of several equal names wins."""
        return dict(parse_qsl(self.scope["query_string"].decode("ascii", "replace"), keep_blank_values=True))

    @property
    def model_id(self) -> str | None:
        """The model that the path names, or None."""
        params = self.params
        return f"{params['lab']}/{params['name']}" if "lab" in params else None

    @property
    def account_id(self) -> str:
        """Who asks; only after authentication."""
        assert self.key is not None
        return self.key.account.account_id

    @property
    def client_ip(self) -> str:
        """The address that the request came from."""
        client = self.scope.get("client")
        return str(client[0]) if client else ""

    @property
    def origin(self) -> str:
        """The origin by which the caller knows this sandbox, so that outputs are on the caller's own."""
        return f"http://{self.header('host') or self.service.origin.removeprefix('http://')}"

    def header(self, name: str) -> str | None:
        """Return a header of the request, or None."""
        wanted = name.lower().encode()
        found = [value for one, value in self.scope["headers"] if one == wanted]
        return found[-1].decode("latin-1") if found else None

    def succeed(self, route: str, data: Any, **page: int) -> Reply:
        """Return the success envelope with a route's message."""
        return success(MESSAGES[route], data, self.now_ms, **page)


@dataclass(frozen=True, slots=True)
class Route:
    """One route: its scope (None: no key needed), the shapes of its path and query, and what serves it."""

    name: str
    method: str
    path: str
    handler: Callable[[Call], Reply | Awaitable[Reply]]
    key_scope: str | None = None
    query_shapes: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    checks_limit_itself: bool = False  # after validation, as the API does on the paid routes
    max_body_bytes: int = assumptions.MAX_BODY_BYTES

    @property
    def endpoint(self) -> str:
        """The path as usage counts it: the model's two segments are one identifier."""
        return self.path.replace("{lab}/{name}", "{model_identifier}")

    def has_shape(self, call: Call) -> bool:
        """Tell whether the edge lets a request pass: method, raw path, path parameters, query and host."""
        scope = call.scope
        shapes = {"generation_id": UUID, "lab": PART, "name": PART}
        return (
            scope["method"] == self.method
            and b"%" not in scope["raw_path"]
            and all(shapes.get(name, NAME).fullmatch(value) for name, value in call.params.items())
            and all(
                shape.fullmatch(call.query[name]) for name, shape in self.query_shapes.items() if name in call.query
            )
            and is_loopback_host(call.header("host"))
        )


def is_loopback_host(host: str | None) -> bool:
    """Tell whether a Host header names this machine: a page elsewhere that was rebound to it does not."""
    name = re.sub(r":[0-9]+$", "", host or "")
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
