"""A server that answers at once: a generation has succeeded as soon as it is made, or once it is let go."""

import asyncio
import json
import threading
import uuid
from collections import Counter
from urllib.parse import parse_qs

TOO_MANY = 429


class QuickServer:
    """An HTTP server on a thread of its own.

    Attributes:
        made: the generations, by their idempotency keys.
        requests: how many came, by method and kind of path.
        held: whether generations go on.
        ended: ids of those that do not, all the same.
        cap: how many may.
        unlisted: ids that the content list leaves out.
        list_status: of the answers to the content list.
        asked: the ids that the status helper was asked about.
    """

    def __init__(self):
        self.made = {}
        self.requests = Counter()
        self.held = False
        self.cap = 1_000_000
        self.ended = set()
        self.unlisted = set()
        self.list_status = 200
        self.asked = Counter()
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
                status, data = self._reply(method, path, headers)
                content = json.dumps(data if status == TOO_MANY else {"data": data}).encode()
                start = (
                    f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
                )
                writer.write(start.encode() + content)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _reply(self, method, path, headers):
        if method == "POST":
            self.requests["generate"] += 1
            if self.held and len(self.made) >= self.cap:
                return TOO_MANY, {"error": {"code": "BSE1009", "retryable": True, "details": {"limit": self.cap}}}
            made = self.made.setdefault(headers["idempotency-key"], str(uuid.uuid4()))
            return 200, {"generation_id": made, "generation_status": "processing"}
        last = path.rpartition("/")[2]
        if path.startswith("/v1/content/list"):
            self.requests["list"] += 1
            newest = [one for one in reversed(self.made.values()) if one not in self.unlisted]
            asked = parse_qs(path.partition("?")[2])
            start = int(asked["offset"][0])
            return self.list_status, {"generations": [self._record(one) for one in newest[start : start + 100]]}
        if path.startswith("/v1/content/"):
            self.requests["read"] += 1
            return 200, self._record(last)
        self.asked[last] += 1
        return 200, {"generation_id": last, "generation_status": "processing", "attempts": []}

    def _record(self, generation_id):
        if self.held and generation_id not in self.ended:
            return {"generation_id": generation_id, "generation_status": "processing"}
        files = [f"https://example.com/{generation_id}.png"]
        return {"generation_id": generation_id, "generation_status": "succeeded", "generation_output_file": files}
