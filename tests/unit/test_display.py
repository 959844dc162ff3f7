"""How runs and outputs look as the result of a cell: what is shown, what never is, whatever a server says."""

import base64
from concurrent.futures import Future
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genwidget.api.media_types import Fetched, sniff
from genwidget.errors import OutputUnavailable
from genwidget.runs.display import MOST_BYTES, MOST_OUTPUTS, MOST_RUNS, show_runs
from genwidget.runs.state import RunState
from genwidget.text import is_plain
from tests.unit.test_run import FakeRunner, a_run

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20
OUTSIDE = "https://files.example.com/a.png?sig=1&x=2"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    "]]><!--",
    "\u202egnp.exe\x1b[2J\x00",
    "\ud800",
    "&lt;b&gt;",
    "x" * 100_000,
]


class Carrier(FakeRunner):
    """Tells what its file is by the bytes."""

    def fetch(self, _run, _url):
        future = Future()
        future.set_result(Fetched(self.content, sniff(self.content, "image/png")))
        return future


class Page(HTMLParser):
    """Keeps the elements of HTML with their attributes, and its text."""

    def __init__(self, source):
        super().__init__()
        self.elements, self.text, self.open = [], [], []
        self.feed(source)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


ELEMENTS = {
    "div", "figure", "figcaption", "a", "img", "video", "table", "tbody", "thead", "tr", "th", "td", "p",
}  # fmt: skip
ATTRIBUTES = {
    "style", "href", "target", "rel", "src", "alt", "loading", "referrerpolicy", "controls", "preload", "aria-label",
    "scope",
}  # fmt: skip


def made(urls=(OUTSIDE,), content=PNG, state=RunState.SUCCEEDED, **record):
    generation = {"generation_output_file": list(urls), "generation_provider_used": "fal", **record}
    return a_run(Carrier(content), state=state, generation=generation, generation_id="g1")


def page_of(thing):
    bundle = thing._repr_mimebundle_()
    page = Page(bundle["text/html"])
    assert {name for name, _ in page.elements} <= ELEMENTS
    assert {name for _, attributes in page.elements for name in attributes} <= ATTRIBUTES
    assert is_plain("".join(page.text))
    assert is_plain("".join(str(value) for _, attributes in page.elements for value in attributes.values()))
    return page


def test_a_run_shows_its_picture_by_its_link_its_state_and_its_cost():
    page = page_of(made())
    assert [one["src"] for one in page.all("img")] == [OUTSIDE]
    assert [(one["href"], one["rel"]) for one in page.all("a")] == [(OUTSIDE, "noopener noreferrer")]
    assert {"succeeded", "fal", "0.005", "bfl/flux-schnell"} <= set(page.text)


def test_a_film_has_a_player_that_loads_nothing_but_its_head():
    (player,) = page_of(made(["https://files.example.com/a.mp4"])).all("video")
    assert (player["src"], player["preload"], "controls" in player) == (
        "https://files.example.com/a.mp4",
        "metadata",
        True,
    )


def test_a_run_that_did_not_end_in_files_says_why():
    page = page_of(a_run(state=RunState.CANCELED))
    assert "The generation was canceled" in page.text
    assert page_of(a_run()).all("img") == []
    assert "deleted" in page_of(a_run(state=RunState.SUCCEEDED, is_deleted=True)).text


@pytest.mark.parametrize(
    ("url", "is_linked", "is_loaded"),
    [
        (OUTSIDE, True, True),
        ("http://127.0.0.1:1/outputs/1.png", True, True),  # the API's own host
        ("http://127.0.0.1:11/outputs/1.png", True, False),
        ("http://files.example.com/a.png", True, False),
        ("https://8.8.8.8/a.png", True, True),
        ("https://192.168.0.1/reboot", True, False),
        ("https://[::1]/reboot", True, False),
        ("https://[fd00::1]/reboot", True, False),
        ("https://router/reboot", True, False),
        ("https://printer.local/a.png", True, False),
        ("https://metadata.internal/a.png", True, False),
        ("https://nas.lan/a.png", True, False),
        ("https://router.home.arpa./a.png", True, False),
        ("https://2130706433/a.png", True, False),  # 127.0.0.1, as a browser reads it
        ("https://0x7f.0.0.1/a.png", True, False),
        ("javascript:alert(1)", False, False),
        ("data:text/html,<script>", False, False),
        ("file:///etc/passwd", False, False),
        ("https://", False, False),
        ("https://[", False, False),
        ('https://a.example.com/"onerror="alert(1)', True, True),
    ],
)
def test_only_http_is_linked_and_only_what_stands_outside_is_loaded(url, is_linked, is_loaded):
    page = page_of(made([url]))
    assert [one["href"] for one in page.all("a")] == ([url] if is_linked else [])
    assert [one["src"] for one in page.all("img")] == ([url] if is_loaded else [])
    assert "Output 1" in page.text


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_server_says_is_text_and_no_element(text):
    run = made([OUTSIDE, text], generation_provider_used=text, generation_output_format=text)
    page = page_of(run)
    assert [name for name, _ in page.elements].count("img") == 1
    assert page.all("script") == []
    assert len("".join(page.text)) < 20_000


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_of_any_kind_makes_another_element(provider, url):
    page = page_of(made([OUTSIDE, f"https://a.example.com/{url}"], generation_provider_used=provider))
    assert {name for name, _ in page.elements} <= ELEMENTS - {"video"}


def test_a_run_and_a_list_of_runs_hold_no_media_and_are_bounded():
    many = made([f"https://files.example.com/{place}.png" for place in range(5_000)])
    assert len(page_of(many).all("img")) == MOST_OUTPUTS
    assert f"{5_000 - MOST_OUTPUTS:,} more" in page_of(many).text
    bundle = show_runs([many] * 3_000, "<Runs: 3000>")
    page = Page(bundle["text/html"])
    assert (len(page.all("tr")), bundle["text/plain"]) == (MOST_RUNS + 1, "<Runs: 3000>")
    assert f"{3_000 - MOST_RUNS:,} more" in page.text
    assert "base64" not in bundle["text/html"] + many._repr_mimebundle_()["text/html"]
    assert len(bundle["text/html"]) < 100_000


GIF, MP4 = b"GIF89a" + b"x" * 20, b"\0\0\0\x18ftypisom" + b"x" * 20


@pytest.mark.parametrize(
    ("content", "kind", "holder"),
    [
        (PNG, "image/png", None),
        (b"\xff\xd8\xff\xe0" + b"x" * 20, "image/jpeg", None),
        (GIF, "image/gif", "img"),
        (b"RIFF\0\0\0\0WEBP", "image/webp", "img"),
        (MP4, "video/mp4", "video"),
    ],
)
def test_an_output_that_is_shown_brings_its_bytes(content, kind, holder):
    (output,) = made(content=content).outputs
    bundle, encoded = output._repr_mimebundle_(), base64.b64encode(content).decode()
    assert bundle["text/plain"] == repr(output)
    if holder is None:
        assert bundle[kind] == encoded
    else:
        (one,) = page_of(output).all(holder)
        assert one["src"] == f"data:{kind};base64,{encoded}"


@pytest.mark.parametrize("size", [MOST_BYTES, MOST_BYTES + 1])
def test_an_output_past_the_limit_is_not_put_into_a_notebook(size):
    (output,) = made(content=PNG.ljust(size, b"x")).outputs
    bundle = output._repr_mimebundle_()
    assert ("image/png" in bundle) is (size == MOST_BYTES)
    if size > MOST_BYTES:
        assert "at most 4 MiB are put into a notebook" in "".join(page_of(output).text)
        assert sum(map(len, bundle.values())) < 2_000


def test_bytes_that_are_no_picture_and_an_output_that_is_gone_are_told_and_not_shown(monkeypatch):
    for content in (b"<script>alert(1)</script>", b"", b"<svg onload='alert(1)'/>"):
        (output,) = made(content=content).outputs
        bundle = output._repr_mimebundle_()
        assert set(bundle) <= {"text/plain", "text/html", "image/png"}
        assert "alert" not in str(bundle)
    run = made()

    def gone(*_):
        raise OutputUnavailable("Gone: <b>")

    monkeypatch.setattr(run._runner, "fetch", gone)
    assert "Gone: <b>" in page_of(run.outputs[0]).text


def test_a_front_end_gets_what_it_asks_for():
    run = made()
    assert set(run._repr_mimebundle_(include=["text/plain"])) == {"text/plain"}
    assert set(run.outputs[0]._repr_mimebundle_(exclude=["image/png"])) == {"text/plain"}
