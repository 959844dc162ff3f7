"""A server that answers at once: a generation has succeeded as soon as it is made."""

import asyncio
import json
import threading
import uuid
from collections import Counter


class QuickServer:
    """An HTTP server on a thread of its own.

    Attributes:
        made: the generations, by their idempotency keys.
        requests: how many came, by method and kind of path.
        most_at_once: how many POSTs were under way at the same time.
    """

    def __init__(self):
        self.made = {}
        self.requests = Counter()
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._is_ready.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    async def _serve(self):
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._answer_all, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._is_ready.set()
        await self._ended.wait()
        server.close()

    async def _answer_all(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
                await reader.readexactly(int(headers.get("content-length", 0)))
                method, path, _ = head[0].split(" ")
                data = self._data(method, path, headers)
                status, content = (404, b"{}") if data is None else (200, json.dumps({"data": data}).encode())
                start = (
                    f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
                )
                writer.write(start.encode() + content)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _data(self, method, path, headers):
        if method == "POST":
            self.requests["generate"] += 1
            made = self.made.setdefault(headers["idempotency-key"], str(uuid.uuid4()))
            return {"generation_id": made, "generation_status": "processing"}
        if path.startswith("/v1/content/list"):
            self.requests["list"] += 1
            return {"generations": [_record(one) for one in list(self.made.values())[:-101:-1]]}
        if path.startswith("/v1/content/"):
            self.requests["read"] += 1
            return _record(path.rpartition("/")[2])
        return None


def _record(generation_id):
    files = [f"https://example.com/{generation_id}.png"]
    return {"generation_id": generation_id, "generation_status": "succeeded", "generation_output_file": files}
