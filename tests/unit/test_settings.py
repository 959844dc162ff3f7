import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from genwidget import settings
from genwidget.api import regions
from genwidget.api.polling import poll_delay
from genwidget.api.retry import full_jitter
from genwidget.errors import ConfigurationError
from genwidget.folders import folder_of
from genwidget.runs import spend_limit
from genwidget.sandbox import shared_server
from genwidget.settings import Settings, data_dir, variable_names
from genwidget.text import is_plain
from tests.odd import ODD


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
    ("name", "text", "means"),
    [
        ("GENWIDGET_DEADLINE_S", "soon", "a number above 0 and at most 1,000,000,000"),
        ("GENWIDGET_POLL_FACTOR", "x", "a number from 1 to 1,000"),
        ("GENWIDGET_MAX_TRIES", "2.5", "a whole number above 0 and at most 1,000,000,000"),
        ("GENWIDGET_LIVE_MODELS", "perhaps", "true or false"),
        ("GENWIDGET_DEADLINE_S", "0", "a number above 0 and at most 1,000,000,000"),
        ("GENWIDGET_DEADLINE_S", "nan", "a number above 0 and at most 1,000,000,000"),
        ("GENWIDGET_MAX_TRIES", "0", "a whole number above 0 and at most 1,000,000,000"),
        ("GENWIDGET_POLL_JITTER", "2", "a number from 0 to 1"),
        ("GENWIDGET_MAX_OUTPUT_BYTES", "-1", "a whole number from 1 to 9,007,199,254,740,992"),
    ],
)
def test_a_variable_that_cannot_be_read_is_named_with_what_it_can_be(name, text, means):
    with pytest.raises(ConfigurationError) as refused:
        Settings.from_environment({name: text})
    assert refused.value.message == f"{name} cannot be {text}. It is {means}."


@pytest.mark.parametrize(
    "given",
    [{"max_tries": 0}, {"deadline_s": -1.0}, {"deadline_s": float("inf")}, {"poll_jitter": -0.1}, {"poll_factor": 0.9}],
)
def test_a_limit_that_is_none_is_refused(given):
    with pytest.raises(ConfigurationError):
        Settings(**given)


NAMES = [field.name for field in dataclasses.fields(Settings)]


def refused(make):
    """Tell whether settings are refused with our own error; settings that are taken can be counted with."""
    error = None
    try:
        made = make()
    except ConfigurationError as caught:
        error = caught
    if error is not None:
        assert is_plain(error.message)
        return True
    waits = [poll_delay(poll, made, lambda: 1.0) for poll in (1, 2, 99, 10**6)]
    waits += [full_jitter(attempt, made, lambda: 1.0) for attempt in (1, 2, 99, 10**6)]
    assert all(0 <= one <= 2e9 for one in waits)
    assert hash(made) == hash(dataclasses.replace(made))
    return False


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_of_any_value_is_taken_or_refused_by_name(name):
    default = getattr(Settings(), name)
    taken = [one for one in ODD.values() if not refused(lambda one=one: Settings(**{name: one}))]
    if isinstance(default, bool):
        assert taken == [True]
    elif isinstance(default, str):
        assert taken == []
    else:
        assert True not in taken
        assert all(isinstance(one, int | float) and 0 <= one < 2**53 for one in taken)
    for value in (float("nan"), float("inf"), 1e12 * 1e12, object(), b"1", "1", {}, 10**5000):
        assert refused(lambda value=value: Settings(**{name: value}))


@given(st.sampled_from(NAMES), st.floats() | st.integers() | st.sampled_from([1e4, 1e8, 1e9]))
def test_a_setting_of_any_number_is_taken_or_refused(name, number):
    refused(lambda: Settings(**{name: number}))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", [1e3, 1e6, 1e9, 10**9, 2**53])
def test_whatever_large_setting_is_taken_can_be_counted_with(name, number):
    refused(lambda: Settings(**{name: number}))


def test_every_wait_that_settings_let_be_is_a_wait():
    refused(lambda: Settings(poll_factor=1000.0, poll_first_s=1e9, poll_max_s=1e9, retry_first_s=1e9, retry_max_s=1e9))
    refused(lambda: Settings(poll_factor=1, poll_first_s=5e-324, poll_jitter=1))


@given(st.dictionaries(st.sampled_from([f"GENWIDGET_{name.upper()}" for name in NAMES]), st.text()))
@example({"GENWIDGET_MAX_TRIES": "9" * 5_000})
@example({"GENWIDGET_POLL_FACTOR": "1e308"})
@example({"GENWIDGET_DEADLINE_S": "nan"})
@example({"GENWIDGET_DEADLINE_S": "1e400"})
@example({"GENWIDGET_HISTORY": "\udc80\x1b[2J"})
def test_an_environment_of_any_text_is_taken_or_refused(environment):
    refused(lambda: Settings.from_environment(environment))


@pytest.mark.parametrize("name", NAMES)
def test_a_variable_of_any_odd_text_is_taken_or_refused(name):
    for value in filter(lambda one: isinstance(one, str), ODD.values()):
        refused(lambda value=value: Settings.from_environment({f"GENWIDGET_{name.upper()}": value}))


def test_the_data_folder_can_be_set(monkeypatch, tmp_path):
    monkeypatch.setenv("GENWIDGET_DATA_DIR", str(tmp_path / "here"))
    assert data_dir() == tmp_path / "here"


@pytest.mark.parametrize(
    ("said", "folder"),
    [
        ("~/here", "home/here"),
        (" ~/here ", "home/here"),
        ("here", "cwd/here"),
        (" here\n", "cwd/here"),
        ("./here", "cwd/here"),
        ("~nobody-of-this-name/here", "cwd/~nobody-of-this-name/here"),
    ],
)
@pytest.mark.parametrize(
    ("variable", "found"),
    [("GENWIDGET_DATA_DIR", data_dir), ("GENWIDGET_SANDBOX_DIR", shared_server.state_dir)],
)
def test_a_folder_is_of_the_home_or_absolute_and_stays_where_it_was_first(
    said, folder, variable, found, monkeypatch, tmp_path
):
    for name in ("cwd", "later"):
        (tmp_path / name).mkdir()
    folder_of.cache_clear()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv(variable, said)
    monkeypatch.chdir(tmp_path / "cwd")
    assert found() == tmp_path / folder
    monkeypatch.chdir(tmp_path / "later")
    assert found() == tmp_path / folder
    folder_of.cache_clear()


#: What each variable that is no field says, and who reads it.
READERS = {
    "GENWIDGET_DATA_DIR": ("/x", data_dir),
    "GENWIDGET_SANDBOX_DIR": ("/x", shared_server.state_dir),
    "GENWIDGET_SANDBOX_SPEED": ("3", shared_server.speed),
    "GENWIDGET_SANDBOX_URL": ("http://127.0.0.1:9", regions.named_sandbox),
    "GENWIDGET_SPEND_LIMIT": ("5", spend_limit.machine_limit),
}


@pytest.mark.parametrize("variable", READERS)
def test_blanks_around_what_a_variable_says_count_for_nothing(variable, monkeypatch):
    said, read = READERS[variable]
    monkeypatch.delenv(variable, raising=False)
    without = read()
    monkeypatch.setenv(variable, said)
    found = read()
    assert found != without
    monkeypatch.setenv(variable, f" {said}\t\n")
    assert read() == found
    monkeypatch.setenv(variable, " \t")
    assert read() == without


def test_the_table_has_every_variable_that_is_no_field():
    assert READERS.keys() == {f"GENWIDGET_{name}" for name in settings.OTHER_VARIABLES}


def test_an_address_of_a_sandbox_that_cannot_be_used_is_told_with_its_variable(monkeypatch):
    monkeypatch.setenv("GENWIDGET_SANDBOX_URL", "sandbox:8000")
    with pytest.raises(ConfigurationError, match=r"^GENWIDGET_SANDBOX_URL: A base URL must begin with"):
        regions.named_sandbox()


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
    with pytest.warns(UserWarning, match=rf"^{name} is not a variable of genwidget; it is ignored\.{re.escape(hint)}$"):
        assert Settings.from_environment({name: "5"}) == Settings()


def test_a_misspelt_variable_is_warned_of_once():
    program = "import os; from genwidget import Settings; [Settings.from_environment() for _ in range(3)]"
    environment = {**os.environ, "GENWIDGET_DEADLIN_S": "5"}
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert told.stderr.count("GENWIDGET_DEADLIN_S is not a variable") == 1


def test_every_variable_that_the_package_reads_is_known():
    package = Path(settings.__file__).parent
    read = {name for path in package.rglob("*.py") for name in re.findall(r"GENWIDGET_[A-Z_]*[A-Z]", path.read_text())}
    assert read
    assert read <= variable_names()
