"""What the environment says of proxies and certificates, for httpx; what of it is unusable is named by its variable."""

import asyncio
import os
import ssl
import urllib.request
from functools import cache
from typing import Any, Final

import httpx

from genwidget import platform
from genwidget.errors import ConnectionFailed
from genwidget.messages import render

_PROXIES: Final = ("http", "https", "all")
#: What Python and httpx read as they make up whom to trust; the first that is set is taken.
_CERTIFICATES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_KEY_LOG: Final = "SSLKEYLOGFILE"


def has_proxy() -> bool:
    """Tell whether the environment names a proxy, or whether there are no connections of our own, as in a browser."""
    return not platform.can_listen() or not set(_PROXIES).isdisjoint(urllib.request.getproxies())


def open_client(**keywords: Any) -> httpx.AsyncClient:
    """Return httpx's client, which knows which proxy of the environment stands before which host.

    Reads files where it is given neither ``verify`` nor a transport.

    Raises:
        ConnectionFailed: a proxy or a certificate that the environment names cannot be used.
    """
    try:
        return httpx.AsyncClient(**keywords)
    except OSError as error:
        failure = _of_certificates(error)
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        failure = _of_proxy(error)
    raise failure


def trusted(*, trust_env: bool = True) -> ssl.SSLContext:
    """Return whom to trust. Reads files.

    Raises:
        ConnectionFailed: a certificate that the environment names cannot be used.
    """
    try:
        return httpx.create_ssl_context(trust_env=trust_env)
    except OSError as error:
        failure = _of_certificates(error)
    raise failure


async def trusted_always() -> ssl.SSLContext:
    """Return whom to trust, read once, by a worker: reading it takes longer than fetching a picture.

    Raises:
        ConnectionFailed: as of :func:`trusted`.
    """
    return await asyncio.to_thread(_trusted_once)


@cache
def _trusted_once() -> ssl.SSLContext:
    return trusted()


def _of_certificates(error: OSError) -> ConnectionFailed:
    is_log = error.filename is not None and error.filename == os.environ.get(_KEY_LOG)
    named = [_KEY_LOG] if is_log else [name for name in _CERTIFICATES if os.environ.get(name)]
    reason = error.strerror or type(error).__name__
    return _failed(render("certificates_unusable", variable=(named or ["certifi"])[0], reason=reason))


def _of_proxy(error: Exception) -> ConnectionFailed:
    """Return what tells of a proxy that cannot be used; its URL may have a password, and is not in it."""
    code = "proxy_no_socks" if isinstance(error, ImportError) else "proxy_no_url"
    unusable = [scheme for scheme in _PROXIES if not _can_be_used(urllib.request.getproxies().get(scheme))]
    return _failed(render(code, variable=_variable(unusable[0] if unusable else "no")))


def _can_be_used(url: str | None) -> bool:
    if not url:
        return True
    try:
        httpx.AsyncHTTPTransport(proxy=url if "://" in url else f"http://{url}", trust_env=False)
    except (ImportError, ValueError, httpx.InvalidURL):
        return False
    return True


def _variable(scheme: str) -> str:
    """Return the variable that says a proxy; on some systems their settings do, and then the usual name of it."""
    name = f"{scheme}_proxy"
    return name if os.environ.get(name) else name.upper()


def _failed(sentence: str) -> ConnectionFailed:
    return ConnectionFailed(sentence, reason="environment")
