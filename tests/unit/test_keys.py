import copy
import logging
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from genwidget.api.keys import CUSTOM_KEY_PATTERN, KEY_PATTERN, ApiKey, resolve_key
from genwidget.errors import InvalidApiKey, WrongKey
from genwidget.sandbox import API_KEY

KEY = "bye_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "bye_",
        "bye",
        "by_abc",
        "BYE_abc",
        "bye_a b",
        "bye_a\x00b",
        "bye_a\nb",
        "bye_a\x7f",
        "bye_a\u202eb",
        "bye_a\u2066b",
        "bye_é",
        "bye_٣",
        "bye_a\x1c",
        "\x1bbye_a",
        "bye_abc\ud800",
        None,
        5,
    ],
)
def test_what_no_key_can_be_is_refused_with_one_sentence(text):
    with pytest.raises(InvalidApiKey) as refused:
        ApiKey(text)
    assert refused.value.message == "Invalid API key format"


def test_a_refusal_does_not_repeat_the_key():
    with pytest.raises(InvalidApiKey) as refused:
        ApiKey(KEY + "!")
    assert KEY not in repr(refused.value)


WHITE = [chr(one) for one in range(0x110000) if re.match(r"[^\S\x1c-\x1f]", chr(one))]
UNSEEN = "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
AROUND = [
    *(white + "{}" + white for white in WHITE),
    *(unseen + "{}" + unseen for unseen in UNSEEN),
    *(['"{}"', "'{}'", "`{}`", "“{}”", "\u2018{}\u2019", "„{}“", "«{}»"]),
    "Bearer {}",
    "bearer  {}\n",
    "Authorization: Bearer {}",
    "authorization:bearer {}",
    "BABYSEA_API_KEY={}",
    "BABYSEA_API_KEY = '{}'",
    'export BABYSEA_API_KEY="{}"\n',
    "set BABYSEA_API_KEY={}",
    '$env:BABYSEA_API_KEY = "{}"',
    '\ufeff \u200b"Bearer `{}`" \u202c\n',
    '"Authorization: Bearer {}"',
]


@pytest.mark.parametrize("key", ["bye_a1B2c3D4-e5_F6", "bye_Bearer_x"])
@pytest.mark.parametrize("around", AROUND, ids=ascii)
@pytest.mark.parametrize("custom_host", [True, False])
def test_what_stands_around_a_pasted_key_is_taken_off(around, key, custom_host):
    found = ApiKey(around.format(key), custom_host=custom_host)
    assert [found.reveal(), found.is_taken_out, found.at("https://h").is_taken_out] == [key, True, True]


@pytest.mark.parametrize("quote", list("\"'`“”\u2018\u2019"))
def test_a_lone_quote_is_around_a_key_of_the_api_and_may_be_part_of_another_hosts(quote):
    assert ApiKey(quote + KEY).reveal() == ApiKey(KEY + quote).reveal() == KEY
    if quote.isascii():
        assert ApiKey(KEY + quote, custom_host=True).reveal() == KEY + quote


@pytest.mark.parametrize("inside", [*WHITE, *UNSEEN, '"', "“", "\x00", "=", "Bearer "])
def test_what_stands_inside_a_key_is_refused(inside):
    with pytest.raises(InvalidApiKey):
        ApiKey(f"bye_abc{inside}def")


def test_a_key_that_was_given_as_it_is_had_nothing_around_it():
    assert not ApiKey(KEY).is_taken_out
    assert not ApiKey(SecretStr(KEY)).is_taken_out
    assert ApiKey(ApiKey(KEY)).reveal() == KEY


@given(st.text(max_size=200), st.booleans())
def test_whatever_was_pasted_a_key_is_found_or_refused(text, custom_host):
    try:
        found = ApiKey(text, custom_host=custom_host).reveal()
    except InvalidApiKey:
        return
    assert found in text
    assert re.fullmatch(CUSTOM_KEY_PATTERN if custom_host else KEY_PATTERN, found)
    assert ApiKey(found, custom_host=custom_host).reveal() == found


@pytest.mark.parametrize("text", ["\"'" * 2048, "Bearer " * 500 + "x y", " " * 4096, '"' * 10**7])
def test_a_long_text_is_refused_in_no_time(text):
    for custom_host in (True, False):
        with pytest.raises(InvalidApiKey):
            ApiKey(text, custom_host=custom_host)


@pytest.mark.parametrize("text", ["s3cr3t/with=signs", "bye_x", 'q"uote\\s'])
def test_a_custom_host_takes_any_key_that_a_header_carries(text):
    assert ApiKey(text, custom_host=True).reveal() == text


@pytest.mark.parametrize("text", ["", "two words", "line\nbreak", "é", "a\u202eb", "a\x00"])
def test_a_custom_host_takes_nothing_that_a_header_does_not_carry(text):
    with pytest.raises(InvalidApiKey):
        ApiKey(text, custom_host=True)


def test_no_way_of_printing_a_key_shows_it(caplog):
    key = ApiKey(KEY)
    logging.getLogger("tests").warning("%s %r %s", key, key, [key])
    shown = [repr(key), str(key), f"{key}", f"{key!r}", f"{key:}", "{}".format({"key": key}), caplog.text]
    assert not [text for text in shown if KEY in text]
    assert repr(key) == "ApiKey(bye_a1B2c...)"


def test_the_hint_is_the_prefix_that_the_dashboard_shows():
    assert ApiKey(KEY).hint == "bye_a1B2c..."


def test_the_hint_of_a_short_key_shows_at_most_half_of_it():
    assert ApiKey("bye_abcd").hint == "bye_..."


def test_the_fingerprint_is_the_head_of_the_sha256():
    assert ApiKey("bye_abc").fingerprint == "f64a7d236a1b"


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy, vars, lambda key: key.__getstate__()])
def test_a_key_cannot_be_stored_or_copied(take):
    with pytest.raises(TypeError):
        take(ApiKey(KEY))


def test_a_key_takes_no_other_attribute():
    with pytest.raises(AttributeError):
        ApiKey(KEY).note = "x"


def test_every_spelling_of_a_key_is_masked():
    key = ApiKey('a/b"c\\d=e f'.replace(" ", ""), custom_host=True)
    text = 'a/b"c\\d=ef | a/b\\"c\\\\d=ef | a\\/b\\"c\\\\d=ef | a%2Fb%22c%5Cd%3Def'
    assert key.redact(text) == " | ".join(['a/b"c...'] * 4)
    assert key.redact_bytes(text.encode()) == key.redact(text).encode()


def test_other_text_is_left_as_it_is():
    assert ApiKey(KEY).redact_bytes(b'{"a": "bye_other"}') == b'{"a": "bye_other"}'


def test_a_key_too_short_to_be_a_secret_breaks_no_reply():
    assert ApiKey("a", custom_host=True).redact("a banana") == "a banana"


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://api.us.babysea.ai", "https://API.us.babysea.ai:443/v1/status?x=1"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_a_key_belongs_to_scheme_host_and_port(url, same):
    key = ApiKey(KEY).at(url)
    assert key.at(same) is key
    assert [key.reveal(), key.fingerprint, key.hint] == [KEY, ApiKey(KEY).fingerprint, ApiKey(KEY).hint]


@pytest.mark.parametrize(
    "other",
    [
        "http://api.us.babysea.ai",
        "https://api.us.babysea.ai:8443",
        "https://api.eu.babysea.ai",
        "https://api.us.babysea.ai.",
        "https://api.us.babysea.ai@evil.example",
        "https://api.us.babysea.ai:99999",
        "",
    ],
)
def test_a_key_of_one_origin_is_given_to_no_other(other):
    key = ApiKey(KEY).at("https://api.us.babysea.ai")
    with pytest.raises(WrongKey) as refused:
        key.at(other)
    assert "https://api.us.babysea.ai" in refused.value.message
    assert key.origin == "https://api.us.babysea.ai"
    with pytest.raises(AttributeError):
        key.origin = other


GIVEN, OF_SOURCE, SET, TYPED = "bye_Given00001", "bye_Source0001", "bye_Environ001", "bye_Typed00001"
OWN = "https://api.example.com"


@pytest.mark.parametrize("is_asked", [True, False])
@pytest.mark.parametrize("is_set", [True, False])
@pytest.mark.parametrize("has_source", [True, False])
@pytest.mark.parametrize("is_given", [True, False])
@pytest.mark.parametrize(("region_id", "base_url"), [("us", None), ("sandbox", None), ("sandbox", OWN), ("jp", OWN)])
def test_one_rule_tells_where_a_key_comes_from(
    region_id, base_url, is_given, has_source, is_set, is_asked, monkeypatch
):
    monkeypatch.setenv("BABYSEA_API_KEY", SET if is_set else "")
    asked = []

    def ask():
        asked.append(True)
        return SecretStr(TYPED)

    found = resolve_key(
        region_id,
        base_url,
        GIVEN if is_given else None,
        source=(lambda: OF_SOURCE) if has_source else None,
        ask=ask if is_asked else None,
    )
    is_sandbox = region_id == "sandbox" and base_url is None
    order = [(is_given, GIVEN), (has_source, OF_SOURCE), (is_sandbox, API_KEY), (is_set, SET), (is_asked, TYPED)]
    expected = next((text for is_there, text in order if is_there), None)
    assert (None if found is None else found.reveal()) == expected
    assert bool(asked) is (expected == TYPED)


@pytest.mark.parametrize("literal", ["", " ", b"bye_Given00001", 7, SecretStr("")])
def test_what_is_given_and_is_no_key_is_refused_and_nothing_else_takes_its_place(literal, monkeypatch):
    monkeypatch.setenv("BABYSEA_API_KEY", SET)
    for region_id in ("us", "sandbox"):
        with pytest.raises(InvalidApiKey):
            resolve_key(region_id, None, literal)
    with pytest.raises(InvalidApiKey):
        resolve_key("us", source=lambda: literal)
