"""A host that says the key back wherever HTTP and JSON let it, in the answers to calls without the key too."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

GENERATION = "0b3f6f0e-5d6b-4b0e-9d51-1d2c3b4a5968"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


class Echo:
    """``mood`` is how it answers: ``well``, ``error``, ``broken`` HTTP, none at all (``rubbish``), or ``slow``."""

    def __init__(self) -> None:
        self.mood = "well"
        self.said = "nothing"
        self.slow, self.reached = threading.Event(), threading.Event()
        echo = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                told = self.headers.get("Authorization", "")
                echo.said = told.removeprefix("Bearer ") or echo.said
                echo.reached.set()
                if echo.mood == "slow":
                    echo.slow.wait(20)
                if echo.mood == "rubbish":  # which h11 quotes in what it raises
                    self.wfile.write(f"HTTP/1.1 {echo.said}\r\n\r\n".encode())
                    self.close_connection = True
                    return
                if echo.mood == "broken":
                    self.wfile.write(f"HTTP/1.1 200 {echo.said}\r\nX-{echo.said}: {echo.said}\r\n{echo.said}".encode())
                    self.close_connection = True
                    return
                status, content, more = echo.answer(self.command, self.path)
                self.send_response_only(status, echo.said)
                said = {
                    "X-Echo": echo.said,
                    f"X-{echo.said}": "1",
                    "Set-Cookie": f"key={echo.said}",
                    "Server": echo.said,
                }
                said |= {"Retry-After": echo.said, "X-RateLimit-Limit": echo.said, "Content-Length": str(len(content))}
                for name, value in {**said, "Content-Type": f"application/json; key={echo.said}", **more}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

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
        self.slow.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, method: str, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and headers."""
        key = self.said
        if path.startswith("/files/"):
            return 200, PNG, {"Content-Type": f"image/{key}"}
        if self.mood == "error":
            error = {"code": key, "type": key, "message": f"no {key}", "retryable": False, "details": {key: [key]}}
            error["provider_errors"] = [{"provider": key, "message": key}]
            return 403, json.dumps({"status": "error", "request_id": key, "error": error}).encode(), {}
        data: Any = {"generation_id": GENERATION, "generation_status": "pending", "model_identifier": key, key: key}
        if path.startswith("/api/playground"):
            tries = [{"provider": key, "attempt_status": "failed", "error": key}]
            data = {"generation_id": GENERATION, "generation_status": key, "provider_attempts": tries, key: key}
        elif path.startswith("/v1/content/list"):
            data = {"generations": [self._record()] if "offset=0" in path or "offset" not in path else []}
        elif path.startswith("/v1/library/models"):
            data = {"models": [{"model_type": "image", "model_identifier": f"lab/{key}"}]}
        elif path.startswith("/v1/estimate"):
            data = {"model_identifier": key, "model_type": key, "assets_count": 1}
            data |= {"cost_per_generation": 1, "cost_total_consumed": 1}
        elif path.startswith("/v1/status"):
            data = {"account_id": key, "apikey_id": key, "apikey_prefix": key}
        elif path.startswith("/v1/content/") and method == "GET":
            data = self._record()
        body = {"status": "success", "request_id": key, "message": key, "timestamp": key, "data": data, key: [key]}
        return 200, json.dumps(body).encode(), {}

    def _record(self) -> dict[str, Any]:
        key = self.said
        return {
            "generation_id": GENERATION,
            "generation_status": "succeeded",
            "generation_prompt": f"A seal with {key}",
            "generation_provider_used": key,
            "generation_created_at": "2030-01-01T00:00:00Z",
            "generation_output_file": [f"{self.url}/files/{key}.png", f"{self.url}/files/1.png?k={key}"],
            "generation_output_format": key,
            "model_identifier": "bfl/flux-schnell",
            "ai_model_identifier": key,
            key: {key: key},
        }
