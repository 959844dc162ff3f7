import json
import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genwidget.text import is_plain
from genwidget.widget import json_text
from genwidget.widget.json_text import count_lines, lay_out
from tests.odd import ODD, encode

PLAIN = {"id": "a", "count": 3, "empty": [], "none": {}, "deep": [{"x": [1.5, None]}, "t"], "ok": True}
#: Of any content that Python's own module writes in the same way: no lone surrogate, nothing hidden.
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(codec="latin-1", min_codepoint=0x20, max_codepoint=0x7E)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.sampled_from('ad"\\t,:[]{} ')), inner),
    max_leaves=30,
)


def shown(raw, **more):
    return lay_out(raw, **more).decode()


@pytest.fixture(params=[1, 7, 64 * 1024])
def _pieces(request, monkeypatch):
    """Whole texts in one piece, and cut wherever they can be."""
    monkeypatch.setattr(json_text, "_PIECE", request.param)


@pytest.mark.parametrize("piece", [1, 7, 64 * 1024])
@given(VALUES, st.sampled_from([None, 1, 4]))
def test_json_is_laid_out_as_pythons_own_module_does_it(piece, value, indent):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "_PIECE", piece)
        assert shown(json.dumps(value, indent=indent).encode()) == json.dumps(value, indent=2)


@pytest.mark.parametrize("piece", [1, 7, 64 * 1024])
@given(st.dictionaries(st.sampled_from(["data", "a", "d\\ata"]), VALUES), VALUES)
def test_of_an_envelope_the_data_alone_is_a_record(piece, around, data):
    body = {**around, "data": data}
    expected = data if isinstance(data, dict) and data else body
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "_PIECE", piece)
        assert shown(json.dumps(body).encode(), is_record=True) == json.dumps(expected, indent=2)


@pytest.mark.usefixtures("_pieces")
def test_a_number_stays_as_the_server_wrote_it():
    raw = b'{"id":123456789012345678901234567890,"x":1.0,"y":1e400,"z":0.10}'
    assert shown(raw) == '{\n  "id": 123456789012345678901234567890,\n  "x": 1.0,\n  "y": 1e400,\n  "z": 0.10\n}'
    raw = b"[" + b"7" * 10_000 + b"]"
    assert shown(raw) == "[\n  " + "7" * 10_000 + "\n]"


def test_escaped_letters_are_shown_and_half_a_surrogate_pair_stays_escaped():
    assert shown(rb'["caf\u00e9", "\ud83d\ude00", "\ud83d"]') == '[\n  "café",\n  "😀",\n  "\\ud83d"\n]'


def test_what_is_hidden_is_escaped_and_stays_the_same_json():
    value = ["a\u202eb", "\u2066", "\x7f", 'q"\\u202e\\', "\\", "\x1b[2J"]
    for is_ascii in (True, False):
        text = shown(json.dumps(value, ensure_ascii=is_ascii).encode())
        assert json.loads(text) == value
        assert not set(text) & {"\u202e", "\u2066", "\x7f", "\x1b"}


@pytest.mark.parametrize(
    "raw", [b"<html>", b"", b'{"a":', b"\xff\xfe", b"[" * 100_000, b'"', b"]]", b'{"data":{"a', b"\x00"]
)
def test_of_what_is_no_json_something_is_shown(raw):
    for is_record in (False, True):
        assert isinstance(shown(raw, is_record=is_record), str)


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_any_odd_value_is_laid_out_as_the_same_json_with_nothing_hidden(value):
    raw = encode({"a": value, "\u202e": [value]})
    for source in (raw, re.sub(rb"\\u(202e|200f|feff|200b)", lambda one: chr(int(one[1], 16)).encode(), raw)):
        text = shown(source)
        assert is_plain(text.replace("\n", ""))
        assert json.loads(text, parse_int=str) == json.loads(source, parse_int=str)


def test_lines_are_those_of_the_laid_out_text():
    assert count_lines(lay_out(b'{"a":[1,2]}')) == 6
    assert count_lines(lay_out(b"1")) == 1


@pytest.mark.usefixtures("_pieces")
def test_a_record_is_shown_without_its_envelope():
    record = {"generation_id": "a", "data": {"deep": [1, {"x": "}\n  }"}]}, "n": None}
    raw = json.dumps({"status": "success", "data": record, "request_id": "req_1"}).encode()
    assert shown(raw, is_record=True) == json.dumps(record, indent=2)
    assert shown(raw) == json.dumps(json.loads(raw), indent=2)


@pytest.mark.usefixtures("_pieces")
@pytest.mark.parametrize(
    "body", [{"ok": True}, [{"data": {"a": 1}}], {"a": {"data": {"b": 1}}}, {"data": {}}, {"x": "data", "y": {"z": 1}}]
)
def test_a_record_without_an_envelope_is_shown_whole(body):
    assert shown(json.dumps(body).encode(), is_record=True) == json.dumps(body, indent=2)


def test_what_would_be_too_large_is_shown_on_one_line_and_whole():
    raw = b'{"a":\n' * 150 + b"[" + b"1,\t" * 200_000 + b"1]" + b"}" * 150
    text = lay_out(raw)
    assert (count_lines(text), json.loads(text)) == (1, json.loads(raw))


@pytest.mark.parametrize(
    ("raw", "limit"),
    [
        (b"[" * 200_000, 5_000_000),
        (b"]" * 200_000, 5_000_000),
        (b"[[1]]" * 40_000, 5_000_000),
        (b'{"a":' * 40_000, 5_000_000),
        (b"[" + b"[1]," * 5_000 + b"1]", 5_000_000),
        (b"[" * 150 + b"1," * 300_000 + b"1" + b"]" * 150, 2 * json_text.MAX_LAID_OUT),
    ],
    ids=["open", "closed", "beside one another", "objects", "lists", "many deep inside"],
)
def test_what_is_laid_out_takes_bounded_memory_whatever_its_brackets(raw, limit):
    tracemalloc.start()
    try:
        laid_out = lay_out(raw)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(laid_out) <= json_text.MAX_LAID_OUT
    assert most < limit
