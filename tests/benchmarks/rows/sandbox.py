"""What the local server gives: requests a second, and the bytes of a picture and of a film; nginx, for scale."""

import asyncio
import functools
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import httpx

from genwidget.sandbox import API_KEY
from tests.benchmarks import peers
from tests.benchmarks.row import CannotMeasureError, Figure, Row, Sample
from tests.browser.servers import free_port
from tests.faults.service import SandboxProcess

COUNT: Final = 300
AT_ONCE: Final = 8
WISHES: Final = {
    "a picture": ("image/bfl/flux-schnell", {"generation_prompt": "A seal"}),
    "a film": ("video/bytedance/seedance-1-pro", {"generation_prompt": "A seal", "generation_duration": 5}),
}
_CONFIGURATION: Final = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


async def requests_a_second(url: str, count: int, headers: Mapping[str, str] | None = None) -> float:
    """Ask for one address many times, eight at once."""
    left = iter(range(count))
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:

        async def ask() -> None:
            for _ in left:
                (await client.get(url)).raise_for_status()

        began = time.perf_counter()
        await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
        return count / (time.perf_counter() - began)


def make(sandbox: SandboxProcess, what: str) -> tuple[str, float]:
    """Make a file; return its address, and how many seconds passed from its end to its first whole download."""
    path, body = WISHES[what]
    with httpx.Client(headers={"Authorization": f"Bearer {API_KEY}"}, timeout=120) as client:
        client.post(f"{sandbox.url}/v1/generate/{path}", json=body).raise_for_status()
        record = sandbox.generations()[-1]
        assert record["generation_status"] == "succeeded"
        address = record["generation_output_file"][0]
        began = time.perf_counter()
        client.get(address).raise_for_status()
        return address, time.perf_counter() - began


@contextmanager
def nginx(files: Mapping[str, bytes]) -> Iterator[str]:
    """Serve the same bytes with nginx; return its address.

    Raises:
        CannotMeasureError: it cannot be had.
    """
    program = peers.nginx()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        port = free_port()
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(_CONFIGURATION.format(folder=folder, port=port), encoding="utf-8")
        process = subprocess.Popen([program, "-c", configuration, "-p", folder], stderr=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            httpx.Client(transport=httpx.HTTPTransport(retries=8)).get(address)
            yield address
        finally:
            process.terminate()
            process.wait(10)


class SandboxRow(Row):
    """Requests a second."""

    name = "sandbox"
    title = "The sandbox: requests a second"
    how = f"{AT_ONCE} connections of one `httpx.AsyncClient`; nginx serves the same bytes, for scale."
    unit = "a second"
    rounds = 3
    warm_ups = 1
    figures = (
        Figure(ours="sandbox, a status", against="nginx, a status"),
        Figure(ours="sandbox, a picture", against="nginx, a picture"),
        Figure(ours="sandbox, a film", against="nginx, a film"),
        Figure(ours="sandbox, a picture: first download", unit="ms"),
        Figure(ours="sandbox, a film: first download", unit="ms"),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Ask both servers."""
        headers = {"Authorization": f"Bearer {API_KEY}"}
        with tempfile.TemporaryDirectory() as folder:
            sandbox = SandboxProcess(Path(folder))
            try:
                made = {what: make(sandbox, what) for what in WISHES}
                addresses = {"a status": f"{sandbox.url}/v1/status"}
                addresses |= {what: address for what, (address, _) in made.items()}
                files = {
                    name.replace(" ", "-"): httpx.get(one, headers=headers).content for name, one in addresses.items()
                }

                with ExitStack() as stack:
                    subjects: dict[str, Sample] = {
                        f"sandbox, {what}": asking(url, headers) for what, url in addresses.items()
                    }
                    subjects["first downloads"] = lambda: {
                        f"sandbox, {what}: first download": make(sandbox, what)[1] * 1000 for what in WISHES
                    }
                    try:
                        other = stack.enter_context(nginx(files))
                    except CannotMeasureError as error:
                        subjects["nginx"] = functools.partial(cannot, error)
                    else:
                        subjects |= {
                            f"nginx, {what}": asking(f"{other}/{what.replace(' ', '-')}") for what in addresses
                        }
                    yield subjects
            finally:
                sandbox.stop()


def cannot(error: CannotMeasureError) -> float:
    """Say why there is no figure.

    Raises:
        CannotMeasureError: always.
    """
    raise error


def asking(url: str, headers: Mapping[str, str] | None = None) -> Sample:
    """Return what asks for an address."""
    return lambda: asyncio.run(requests_a_second(url, COUNT, headers))
