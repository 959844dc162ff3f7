"""What is commonly written instead of a batch: ``asyncio.gather`` over httpx, naive retries, what is there is skipped.

``python -m tests.faults.bare_gather COUNT FOLDER`` meets the same faults and the same kills as the library's batch.
"""

import asyncio
import os
import sys
from pathlib import Path

import httpx

from genwidget.sandbox import API_KEY
from tests.faults.wishes import AT_ONCE, MODEL_ID, MOST_PRESSES, prompt_of, tell

PAUSE_S = 0.03
POLL_S = 0.1
POLLS = 40
UNREADABLE = (httpx.HTTPError, ValueError, KeyError, TypeError, IndexError)


class Gather:
    """Posts until something looks like success, polls, downloads."""

    def __init__(self, client: httpx.AsyncClient, folder: Path) -> None:
        self._client = client
        self._folder = folder
        self._room = asyncio.Semaphore(AT_ONCE)

    async def pursue(self, number: int) -> None:
        """Bring a wish to a file."""
        path = self._folder / f"{number}.jpg"
        async with self._room:
            while not path.exists():
                link = await self._make(number)
                if link is not None:
                    await self._save(link, path)
        tell(number, "done")

    async def _make(self, number: int) -> str | None:
        """Return the link of a picture, or None where it should be made anew."""
        body = {"generation_prompt": prompt_of(number), "generation_output_format": "jpg"}
        for _ in range(MOST_PRESSES):
            try:
                reply = await self._client.post(f"/v1/generate/image/{MODEL_ID}", json=body)
                generation_id = str(reply.raise_for_status().json()["data"]["generation_id"])
            except UNREADABLE:
                await asyncio.sleep(PAUSE_S)
                continue
            return await self._poll(generation_id)
        raise RuntimeError(f"wish {number} cannot be fulfilled")

    async def _poll(self, generation_id: str) -> str | None:
        for _ in range(POLLS):
            try:
                reply = await self._client.get(f"/v1/content/{generation_id}")
                record = reply.raise_for_status().json()["data"]
                if record["generation_status"] == "succeeded":
                    return str(record["generation_output_file"][0])
                if record["generation_status"] == "failed":
                    return None
            except UNREADABLE:
                pass
            await asyncio.sleep(POLL_S)
        return None

    async def _save(self, link: str, path: Path) -> None:
        for _ in range(MOST_PRESSES):
            try:
                reply = await self._client.get(link)
                path.write_bytes(reply.raise_for_status().content)  # noqa: ASYNC240 - as it is commonly written
            except UNREADABLE:
                await asyncio.sleep(PAUSE_S)
                continue
            return


async def main(count: int, folder: Path) -> None:
    """Pursue all wishes."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - as it is commonly written
    timeout_s = float(os.environ["GENWIDGET_POST_TIMEOUT_S"])
    headers = {"Authorization": f"Bearer {API_KEY}"}
    url = os.environ["GENWIDGET_SANDBOX_URL"]
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=timeout_s) as client:
        gather = Gather(client, folder)
        await asyncio.gather(*(gather.pursue(number) for number in range(count)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
