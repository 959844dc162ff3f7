"""``python -m tests.trace_send``: what one click on Send runs through, from the page's command to the end of the run.

It prints the files of ours that are entered, the edges between them (one file calls into another), the functions, and
how many frames of ours are stacked above httpx as the POST leaves. The sandbox, which serves the run, is left out.
"""

import os
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from types import FrameType
from uuid import uuid4

import genwidget

PACKAGE = f"{Path(genwidget.__file__).parent}{os.sep}"
SANDBOX = f"{PACKAGE}sandbox{os.sep}"
#: What sends the POST: the page asks the API other things at the same time.
SUBMIT = f"runs{os.sep}submit.py"
HTTPX = f"{os.sep}httpx{os.sep}"


class Trace:
    """A profile of all threads that start after it; it counts while ``is_on``."""

    def __init__(self) -> None:
        self.is_on = False
        self.functions: Counter[tuple[str, str]] = Counter()
        self.edges: set[tuple[str, str]] = set()
        #: Files and edges up to the first byte of the POST, and the frames of ours above httpx then.
        self.before_post: tuple[int, int] | None = None
        self.post_stack: list[str] = []
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)

    def _profile(self, frame: FrameType, event: str, _: object) -> None:
        if not self.is_on or event != "call":
            return
        path = frame.f_code.co_filename
        caller = frame.f_back.f_code.co_filename if frame.f_back else ""
        if _is_ours(path):
            self.functions[_short(path), frame.f_code.co_qualname] += 1
            if _is_ours(caller) and caller != path:
                self.edges.add((_short(caller), _short(path)))
        elif HTTPX in path and _is_ours(caller) and frame.f_code.co_name in {"send", "stream", "__aenter__"}:
            stack = _stack(frame.f_back)
            if self.before_post is None and any(name.startswith(SUBMIT) for name in stack):
                self.before_post = len({file for file, _ in self.functions}), len(self.edges)
                self.post_stack = stack


def _is_ours(path: str) -> bool:
    return path.startswith(PACKAGE) and not path.startswith(SANDBOX)


def _short(path: str) -> str:
    return path.removeprefix(PACKAGE)


def _stack(frame: FrameType | None) -> list[str]:
    names = []
    while frame is not None:
        if _is_ours(frame.f_code.co_filename):
            names.append(f"{_short(frame.f_code.co_filename)}: {frame.f_code.co_qualname}")
        frame = frame.f_back
    return names[::-1]


def send(trace: Trace) -> str:
    """Click Send as the page does, with a run before it, and return the state in which the run ended."""
    playground = genwidget.Playground(region="sandbox", values={"generation_prompt": "A baby seal on Arctic ice"})
    playground.lock_key()
    playground.send().wait(60)  # the sandbox has started, and what follows the lock is over
    command = {
        "kind": "send",
        "id": "1",
        "intent_id": str(uuid4()),
        "region": "sandbox",
        "model_type": playground.model_type,
        "model_id": playground.model_id,
        "values": dict(playground.values),
    }
    is_made = threading.Event()
    playground.observe(lambda _: is_made.set(), "run")
    trace.is_on = True
    playground._handle_custom_msg(command, [])
    assert is_made.wait(30), "no run was made"
    run = playground.runs[0].wait(60)
    trace.is_on = False
    playground.close()
    return str(run.state)


def main() -> None:
    """Print the trace."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"GENWIDGET_DATA_DIR": f"{folder}/data", "GENWIDGET_SANDBOX_DIR": f"{folder}/sandbox"}
        trace = Trace()
        state = send(trace)
    files = sorted({file for file, _ in trace.functions})
    print(f"The run has {state}.\n")
    assert trace.before_post is not None, "no POST left"
    print("{} files and {} edges until the POST leaves".format(*trace.before_post))
    print(f"{len(files)} files, {len(trace.edges)} edges and {len(trace.functions)} functions until the run has ended")
    for file in files:
        print(f"  {file}: {', '.join(name for one, name in sorted(trace.functions) if one == file)}")
    for caller, callee in sorted(trace.edges):
        print(f"  {caller} -> {callee}")
    print(f"\n{len(trace.post_stack)} frames of ours above httpx")
    for frame in trace.post_stack:
        print(f"  {frame}")


if __name__ == "__main__":
    main()
