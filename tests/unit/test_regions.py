import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genwidget.api.client import Client
from genwidget.api.regions import REGIONS, check_base_url, find_region, is_official, origin_of, region_names, resolve
from genwidget.errors import ConfigurationError
from genwidget.messages import MESSAGES

API_KEY = "bye_0123456789"
GOOD = {
    "https://api.example.com": "https://api.example.com",
    "https://api.example.com/": "https://api.example.com",
    "https://API.example.com:8443/under/": "https://API.example.com:8443/under",
    "https://a_b.example": "https://a_b.example",
    "https://bücher.example": "https://bücher.example",
    "https://[2001:db8::1]/x": "https://[2001:db8::1]/x",
    "http://127.0.0.1:8000": "http://127.0.0.1:8000",
    "http://[::1]:80": "http://[::1]:80",
    "http://localhost": "http://localhost",
}
BAD = [
    # user name and password: they would be stored with each run, and shown
    "https://user@api.example.com",
    "https://user:secret@api.example.com",
    "https://:secret@api.example.com",
    "https://@api.example.com",
    "https://:@api.example.com",
    "https://user%40x@api.example.com",
    # no host, or none that a URL can have
    "",
    "https",
    "https:",
    "https://",
    "https:///x",
    "https://.",
    "https://a..b",
    "http://[::1",
    "https://[x]",
    "https://[::1%25eth0]",
    "https://h%40evil.example",
    "https://a,b",
    "https://xn--",
    "https://xn--\xff",
    "https://" + "a" * 64 + ".example",
    "https://" + "\xe4" * 60 + ".example",
    "https://" + "a." * 130 + "example",
    # ports
    "https://h:x",
    "https://h:99999",
    "https://h:-1",
    # query and fragment, even without one
    "https://h?x=1",
    "https://h?",
    "https://h#x",
    "https://h#",
    "https://h/x?y",
    # white space, controls, backslashes: parsers differ on them
    " https://h",
    "https://h ",
    "https://h\n",
    "https://h/\t",
    "https://h\x00",
    "https://h/a b",
    "https://h\\@evil.example",
    "https://h/\\x",
    "https://h\u2028",
    "https://h\u202e.example",
    "https://h\u2044x",
    # schemes, and http to another machine
    "ftp://h",
    "//h",
    "file:///etc/passwd",
    "http://h",
    "http://10.0.0.1",
    "http://localhost.evil.example",
    # no text
    None,
    5,
    b"https://h",
]


@pytest.mark.parametrize("url", GOOD)
def test_a_base_url_is_taken_without_its_last_slash(url):
    assert check_base_url(url) == GOOD[url]


@pytest.mark.parametrize("url", BAD, ids=ascii)
def test_what_is_no_base_url_is_refused_with_one_sentence_that_does_not_repeat_it(url):
    with pytest.raises(ConfigurationError) as refused:
        check_base_url(url)
    assert refused.value.message == MESSAGES["bad_base_url"]


PIECES = (
    "https://",
    "http://",
    "@",
    ":",
    "/",
    "\\",
    "?",
    "#",
    "[",
    "]",
    "::1",
    "127.0.0.1",
    "localhost",
    "h.example",
    "evil.example",
    "user",
    "%40",
    "%2f",
    "..",
    ".",
    "0",
    "80",
    "443",
    "é",
    "。",
)
PARTS = st.sampled_from([*PIECES, " ", "\n", "\t", "\u200b"])


@given(st.lists(PARTS, max_size=8).map("".join))
def test_a_base_url_that_is_taken_is_read_by_httpx_as_it_is_here(url):
    try:
        taken = check_base_url(url)
    except ConfigurationError:
        return
    try:
        read = httpx.URL(taken)
    except httpx.InvalidURL:  # refused there before anything is sent
        return
    assert [read.userinfo, read.query, read.fragment] == [b"", b"", ""]
    port = "" if read.port is None else f":{read.port}"
    host = f"[{read.host}]" if ":" in read.host else read.host
    assert origin_of(taken) in {f"{read.scheme}://{host}{port}", origin_of(f"{read.scheme}://{host}{port}")}


@pytest.mark.parametrize("url", ["https://api.us.babysea.ai", "https://API.eu.babysea.ai:443/x"])
def test_the_hosts_of_the_table_are_official(url):
    assert is_official(url)


@pytest.mark.parametrize(
    "url",
    ["http://api.us.babysea.ai", "https://api.us.babysea.ai.evil.example", "https://us.babysea.ai", "http://[::1", ""],
)
def test_no_other_is(url):
    assert not is_official(url)


@pytest.mark.parametrize("name", ["jp", "JP", "apac", "APAC"])
def test_a_region_is_taken_by_its_id_and_by_the_word_of_the_page(name):
    assert find_region(name).region_id == resolve(name).region_id == Client(name, API_KEY).region_id == "jp"


def test_each_region_is_told_by_one_word_and_by_the_page_s_where_that_is_another():
    assert region_names() == "us, eu, jp (APAC), sandbox"
    assert {find_region(one.label) for one in REGIONS.values()} == set(REGIONS.values())
