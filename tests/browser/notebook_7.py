"""Notebook 7 with our extension in it."""

from tests.browser.side_panel import PanelServer


class OnNotebook7:
    """Has a server of JupyterLab be one of Notebook 7, which shows one notebook a page."""

    def command(self):
        own = [one for one in super().command() if not one.startswith("--LabApp")]
        own[own.index("jupyterlab")] = "notebook"
        return [*own, "--JupyterNotebookApp.expose_app_in_browser=True"]

    def address(self, notebook):
        return f"{self.url}/notebooks/{notebook}?token={self.token}"


class NotebookServer(OnNotebook7, PanelServer):
    """Notebook 7 with the panel's files."""
