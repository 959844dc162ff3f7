"""``genwidget demo`` where its process alone is ended, as a supervisor does it."""

import contextlib
import os
import signal
import subprocess
import sys

import pytest

#: In place of JupyterLab: it tells its process, and ends by a signal in its own time.
LAB = """
import os, signal, sys
def end(*_):
    print("ended", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print(os.getpid(), flush=True)
while True:
    signal.pause()
"""
DEMO = """
import sys
from genwidget.cli import demo, main
demo.lab_command = lambda _: [sys.executable, "-c", sys.argv[1]]
sys.exit(main(["demo"]))
"""


@pytest.fixture
def begun(tmp_path):
    (tmp_path / "tmp").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", DEMO, LAB],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path / "tmp")},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield process
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)


def test_the_demo_that_is_terminated_ends_jupyterlab_and_waits_for_it(begun, tmp_path):
    lab = int(begun.stdout.readline())
    begun.send_signal(signal.SIGTERM)
    assert begun.wait(timeout=60) == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(lab, 0)
    assert begun.stdout.read() == "ended\n"
    assert list((tmp_path / "tmp").iterdir()) == []
