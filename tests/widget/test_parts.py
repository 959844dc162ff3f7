"""No message to or from the page is larger than every host takes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genwidget.errors import GenwidgetError
from genwidget.sandbox import API_KEY
from genwidget.widget import parts
from genwidget.widget.parts import PART_BYTES, Uploads, in_parts
from genwidget.widget.reply import reply_to
from tests.widget.conftest import FORM, whole
from tests.widget.test_inputs import FLOE

#: What a host may make of it: bytes as base64, and its own fields besides.
MOST = 1_000_000


def encoded(message, buffers):
    return len(json.dumps(message, ensure_ascii=False).encode()) + sum(-(-len(one) // 3) * 4 for one in buffers)


@given(
    text=st.text(max_size=20),
    times=st.integers(0, 200_000),
    sizes=st.lists(st.integers(0, 3 * PART_BYTES), max_size=4),
)
def test_an_answer_of_any_size_arrives_whole_in_messages_that_are_small_enough(text, times, sizes):
    text *= times // max(len(text), 1)
    message = reply_to("i-1", None, {"text": text})
    buffers = [bytes([at]) * size for at, size in enumerate(sizes)]
    sent = list(in_parts(message, buffers))
    assert max(encoded(*one) for one in sent) < MOST
    if len(sent) == 1 and "spans" not in sent[0][0]:
        assert sent == [(message, buffers)]
    else:
        *beats, last = sent
        assert all(beat == {"kind": "beat", "id": "i-1"} for beat, _ in beats)
        assert whole([one for _, (one,) in beats], *last) == (message, buffers)


def test_what_fits_is_sent_as_it_is():
    message = reply_to("i-1", None, {})
    buffers = [b"x" * (PART_BYTES - 200)]
    assert list(in_parts(message, buffers)) == [(message, buffers)]
    assert list(in_parts({"kind": "cells", "cells": []})) == [({"kind": "cells", "cells": []}, ())]


def test_a_large_body_reaches_the_page_in_parts(pg, page):
    run = pg.send().wait(15)
    large = json.dumps({"data": ["x" * 1000] * 5000}).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pg.session.run_list.laid_out, "take", lambda _which, _raw: large)
        answer, (content,) = page.ask("fetch_body", run_id=run.run_id, which="record")
    assert (answer["ok"], content) == (True, large)
    sent = [(data.get("content", {}), buffers or []) for _, data, buffers in page.comm.sent if data]
    assert max(encoded(*one) for one in sent) < MOST
    assert sum(one["kind"] == "beat" and one.get("id") == answer["id"] for one, _ in sent if one) >= 5


def test_a_file_that_came_in_parts_is_taken_whole(pg, page):
    half = len(FLOE) // 2
    assert page.ask("put_part", FLOE[:half], upload="u-1")[0]["ok"]
    command = {"region": "sandbox", "filename": "seal.png", "upload": "u-1", "size": len(FLOE)}
    answer, _ = page.ask("add_input", FLOE[half:], **command)
    url = page.ask("add_input", FLOE, region="sandbox", filename="other.png")[0]["data"]["url"]
    assert answer["data"]["url"] == url


def test_a_request_that_came_in_parts_is_read_whole(pg, page):
    text = json.dumps({"generation_prompt": "A fox in the snow"}).encode()
    page.ask("put_part", text[:9], upload="u-1")
    page.ask("put_part", text[9:20], upload="u-1")
    answer, _ = page.ask("paste", text[20:], **FORM, values={}, upload="u-1", size=len(text))
    assert answer["data"]["values"] == {"generation_prompt": "A fox in the snow"}


def test_a_file_that_is_not_whole_is_refused_with_a_sentence(pg, page):
    answer, _ = page.ask("add_input", FLOE, region="sandbox", filename="seal.png", upload="u-1", size=len(FLOE) + 1)
    assert not answer["ok"]
    assert answer["alert"]["message"].startswith("The file did not arrive whole.")
    assert API_KEY not in json.dumps(answer)


def test_uploads_that_nobody_ends_are_given_up(monkeypatch):
    monkeypatch.setattr(parts, "_MOST_HELD", 10)
    uploads = Uploads()
    uploads.add("a", b"12345")
    uploads.add("b", b"12345")
    uploads.add("c", b"12345")
    with pytest.raises(GenwidgetError, match="did not arrive whole"):
        uploads.take("a", b"6", 6)
    assert uploads.take("b", b"6", 6) == b"123456"
    uploads.add("d", b"1" * 11)
    assert uploads._held == {}
