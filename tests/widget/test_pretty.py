import json

import pytest

from genwidget.widget.pretty import count_lines, lay_out, lay_out_record

PLAIN = {"a": [1, {"b": None}, [], {}], "c": 'x,y:{z}"\\', "d": -1.5, "e": {}, "f": [[1, 2], [True]]}


def test_plain_json_is_laid_out_as_the_standard_library_does():
    assert lay_out(json.dumps(PLAIN).encode()) == json.dumps(PLAIN, indent=2)


def test_numbers_stay_as_the_server_wrote_them():
    raw = b'{"id":123456789012345678901234567890,"x":1.0,"y":1e400,"z":0.10}'
    assert lay_out(raw) == '{\n  "id": 123456789012345678901234567890,\n  "x": 1.0,\n  "y": 1e400,\n  "z": 0.10\n}'


def test_a_number_of_ten_thousand_digits_is_laid_out():
    raw = b"[" + b"7" * 10_000 + b"]"
    assert lay_out(raw) == "[\n  " + "7" * 10_000 + "\n]"


def test_escaped_letters_are_shown_and_half_a_surrogate_pair_stays_escaped():
    assert lay_out(rb'["caf\u00e9", "\ud83d\ude00", "\ud83d"]') == '[\n  "café",\n  "😀",\n  "\\ud83d"\n]'


@pytest.mark.parametrize("raw", [b"<html>", b"", b'{"a":', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_not_laid_out(raw):
    assert lay_out(raw) is None


def test_lines_are_those_of_the_laid_out_text():
    assert count_lines(lay_out(b'{"a":[1,2]}')) == 6
    assert count_lines(lay_out(b"1")) == 1
    assert count_lines(None) is None


def test_a_record_is_shown_without_its_envelope():
    record = {"generation_id": "a", "data": {"deep": [1, {"x": "}\n  }"}]}, "n": None}
    raw = json.dumps({"status": "success", "data": record, "request_id": "req_1"}).encode()
    assert lay_out_record(raw) == json.dumps(record, indent=2)


@pytest.mark.parametrize("body", [{"ok": True}, [{"data": {"a": 1}}], {"a": {"data": {"b": 1}}}, {"data": {}}])
def test_a_record_without_an_envelope_is_shown_whole(body):
    assert lay_out_record(json.dumps(body).encode()) == json.dumps(body, indent=2)
