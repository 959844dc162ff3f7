"""The three places where a playground is used, behind one interface."""

import time
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.lab import LabPage
from tests.browser.limits import LIMIT_S
from tests.browser.servers import VoilaServer
from tests.browser.side_panel import SidePanel
from tests.browser.walk.kernels import KernelLink
from tests.browser.walk.view import WalkView

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
#: From this width of the window on, in px, a host that is wide shows the three panels side by side.
WIDE_WINDOW = 1100
CELL = 'from genwidget import Playground\npg = Playground(region="sandbox")\npg'
#: Each kernel has one playground; rows know it as ``pg``.
FIND = """
from ipywidgets.widgets.widget import _instances
from genwidget import Playground, Settings
(pg,) = {id(one): one for one in _instances.values() if isinstance(one, Playground)}.values()
"""


class Host:
    """One page on one host. ``view`` is its playground; ``ask`` and ``execute`` reach the kernel behind it."""

    name: str
    #: Whether the three panels stand side by side as the host opens.
    is_wide = True

    def __init__(self, page, server):
        self.page = page
        self.server = server
        self.link = None
        self.view = None

    def show(self):
        """Open a new playground in the host, and return the element that it is in."""
        raise NotImplementedError

    def again(self):
        """Load the host's page once more, and return the element that the playground is in."""
        raise NotImplementedError

    def connection_file(self):
        raise NotImplementedError

    def open(self):
        """Begin afresh: a new kernel with a new playground in it."""
        self._take(self.show())
        return self.view

    def reload(self):
        """Load the page once more, as a person does."""
        self._take(self.again())
        return self.view

    def _take(self, within):
        self.view = WalkView(within, self.page).wait()
        self.close()
        self.link = KernelLink(self.connection_file())
        self.execute(FIND)

    def close(self):
        if self.link is not None:
            self.link.close()
            self.link = None

    def ask(self, expression):
        return self.link.ask(expression)

    def execute(self, code):
        return self.link.execute(code)

    def wait_for(self, condition):
        """Ask the kernel until a Python expression holds."""
        end = time.monotonic() + LIMIT_S
        while not self.ask(f"bool({condition})"):
            assert time.monotonic() < end, f"never true: {condition}"

    def settle(self, prompt):
        """Wait until the kernel has what :meth:`WalkView.write` typed last."""
        typed = f"pg.values.get('generation_prompt') == {prompt!r}"
        self.wait_for(f"{typed} and pg.values.get('generation_resolution', '480p') == '480p'")

    def send_to_playground(self, content):
        """Send the playground's comm what a page that was tampered with would send."""
        self.link.tell(self.ask("pg.comm.comm_id"), content)

    def resize(self, width):
        """Make the browser's window this wide, in px, and wait until the host has laid the playground out anew."""
        self.page.set_viewport_size({"width": width, "height": 1000})
        expect(self.view.tab("response")).to_be_visible(visible=not self.is_wide or width < WIDE_WINDOW)

    def widen(self):
        """Give the playground room for three panels side by side."""

    def narrow(self):
        """Take the room away again."""

    def _kernel_file(self, kernel_id):
        return self.server.root / "runtime" / f"kernel-{kernel_id}.json"


class CellHost(Host):
    """The output of a notebook's cell in JupyterLab."""

    name = "cell"

    def __init__(self, page, server):
        super().__init__(page, server)
        self.lab = LabPage(page, server)

    def show(self):
        self.lab.open(CELL)
        self.page.evaluate("() => { window.jupyterapp.shell.collapseLeft(); }")
        self.lab.run_all()
        return self.page.locator(".jp-Notebook")

    def again(self):
        self.lab.save()
        self.page.reload()
        self.lab.wait_for_kernel()
        return self.page.locator(".jp-Notebook")

    def connection_file(self):
        kernel = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id"
        return self._kernel_file(self.page.evaluate(kernel))


class PanelHost(Host):
    """JupyterLab's side panel on a kernel of its own, with no notebook open."""

    name = "panel"
    is_wide = False
    #: How wide it is, in px, where it is not made wider.
    width = 360

    def __init__(self, page, server):
        super().__init__(page, server)
        self.panel = SidePanel(page, server)

    def show(self):
        self.server.end_all()
        self.panel.goto().tab.click()
        return self._shown()

    def again(self):
        self.panel.await_saved_layout()
        self.panel.goto(is_new=False)
        return self._shown()

    def _shown(self):
        self.panel.view()
        self.narrow()
        return self.panel.root

    def connection_file(self):
        return self._kernel_file(self.server.own_kernel())

    def widen(self):
        self._drag_to(300)

    def narrow(self):
        width = self.panel.widen(self.width)
        assert abs(width - self.width) <= 1, f"The panel is {width} px wide."

    def _drag_to(self, x):
        """Drag the line between the main area and the sidebar."""
        edge = self.panel.root.bounding_box()
        self.page.mouse.move(edge["x"] - 1, edge["y"] + edge["height"] / 2)
        self.page.mouse.down()
        self.page.mouse.move(x, edge["y"] + edge["height"] / 2, steps=4)
        self.page.mouse.up()


class DashboardServer(VoilaServer):
    """Voila with its kernels' connection files where they are found."""

    def command(self):
        return [*super().command(), f"--Voila.connection_dir_root={self.root / 'runtime'}"]

    def connection_files(self):
        found = (self.root / "runtime").glob("*/kernel-*.json")
        return sorted(found, key=lambda one: one.stat().st_mtime_ns)


class VoilaHost(Host):
    """The dashboard, served by Voila: each page load has a kernel of its own."""

    name = "voila"

    def show(self):
        self.page.goto(self.server.address(self.server.copy_in(NOTEBOOKS / "dashboard.ipynb")))
        expect(self.page.locator(".jp-CodeCell .jp-InputArea")).to_have_count(0)
        return self.page.locator("body")

    def again(self):
        return self.show()

    def connection_file(self):
        return self.server.connection_files()[-1]
