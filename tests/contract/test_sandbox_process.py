"""The sandbox as a process: state that outlives it, several at once, and clean ends."""

import gc
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from genwidget.sandbox import API_KEY, Sandbox

PATH = "/v1/generate/image/bfl/flux-schnell"
BODY = {"generation_prompt": "A baby seal playing on Arctic ice"}


def client_of(url):
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {API_KEY}"}, timeout=20)


def charges(sandbox):
    return [one["kind"] for one in sandbox.credit_events if one["generation_id"]]


@pytest.fixture
def serve(tmp_path):
    """Start sandboxes in processes of their own, on one state folder."""
    processes = []

    def start(*options):
        command = [
            sys.executable,
            "-W",
            "always",  # -X dev would have asyncio tell of each turn that took long, as on a busy machine
            "-m",
            "genwidget.sandbox",
            "--state-dir",
            str(tmp_path / "state"),
            *options,
        ]
        process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        said = list(iter(process.stdout.readline, "Press Ctrl-C to end.\n"))
        match = re.fullmatch(r"Sandbox of the API at (http://127\.0\.0\.1:\d+)\n", said[0])
        assert match
        assert any(API_KEY in line for line in said)
        return process, match[1]

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize("turns", range(8))
def test_a_sandbox_that_stops_closes_what_has_just_been_opened(turns):
    """Clients connect so many turns of its loop after it was told to stop."""
    with Sandbox() as sandbox, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loop, is_there, is_connected = sandbox._loop, threading.Event(), threading.Event()

        def turn(left):
            if left == 0:
                is_there.set()
                is_connected.wait(20)
            else:
                loop.call_soon(turn, left - 1)

        loop.call_soon_threadsafe(lambda: (sandbox._running.stopping.set(), turn(turns)))
        assert is_there.wait(20)
        host, _, port = sandbox.url.removeprefix("http://").partition(":")
        clients = [socket.create_connection((host, int(port))) for _ in range(20)]
        is_connected.set()
        sandbox.stop()
        for client in clients:
            client.close()
        gc.collect()
    assert [str(one.message) for one in caught] == []


def test_a_new_sandbox_goes_on_where_the_last_one_stopped(tmp_path, clock):
    with Sandbox(state_dir=tmp_path / "state", clock=clock) as sandbox, client_of(sandbox.url) as client:
        first = client.post(PATH, json=BODY, headers={"Idempotency-Key": "a"}).json()["data"]["generation_id"]
    clock.advance(5)
    with Sandbox(state_dir=tmp_path / "state", clock=clock) as sandbox, client_of(sandbox.url) as client:
        record = client.get(f"/v1/content/{first}").json()["data"]
        assert record["generation_status"] == "succeeded"
        assert client.get(record["generation_output_file"][0]).status_code == 200
        again = client.post(PATH, json=BODY, headers={"Idempotency-Key": "a"})
        assert again.headers["idempotency-replayed"] == "true"
        assert charges(sandbox) == ["reserve", "charge"]
        assert sandbox.credits == 99.995


def test_a_killed_sandbox_loses_nothing_and_charges_once(serve):
    process, url = serve()
    with client_of(url) as client:
        made = client.post(PATH, json=BODY, headers={"Idempotency-Key": "a"}).json()["data"]["generation_id"]
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    _, url = serve("--speed", "20")
    with client_of(url) as client:
        replay = client.post(PATH, json=BODY, headers={"Idempotency-Key": "a"})
        assert replay.headers["idempotency-replayed"] == "true"
        assert replay.json()["data"]["generation_id"] == made
        listed = client.get("/v1/content/list").json()
        assert [one["generation_id"] for one in listed["data"]["generations"]] == [made]
        assert client.get("/v1/user/billing").json()["data"]["billing_credit_balance"] == 99.995


def test_two_sandboxes_on_one_folder_are_one_service(tmp_path, clock):
    folder = tmp_path / "state"
    with (
        Sandbox(state_dir=folder, clock=clock) as one,
        Sandbox(state_dir=folder, clock=clock) as two,
        client_of(one.url) as here,
        client_of(two.url) as there,
    ):

        def ask(number):
            client = here if number % 2 else there
            return client.post(PATH, json=BODY, headers={"Idempotency-Key": f"intent-{number // 4}"})

        with ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(ask, range(40)))
        # Within one sandbox the same key at the same moment is a conflict, to be tried again.
        assert {reply.status_code for reply in replies} <= {200, 409}
        made = {reply.json()["data"]["generation_id"] for reply in replies if reply.status_code == 200}
        assert len(made) == len(one.generations) == len(two.generations) == 10
        clock.advance(10)
        assert one.credits == two.credits == 99.95
        assert sorted(charges(one)) == ["charge"] * 10 + ["reserve"] * 10


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_command_cleanly(serve, number):
    process, url = serve()
    assert httpx.get(url).status_code == 200
    process.send_signal(number)
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, out, errors) == (0, "", "")


def test_a_taken_port_is_said_plainly(tmp_path):
    with Sandbox() as sandbox:
        port = sandbox.url.rsplit(":", 1)[-1]
        command = [sys.executable, "-m", "genwidget.sandbox", "--port", port]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert ended.stderr == f"The sandbox cannot listen on port {port}: Address already in use.\n"


SHARED = """
import json, threading
from concurrent.futures import ThreadPoolExecutor
from genwidget.sandbox import shared
with ThreadPoolExecutor(8) as pool:
    sandboxes = list(pool.map(lambda _: shared(), range(8)))
print(json.dumps([len(set(map(id, sandboxes))), sandboxes[0].url, sandboxes[0].credits]))
"""


def test_the_shared_sandbox_is_one_per_process_and_ends_with_it(tmp_path):
    environment = os.environ | {"GENWIDGET_SANDBOX_DIR": str(tmp_path / "s"), "GENWIDGET_SANDBOX_SPEED": "10"}
    command = [sys.executable, "-W", "error", "-c", SHARED]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True, env=environment)
    count, url, credits_left = json.loads(ended.stdout)
    assert (count, credits_left) == (1, 100)
    assert ended.stderr == ""
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    assert (tmp_path / "s" / "sandbox.sqlite3").stat().st_size > 0
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o700


def test_the_shared_sandbox_fills_up_a_balance_that_has_run_low(tmp_path):
    with Sandbox(state_dir=tmp_path / "s", balance=9.5):
        pass
    environment = os.environ | {"GENWIDGET_SANDBOX_DIR": str(tmp_path / "s")}
    command = [sys.executable, "-c", SHARED]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True, env=environment)
    assert json.loads(ended.stdout)[2] == 100


def test_stopping_leaves_no_thread_and_frees_the_port():
    before = set(threading.enumerate())
    sandbox = Sandbox().start()
    port = int(sandbox.url.rsplit(":", 1)[-1])
    with client_of(sandbox.url) as client:
        assert client.get("/v1/status").status_code == 200
        sandbox.stop()
    sandbox.stop()
    assert set(threading.enumerate()) == before
    with Sandbox(port) as again:
        assert again.url == f"http://127.0.0.1:{port}"


def test_a_stopped_sandbox_says_so_and_can_start_again():
    sandbox = Sandbox()
    with pytest.raises(RuntimeError, match=r"^The sandbox does not run\. Start it: "):
        _ = sandbox.url
    for _ in range(2):
        with sandbox:
            assert httpx.get(sandbox.url).status_code == 200
            with pytest.raises(RuntimeError, match="the sandbox runs already"):
                sandbox.start()


def test_a_temporary_sandbox_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Sandbox() as sandbox:
        assert httpx.get(sandbox.url).status_code == 200
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []


def test_speed_shortens_work_and_windows(wait_until):
    with Sandbox(speed=200) as sandbox, client_of(sandbox.url) as client:
        reply = client.post(PATH, json=BODY)
        assert int(reply.headers["x-ratelimit-reset"]) - sandbox.requests[0].at / 1000 <= 2
        wait_until(lambda: sandbox.generations[0]["generation_status"] == "succeeded", 2)
        assert sandbox.generations[0]["generation_metrics_total_time"] < 0.05


def test_no_log_at_any_level_has_a_key(caplog):
    caplog.set_level("DEBUG")
    with Sandbox() as sandbox, client_of(sandbox.url) as client:
        sandbox.faults.add(kind="drop", count=1)
        with pytest.raises(httpx.HTTPError):
            client.get("/v1/status")
        client.post(PATH, json=BODY)
        client.get("/v1/nothing")
    assert API_KEY not in caplog.text
    assert API_KEY[4:] not in caplog.text


def test_a_request_that_breaks_off_before_its_end_makes_nothing(wait_until):
    with Sandbox() as sandbox:
        host, _, port = sandbox.url.removeprefix("http://").partition(":")
        body = json.dumps(BODY).encode()
        head = f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {API_KEY}\r\n"
        with socket.create_connection((host, int(port))) as broken:
            broken.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(body), body))
        wait_until(lambda: sandbox.requests)
        assert [(one.route, one.status) for one in sandbox.requests] == [("generate_image", None)]
        assert sandbox.generations == []


def test_a_region_that_it_cannot_play_is_refused_with_those_that_it_can():
    with pytest.raises(ValueError, match=r"^region must be one of us, eu, jp$"):
        Sandbox(region="apac")


def test_it_listens_on_loopback_only():
    with Sandbox() as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")


def test_drawn_files_are_cleared_after_a_while_and_drawn_again(tmp_path, clock):
    folder = tmp_path / "state"
    with Sandbox(state_dir=folder, clock=clock) as sandbox, client_of(sandbox.url) as client:
        made = client.post(PATH, json=BODY).json()["data"]["generation_id"]
        clock.advance(5)
        path = f"/sandbox/files/{made}/1.png"
        first = client.get(path).content
    os.utime(folder / "files" / made, (clock(), clock()))
    clock.advance(8 * 86_400)
    with Sandbox(state_dir=folder, clock=clock) as sandbox, client_of(sandbox.url) as client:
        assert list((folder / "files").iterdir()) == []
        assert client.get(path).content == first


def test_sandboxes_that_start_at_once_clear_the_same_old_files(tmp_path):
    folder = tmp_path / "state"
    with Sandbox(state_dir=folder):
        for number in range(400):
            (folder / "files" / f"{number}").mkdir()
            os.utime(folder / "files" / f"{number}", (0, 0))
    both = threading.Barrier(4)

    def start(_number):
        both.wait(20)
        with Sandbox(state_dir=folder) as sandbox:
            return httpx.get(sandbox.url).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(start, range(4))) == [200] * 4
    assert list((folder / "files").iterdir()) == []
