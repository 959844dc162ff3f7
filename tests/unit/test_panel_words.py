"""What JupyterLab shows of the panel's settings can be translated, by language packs of our name."""

import copy
import json

import pytest

from tests.faults.service import ROOT

translation = pytest.importorskip("jupyterlab_server.translation_utils")


class Pack:
    """A language pack that marks what it was asked for."""

    def __init__(self, domain):
        self.domain = domain

    def pgettext(self, _context, text):
        return f"{self.domain}: {text}"


def test_every_title_and_description_of_the_settings_is_asked_of_our_language_pack(monkeypatch):
    schema = json.loads((ROOT / "js" / "schema" / "panel.json").read_text("utf-8"))
    monkeypatch.setattr(translation.translator, "_LOCALE", "de_DE")
    monkeypatch.setattr(translation.translator, "load", Pack)
    told = translation.translator.translate_schema(copy.deepcopy(schema))
    fields = schema["properties"]
    for one, before in [(told, schema), *((told["properties"][name], fields[name]) for name in fields)]:
        for part in ("title", "description"):
            assert one[part] == f"genwidget: {before[part]}"
    assert told["jupyter.lab.setting-icon-label"] == "genwidget: Playground"
