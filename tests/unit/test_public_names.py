import subprocess
import sys

import genwidget

JUPYTER = ("anywidget", "ipywidgets", "traitlets", "IPython")


def test_every_public_name_can_be_imported():
    assert len(genwidget.__all__) == len(set(genwidget.__all__))
    assert [name for name in genwidget.__all__ if getattr(genwidget, name).__name__.rpartition(".")[2] != name] == []
    assert set(genwidget.__all__) <= set(dir(genwidget))


def test_any_other_name_is_an_attribute_error():
    assert not hasattr(genwidget, "playground")


def test_the_library_imports_without_jupyter():
    names = "Catalogue, Client, Output, Run, Settings, errors"
    program = f"import sys; from genwidget import {names}; print(*sorted(set({JUPYTER!r}) & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == ""
