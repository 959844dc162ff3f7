"""The one table of regions: where the API, the page host and the sandbox are."""

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from genwidget import platform
from genwidget.api.addresses import is_loopback_address
from genwidget.errors import ConfigurationError
from genwidget.messages import render
from genwidget.settings import variable
from genwidget.spelling import did_you_mean
from genwidget.text import is_plain

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Region:
    """One place that serves the API.

    Attributes:
        region_id: ``us``, ``eu``, ``jp`` or ``sandbox``.
        label: what a person reads.
        api_url: the API's origin, without a trailing slash; None for the sandbox, whose port is known once it runs.
        page_url: the origin that serves the status helper; None for the sandbox.
    """

    region_id: str
    label: str
    api_url: str | None
    page_url: str | None


#: Source: the API's own setup page.
REGIONS: Final[dict[str, Region]] = {
    "us": Region("us", "US", "https://api.us.babysea.ai", "https://us.babysea.ai"),
    "eu": Region("eu", "EU", "https://api.eu.babysea.ai", "https://eu.babysea.ai"),
    "jp": Region("jp", "APAC", "https://api.jp.babysea.ai", "https://jp.babysea.ai"),
    "sandbox": Region("sandbox", "Sandbox", None, None),
}


#: Scheme, host, port and path: no user info, query or fragment, white space, control character, backslash or bracket
#: out of place.
_PLAIN_URL: Final = re.compile(r"(?i:https?)://[^\x00-\x20\x7f-\xa0\\/?#@\s]+(?:/[^\x00-\x20\x7f-\xa0\\?#\s]*)?")
#: Of DNS, in bytes.
_LONGEST_NAME: Final = 253
_LONGEST_LABEL: Final = 63
_SANDBOX_URL: Final = "GENWIDGET_SANDBOX_URL"
_HOST: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?")
_PORTS: Final = {"https": 443, "http": 80}
#: One of the names of this machine for itself.
_OWN: Final = "localhost"


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go: the API's origin, and the origin that is asked for the status helper."""

    region_id: str
    api_url: str
    helper_url: str
    is_own_origin: bool  # a base_url or the sandbox: outputs of this origin may be fetched even where it is not public


def is_same_host(one: Target, other: Target) -> bool:
    """Tell whether two targets of a generation's id are the same host's, however each is named.

    The sandbox has another port in each process, and may be named by its URL: any of this machine's own can be its.
    """
    here, there = _spelt_alike(one.api_url), _spelt_alike(other.api_url)
    regions = {one.region_id, other.region_id}
    are_own = here[1] == there[1] == _OWN
    return here == there or regions == {"sandbox"} or (are_own and "sandbox" in regions)


def _spelt_alike(url: str) -> tuple[str, str, int | None, str]:
    """Return scheme, host, port and path of a URL; every name of this machine for itself is one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", url, None, ""
    host = parts.hostname or ""
    is_own = host == _OWN or is_loopback_address(host)
    return parts.scheme, _OWN if is_own else host, port or _PORTS.get(parts.scheme), parts.path.rstrip("/")


def region_id_of(name: object) -> str | None:
    """Return the id of a region that is named by its id or its label, in any case (``jp``, ``APAC``); else None."""
    if not isinstance(name, str):
        return None
    known = {word.casefold(): one.region_id for one in REGIONS.values() for word in (one.label, one.region_id)}
    return known.get(name.casefold())


def find_region(name: object) -> Region:
    """Return a region of the table, by its id or its label.

    Raises:
        ConfigurationError: there is no such region.
    """
    region_id = region_id_of(name)
    if region_id is None:
        hint = did_you_mean(name, REGIONS)
        is_blank = isinstance(name, str) and not name.strip()
        told = "None" if name is None else f'"{name}"' if is_blank else name
        raise ConfigurationError(render("unknown_region", region=told, regions=region_names(), hint=hint))
    return REGIONS[region_id]


def region_names() -> str:
    """Return the ids of all regions, each with its label where that is another word."""
    return ", ".join(
        one.region_id if one.label.casefold() == one.region_id else f"{one.region_id} ({one.label})"
        for one in REGIONS.values()
    )


def known_url(region_id: str, base_url: str | None) -> str:
    """Return the API's origin as far as it is known without starting anything, else an empty text."""
    region = REGIONS.get(region_id)
    return base_url or (region and region.api_url) or ""


def resolve(name: str, base_url: str | None = None) -> Target:
    """Return where a region's requests go, starting the process's sandbox at first need. Blocks while it starts.

    Raises:
        ConfigurationError: unknown region, unusable base URL, or the sandbox's extra is not installed.
    """
    if base_url is not None:
        origin = check_base_url(base_url)
        return Target(region_id_of(name) or name, origin, origin, is_own_origin=True)
    region = find_region(name)
    if region.api_url is None or region.page_url is None:
        return sandbox_target(sandbox_url())
    return Target(region.region_id, region.api_url, region.page_url, is_own_origin=False)


def sandbox_target(origin: str) -> Target:
    """Return where the requests of the region ``sandbox`` go."""
    return Target("sandbox", origin, origin, is_own_origin=True)


def sandbox_url() -> str:
    """Return the sandbox's origin: ``GENWIDGET_SANDBOX_URL``, else the process's own, started at first need.

    Raises:
        ConfigurationError: the ``sandbox`` extra is not installed, or its folder or speed cannot be used.
    """
    return named_sandbox() or own_sandbox()


def named_sandbox() -> str | None:
    """Return the origin in ``GENWIDGET_SANDBOX_URL``, or None.

    Raises:
        ConfigurationError: it cannot be used.
    """
    elsewhere = variable(_SANDBOX_URL)
    if not elsewhere:
        return None
    try:
        return check_base_url(elsewhere)
    except ConfigurationError as error:
        sentence = render("field_problem", field=_SANDBOX_URL, problem=error.message)
    raise ConfigurationError(sentence)


def own_sandbox() -> str:
    """Return the origin of this process's own sandbox, started at first need.

    Raises:
        ConfigurationError: the ``sandbox`` extra is not installed, or its folder or speed cannot be used.
    """
    require_sandbox()
    import sqlite3  # noqa: PLC0415 - after the first paint

    from genwidget.sandbox import shared  # noqa: PLC0415 - an optional extra, started at first need

    try:
        return shared().url
    except (OSError, ValueError, RuntimeError, sqlite3.Error) as error:
        raise ConfigurationError(render("sandbox_failed", reason=error)) from error


def sandbox_key() -> str:
    """Return the sandbox's public key."""
    from genwidget.sandbox import API_KEY  # noqa: PLC0415 - an optional extra

    return API_KEY


def require_sandbox() -> None:
    """Do nothing where the sandbox could be started.

    Raises:
        ConfigurationError: the ``sandbox`` extra is not installed.
    """
    if not is_sandbox_installed():
        raise ConfigurationError(render("sandbox_missing"))


def is_sandbox_installed() -> bool:
    """Tell whether what the ``sandbox`` extra brings can be imported."""
    return platform.can_run_sandbox()


def own_transport(host: str) -> "httpx.AsyncBaseTransport | None":
    """Return what reaches a host where nothing can listen, if it is this machine: the sandboxes of this process."""
    if platform.can_listen() or not is_loopback(host):
        return None
    from genwidget.sandbox.http.in_process import InProcessTransport  # noqa: PLC0415 - an optional extra

    return InProcessTransport()


def check_base_url(base_url: str) -> str:
    """Return a base URL without its trailing slashes.

    Raises:
        ConfigurationError: it is neither https nor loopback http, or has anything but host, port and path: user name
            and password (each run would store them), query, fragment, or what parsers of URLs read differently.
    """
    if isinstance(base_url, str) and _is_base_url(base_url):
        return base_url.rstrip("/")
    raise ConfigurationError(render("bad_base_url"))


def _is_base_url(url: str) -> bool:
    if not _PLAIN_URL.fullmatch(url) or not is_plain(url):
        return False
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:  # brackets without an address, a port that is none
        return False
    if not _is_address(host) and not (_HOST.fullmatch(host) and _is_name(host)):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def _is_name(host: str) -> bool:
    """Tell whether a name can be looked up: what is beyond ASCII can be encoded, and no label is too long then."""
    if not host.isascii() or "xn--" in host:
        import httpx  # noqa: PLC0415 - after the first paint

        try:
            url = httpx.URL(f"https://{host}")
            host = url.raw_host.decode("ascii") if url.host else ""
        except (ValueError, httpx.InvalidURL):
            return False
    labels = host.removesuffix(".").split(".")
    return len(host) <= _LONGEST_NAME and all(0 < len(one) <= _LONGEST_LABEL for one in labels)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.replace("%", "-"))  # an interface is none of an origin
    except ValueError:
        return False
    return True


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL as one text, such as ``https://api.us.babysea.ai``; no default port.

    A text that is no URL is its own origin, and equals no other.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    is_default = port is None or port == _PORTS.get(parts.scheme)
    return f"{parts.scheme}://{host}" if is_default else f"{parts.scheme}://{host}:{port}"


def is_official(url: str) -> bool:
    """Tell whether a URL is of a host of the table."""
    return any(one.api_url is not None and origin_of(one.api_url) == origin_of(url) for one in REGIONS.values())


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine's own loopback."""
    return host == _OWN or is_loopback_address(host)
