"""Run by headless.mjs in a Python without threads or sockets: a run and a film, each to its end."""

import ast
import asyncio
import contextlib
import io
import json
import os
import threading
from pathlib import Path

from pyodide.code import run_js
from pyodide.ffi import to_js

from genwidget import Playground, Settings, platform
from genwidget.batch.export import Swept, to_code
from genwidget.catalogue import Catalogue
from genwidget.errors import ConfigurationError
from genwidget.widget.commands import parse
from genwidget.widget.sheet import Sheet

assert not platform.can_start_threads()
try:
    threading.Thread(target=print).start()
except RuntimeError:
    pass
else:
    raise AssertionError("threads can be started here: genwidget/platform.py is wrong")

os.environ["GENWIDGET_SANDBOX_SPEED"] = "20"
FAST = Settings(poll_first_s=0.05, poll_max_s=0.2)


async def send(model, **values):
    pg = Playground(region="sandbox", model=model, values={"generation_prompt": "A baby seal", **values}, settings=FAST)
    pg.lock_key()
    run = pg.send()
    told = ""
    try:
        run.wait()
    except RuntimeError as error:
        told = str(error)
    await run
    fetched = await asyncio.wrap_future(run._runner.fetch(run, run.outputs[0].url))
    while pg.run["state"] != run.state:  # noqa: ASYNC110 - a trait has no event
        await asyncio.sleep(0.01)
    return {
        "state": run.state.value,
        "told": told,
        "media_type": fetched.media_type,
        "bytes": len(fetched.content),
        "row": run._runner.ledger.find(run.run_id).state,
        "spent": float(pg.spent),
    }


async def show_batch():
    """Ask for what the page of a batch asks for: a picture, and a rating; and then for what was rated."""
    pg = Playground(
        region="sandbox", model="bfl/flux-schnell", values={"generation_prompt": "A baby seal"}, settings=FAST
    )
    pg.lock_key()
    batch = pg.sweep(repeat=2)
    await batch
    sheet = Sheet(batch, lambda *_: None, lambda *_: None)
    asked = {"id": "1", "kind": "fetch_item_output", "batch_id": batch.batch_id, "position": 1, "index": 0}
    answer = await sheet.answer(parse(asked))
    assert answer.data["media_type"] == "image/png"
    assert len(answer.buffers[0]) > 10_000
    batch.rate(1, 5)
    assert [item.number for item in batch.picks] == [1]


async def run_code():
    """Run what Code inserts into a cell, of a request and of a sweep."""
    pg = Playground(
        region="sandbox", model="bfl/flux-schnell", values={"generation_prompt": "A baby seal"}, settings=FAST
    )
    pg.lock_key()
    path = Path((await printed(pg.export("python"))).strip())
    assert path.read_bytes().startswith(b"\x89PNG")  # noqa: ASYNC240 - it lies in memory
    swept = Swept(["bfl/flux-schnell"], {"generation_prompt": "A baby seal"}, {}, 2)
    told = await printed(to_code("python", swept, Catalogue.load(), "", is_sandbox=True))
    assert told.splitlines()[-2:] == ["1 done", "2 done"]
    try:
        swept.plan(Catalogue.load()).run(region="sandbox", save_to="pictures")
    except ConfigurationError as error:
        refusal = str(error)
    assert "save_to" in refusal


async def printed(code):
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        await eval(compile(code, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), {})  # noqa: S307
    return told.getvalue()


is_null = run_js("(state) => state.run === null && state.names[0] === null")
assert is_null(to_js(platform.to_page({"run": None, "names": [None]})))
await run_code()  # noqa: F704, PLE1142 - Pyodide awaits it
await show_batch()  # noqa: F704, PLE1142 - Pyodide awaits it
json.dumps([await send("bfl/flux-schnell"), await send("google/veo-2")])  # noqa: F704, PLE1142 - Pyodide awaits it
