"""The patterns and limits by which the page checks as the kernel does."""

from typing import Final

from genwidget.api.keys import CUSTOM_KEY_PATTERN, KEY_PATTERN
from genwidget.request import body as bodies
from genwidget.request.decimals import NUMBER
from genwidget.request.validation import ENDPOINT, SEPARATOR

#: Patterns and limits that the page shares, each usable as it is in Python and JavaScript.
RULES: Final[dict[str, str | int]] = {
    "number": NUMBER,
    "url": bodies.URL,
    "blank": bodies.BLANK,
    "endpoint": ENDPOINT,
    "key": KEY_PATTERN,
    "custom_key": CUSTOM_KEY_PATTERN,
    "uuid": r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",
    "text_limit": bodies.TEXT_LIMIT,
    "choice_separator": SEPARATOR,
}
