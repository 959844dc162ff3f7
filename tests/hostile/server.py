"""An API that answers as a table says, down to the bytes: real sockets, and no HTTP library."""

import asyncio
import contextlib
import io
import re

import PIL.Image

from genwidget.io_thread import IoThread
from tests.odd import encode

GENERATION_ID = "550e8400-e29b-41d4-a716-446655440000"
#: Which part of a run a request is of; ``any`` is what the library's other endpoints ask.
STAGES = ("post", "poll", "helper", "file", "any")
CHUNK = b" " * 65_536
JSON = "application/json"


def http(status, body, media_type=JSON, **headers):
    """Return the bytes of a whole response."""
    content = body if isinstance(body, bytes) else encode(body)
    lines = [f"HTTP/1.1 {status} Some Reason", f"Content-Type: {media_type}", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


def envelope(data):
    return {"status": "success", "request_id": "req_1", "message": "Done", "timestamp": "", "data": data}


def picture():
    content = io.BytesIO()
    PIL.Image.new("RGB", (8, 8)).save(content, "PNG")
    return content.getvalue()


class HostileServer:
    """Answers each stage of a run with its own bytes or its own writer; ``calm`` takes back what was set."""

    def __init__(self):
        self.served = 0
        self._fine = {}
        self._answers = {}
        self._open = set()
        self._thread = IoThread()
        self._server = self._thread.submit(self._start()).result()
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        record = {"generation_id": GENERATION_ID, "generation_status": "succeeded"}
        self._fine = {
            "post": http(200, envelope({"generation_id": GENERATION_ID, "generation_provider_order": ["bfl"]})),
            "poll": http(200, envelope({**record, "generation_output_file": [f"{self.url}/files/1.png"]})),
            "helper": http(200, envelope({**record, "attempts": []})),
            "file": http(200, picture(), "image/png"),
            "any": http(200, envelope({"account_id": "a", "apikey_id": "k"})),
        }

    def answer(self, stage, answer):
        """Answer a stage with bytes, or with what a coroutine function writes to a stream writer."""
        self._answers = {stage: answer}

    def answer_all(self, answer):
        """Answer every request so."""
        self._answers = dict.fromkeys(STAGES, answer)

    def calm(self):
        self._answers = {}

    def close(self):
        self._thread.submit(self._stop()).result()
        self._thread.close()

    async def _start(self):
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _stop(self):
        self._server.close()
        for task in self._open:
            task.cancel()

    async def _serve(self, reader, writer):
        self._open.add(asyncio.current_task())
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._serve_once(reader, writer):
                    pass
        finally:
            self._open.discard(asyncio.current_task())
            writer.close()

    async def _serve_once(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if length:
            await reader.readexactly(int(length[1]))
        stage = _stage_of(head)
        answer = self._answers.get(stage)
        if answer is None:
            writer.write(self._fine[stage])
            await writer.drain()
            return True
        self.served += 1
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
        else:
            await answer(writer)
        return False


def _stage_of(head):
    method, path, _ = head.split(b" ", 2)
    if path.startswith(b"/files/"):
        return "file"
    if path.startswith(b"/api/playground/generation-status/"):
        return "helper"
    if method == b"POST" and path.startswith(b"/v1/generate/"):
        return "post"
    if method == b"GET" and re.match(rb"/v1/content/(?!list)", path):
        return "poll"
    return "any"


def endless(*beginning, again=CHUNK):
    """Return a writer that never ends."""

    async def write(writer):
        writer.write(b"".join(beginning))
        while not writer.is_closing():
            writer.write(again)
            await writer.drain()

    return write


def dripping(*beginning, again=b"x", pause_s=0.02):
    """Return a writer that sends a little, again and again."""

    async def write(writer):
        writer.write(b"".join(beginning))
        while not writer.is_closing():
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return write


def repeated(beginning, part, count, end, status=200):
    """Return a writer of a body that has a part many times; it never holds more than a little of it."""
    length = len(beginning) + len(part) * count + len(end)
    at_once = max(1, 65_536 // len(part))

    async def write(writer):
        writer.write(b"HTTP/1.1 %d R\r\nContent-Type: application/json\r\n" % status)
        writer.write(b"Content-Length: %d\r\n\r\n" % length + beginning)
        for at in range(0, count, at_once):
            writer.write(part * min(at_once, count - at))
            await writer.drain()
        writer.write(end)
        await writer.drain()

    return write
