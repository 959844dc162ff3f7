"""Scripted trouble, as data: which request or provider it hits, how often, and what happens."""

import json
import random
import re
import threading
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, Literal, get_args

from genwidget.catalogue import Catalogue
from genwidget.sandbox.means import FROM_0, MAPPING, SWITCH, TEXT, WHOLE_FROM_0, Means, check_all
from genwidget.spelling import Named, did_you_mean

RequestFaultKind = Literal[
    "drop",
    "accept_then_drop",
    "hang",
    "html",
    "html_403",
    "rate_limit",
    "server_error",
    "replay_conflict",
    "all_providers_failed",
    "foreign",
    "oversize",
    "slow_drip",
    "cut_json",
    "not_json",
    "wrong_types",
]
ProviderFaultKind = Literal["provider_error", "provider_hang", "provider_late"]
#: Not trouble but a difference: an answer that is served, and changed as the fault says.
ALTERED: Final = "altered"
#: A kind whose answer names who would have been tried.
ALL_FAILED: Final = "all_providers_failed"

REQUEST_KINDS: Final[tuple[str, ...]] = get_args(RequestFaultKind)
PROVIDER_KINDS: Final[tuple[str, ...]] = get_args(ProviderFaultKind)

#: Kinds whose request is served, and committed, before its answer is spoiled.
AFTER_WORK: Final = frozenset(
    {"accept_then_drop", "hang", "oversize", "slow_drip", "cut_json", "not_json", "wrong_types", ALTERED}
)

#: A name that stands for several routes.
ROUTE_GROUPS: Final[dict[str, frozenset[str]]] = {
    "generate": frozenset({"generate_image", "generate_video"}),
    "library": frozenset({"library_providers", "library_models"}),
    "health": frozenset({"health_providers", "health_models", "health_storage", "health_cache"}),
}
API_ROUTES: Final = frozenset(
    {"status", "usage", "account", "billing", "estimate", "content", "list", "cancel", "delete"}
).union(*ROUTE_GROUPS.values())
OWN_ROUTES: Final = frozenset({"helper", "files", "inputs"})
ROUTE_NAMES: Final = API_ROUTES | OWN_ROUTES | frozenset(ROUTE_GROUPS) | {"*"}

_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE: Final = re.compile(r"([!-~\xa0-\xff]+([ \t]+[!-~\xa0-\xff]+)*)?")


_KIND: Final = Means("a text, the name of a kind", (str,))
_MEANS: Final[dict[str, Means]] = {
    "kind": _KIND,
    "route": TEXT.or_none(),
    "provider": TEXT.or_none(),
    "model_id": TEXT.or_none(),
    "count": WHOLE_FROM_0.or_none(),
    "skip": WHOLE_FROM_0,
    "probability": Means("a number from 0 to 1", (int, float), low=0, high=1),
    "one_of": Means("a list of kinds", (list, tuple)),
    "retry_after_s": WHOLE_FROM_0,
    "size_bytes": WHOLE_FROM_0,
    "duration_s": FROM_0,
    "status": Means("a whole number from 200 to 599", (int,), low=200, high=599).or_none(),
    "headers": MAPPING.or_none(),
    "patch": MAPPING.or_none(),
    "content": TEXT.or_none(),
    "after_work": SWITCH.or_none(),
    "fault_id": WHOLE_FROM_0,
}


@dataclass(frozen=True, slots=True)
class Fault(Named):
    """One piece of trouble.

    Attributes:
        kind: one of ``REQUEST_KINDS`` or ``PROVIDER_KINDS``, or ``altered``.
        route: the route it hits, a group (``generate``, ``library``, ``health``), None for every route under ``/v1``,
            or ``*`` for these, the status helper, inputs and files. Provider kinds have none.
        provider: the provider it hits, or None for whichever is tried. Provider kinds only.
        model_id: only requests for this model, or None.
        count: how often it happens before it is spent, or None for ever.
        skip: how many matches pass unharmed first.
        probability: 0 to 1, drawn from the sandbox's seed at each match.
        one_of: kinds, one of which is drawn at each match instead of ``kind``.
        retry_after_s: whole seconds, of ``rate_limit``.
        size_bytes: of ``oversize``.
        duration_s: over how long ``slow_drip`` writes; how late ``provider_late`` answers after its timeout.
        status: of ``altered``, the HTTP status instead, 200 to 599; 204 and 304 have no body.
        headers: of ``altered``, headers to set, or with None to leave out.
        patch: of ``altered``, a JSON merge patch on the answer: objects are merged, a null removes a name.
        content: of ``altered``, a text in the place of the whole body.
        after_work: whether the request is served before its answer is spoiled; None for what the kind does.
        fault_id: set when it is added.
    """

    kind: str
    route: str | None = None
    provider: str | None = None
    model_id: str | None = None
    count: int | None = None
    skip: int = 0
    probability: float = 1.0
    one_of: tuple[str, ...] = ()
    retry_after_s: int = 1
    size_bytes: int = 11 * 1024 * 1024
    duration_s: float = 2.0
    status: int | None = None
    headers: Mapping[str, str | None] | None = None
    patch: Mapping[str, Any] | None = None
    content: str | None = None
    after_work: bool | None = None
    fault_id: int = 0

    def __post_init__(self) -> None:
        """Refuse what could never happen, so that a test's typing error does not pass as "no trouble".

        Raises:
            TypeError: a value of another type.
            ValueError: a number out of its bounds, a name that is not known, or values that exclude one another.
        """
        check_all(_MEANS, self)
        object.__setattr__(self, "one_of", tuple(self.one_of))
        for kind in self.one_of:
            _KIND.check("one_of", kind)
        for kind in (self.kind, *self.one_of):
            if kind not in (*REQUEST_KINDS, *PROVIDER_KINDS, ALTERED):
                raise unknown("fault kind", kind, (*REQUEST_KINDS, *PROVIDER_KINDS, ALTERED))
        if self.route is not None and self.route not in ROUTE_NAMES:
            raise unknown("route", self.route, ROUTE_NAMES)
        if self.is_of_provider and self.route is not None:
            raise ValueError("a provider's fault has no route")
        if not self.is_of_provider and self.provider is not None:
            raise ValueError(f"{self.kind} hits a request, not a provider")
        if len({kind in PROVIDER_KINDS for kind in (self.kind, *self.one_of)}) > 1:
            raise ValueError("one_of mixes kinds of requests and of providers")
        self._check_answer()

    def _check_answer(self) -> None:
        for name, value in (self.headers or {}).items():
            TEXT.check("the name of a header", name)
            TEXT.or_none().check(f"the header {name}", value)
            if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value or ""):
                raise ValueError(f"no header: {name}")
        try:
            json.dumps([self.patch, self.content], ensure_ascii=False, allow_nan=False, default=dict).encode()
        except (TypeError, ValueError, RecursionError):
            raise ValueError("patch or content holds what JSON cannot hold, such as NaN") from None

    @property
    def is_of_provider(self) -> bool:
        """Whether it hits a provider's work rather than a request."""
        return self.kind in PROVIDER_KINDS

    @property
    def happens_after_work(self) -> bool:
        """Whether the request is served before its answer is spoiled."""
        return self.kind in AFTER_WORK if self.after_work is None else self.after_work

    def hits_route(self, route: str) -> bool:
        """Tell whether a request to a route meets it."""
        if self.route is None:
            return route in API_ROUTES
        if self.route == "*":  # what clears faults has none: the sandbox would be lost to whoever asks over HTTP
            return route in API_ROUTES | OWN_ROUTES
        return self.route == route or route in ROUTE_GROUPS.get(self.route, ())


_FAULT: Final = Means("a genwidget.sandbox.Fault", (Fault,))


@dataclass(slots=True)
class _Entry:
    fault: Fault
    matches: int = 0
    hits: int = 0


class Faults:
    """The faults of one sandbox; safe to change from any thread while it serves.

    Args:
        seed: of faults with a probability.
        catalogue: the models that the sandbox serves, whose names and providers are then the only ones; None takes any.
    """

    def __init__(self, seed: int = 0, catalogue: Catalogue | None = None) -> None:
        self._seed = seed
        self._catalogue = catalogue
        self._is_over = False
        self._lock = threading.Lock()
        self._entries: list[_Entry] = []
        self._next_id = 1

    def add(self, fault: Fault | None = None, /, **values: Any) -> Fault:
        """Add a fault, or one made of keyword values, and return it with its id.

        Raises:
            ValueError: a kind, a route, a model or a provider that does not exist, or a number out of its bounds.
            TypeError: a keyword that :class:`Fault` does not have, or a value of another type.
            RuntimeError: the sandbox has been stopped.
        """
        if fault is not None:
            _FAULT.check("fault", fault)
        made = Fault(**values) if fault is None else replace(fault, **values)
        self._check_names(made)
        with self._lock:
            if self._is_over:
                raise RuntimeError("The sandbox has been stopped, and no request would meet the fault. Start it first.")
            made = replace(made, fault_id=self._next_id)
            self._next_id += 1
            self._entries.append(_Entry(made))
        return made

    def _check_names(self, fault: Fault) -> None:
        models = self._catalogue.models if self._catalogue else ()
        model_ids = [one.model_id for one in models]
        if model_ids and fault.model_id is not None and fault.model_id not in model_ids:
            raise unknown("model", fault.model_id, model_ids)
        tried = [one.providers.value for one in models if fault.model_id in {None, one.model_id}]
        providers = sorted({one for some in tried for one in some})
        if providers and fault.provider is not None and fault.provider not in providers:
            raise unknown("provider", fault.provider, providers)

    def set_over(self, is_over: bool) -> None:
        """Take no further fault, or take them again, as the sandbox is stopped or started."""
        with self._lock:
            self._is_over = is_over

    def clear(self, fault_id: int | None = None) -> None:
        """Remove all faults, or the one with an id.

        Raises:
            TypeError, ValueError: the id is no whole number.
        """
        WHOLE_FROM_0.or_none().check("fault_id", fault_id)
        with self._lock:
            self._entries = [one for one in self._entries if fault_id not in {None, one.fault.fault_id}]

    def all(self) -> list[Fault]:
        """Return the faults that are not spent, in the order of adding."""
        with self._lock:
            return [one.fault for one in self._entries if not _is_spent(one)]

    def as_data(self) -> list[dict[str, Any]]:
        """Return every fault with how often it was met and happened, as JSON takes it."""
        with self._lock:
            return [asdict(one.fault) | {"matches": one.matches, "hits": one.hits} for one in self._entries]

    def for_request(self, route: str, model_id: str | None = None) -> Fault | None:
        """Draw the fault that a request meets, if any."""
        return self._draw(
            lambda fault: not fault.is_of_provider and fault.hits_route(route) and fault.model_id in {None, model_id}
        )

    def for_provider(self, provider: str, model_id: str) -> Fault | None:
        """Draw the fault that an attempt of a provider meets, if any."""
        return self._draw(
            lambda fault: (
                fault.is_of_provider and fault.provider in {None, provider} and fault.model_id in {None, model_id}
            )
        )

    def _draw(self, matches: Any) -> Fault | None:
        with self._lock:
            for entry in self._entries:
                if _is_spent(entry) or not matches(entry.fault):
                    continue
                entry.matches += 1
                # A draw depends on the seed, the fault and how often it was met: not on what else goes on.
                dice = random.Random(f"{self._seed}:{entry.fault.fault_id}:{entry.matches}")  # noqa: S311
                if entry.matches <= entry.fault.skip or dice.random() >= entry.fault.probability:
                    continue
                entry.hits += 1
                if entry.fault.one_of:
                    return replace(entry.fault, kind=dice.choice(entry.fault.one_of), one_of=())
                return entry.fault
        return None


def unknown(what: str, name: str, known: Collection[str]) -> ValueError:
    """Return the error of a name that is not known, which says the nearest one."""
    hint = did_you_mean(name, known)
    return ValueError(f"unknown {what}: {name}{'.' if hint else ''}{hint}")


def _is_spent(entry: _Entry) -> bool:
    return entry.fault.count is not None and entry.hits >= entry.fault.count


def fault_from_data(data: Mapping[str, Any]) -> Fault:
    """Return a fault that came as JSON.

    Raises:
        ValueError: an unknown name, or none for the kind.
        TypeError, ValueError: what :class:`Fault` refuses.
    """
    known = {one.name for one in fields(Fault)} - {"fault_id"}
    for name in data:
        if name not in known:
            raise unknown("name", name, known)
    if "kind" not in data:
        raise ValueError("missing name: kind")
    return Fault(**data)
