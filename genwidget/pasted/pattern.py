"""What the page takes for a request and not for a text to type. The first paint waits for it: it imports nothing."""

from typing import Final

#: A JSON object, or a cURL command that starts a generation: the same to Python's ``re`` and to JavaScript.
PASTED: Final = r'\s*(?:\{\s*"[\s\S]*\}|(?=[\s\S]*/v1/generate/)(?:[\s\S]*[^\w.$/-])?curl(?:\.exe)?\s[\s\S]*)\s*'
#: The most that is pasted or dropped into the page at once, in bytes: Jupyter's servers take messages of up to 10 MiB.
MAX_PASTED_BYTES: Final = 8 * 1024 * 1024
