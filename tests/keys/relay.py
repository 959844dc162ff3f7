"""A host that writes down every byte that it is sent, and hands it on to the sandbox, whose answers are real."""

import contextlib
import socket
import threading
from typing import Self
from urllib.parse import urlsplit


class Relay:
    """An origin of its own: ``with Relay(sandbox.url) as host: host.url``; ``heard`` is what was sent to it."""

    def __init__(self, behind: str) -> None:
        parts = urlsplit(behind)
        self._behind = (parts.hostname, parts.port)
        self._heard = bytearray()
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
        with self._lock:
            ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    @property
    def heard(self) -> bytes:
        """Every byte that clients sent, of all connections."""
        with self._lock:
            return bytes(self._heard)

    @property
    def calls(self) -> list[str]:
        """The first lines of the requests."""
        lines = self.heard.decode("latin-1").split("\r\n")
        return [line.removesuffix(" HTTP/1.1") for line in lines if line.endswith(" HTTP/1.1")]

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._heard.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:  # closed
                return
            server = socket.create_connection(self._behind)
            with self._lock:
                self._ends += [client, server]
            threading.Thread(target=self._pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, False), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, is_request: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if is_request:
                    with self._lock:
                        self._heard += data
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
