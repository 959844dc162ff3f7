import json
import re
from typing import get_type_hints

import pytest

from genwidget.api.http_response import Phases, RateLimit
from genwidget.catalogue import Catalogue
from genwidget.messages import MESSAGES
from genwidget.request.body_model import json_schema
from genwidget.runs.snapshot import RunSnapshot
from genwidget.widget import payloads
from genwidget.widget.json_text import lay_out
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
from genwidget.widget.payloads import LaidOut, post_facts, run_row, run_snapshot
from tests.golden import offer


def test_the_pages_tests_know_what_the_kernel_offers():
    assert offer.PATH.read_text(encoding="utf-8") == offer.current(), "run: python -m tests.golden.offer"
    assert offer.SHEET_PATH.read_text(encoding="utf-8") == offer.current_sheet(), "run: python -m tests.golden.offer"


def test_what_every_notebook_saves_of_the_catalogue_is_small():
    assert len(json.dumps(json.loads(offer.current()))) < 75_000  # bytes


def test_the_page_says_by_itself_none_of_the_sentences_that_it_is_not_given():
    sources = [path.read_text("utf-8") for path in (offer.PATH.parents[1] / "src").rglob("*.ts*")]
    said = {word for text in sources for word in re.findall(r"[a-z]+_[a-z_]*", text)}
    assert len(said & set(MESSAGES)) > 30
    given = json.loads(offer.current())["messages"].keys() | json.loads(offer.current_sheet()).keys()
    # A picture without a recipe is known by the code of its refusal, whose sentence comes with it.
    assert said & set(MESSAGES) - set(given) == {"recipe_none"}
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
    told = run_snapshot(run, LaidOut())
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


def test_the_page_is_told_how_long_each_phase_of_the_post_took_and_what_is_left_of_the_rate_limit(pg):
    pg.send().wait(30)
    run = pg.send()
    run.wait(30)
    post, rate = run_snapshot(run, LaidOut())["post_facts"]
    connection = r"(connection reused|connected in \d+ ms)"
    assert re.fullmatch(rf"POST: {connection}, written in \d+ ms, first byte after \d+ ms, read in \d+ ms", post)
    left, limit = map(int, re.findall(r"\d+", rate))
    assert 0 < left < limit


@pytest.mark.parametrize(
    ("phases", "sentence"),
    [
        (
            Phases(3, 9, None, 71),
            "connected in 3 ms, TLS in 9 ms, first byte after 71 ms",
        ),
        (
            Phases(None, None, 0, None, 1, reused=True),
            "connection reused, written in 0 ms, read in 1 ms",
        ),
        (Phases(), None),
    ],
)
def test_a_phase_that_did_not_happen_is_not_told(phases, sentence):
    expected = [] if sentence is None else [f"POST: {sentence}"]
    assert list(post_facts(RunSnapshot(phases=phases))) == expected


def test_a_rate_limit_of_which_half_is_told_is_none():
    assert list(post_facts(RunSnapshot(rate_limit=RateLimit(limit=60)))) == []
    assert list(post_facts(RunSnapshot(rate_limit=RateLimit(60, 57)))) == ["Rate limit: 57 of 60 requests left"]


def test_a_body_is_laid_out_once_for_its_lines_and_the_page_and_never_for_another(monkeypatch):
    made = []

    def noting(raw, *, is_record):
        made.append((raw, is_record))
        return lay_out(raw, is_record=is_record)

    monkeypatch.setattr(payloads, "lay_out", noting)
    laid_out, raw, other = LaidOut(), b'{"data": {"a": [1, 2]}}', b'{"data": {"b": 1}}'
    for _ in range(2):
        assert laid_out.count("run", "record", raw) == len(lay_out(raw, is_record=True).splitlines())
    assert laid_out.take("record", raw) == lay_out(raw, is_record=True)
    assert made == [(raw, True)]
    assert laid_out.take("record", raw) == lay_out(raw, is_record=True), "a second view asks too"
    assert laid_out.count("run", "record", other) == 3
    assert laid_out.take("record", raw) == lay_out(raw, is_record=True), "asked for before the record changed"
    assert laid_out.count("next", "reply", None) is None
    assert laid_out.count("next", "reply", other) == 5
    assert laid_out.take("reply", other) == lay_out(other)
