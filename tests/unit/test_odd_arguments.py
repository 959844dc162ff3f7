"""Whatever a person says, nothing but our own errors answers it, and each is a sentence that can be shown."""

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from genwidget import Client
from genwidget.api.export import to_code
from genwidget.api.keys import ApiKey
from genwidget.api.regions import check_base_url, resolve
from genwidget.api.responses import segment
from genwidget.catalogue import Catalogue
from genwidget.errors import GenwidgetError
from genwidget.request.validation import check, endpoint_path, prepare
from genwidget.settings import Settings
from genwidget.text import is_plain
from tests.odd import ODD, strict

TEXTS = [one for one in ODD.values() if isinstance(one, str)]
ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.sampled_from(TEXTS)
LINKS = st.builds("{}{}{}{}".format, st.sampled_from(["https://", "http://", "HTTPS://", "//"]), *[ANY_TEXT] * 3)
CATALOGUE = Catalogue.load()
SPEC = CATALOGUE.find("bfl/flux-schnell")


def answered(call):
    """Return what a call returns, or None where it is refused with a sentence."""
    error = None
    try:
        found = call()
    except GenwidgetError as caught:
        error = caught
    if error is None:
        return found
    assert is_plain(error.message)
    assert error.message
    return None


@given(ANY_TEXT | LINKS)
@example("http://[::1")
@example("https://h:99999999")
@example("https://h:-1")
@example("https://\udc80.example")
@example("https://exa\u202emple.com")
@example("https://a]b")
@example("https://[v1.x]")
@example("https://h\n.example")
@example("https://" + "h" * 70_000)
@example("https://xn--\xff")
@example("https://h.example/\x00")
@example("https://h.example/\u200b")
def test_a_base_url_of_any_text_is_taken_or_refused(text):
    found = answered(lambda: check_base_url(text))
    if found is not None:
        strict(found)
        assert is_plain(found)
        target = answered(lambda: resolve("us", text))
        assert target is not None
        answered(lambda: Client(key="any-key", base_url=text))


@given(ANY_TEXT)
def test_any_text_is_a_region_a_model_a_key_or_a_language_or_is_refused(text):
    answered(lambda: Client(region=text, key="bye_x"))
    answered(lambda: endpoint_path(text, text))
    answered(lambda: prepare(CATALOGUE, text, text, {}))
    answered(lambda: ApiKey(text))
    answered(lambda: ApiKey(text, custom_host=True))
    request = prepare(CATALOGUE, "image", "bfl/flux-schnell", {"generation_prompt": "seal"})
    answered(lambda: to_code(text, request, "https://h.example"))
    assert isinstance(CATALOGUE.search(text), list)
    assert segment(text).isascii()


@given(
    st.dictionaries(ANY_TEXT | st.sampled_from([one.name for one in SPEC.fields]), st.sampled_from(list(ODD.values())))
)
def test_values_of_any_kind_are_sent_or_told(values):
    checked = check(SPEC, values)
    assert all(is_plain(problem.message) for problem in checked.problems)
    if checked.request is not None:
        checked.request.encoded.decode()


@pytest.mark.parametrize("value", TEXTS)
def test_a_call_about_a_generation_of_any_name_ends_in_our_own_error(value):
    settings = Settings(max_tries=1, request_timeout_s=5.0, connect_timeout_s=1.0)

    async def ask():
        async with Client(key="any-key", base_url="http://127.0.0.1:9", settings=settings) as client:
            calls = [client.get_generation(value), client.cancel_generation(value), client.delete_generation(value)]
            calls += [client.estimate("a/b", resolution=value), client.list_generations(10**5000)]
            calls += [client.generation_status(value)]
            return await asyncio.gather(*calls, return_exceptions=True)

    for error in asyncio.run(ask()):
        assert error is None or isinstance(error, GenwidgetError)
