"""The hosts that are JupyterLab, or are made of it."""

import json
import os
import signal
from pathlib import Path
from typing import ClassVar

from tests.browser.lab import LabPage
from tests.browser.notebook_7 import OnNotebook7
from tests.browser.servers import LabServer, VoilaServer, free_port, root_flags
from tests.browser.walk.kernels import KernelLink
from tests.hosts.host import BUSY, CELLS, PageHost

EXECUTE = """
(code) => {
  window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code });
}
"""
RESTART = "() => void window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
#: What the page needs of a Content-Security-Policy, beside what JupyterLab itself needs.
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src blob:; font-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


class Installed:
    """A server of another environment than the tests'."""

    python = None

    def use(self, python):
        self.python = python
        self.environment["PATH"] = f"{python.parent}:{self.environment['PATH']}"
        return self

    def command(self):
        return [str(self.python), *super().command()[1:]]


class Lab(Installed, LabServer):
    """JupyterLab."""


class StrictLab(Lab):
    """JupyterLab whose pages have a policy of their own."""

    policy = POLICY

    def command(self):
        headers = {"headers": {"Content-Security-Policy": self.policy}}
        return [*super().command(), f"--ServerApp.tornado_settings={headers!r}"]


class Notebook7(OnNotebook7, Lab):
    """Notebook 7."""


class LabHost(PageHost):
    """A cell of JupyterLab."""

    name = "JupyterLab, the newest"
    environment = "hosts"
    server_class = Lab
    #: The name of the server's folder, where it is not that of the host's class.
    folder = ""

    def start(self):
        folder = self.around.folder / (self.folder or type(self).__name__)
        folder.mkdir()
        self.server = self.server_class(folder, **self.around.variables)
        self.server.use(self.around.python(self.environment)).start()

    def stop(self):
        self.server.stop()

    def open(self, count=1):
        self.lab = LabPage(self.new_page(), self.server)
        self.lab.open(*CELLS[:count])
        self.lab.run_all()
        return self.views(count)

    def views(self, count=1):
        cells = self.page.locator(".jp-Notebook .jp-CodeCell")
        return [self.view(cells.nth(place)) for place in range(count)]

    def again(self):
        self.lab.save()
        self.page.reload()
        self.lab.wait_for_kernel()
        return self.views()[0]

    def make_busy(self, seen):
        self.page.evaluate(EXECUTE, BUSY.format(seen=str(seen)))

    def hold(self):
        super().hold()
        if self.is_served_while_busy:
            self.lab.wait_for_subshell()

    def end_kernel(self):
        self.page.evaluate(RESTART)

    def anew(self):
        self.lab.wait_for_kernel()
        self.lab.run_all()
        return self.views()[0]


class OldLabHost(LabHost):
    """The oldest JupyterLab, among the oldest versions of all packages."""

    name = "JupyterLab 4.4"
    environment = "oldest"


class NotebookHost(LabHost):
    """A cell of Notebook 7."""

    name = "Notebook 7"
    server_class = Notebook7


class StrictHost(LabHost):
    """A cell of JupyterLab under a strict policy."""

    name = "a strict Content-Security-Policy"
    server_class = StrictLab


HUB = """
import os
c.JupyterHub.bind_url = {url!r}
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.db_url = "sqlite:///" + {root!r} + "/hub.sqlite"
c.JupyterHub.cookie_secret_file = {root!r} + "/cookie-secret"
c.ConfigurableHTTPProxy.pid_file = {root!r} + "/proxy.pid"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allowed_users = {{"ann", "ben"}}
c.DummyAuthenticator.password = {password!r}
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.args = {arguments!r}
c.Spawner.default_url = "/lab"
c.Spawner.notebook_dir = "~"
c.Spawner.environment = {variables!r}
c.ConfigurableHTTPProxy.command = {proxy!r}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
"""


class Hub(Lab):
    """JupyterHub with two users, below a path."""

    def __init__(self, root, **extra):
        super().__init__(root, **extra)
        self.extra = extra
        self.hub_port, self.proxy_port = free_port(), free_port()
        self.url = f"{self.url}/below"
        self.homes = root / "homes"
        for user in ("ann", "ben"):
            (self.homes / user).mkdir(parents=True)
        self.notebooks = self.homes / "ann"

    def command(self):
        proxy = self.python.parents[1] / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
        settings = HUB.format(
            root=str(self.root),
            url=self.url,
            hub_port=self.hub_port,
            proxy_port=self.proxy_port,
            password=self.token,
            homes=str(self.homes),
            python=str(self.python),
            arguments=root_flags("--allow-root"),
            variables={**self.extra, "JUPYTER_CONFIG_DIR": str(self.root / "config")},
            proxy=["node", str(proxy)],
        )
        exposed = {"LabApp": {"expose_app_in_browser": True, "news_url": None}}
        (self.root / "config" / "jupyter_server_config.json").write_text(json.dumps(exposed), encoding="utf-8")
        (self.root / "hub.py").write_text(settings, encoding="utf-8")
        return [str(self.python), "-m", "jupyterhub", "--config", str(self.root / "hub.py")]

    def probe(self):
        return f"{self.url}/hub/login"

    def address(self, notebook, user="ann"):
        return f"{self.url}/user/{user}/lab/tree/{notebook}?reset"


class HubHost(LabHost):
    """A cell of JupyterLab that a hub has started for one of two users, below a path."""

    name = "JupyterHub, two users, below a path"
    server_class = Hub

    def open(self, count=1):
        page = self.new_page()
        self.log_in(page, "ann")
        self.lab = LabPage(page, self.server)
        self.lab.open(*CELLS[:count])
        self.lab.run_all()
        return self.views(count)

    def log_in(self, page, user):
        page.context.clear_cookies()
        page.goto(f"{self.server.url}/hub/login")
        page.locator("#username_input").fill(user)
        page.locator("#password_input").fill(self.server.token)
        page.locator("#login_submit").click()
        page.wait_for_url(f"**/user/{user}/lab**", timeout=60_000)


class InstalledVoila(Installed, VoilaServer):
    """Voila with its kernels' connection files where they are found."""

    def command(self):
        return [*super().command(), f"--Voila.connection_dir_root={self.root / 'runtime'}"]

    def connection_files(self):
        found = (self.root / "runtime").glob("*/kernel-*.json")
        return sorted(found, key=lambda one: one.stat().st_mtime_ns)


class VoilaHost(PageHost):
    """A dashboard."""

    name = "Voila"
    is_served_while_busy = False
    is_kept = False
    is_remembered = False
    notes: ClassVar = {
        "busy": "a run goes on and is followed; a click waits until the cell ends, and is then served once",
        "reload": "each load of the page has a kernel of its own: form, key and picture begin anew",
        "restart": (
            "nobody can restart the kernel: the page says that it is not connected, and loaded once more it has a new "
            "kernel, whose history has the runs of that visit alone"
        ),
    }

    def start(self):
        folder = self.around.folder / type(self).__name__
        folder.mkdir()
        self.server = InstalledVoila(folder, **self.around.variables).use(self.around.python("hosts"))
        self.server.start()

    def stop(self):
        self.server.stop()

    def open(self, count=1):
        self.address = self.server.address(self.server.write(*CELLS[:count]))
        self.new_page().goto(self.address)
        cells = self.page.locator(".jp-CodeCell")
        return [self.view(cells.nth(place)) for place in range(count)]

    def again(self):
        self.page.reload()
        return self.view(self.page)

    def make_busy(self, seen):
        link = KernelLink(self.server.connection_files()[-1])
        link.start(BUSY.format(seen=str(seen)))
        link.close()

    def end_kernel(self):
        os.kill(kernel_process(self.server.connection_files()[-1]), signal.SIGKILL)

    def anew(self):
        return self.again()


def kernel_process(connection_file):
    """Return the process id of a kernel."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text(errors="replace")
        except OSError:
            continue
        if connection_file.name in command:
            return int(process.name)
    raise ProcessLookupError(connection_file.name)
