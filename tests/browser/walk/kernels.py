"""A second connection to a host's kernel: a host's own page need not offer a way to run code."""

import json
from concurrent.futures import ThreadPoolExecutor

from jupyter_client import BlockingKernelClient
from jupyter_core.utils import ensure_event_loop

from tests.browser.limits import LIMIT_S


class KernelFailure(AssertionError):
    """Code that a row ran in the kernel raised."""


class KernelLink:
    """Runs code in a kernel, from a thread of its own: this one belongs to the browser's loop."""

    def __init__(self, connection_file):
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kernel-link")
        self._client = self._thread.submit(self._connect, connection_file).result(LIMIT_S)

    @staticmethod
    def _connect(connection_file):
        client = BlockingKernelClient()
        client.load_connection_file(str(connection_file))
        client.start_channels()
        client.wait_for_ready(timeout=LIMIT_S)
        return client

    def close(self):
        self._thread.submit(self._end).result(LIMIT_S)
        self._thread.shutdown()

    def _end(self):
        self._client.stop_channels()
        self._client.context.destroy(linger=0)
        ensure_event_loop().close()

    def execute(self, code):
        """Run code and return what it printed."""
        return self._thread.submit(self._execute, code).result(LIMIT_S)

    def ask(self, expression):
        """Return the value of a Python expression; it must be JSON."""
        return json.loads(self.execute(f"import json as _json; print(_json.dumps({expression}))"))

    def start(self, code):
        """Run code without waiting for its end."""
        self._thread.submit(self._client.execute, code, store_history=False).result(LIMIT_S)

    def tell(self, comm_id, content):
        """Send a widget what no page of ours sends."""
        message = {"comm_id": comm_id, "data": {"method": "custom", "content": content}}
        self._thread.submit(self._send, "comm_msg", message).result(LIMIT_S)

    def _send(self, kind, content):
        self._client.shell_channel.send(self._client.session.msg(kind, content))

    def _execute(self, code):
        printed, failures = [], []

        def keep(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                printed.append(content["text"])
            elif message["msg_type"] == "error":
                failures.append(f"{content['ename']}: {content['evalue']}")

        self._client.execute_interactive(
            code, store_history=False, allow_stdin=False, timeout=LIMIT_S, output_hook=keep
        )
        if failures:
            raise KernelFailure(failures[0])
        return "".join(printed)
