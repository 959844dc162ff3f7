"""What no one should say, and a server that says it: real HTTP on this machine, answered as a test likes."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self

HALF: Final = "half \ud83d of a pair"
TURNED: Final = "a\u202egnp.exe \u2066b\u2069 \u200f\u061c"
TERMINAL: Final = "\x1b[2J\x1b]0;pwned\x07\x9b31m\x00\x7f"
HUGE: Final = 10**400
#: Written as numbers that Python itself refuses to write.
OVERFLOW: Final = "@number:1e400"
DIGITS: Final = f"@number:{'9' * 5_000}"

#: Values of every kind, each of which somebody's JSON has had, by the name under which a test tells of it.
ODD: Final[dict[str, Any]] = {
    "null": None,
    "true": True,
    "empty": "",
    "half a pair": HALF,
    "other half": "\udc00",
    "turned": TURNED,
    "terminal": TERMINAL,
    "hidden": "a\u200bb\ufeffc\u2060\U000e0041",
    "lines": "one\r\ntwo\u2028three",
    "long": "x" * 20_000,
    "path": "../../PWNED",
    "absolute": "/x/ABS",
    "dots": "..",
    "device": "CON",
    "markup": "<img src=x onerror=alert(1)>",
    "broken link": "http://[",
    "port": "http://h:99999999",
    "no link": "ht!tp:",
    "zero": 0,
    "negative": -1,
    "fraction": 1e-320,
    "largest": 1.7976931348623157e308,
    "unsafe": 2**53 + 1,
    "huge": HUGE,
    "negative huge": -HUGE,
    "overflow": OVERFLOW,
    "digits": DIGITS,
    "digits as text": "9" * 5_000,
    "infinity": "inf",
    "not a number": "nan",
    "list": ["x", HALF, None, {"a": HUGE}, []],
    "object": {HALF: HALF, "x": {"y": [HUGE]}, "": None},
    "many": ["http://["] * 1_000,
    "first day": "0001-01-01T00:00:00",
    "last day": "9999-12-31T23:59:59.999999-23:59",
}


def encode(value: Any) -> bytes:
    """Return JSON as any server may write it: halves of pairs escaped, numbers of any size."""
    return re.sub(r'"@number:([0-9e]+)"(?!:)', r"\1", json.dumps(value)).encode()


def strict(value: Any) -> bytes:
    """Return what every strict reader takes, or raise."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


class OddServer:
    """Answers each request by a function of method and path, which gives a status, a body, and headers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answer: Any = lambda _method, _path: (404, b"", {})
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                self.rfile.read(length)
                server.asked.append((self.command, self.path))
                status, body, headers = server.answer(self.command, self.path)
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", "Content-Length": len(body), **headers}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_DELETE = do_GET  # noqa: N815 - http.server's own names

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def generates(self, record: Any, created: Any = None, told: Any = None, png: bytes = b"") -> None:
        """Answer a POST, its polls, the status helper and the files of a whole generation with these data."""

        def answer(method: str, path: str) -> tuple[int, bytes, dict[str, str]]:
            if path.startswith("/files/"):
                return 200, png, {"Content-Type": "image/png"}
            if path.startswith("/api/playground"):
                return (404, b"", {}) if told is None else (200, encode({"data": told}), {})
            if method == "POST":
                return 200, encode({"data": {"generation_id": "g1"} if created is None else created}), {}
            return 200, encode({"data": record}), {}

        self.answer = answer

    def refuses(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        """Answer everything so."""
        self.answer = lambda _method, _path: (status, encode(body), headers or {})
