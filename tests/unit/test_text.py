"""Text, numbers and names of others, made fit."""

import json
import math
import re
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from genwidget.text import (
    MAX_DEPTH,
    MAX_STEM,
    duration,
    encodable,
    escaped,
    file_name,
    host_of,
    is_plain,
    load_json,
    moment,
    number,
    path_of,
    saved_name,
    shown,
    shown_lines,
)

#: Any text at all, halves of surrogate pairs too.
TEXTS = st.text(st.characters(exclude_categories=()))
#: Prepended marks and joiners of hieroglyphs are of category Cf, and are drawn.
DRAWN = {0x6DD, 0x70F, 0x8E2, *range(0x600, 0x606), 0x890, 0x891, 0x110BD, 0x110CD, *range(0x13430, 0x13440)}
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def test_every_control_and_every_format_character_of_unicode_is_made_visible():
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    found = {at for at in range(sys.maxunicode + 1) if unicodedata.category(chr(at)) in kinds} - DRAWN
    assert {at for at in found if is_plain(chr(at))} == set()
    assert {at for at in range(sys.maxunicode + 1) if unicodedata.bidirectional(chr(at)) in TURNING} <= found


@given(TEXTS, st.integers(1, 50))
@example("\U000e0041" * 9, 12)
@example("\ud83d" + "\ude00", 1)
def test_what_is_shown_is_one_line_of_plain_text_within_its_limit(text, limit):
    told = shown(text, limit)
    assert is_plain(told)
    assert told.encode().decode() == told
    assert len(told) <= limit
    assert told.splitlines() in ([told], [])
    assert shown(told, limit) == told


@given(st.recursive(st.none() | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)))
def test_json_that_passes_through_stays_the_same_json(value):
    laid_out = json.dumps(value, ensure_ascii=False, indent=2)
    fit = shown_lines(laid_out)
    assert is_plain(fit.replace("\n", ""))
    assert json.loads(fit) == json.loads(encodable(laid_out))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a\u202egnp.exe", r"a\u202egnp.exe"),
        ("\x1b[2J\x1b]0;pwned\x07", r"\u001b[2J\u001b]0;pwned\u0007"),
        ("one\r\ntwo\tthree", "one two three"),
        ("a\u200db\u200c", r"a\u200db\u200c"),
        ("\ud83d\ude00 \ud83d", "\U0001f600 \ufffd"),
        ("\U000e0041", r"\udb40\udc41"),
        # What emoji and scripts are made of stays.
        ("\u26a0\ufe0f \U0001f468\u200d\U0001f469", "\u26a0\ufe0f \U0001f468\u200d\U0001f469"),
        ("\u0645\u06cc\u200c\u062e, naïve", "\u0645\u06cc\u200c\u062e, naïve"),
    ],
)
def test_what_is_hidden_is_made_visible(text, told):
    assert shown(text) == told


def test_a_text_that_is_cut_ends_in_an_ellipsis_and_any_value_can_be_told():
    assert shown("x" * 20, 5) == "xxxx…"
    assert shown(3) == "3"
    assert shown(10**5000) == "a number of 16610 bits"
    assert escaped("naïve") == "naïve"


NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*\.[a-z0-9]+")


@given(TEXTS, st.integers(1, 10_000), st.integers(1, 1_000))
@example("../../PWNED", 1, 1)
@example("/x/ABS", 1, 1)
@example("C:\\x", 1, 1)
@example("-rf", 1, 1)
@example(".", 1, 1)
@example("x" * 10_000, 1, 1)
@example("CON", 1, 1)
@example("lpt9", 1, 1)
def test_a_name_is_a_name_in_any_folder(stem, place, copy):
    name = file_name(stem, place, "png", copy)
    assert NAME.fullmatch(name)
    assert len(name) <= 140
    device = re.split(r"[.]", name)[0].partition("-")[0].upper()
    assert device not in {"CON", "PRN", "AUX", "NUL", *(f"{port}{at}" for port in ("COM", "LPT") for at in range(10))}


def test_names_keep_what_ids_are_made_of():
    assert file_name("550e8400-e29b-41d4-a716-446655440000", 2, "png") == "550e8400-e29b-41d4-a716-446655440000-2.png"
    assert file_name("gen.1", 1, "mp4", 2) == "gen_1-1_2.mp4"
    assert file_name("../../PWNED", 1, "png") == "PWNED-1.png"
    assert file_name("", 1, "png") == file_name("\0", 1, "png") == file_name("дом", 1, "png") == "generation-1.png"
    assert file_name("x" * 500, 1, "png") == "x" * MAX_STEM + "-1.png"


def test_a_name_to_save_by_tells_the_model_and_begins_as_the_id_does():
    made_by = "906f1c63-0000-4000-8000-000000000000"
    assert saved_name("bfl/flux-schnell", made_by, 1, "png") == "flux-schnell-906f1c63-1.png"
    assert saved_name("bfl/flux-1.1-pro", made_by, 2, "webp") == "flux-1_1-pro-906f1c63-2.webp"
    assert saved_name("bfl/flux-schnell", made_by, 1, "png", "00003") == "00003-flux-schnell-906f1c63-1.png"
    assert saved_name("x" * 500, made_by, 1, "png") == f"{'x' * 40}-906f1c63-1.png"
    assert saved_name("", "", 1, "png") == "generation-1.png"


@given(TEXTS, TEXTS, st.integers(1, 10_000))
@example("../../PWNED", "../../PWNED", 1)
@example("a/..", "..", 1)
@example("a/-rf", "", 1)
@example("a/CON", "", 1)
@example("", "nul", 1)
def test_a_name_to_save_by_is_a_name_in_any_folder(model_id, generation_id, place):
    name = saved_name(model_id, generation_id, place, "png")
    assert NAME.fullmatch(name)
    assert len(name) <= 140
    assert name[0] not in "-."


@pytest.mark.parametrize("value", [True, "5", None, [], math.nan, math.inf, -1, 10**400, 1e308, -1e308])
def test_what_is_no_number_that_counts_is_none(value):
    assert number(value) is None
    assert moment(value) == 0.0


def test_numbers_within_bounds_are_kept():
    assert (number(5), number(0.5), number(10**15), number(10**15 + 1)) == (5, 0.5, 10**15, None)
    assert (moment(1.5), moment(253_402_300_799), moment(253_402_300_800)) == (1.5, 253_402_300_799, 0.0)


@pytest.mark.parametrize("link", ["http://[", "http://[::1", "https://a]b"])
def test_a_link_that_cannot_be_read_has_no_parts(link):
    assert (host_of(link), path_of(link)) == ("", "")


def test_the_parts_of_a_link():
    assert (host_of("https://h\u202e:99999999/a.png"), path_of("https://h/a.png?b")) == (r"h\u202e:99999999", "/a.png")


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (r'"\ud83d\ude00"', "\U0001f600"),
        (r'"\ud83d"', "\ufffd"),
        (r'"\uDE00\ud83d"', "\ufffd\ufffd"),
        (r'{"\udc00": ["\ud83dx"]}', {"\ufffd": ["\ufffdx"]}),
        (r'"\\ud83d"', r"\ud83d"),
        (r'"\\\ud83d"', "\\\ufffd"),
        ("1e400", "1e400"),
        ("-1e400", "-1e400"),
        ("9007199254740993", 9007199254740993),
        ("1" + "0" * 299, 10**299),
        ("1" + "0" * 5000, "1" + "0" * 5000),
        ("[" * MAX_DEPTH + "]" * MAX_DEPTH, json.loads("[" * MAX_DEPTH + "]" * MAX_DEPTH)),
    ],
)
def test_json_is_read_so_that_it_can_be_written(source, value):
    found = load_json(source)
    assert found == value
    json.dumps(found, ensure_ascii=False, allow_nan=False).encode()


@pytest.mark.parametrize("source", ["NaN", "-Infinity", "", "{", r'"\ud8"', "[" * 201 + "]" * 201, "[" * 99_999])
def test_what_is_no_json_is_a_value_error(source):
    with pytest.raises(ValueError, match=r"."):
        load_json(source)


@given(st.text(st.sampled_from('"\\ud83dDE00,[]{}:1e+9 ')))
def test_whatever_json_is_read_can_be_written_and_encoded(source):
    try:
        found = load_json(source)
    except ValueError:
        return
    json.dumps(found, ensure_ascii=False, allow_nan=False).encode()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.04, "0 s"),
        (1, "1 s"),
        (1.25, "1.2 s"),
        (59.9, "59.9 s"),
        (60, "1 min"),
        (90, "1.5 min"),
        (600, "10 min"),
        (61, "1 min"),
        (1e9, "16,666,666.7 min"),
    ],
)
def test_a_time_is_said_in_seconds_below_a_minute_and_in_minutes_above(seconds, said):
    assert duration(seconds) == said
