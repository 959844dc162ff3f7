import json

from genwidget.catalogue import Catalogue
from genwidget.request.body import json_schema
from tests.golden import offer


def test_the_pages_tests_know_what_the_kernel_offers():
    assert offer.PATH.read_text(encoding="utf-8") == offer.current(), "run: python -m tests.golden.offer"


def test_what_every_notebook_saves_of_the_catalogue_is_small():
    assert len(json.dumps(json.loads(offer.current()))) < 78_000  # bytes


def test_the_schema_of_a_model_is_fetched_to_be_copied(page):
    answer, _ = page.ask("fetch_schema", model_id="bfl/flux-1.1-pro")
    spec = Catalogue.load().find("bfl/flux-1.1-pro")
    assert json.loads(answer["data"]["text"]) == json.loads(json.dumps(json_schema(spec)))


def test_there_is_no_schema_of_a_model_that_is_not_known(page):
    answer, _ = page.ask("fetch_schema", model_id="bfl/none")
    assert (answer["ok"], answer["alert"]["message"]) == (False, "Unknown model")
