"""What is commonly written instead: a loop over httpx with naive retries, no idempotency key, ids kept in a file.

``python -m tests.faults.bare COUNT FILE`` meets the same faults and the same kills as the library's own sender.
"""

import os
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from genwidget.sandbox import API_KEY
from tests.faults.wishes import AT_ONCE, MODEL_ID, MOST_PRESSES, prompt_of, tell

PAUSE_S = 0.03
POLL_S = 0.1
POLLS = 8
ENDS = {"succeeded", "failed", "canceled"}
UNREADABLE = (httpx.HTTPError, ValueError, KeyError, TypeError)


class Loop:
    """Posts until something looks like success, then polls."""

    def __init__(self, url: str, file: Path) -> None:
        headers = {"Authorization": f"Bearer {API_KEY}"}
        timeout_s = float(os.environ["GENWIDGET_POST_TIMEOUT_S"])
        self._client = httpx.Client(base_url=url, headers=headers, timeout=timeout_s)
        self._file = file

    def known_ids(self) -> Mapping[int, str]:
        """Return what the file remembers."""
        if not self._file.exists():
            return {}
        lines = [line.split() for line in self._file.read_text().splitlines()]
        return {int(line[0]): line[1] for line in lines if len(line) == 2}

    def pursue(self, number: int, generation_id: str | None) -> None:
        """Bring a wish to what looks like an end."""
        generation_id = generation_id or self._make(number)
        for _ in range(POLLS):
            try:
                reply = self._client.get(f"/v1/content/{generation_id}")
                status = reply.raise_for_status().json()["data"]["generation_status"]
            except UNREADABLE:
                status = ""
            if status in ENDS:
                break
            time.sleep(POLL_S)
        tell(number, "ended")

    def _make(self, number: int) -> str:
        body = {"generation_prompt": prompt_of(number)}
        for _ in range(MOST_PRESSES):
            try:
                reply = self._client.post(f"/v1/generate/image/{MODEL_ID}", json=body)
                generation_id = str(reply.raise_for_status().json()["data"]["generation_id"])
            except UNREADABLE:
                time.sleep(PAUSE_S)
                continue
            with self._file.open("a") as file:
                file.write(f"{number} {generation_id}\n")
            return generation_id
        raise RuntimeError(f"wish {number} cannot be fulfilled")


def main(count: int, file: Path) -> None:
    """Pursue all wishes."""
    loop = Loop(os.environ["GENWIDGET_SANDBOX_URL"], file)
    known = loop.known_ids()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(loop.pursue, number, known.get(number)) for number in range(count)]:
            done.result()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
