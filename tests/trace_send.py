"""``python -m tests.trace_send``: what one click on Send runs through, from the page's command to the end of the run.

It prints the files of ours that are entered, the edges between them (one file calls into another), the functions, and
how many frames of ours are stacked above httpcore as the POST leaves. Counted is what the click itself does: its
handler to the end, and what the threads of runs and of the ledger do until the POST leaves. Left out is what goes on
beside it, now before and now after the POST: the sandbox, which serves the run, listeners (``BESIDE``), the balance,
and the thread that sets the traits.
"""

import json
import os
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any
from uuid import uuid4

import genwidget

PACKAGE = f"{Path(genwidget.__file__).parent}{os.sep}"
SANDBOX = f"{PACKAGE}sandbox{os.sep}"
#: What sends the POST: the page asks the API other things at the same time.
SUBMIT = f"runs{os.sep}submit.py"
HTTPCORE = f"{os.sep}httpcore{os.sep}"
#: Where the click enters a thread or a task: all that these call is its own, and nothing else is.
HANDLERS = frozenset({"CommandHandler.take", "CommandHandler._do"})
ROOTS = HANDLERS | {"Runner._carry", "Writer._write"}
#: What calls those who listen to a run or to the ledger, and what starts the thread that sets the traits.
BESIDE = frozenset({"Run._tell", "Ledger._tell_pending", "Ledger._tell_written", "TraitPublisher._wake"})


class Trace:
    """A profile of all threads that start after it; it counts while ``is_on``."""

    def __init__(self) -> None:
        self.is_on = False
        self.functions: Counter[tuple[str, str]] = Counter()
        self.edges: set[tuple[str, str]] = set()
        #: Of these, what the POST needs; and the frames of ours above httpcore as it leaves.
        self.files_before: set[str] = set()
        self.edges_before: set[tuple[str, str]] = set()
        self.post_stack: list[str] = []
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)

    def _profile(self, frame: FrameType, event: str, _: object) -> None:
        if not self.is_on or event != "call":
            return
        path = frame.f_code.co_filename
        caller = frame.f_back.f_code.co_filename if frame.f_back else ""
        if _is_ours(path) and (root := _root_of(frame)):
            self._count(frame, caller, is_before=not self.post_stack or root in HANDLERS)
        elif HTTPCORE in path and _is_ours(caller) and frame.f_code.co_name == "handle_async_request":
            stack = _stack(frame.f_back)
            if not self.post_stack and any(name.startswith(SUBMIT) for name in stack):
                self.post_stack = stack

    def _count(self, frame: FrameType, caller: str, *, is_before: bool) -> None:
        file = _short(frame.f_code.co_filename)
        edge = (_short(caller), file)
        is_edge = _is_ours(caller) and edge[0] != file
        self.functions[file, frame.f_code.co_qualname] += 1
        if is_edge:
            self.edges.add(edge)
        if is_before:
            self.files_before.add(file)
        if is_before and is_edge:
            self.edges_before.add(edge)


def _root_of(frame: FrameType) -> str:
    """Return where the click entered the thread that this frame is of; nothing for a frame that is not the click's."""
    caller = frame.f_back
    while caller is not None and caller.f_code.co_qualname not in BESIDE:
        name = frame.f_code.co_qualname
        if name in ROOTS and _is_ours(frame.f_code.co_filename):
            return name
        frame, caller = caller, caller.f_back
    return frame.f_code.co_qualname if caller is None and frame.f_code.co_qualname in ROOTS else ""


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
    playground.send().wait(60)  # the sandbox has started
    assert playground.runs, "the first run is listed"  # from then on all that follows runs follows them
    assert playground.session.runner.ledger.drain(30), "the end of the first run was not written"
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

    def shown(change: Mapping[str, Any]) -> None:
        if change["new"]["intent_id"] == command["intent_id"]:  # and no late word of the first run
            is_made.set()

    playground.observe(shown, "run")
    trace.is_on = True
    playground._handle_custom_msg(command, [])
    assert is_made.wait(30), "no run was made"
    run = playground.runs[0].wait(60)
    trace.is_on = False
    playground.close()
    return str(run.state)


def trace_send() -> tuple[str, Trace]:
    """Return the state in which a run ended that was sent by a click, and what was traced of it."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"GENWIDGET_DATA_DIR": f"{folder}/data", "GENWIDGET_SANDBOX_DIR": f"{folder}/sandbox"}
        trace = Trace()
        return send(trace), trace


def main() -> None:
    """Print the trace; with ``--json`` the counts alone."""
    state, trace = trace_send()
    assert trace.post_stack, "no POST left"
    before, edges_before = trace.files_before, trace.edges_before
    if sys.argv[1:] == ["--json"]:
        counts = {"files": len(before), "edges": len(edges_before), "frames": len(trace.post_stack)}
        print(json.dumps({"state": state, "stack": trace.post_stack, **counts}))
        return
    files = sorted({file for file, _ in trace.functions})
    print(f"The run has {state}.\n")
    print(f"{len(before)} files and {len(edges_before)} edges until the POST leaves; after it marked +")
    print(f"{len(files)} files, {len(trace.edges)} edges and {len(trace.functions)} functions until the run has ended")
    for file in files:
        names = ", ".join(name for one, name in sorted(trace.functions) if one == file)
        print(f"{' ' if file in before else '+'} {file}: {names}")
    for edge in sorted(trace.edges):
        print(f"{' ' if edge in edges_before else '+'} {edge[0]} -> {edge[1]}")
    print(f"\n{len(trace.post_stack)} frames of ours above httpcore")
    for frame in trace.post_stack:
        print(f"  {frame}")


if __name__ == "__main__":
    main()
