"""Input files: which addresses are taken, and the sandbox's own pictures, one for each way to be refused.

A public address is taken without being fetched, since nothing here leaves the machine. The own pictures are real files
and are really looked at.
"""

import functools
import io
import ipaddress
import random
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from genwidget import platform
from genwidget.sandbox import assumptions
from genwidget.sandbox.http.responses import Refusal
from genwidget.sandbox.media import png

if TYPE_CHECKING:
    from genwidget.sandbox.core.own_inputs import OwnInputs

INPUTS_PATH: Final = "/sandbox/inputs/"
#: One pixel, which is enough to be of a format that is not taken.
_SMALL_GIF: Final = bytes.fromhex("474946383961010001008000000000000000002c00000000010001000002024401003b")
_INSIDE_NAMES: Final = ("localhost", "local", "internal", "localdomain", "intranet", "home", "lan", "corp")


def check_input(url: str, field: str, own: "OwnInputs") -> None:
    """Refuse an input address that is not public, and an own picture that cannot be used.

    What the sandbox has made can be used as what the API has made can, whose outputs are public.

    Raises:
        Refusal: 422, with the field in ``details``.
    """
    parts = _split(url)
    if parts is not None and own.has(parts):
        check_picture(own.find(parts.path.removeprefix(INPUTS_PATH)), field)
    elif parts is not None and (name := own.made(parts)) is not None:
        if not name.endswith((".png", ".jpg", ".webp")):
            raise Refusal("BSE2004" if name else "BSE2009", details={"field": field})
    elif parts is None or not is_public(parts):
        raise Refusal("BSE2009", details={"field": field})


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number raises here
    except ValueError:
        return None
    is_plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    return parts if is_plain and parts.scheme in {"http", "https"} and parts.hostname else None


def is_public(parts: SplitResult) -> bool:
    """Tell whether an address points outside: no user info, no inside name, no address that is not global."""
    host = (parts.hostname or "").rstrip(".")
    if parts.username is not None or parts.password is not None or not host:
        return False
    address = _address(host)
    if address is not None:
        return address.is_global and not address.is_multicast
    return "." in host and host.rsplit(".", 1)[-1] not in _INSIDE_NAMES


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            # 127.1, 0x7f000001 and 2130706433 are addresses too, for whoever connects to them.
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or address.sixtofour or address
    return address


def check_picture(content: bytes | None, field: str) -> None:
    """Refuse a picture that cannot be used as an input.

    Raises:
        Refusal: 422, with the code of what is wrong.
    """
    details = {"field": field}
    if content is None:
        raise Refusal("BSE2009", details=details)
    if len(content) > assumptions.INPUT_MAX_BYTES:
        raise Refusal("BSE2007", details=details)
    kind, size = _read(content) or (None, None)
    if size is None:
        raise Refusal("BSE2005", details=details)
    if kind not in {"PNG", "JPEG", "WEBP"}:
        raise Refusal("BSE2004", details=details)
    if max(size) > assumptions.INPUT_MAX_PIXELS:
        raise Refusal("BSE2002", details=details)
    if min(size) < assumptions.INPUT_MIN_PIXELS:
        raise Refusal("BSE2003", details=details)


def _read(content: bytes) -> tuple[str | None, tuple[int, int]] | None:
    """Return format and size of a picture, or None where it is none. Without Pillow, of the own pictures alone."""
    if not platform.can_draw():
        size = png.size_of(content)
        own = None if size is None else ("PNG", size)
        return ("GIF", (128, 128)) if content == _SMALL_GIF else own
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - not everywhere

    try:
        with Image.open(io.BytesIO(content)) as opened:
            return opened.format, opened.size
    except Image.DecompressionBombError:  # far more pixels than are taken; of which format is not said
        return "PNG", (assumptions.INPUT_MAX_PIXELS + 1, assumptions.INPUT_MAX_PIXELS + 1)
    except (UnidentifiedImageError, OSError, ValueError):  # ValueError: a text in it that is too long
        return None


def format_of(content: bytes) -> str | None:
    """Return the format of a picture, such as ``PNG``; None where it is none."""
    found = _read(content)
    return None if found is None else found[0]


@functools.cache
def picture(name: str) -> bytes | None:
    """Return the sandbox's own input picture of a name, or None."""
    return _PICTURES[name]() if name in _PICTURES else None


def _plain(size: tuple[int, int], kind: str = "PNG", mode: str = "RGB") -> bytes:
    if not platform.can_draw():
        colour = (0, 0, 0) if mode == "1" else (38, 84, 124)
        return _SMALL_GIF if kind == "GIF" else png.encode(size, [bytes(colour) * size[0]] * size[1])
    from PIL import Image  # noqa: PLC0415 - not everywhere

    buffer = io.BytesIO()
    Image.new(mode, size, 1 if mode == "1" else (38, 84, 124)).save(buffer, kind)
    return buffer.getvalue()


def _floe() -> bytes:
    from genwidget.sandbox.media.files import draw_picture  # noqa: PLC0415 - drawn only when asked for

    return draw_picture("An ice floe at dusk", (768, 768), "png", seed=7)


def _heavy() -> bytes:
    # Bytes after the end of a PNG are ignored by readers, and count.
    return _plain((128, 128)) + random.Random(0).randbytes(assumptions.INPUT_MAX_BYTES)  # noqa: S311 - filler


_PICTURES: Final[dict[str, Callable[[], bytes]]] = {
    "floe.png": _floe,
    "blue.png": lambda: _plain((512, 512)),
    "too-small.png": lambda: _plain((16, 16)),
    "too-large.png": lambda: _plain((assumptions.INPUT_MAX_PIXELS + 1, 64), mode="1"),
    "gif-inside.png": lambda: _plain((128, 128), "GIF"),
    "broken.png": lambda: b"\x89PNG\r\n\x1a\n and then nothing that a reader knows",
    "too-heavy.png": _heavy,
}
PICTURE_NAMES: Final = tuple(_PICTURES)
