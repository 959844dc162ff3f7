"""A language pack that knows our words: JupyterLab shows the panel's tab, command and settings in that language."""

import json

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from playwright.sync_api import expect

from tests.browser.side_panel import PanelServer, SidePanel

LANGUAGE = "de_DE"
TAB = "Spielplatz"
OPEN = "Spielplatz öffnen"
REGION = "Übliche Region"
WORDS = {"Playground": TAB, "Open Playground": OPEN}
#: What the server translates before the page sees it, from the compiled file.
OF_THE_SETTINGS = {"Default region": REGION}


def write_pack(root):
    """Write what ``jupyterlab-language-pack-de-DE`` lays down, with the words of one package: ours."""
    package = "jupyterlab_language_pack_de_DE"
    messages = root / package / "locale" / LANGUAGE / "LC_MESSAGES"
    messages.mkdir(parents=True)
    (root / package / "__init__.py").touch()
    head = {"domain": "genwidget", "language": LANGUAGE.replace("_", "-")}
    head |= {"plural_forms": "nplurals=2; plural=(n != 1);", "version": "1"}
    kept = {"": head} | {word: [said] for word, said in WORDS.items()}
    (messages / "genwidget.json").write_text(json.dumps(kept), encoding="utf-8")
    catalog = Catalog(LANGUAGE, domain="genwidget")
    for word, said in OF_THE_SETTINGS.items():
        catalog.add(word, said, context="settings")
    with (messages / "genwidget.mo").open("wb") as compiled:
        write_mo(compiled, catalog)
    about = root / f"{package}-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n", encoding="utf-8")
    points = f"[jupyterlab.languagepack]\n{LANGUAGE} = {package}\n"
    (about / "entry_points.txt").write_text(points, encoding="utf-8")
    return root


@pytest.fixture
def server(tmp_path, sandbox_port):
    """JupyterLab in German, with our words in a language pack."""
    environment = {
        "PYTHONPATH": str(write_pack(tmp_path / "packages")),
        "GENWIDGET_SANDBOX_URL": f"http://127.0.0.1:{sandbox_port}",
    }
    one = PanelServer(tmp_path, **environment)
    chosen = tmp_path / "settings" / "@jupyterlab" / "translation-extension"
    chosen.mkdir(parents=True)
    (chosen / "plugin.jupyterlab-settings").write_text(json.dumps({"locale": LANGUAGE}), encoding="utf-8")
    yield one.start()
    one.stop()


def test_tab_command_and_settings_are_in_jupyterlabs_language(page, server, sandbox):
    panel = SidePanel(page, server)
    panel.tab = page.get_by_role("tab", name=TAB, exact=True)
    panel.goto()
    expect(page.locator(".jp-Launcher").get_by_role("button", name=TAB, exact=True)).to_be_visible()
    assert page.evaluate("() => window.jupyterapp.commands.label('genwidget:open')") == OPEN
    expect(panel.show().send).to_be_visible()
    # Asked for all at once, as its settings editor does, JupyterLab's server translates no extension's settings.
    settings = server.api("settings/genwidget:panel", root="lab/api")
    assert settings["schema"]["properties"]["region"]["title"] == REGION
