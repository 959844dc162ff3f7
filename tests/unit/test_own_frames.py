"""What a notebook shows of an error of ours."""

import sys
import traceback
from types import SimpleNamespace

import IPython
import pytest
import traitlets
from IPython.core import ultratb

from genwidget import own_frames
from genwidget.errors import GenwidgetError, NoSuchOutput, OutputNotSaved

REFUSED = "import genwidget\n\ndef ask():\n    genwidget.Client(region='nowhere')\n\nask()\n"
WHERE = "import genwidget\n\ndef keep(values):\n    return 1 / 0\n\n"
WHERE += "len(genwidget.sweep('bfl/flux-schnell', prompt='x', ratio=['1:1', '16:9'], where=keep))\n"


class Shell:
    """What is read of IPython's shell."""

    def __init__(self, mode="Plain"):
        named = {"theme_name": "nocolor"} if IPython.version_info >= (9,) else {"color_scheme": "NoColor"}
        self.InteractiveTB = ultratb.AutoFormattedTB(mode=mode, tb_offset=1, **named)


@pytest.fixture
def shell(monkeypatch):
    shell = Shell()
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    return shell


def met(code, kind=GenwidgetError):
    with pytest.raises(kind) as refused:
        exec(compile(code, "<cell>", "exec"), {"__name__": "__main__"})  # noqa: S102 - a cell
    return refused.value


def shown(error):
    return "\n".join(error._render_traceback_())


@pytest.mark.parametrize("mode", ["Plain", "Context", "Verbose"])
def test_frames_of_ours_are_not_shown(shell, mode):
    shell.InteractiveTB.set_mode(mode)
    error = met(REFUSED)
    told = shown(error)
    assert "in ask" in told
    assert error.message in told
    assert "regions.py" not in told
    assert "client.py" not in told


def test_the_error_keeps_its_frames_for_a_debugger(shell):
    error = met(REFUSED)
    whole = traceback.extract_tb(error.__traceback__)
    shown(error)
    assert traceback.extract_tb(error.__traceback__) == whole
    assert whole[-1].name not in shown(error)
    assert shell.InteractiveTB.tb is error.__traceback__


def test_a_cause_is_shown_where_the_persons_own_code_raised_it(shell):
    error = met(WHERE)
    cause, frames = error.__cause__, error.__cause__.__traceback__
    told = shown(error)
    assert "ZeroDivisionError" in told
    assert "in keep" in told
    assert "sweep.py" not in told
    assert error.message in told
    assert error.__cause__ is cause
    assert cause.__traceback__ is frames


def test_a_cause_of_ours_is_not_shown(shell, tmp_path):
    missing = tmp_path / "none.csv"
    error = met(f"import genwidget\ngenwidget.Batch.from_file({str(missing)!r})\n")
    assert isinstance(error.__cause__, OSError)
    told = shown(error)
    assert "<cell>" in told
    assert "FileNotFoundError" not in told


def test_a_library_that_calls_us_is_shown(shell):
    library = {"__name__": "library"}
    exec(  # noqa: S102 - an installed module
        compile("def call(work):\n    work()\n", "/lib/site-packages/library.py", "exec"), library
    )
    ours = {"__name__": "genwidget.some_module", "GenwidgetError": GenwidgetError}
    exec(compile("def refuse():\n    raise GenwidgetError('No.')\n", "ours.py", "exec"), ours)  # noqa: S102 - of ours
    with pytest.raises(GenwidgetError) as refused:
        library["call"](ours["refuse"])
    assert "library.py" in shown(refused.value)
    assert "ours.py" not in shown(refused.value)


@pytest.mark.parametrize("mode", ["Plain", "Context", "Verbose"])
@pytest.mark.parametrize(
    "line",
    [
        "genwidget.Playground('sandbox', model='bfl/flux-schnel')",
        "pg.model_id = 'bfl/flux-schnel'",
        "pg.region = 'mars'",
        "pg.model_type = 'audio'",
        "pg.set_trait('region', 'mars')",
    ],
)
def test_what_a_trait_refuses_shows_no_frame_of_ours_nor_of_traitlets(shell, mode, line):
    shell.InteractiveTB.set_mode(mode)
    code = f"import genwidget\npg = genwidget.Playground('sandbox')\n\ndef choose():\n    {line}\n\nchoose()\n"
    error = met(code, traitlets.TraitError)
    whole, cause = traceback.extract_tb(error.__traceback__), error.__cause__
    told = shown(error)
    assert "in choose" in told
    assert f"TraitError: {error}" in told
    assert told.count("Traceback (most recent call last)") == 1
    for ours in ("traits.py", "traitlets.py", "playground.py", "model_id.py", "The above exception"):
        assert ours not in told
    assert traceback.extract_tb(error.__traceback__) == whole
    assert error.__cause__ is cause


def test_what_traitlets_itself_refuses_to_the_persons_code_is_shown_whole(shell):
    begin = WHERE.partition("\nlen(")
    code = "import traitlets\nclass Own(traitlets.HasTraits):\n    size = traitlets.Int()\n\n"
    code += begin[0].replace("1 / 0", "Own(size='x')") + begin[1] + begin[2]
    told = shown(met(code))
    assert "in keep" in told
    assert "traitlets.py" in told
    assert "sweep.py" not in told


@pytest.mark.parametrize("kind", [OutputNotSaved, NoSuchOutput])
def test_an_error_that_is_also_pythons_own_is_told(shell, kind):
    code = "raise kind('It cannot be.')\n"
    with pytest.raises(kind) as refused:
        exec(compile(code, "<cell>", "exec"), {"__name__": "__main__", "kind": kind})  # noqa: S102 - a cell
    assert f"{kind.__name__}: It cannot be." in shown(refused.value)
    assert "<cell>" in shown(refused.value)


def test_what_was_never_raised_is_told_as_the_shell_tells_it(shell):
    error = GenwidgetError("It cannot be.")
    whole = shell.InteractiveTB.structured_traceback(type(error), error, None)
    assert error._render_traceback_() == whole


def test_an_odd_shell_gets_pythons_own_lines(monkeypatch):
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(InteractiveTB=None))
    error = met(REFUSED)
    assert error._render_traceback_() == traceback.format_exception(error)


def test_an_error_that_cannot_be_made_twice_is_shown_whole(shell, monkeypatch):
    error = met(REFUSED)
    monkeypatch.setattr(own_frames, "_twin", lambda error: 1 / 0)
    assert "client.py" in shown(error)


def test_without_ipython_there_are_pythons_own_lines(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython")
    error = met(REFUSED)
    assert error._render_traceback_() == traceback.format_exception(error)
