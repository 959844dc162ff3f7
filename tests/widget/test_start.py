"""What is imported before the first paint, and what after it, told without a clock: by the modules that are there."""

import os
import subprocess
import sys
import textwrap

import pytest

#: No thread can be started, as in a browser: what is imported now is what the first message waits for.
NO_THREADS = """
import threading
def refuse(_):
    raise RuntimeError("can't start new thread")
threading.Thread.start = refuse
"""
#: Beyond what `import anywidget` brings, by the name of the package.
NEWS = """
import sys
import anywidget
before = set(sys.modules)
def news():
    return {name.partition(".")[0] for name in set(sys.modules) - before}
"""
#: Of the standard library: what takes longest, and is not needed yet.
LATER = {
    *("asyncio", "difflib", "hashlib", "hmac", "html", "http", "multiprocessing", "sqlite3", "ssl", "statistics"),
    "tempfile",
}
LIMIT_S = 120


def run(code: str, *arguments: str) -> str:
    """Run code in a fresh interpreter; return what it prints, and fail where it complains of anything."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *arguments],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize(
    "statement", ["from genwidget import Playground", "from genwidget import Playground\npg = Playground()"]
)
def test_the_first_message_waits_for_no_package_but_anywidget(statement):
    code = f"{NO_THREADS}{NEWS}{statement}\nprint(*sorted(news()))\nprint(*sorted(set(sys.modules)))"
    news, modules = (set(line.split()) for line in run(code).splitlines())
    assert news - sys.stdlib_module_names == {"genwidget"}
    assert not news & LATER
    assert "genwidget.widget.back_end" not in modules


def test_the_first_message_has_the_page_and_the_models_before_anything_else_is_imported():
    code = f"""{NO_THREADS}
import sys
import comm
said = []
class Comm(comm.base_comm.BaseComm):
    def publish_msg(self, msg_type, data=None, **_):
        said.append((msg_type, data["state"] if data else {{}}, "genwidget.widget.back_end" in sys.modules))
comm.create_comm = lambda *args, **given: Comm(*args, **given)
import ipywidgets.widgets.widget
from genwidget import Playground
pg = Playground()
kind, state, is_late = next(one for one in said if "catalogue" in one[1])
print(kind, len(state["catalogue"]["models"]), len(state["_esm"]) > 1000, is_late)
"""
    assert run(code).split() == ["comm_open", "19", "True", "False"]


def test_what_follows_the_first_message_is_imported_on_a_thread_of_its_own():
    code = """
    import sys, threading
    from genwidget import Playground
    pg = Playground()
    beside = [one for one in threading.enumerate() if one.name == "genwidget-import"]
    for one in beside:
        one.join()
    print(len(beside), "genwidget.widget.back_end" in sys.modules, "httpx" in sys.modules, pg.is_used)
    Playground()
    print(sum(one.name == "genwidget-import" for one in threading.enumerate()))
    """
    assert run(code).split() == ["1", "True", "True", "False", "0"]


def test_clicks_and_imports_of_ones_own_do_not_race_with_it():
    """Commands of two views, and imports of the library, begin on many threads while the thread imports."""
    code = """
    import sys, threading, time
    sys.setswitchinterval(1e-6)
    from genwidget import Playground
    pg = Playground(history="session")
    answered, arrived = [], threading.Condition()
    def post(message, buffers):
        with arrived:
            answered.append((message["id"], message["ok"]))
            arrived.notify_all()
    failed = []
    def attempt(do):
        def guarded():
            try:
                do()
            except BaseException as error:
                failed.append(error)
        return threading.Thread(target=guarded)
    def import_client():
        from genwidget import Client, sweep
    def import_others():
        import httpx, pydantic
        pydantic.TypeAdapter(int)
    object.__setattr__(pg, "post", post)
    pg._deferred.terms.publisher._post = post
    def click(number):
        return lambda: pg._handle_custom_msg({"id": f"c-{number}", "kind": "beat"}, [])
    work = [attempt(one) for one in (click(0), import_client, click(1), import_others, click(2), lambda: pg.problems)]
    for one in work:
        one.start()
    for one in work:
        one.join()
    with arrived:
        assert arrived.wait_for(lambda: len(answered) == 3, 60)
    print(sorted(answered), failed)
    """
    for _ in range(3):
        assert run(code).strip() == "[('c-0', True), ('c-1', True), ('c-2', True)] []"


def test_an_interpreter_that_ends_at_once_ends_quietly():
    for _ in range(3):
        assert run("from genwidget import Playground; Playground(); print('made')") == "made\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_at_once_leaves_no_import_half_done():
    code = """
    import os, sys
    from genwidget import Playground
    pg = Playground()
    child = os.fork()
    if child == 0:
        from genwidget import Client
        Client
        os._exit(7)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    assert run(code) == "7\n"


def test_a_package_that_is_not_there_is_told_to_the_page_and_to_python():
    code = """
    import sys, traceback
    sys.modules["httpx"] = None
    from genwidget import Playground, errors
    pg = Playground()
    said = []
    object.__setattr__(pg, "post", lambda message, buffers: said.append(message))
    pg._handle_custom_msg({"id": "c-1", "kind": "hello"}, [])
    print(said[0]["id"], said[0]["ok"], said[0]["alert"]["message"])
    try:
        pg.lock_key("bye_canary_0123456789")
    except errors.ConfigurationError as error:
        frames = traceback.TracebackException.from_exception(error, capture_locals=True)
        print(error.message, "canary" in "".join(frames.format()).replace('pg.lock_key("bye_canary', ""))
    """
    told = "genwidget is not installed with all it needs: import of httpx halted; None in sys.modules. "
    told += "Run, where genwidget is installed: pip install genwidget"
    assert run(code).splitlines() == [f"c-1 False {told}", f"{told} False"]
