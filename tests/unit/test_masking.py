import logging
import re
from pathlib import Path

import httpcore
import httpx
import pytest

from genwidget.api import masking
from genwidget.api.keys import ApiKey
from genwidget.api.transport import Transport
from genwidget.settings import Settings

KEY = "bye_TheOneThatNoLogMayHave0001"


def names_of_loggers():
    """Read from the sources, since some of their modules need packages that are not here."""
    sources = [path.read_text() for kind in (httpx, httpcore) for path in Path(kind.__file__).parent.rglob("*.py")]
    return sorted(set(re.findall(r'logging\.getLogger\("([a-z0-9.]+)"\)', "".join(sources))))


def test_the_sources_name_their_loggers():
    assert {"httpx", "httpcore.connection", "httpcore.http11"} <= set(names_of_loggers())


@pytest.mark.parametrize("name", names_of_loggers())
def test_every_logger_of_the_http_libraries_masks_every_key_that_is_held(name, caplog):
    held = ApiKey(KEY)
    Transport(Settings())
    caplog.set_level(0)
    logger = logging.getLogger(name)
    logger.debug("headers %r and %s", [(b"x-echo", KEY.encode())], KEY)
    logger.debug("%(x)s", {"x": KEY})
    assert caplog.text.count(held.hint) == 3
    assert KEY not in caplog.text + repr([vars(record) for record in caplog.records])


def test_a_record_without_a_key_is_left_as_it_is(caplog):
    held = ApiKey(KEY)
    Transport(Settings())
    caplog.set_level(0)
    logging.getLogger("httpx").info("HTTP Request: %s", "GET /")
    assert caplog.records[0].args == ("GET /",)
    assert held.hint not in caplog.text


@pytest.mark.parametrize("key", ["a'b\"c\\d/e=f+g%h", "'''''''''", "bye_abcdefgh"])
def test_a_key_is_masked_as_python_json_and_urls_write_it(key):
    held = ApiKey(key, custom_host=True) if key[0] != "'" else ApiKey(f"x{key}x", custom_host=True)
    text = held.reveal()
    for shown in (text, repr(text), repr(text.encode()), repr([text]), str({"x": text.encode()})):
        assert masking.mask(shown) != shown
        assert text not in masking.mask(shown)
        assert repr(text)[1:-1] not in masking.mask(shown)


def test_a_key_that_nothing_holds_is_forgotten():
    held = ApiKey(KEY)
    assert masking.mask(KEY) == held.hint
    del held
    assert masking.mask(KEY) == KEY


def test_two_keys_are_both_masked():
    held = [ApiKey(KEY), ApiKey("bye_AnotherOfThem"), ApiKey(KEY).at("https://h")]
    assert masking.mask(f"{KEY} bye_AnotherOfThem") == f"{held[0].hint} {held[1].hint}"
    assert masking.mask_bytes(KEY.encode()) == held[0].hint.encode()
