import json
import re
from typing import get_type_hints

from genwidget.catalogue import Catalogue
from genwidget.messages import MESSAGES
from genwidget.request.body_model import json_schema
from genwidget.widget.offer import KERNEL_ONLY
from genwidget.widget.offer import offer as offer_payload
from genwidget.widget.payload_types import (
    CataloguePayload,
    EntryPayload,
    FieldPayload,
    ModelPayload,
    RowPayload,
    RunPayload,
)
from genwidget.widget.payloads import LineCounts, run_row, run_snapshot
from tests.golden import offer


def test_the_pages_tests_know_what_the_kernel_offers():
    assert offer.PATH.read_text(encoding="utf-8") == offer.current(), "run: python -m tests.golden.offer"


def test_what_every_notebook_saves_of_the_catalogue_is_small():
    assert len(json.dumps(json.loads(offer.current()))) < 75_000  # bytes


def test_the_page_says_by_itself_none_of_the_sentences_that_it_is_not_given():
    sources = [path.read_text("utf-8") for path in (offer.PATH.parents[1] / "src").rglob("*.ts*")]
    said = {word for text in sources for word in re.findall(r"[a-z]+_[a-z_]*", text)}
    assert len(said & set(MESSAGES)) > 30
    given = json.loads(offer.current())["messages"]
    assert said & set(MESSAGES) - set(given) == set()
    assert not said & set(KERNEL_ONLY), "the beginning of a code that is put together"


def test_the_schema_of_a_model_is_fetched_to_be_copied(page):
    answer, _ = page.ask("fetch_schema", model_id="bfl/flux-1.1-pro")
    spec = Catalogue.load().find("bfl/flux-1.1-pro")
    assert json.loads(answer["data"]["text"]) == json.loads(json.dumps(json_schema(spec)))


def test_there_is_no_schema_of_a_model_that_is_not_known(page):
    answer, _ = page.ask("fetch_schema", model_id="bfl/none")
    assert (answer["ok"], answer["alert"]["message"]) == (False, "Unknown model")


def test_every_payload_has_the_fields_that_the_pages_types_name(pg):
    """The page's types are made of these, so a field of another name is one that nobody reads."""
    run = pg.send()
    run.wait(30)
    told = run_snapshot(run, LineCounts())
    assert set(told) == set(get_type_hints(RunPayload))
    assert all(set(one) == set(get_type_hints(EntryPayload)) for one in told["timeline"])
    assert told["timeline"]
    assert set(run_row(run)) == set(get_type_hints(RowPayload))
    offered = offer_payload(Catalogue.load(), sandbox_offered=True)
    assert set(offered) == set(get_type_hints(CataloguePayload))
    for model in offered["models"]:
        assert set(model) == set(get_type_hints(ModelPayload))
        for field in model["fields"]:
            assert set(get_type_hints(FieldPayload)) >= set(field) >= FieldPayload.__required_keys__
