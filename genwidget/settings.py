"""Limits, timeouts and switches, from arguments or ``GENWIDGET_*`` variables; and where the ledger lies."""

import math
import numbers
import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

from genwidget.errors import ConfigurationError
from genwidget.folders import folder_of
from genwidget.messages import render
from genwidget.spelling import Named, did_you_mean

#: What the name of each variable begins with.
PREFIX: Final = "GENWIDGET_"
#: Variables that are no field of :class:`Settings`, without the prefix: what holds without one, and what each means.
OTHER_VARIABLES: Final = {
    "DATA_DIR": ("", "the folder of the ledger; without it, the user's data folder."),
    "SANDBOX_DIR": ("", "the folder of the sandbox's data; without it, the user's cache folder."),
    "SANDBOX_SPEED": ("1", "what divides the times of the sandbox."),
    "SANDBOX_URL": ("", "the origin of a sandbox that runs elsewhere; without it, the process starts its own."),
    "SPEND_LIMIT": ("", "how many credits all runs of the user's ledger may cost, whatever settings are given."),
}
_SWITCHES: Final = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}
_MIB: Final = 1024 * 1024
#: Lowest and highest value of a number: no clock, no file and no power of a factor overflows within them.
_ANY: Final = (math.ulp(0.0), 1e9)
_BOUNDS: Final = {
    "max_response_bytes": (1.0, 2.0**53),
    "max_output_bytes": (1.0, 2.0**53),
    "poll_factor": (1.0, 1e3),
    "poll_jitter": (0.0, 1.0),
}
#: Whose runs a playground can be set to show.
HISTORIES: Final = ("user", "key", "session")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Named):
    """What can be set. Sizes are in bytes, times in seconds.

    ``GENWIDGET_SPEND_LIMIT`` is no setting: it holds whatever settings are given.

    Attributes:
        max_response_bytes: where reading a JSON response stops. However high it is, JSON is refused whose texts and
            values would take more than 46 MB of memory, which is at most 23 MB of text.
        max_output_bytes: the largest output that is fetched.
        post_timeout_s: the whole time of one try of the POST that makes a generation.
        request_timeout_s: the time of any other request.
        connect_timeout_s: the time to reach a host.
        deadline_s: how long a generation is followed; passing it does not end the generation.
        max_tries: how often a request is tried in all.
        retry_first_s: the upper end of the first wait between tries; it doubles with each try.
        retry_max_s: the upper end of any wait between tries.
        retry_after_max_s: a longer ``Retry-After`` ends the tries.
        poll_first_s: the wait after the first poll, which comes at once.
        poll_factor: how much longer each wait is than the one before.
        poll_max_s: the longest wait between polls.
        poll_jitter: the part of a wait by which it is varied, up and down.
        check_keys: whether a key is checked by a free call when it is locked.
        live_models: whether the API's own list of models is fetched: after a lock, and for a model that does not ship.
        store_bodies: whether the ledger keeps request bodies; without them a restart ends all resuming.
        save_recipes: whether a recipe is written beside each output that is saved.
        allow_debug: whether a key may be locked from the page in a kernel that logs its messages.
        history: whose runs a playground shows: ``user`` (all of the ledger), ``key`` (those of the locked key at its
            host) or ``session`` (its own); in a dashboard it is always ``session``.
    """

    max_response_bytes: int = 10 * _MIB
    max_output_bytes: int = 64 * _MIB
    post_timeout_s: float = 60.0
    request_timeout_s: float = 30.0
    connect_timeout_s: float = 10.0
    deadline_s: float = 600.0
    max_tries: int = 3
    retry_first_s: float = 1.0
    retry_max_s: float = 30.0
    retry_after_max_s: float = 60.0
    poll_first_s: float = 0.5
    poll_factor: float = 1.5
    poll_max_s: float = 5.0
    poll_jitter: float = 0.1
    check_keys: bool = True
    live_models: bool = True
    store_bodies: bool = True
    save_recipes: bool = True
    allow_debug: bool = False
    history: str = "user"

    def __post_init__(self) -> None:
        """Refuse what a setting cannot be, and a history of nobody.

        Raises:
            ConfigurationError: a value of another type; a number that is not above zero (``poll_jitter`` may be zero,
                and ``poll_factor`` is at least 1), not finite, or larger than anything can count with; or an unknown
                history.
        """
        if not isinstance(self.history, str) or self.history not in HISTORIES:
            raise ConfigurationError(render("bad_history", name="history", value=self.history))
        for field in fields(self):
            value = getattr(self, field.name)
            if not _can_be(field.name, value, type(field.default)):
                raise ConfigurationError(
                    render("bad_setting", name=field.name, value=value, means=means_of(field.name))
                )

    @classmethod
    def of(cls, given: Any) -> Self:
        """Return settings that were given; None is those of the environment.

        Raises:
            ConfigurationError: they are none, or as of :meth:`from_environment`.
        """
        if given is not None and not isinstance(given, cls):
            raise ConfigurationError(render("bad_settings"))
        return cls.from_environment() if given is None else given

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Return the defaults, each replaced by its variable where one is set (``GENWIDGET_DEADLINE_S=900``).

        A variable that begins with ``GENWIDGET_`` and is none of ours is warned of, with the nearest that is.

        Raises:
            ConfigurationError: a variable that cannot be read as its setting.
        """
        # Of the process's own only what is ours: a traceback may show it, and the API key is among the rest.
        given: Any = os.environ if environment is None else environment
        if not isinstance(given, Mapping) or not all(isinstance(one, str) for pair in given.items() for one in pair):
            del given, environment
            raise ConfigurationError(render("bad_environment"))
        environment = {name: value for name, value in given.items() if name.startswith(PREFIX)}
        del given
        warn_of_unknown(environment)
        read: dict[str, Any] = {}
        for field in fields(cls):
            name = PREFIX + field.name.upper()
            if text := variable(name, environment):
                read[field.name] = _read(name, text, type(field.default))
        return cls(**read)


def variable_names() -> frozenset[str]:
    """Return the name of every variable that is read."""
    of_fields = {field.name.upper() for field in fields(Settings)}
    return frozenset(f"{PREFIX}{name}" for name in of_fields | OTHER_VARIABLES.keys())


def warn_of_unknown(names: Iterable[str] | None = None) -> None:
    """Warn of each variable that begins with ``GENWIDGET_`` and is none of ours, with the nearest that is.

    Args:
        names: those that are set; None takes the process's own.
    """
    known = variable_names()
    for name in sorted(os.environ if names is None else names):
        if name.startswith(PREFIX) and name not in known:
            hint = did_you_mean(name, known, PREFIX)
            # The place of this line, and not the caller's, lets Python show each text once.
            warnings.warn(render("unknown_variable", name=name, hint=hint), UserWarning, stacklevel=1)


def _can_be(name: str, value: Any, kind: type) -> bool:
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    if kind is str:
        return isinstance(value, str)
    numeric: Any = numbers.Integral if kind is int else numbers.Real
    if not isinstance(value, numeric):
        return False
    low, high = _BOUNDS.get(name, _ANY)
    return bool(low <= value <= high)  # NaN compares false


def means_of(name: str) -> str:
    """Return in words what a setting can be, by its field."""
    default: object = next(field.default for field in fields(Settings) if field.name == name)
    kind = type(default)
    if kind is bool:
        return render("setting_switch")
    if kind is str:
        return render("setting_text")
    low, high = _BOUNDS.get(name, _ANY)
    bounds = render("setting_above" if low == _ANY[0] else "setting_bounds", low=f"{low:g}", high=f"{high:,.0f}")
    return render("setting_whole" if kind is int else "setting_number", bounds=bounds)


def _read(name: str, text: str, kind: type) -> bool | float | str:
    if kind is str:
        if text not in HISTORIES:
            raise ConfigurationError(render("bad_history", name=name, value=text))
        return text
    field = name.removeprefix(PREFIX).lower()
    means = means_of(field)
    try:
        if kind is bool:
            return _SWITCHES[text.lower()]
        value = int(text) if kind is int else float(text)
    except (KeyError, ValueError) as error:
        raise ConfigurationError(render("bad_setting", name=name, value=text, means=means)) from error
    if not _can_be(field, value, kind):
        raise ConfigurationError(render("bad_setting", name=name, value=text, means=means))
    return value


def variable(name: str, environment: Mapping[str, str] | None = None) -> str:
    """Return what a variable says without the blanks around it, which nobody sees; an empty text for nothing."""
    return (os.environ if environment is None else environment).get(name, "").strip()


def data_dir() -> Path:
    """Return the folder of the ledger: ``GENWIDGET_DATA_DIR``, else the user's data folder. It may not exist yet."""
    import platformdirs  # noqa: PLC0415 - after the first paint

    given = variable(f"{PREFIX}DATA_DIR")
    return folder_of(given) if given else Path(platformdirs.user_data_dir("genwidget", appauthor=False))
