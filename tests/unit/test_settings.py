import os
import re
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from genwidget import settings
from genwidget.errors import ConfigurationError
from genwidget.settings import Settings, data_dir, variable_names


def test_the_limits_are_those_of_the_requirements():
    settings = Settings()
    assert settings.max_response_bytes == 10 * 1024 * 1024
    assert (settings.post_timeout_s, settings.deadline_s, settings.max_tries) == (60, 600, 3)
    assert (settings.poll_first_s, settings.poll_factor, settings.poll_max_s) == (0.5, 1.5, 5)


def test_a_variable_replaces_its_default():
    environment = {
        "GENWIDGET_DEADLINE_S": "900",
        "GENWIDGET_MAX_TRIES": " 5 ",
        "GENWIDGET_STORE_BODIES": "No",
        "GENWIDGET_ALLOW_DEBUG": "1",
        "GENWIDGET_POLL_MAX_S": "",
        "OTHER_DEADLINE_S": "x",
    }
    expected = Settings(deadline_s=900.0, max_tries=5, store_bodies=False, allow_debug=True)
    assert Settings.from_environment(environment) == expected


def test_the_process_environment_is_read(monkeypatch):
    monkeypatch.setenv("GENWIDGET_POST_TIMEOUT_S", "1.5")
    assert Settings.from_environment().post_timeout_s == 1.5


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("GENWIDGET_MAX_TRIES", "2.5"),
        ("GENWIDGET_DEADLINE_S", "soon"),
        ("GENWIDGET_LIVE_MODELS", "perhaps"),
    ],
)
def test_a_variable_that_cannot_be_read_is_named(name, text):
    with pytest.raises(ConfigurationError) as refused:
        Settings.from_environment({name: text})
    assert refused.value.message == f"{name} cannot be {text}."


@pytest.mark.parametrize(
    "given", [{"max_tries": 0}, {"deadline_s": -1.0}, {"deadline_s": float("inf")}, {"poll_jitter": -0.1}]
)
def test_a_limit_that_is_none_is_refused(given):
    with pytest.raises(ConfigurationError):
        Settings(**given)


def test_the_data_folder_can_be_set(monkeypatch, tmp_path):
    monkeypatch.setenv("GENWIDGET_DATA_DIR", str(tmp_path / "here"))
    assert data_dir() == tmp_path / "here"


def test_without_a_variable_the_data_folder_is_the_users(monkeypatch):
    monkeypatch.delenv("GENWIDGET_DATA_DIR")
    assert data_dir() == Path(platformdirs.user_data_dir("genwidget", appauthor=False))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("GENWIDGET_DEADLIN_S", " Did you mean GENWIDGET_DEADLINE_S?"),
        ("GENWIDGET_DEADLINE", " Did you mean GENWIDGET_DEADLINE_S?"),
        ("GENWIDGET_SANDBOX_URI", " Did you mean GENWIDGET_SANDBOX_URL?"),
        ("GENWIDGET_X", ""),
    ],
)
def test_a_variable_that_is_none_of_ours_is_warned_of_with_the_nearest(name, hint):
    with pytest.warns(UserWarning, match=rf"^{name} is no variable of genwidget, and is ignored\.{re.escape(hint)}$"):
        assert Settings.from_environment({name: "5"}) == Settings()


def test_a_misspelt_variable_is_warned_of_once():
    program = "import os; from genwidget import Settings; [Settings.from_environment() for _ in range(3)]"
    environment = {**os.environ, "GENWIDGET_DEADLIN_S": "5"}
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert told.stderr.count("GENWIDGET_DEADLIN_S is no variable") == 1


def test_every_variable_that_the_package_reads_is_known():
    package = Path(settings.__file__).parent
    read = {name for path in package.rglob("*.py") for name in re.findall(r"GENWIDGET_[A-Z_]*[A-Z]", path.read_text())}
    assert read
    assert read <= variable_names()
