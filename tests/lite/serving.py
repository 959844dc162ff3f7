"""The built folder, from a server that only hands out files, to a Chromium that reaches nothing else."""

import http.server
import shutil
import threading
from contextlib import contextmanager
from functools import partial

from playwright.sync_api import sync_playwright

LIMIT_MS = 120_000
#: No proxy answers there, and no name is found: whatever is asked of another host fails.
ALONE = (
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=127.0.0.1",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-sandbox",
)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, and counts their bytes."""

    sent = 0

    def do_GET(self):
        try:
            super().do_GET()
        except OSError:
            self.close_connection = True  # the page has gone

    def copyfile(self, source, outputfile):
        content = source.read()
        type(self).sent += len(content)
        outputfile.write(content)

    def log_message(self, *arguments):
        pass


@contextmanager
def served(folder):
    """Yield the address of a folder."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@contextmanager
def browser_alone():
    """Yield a context of a fresh Chromium; its pages share one storage."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ALONE)
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(LIMIT_MS)
        yield context
        browser.close()
