"""What the model menu says that a model costs is what the API's estimate says, once a key is locked."""

from itertools import product

import pytest

from genwidget.sandbox import API_KEY
from genwidget.widget.offer import offer
from tests.widget.conftest import Page

#: Prices as the API's list writes them, for films whose shipped price is not known.
LISTED = {
    "google/veo-2": 0.35,
    "bytedance/seedance-1-pro": {"480p": 0.03, "720p": 0.06, "1080p": 0.15},
    "bytedance/seedance-1.5-pro": {
        f"{size}_{sound}": price
        for size, price in (("480p", 0.02), ("720p", 0.05), ("1080p", 0.11))
        for sound, price in (("noaudio", price), ("audio", price * 2))
    },
}


@pytest.fixture
def live(make, sandbox):
    """A playground whose key is locked and whose models are those of the API's own list, with prices of films."""
    entries = [{"model_type": "video", "model_identifier": name, "model_pricing": one} for name, one in LISTED.items()]
    sandbox._service.catalogue = sandbox._service.catalogue.merge({"models": entries})
    playground = make()
    playground.session.lock_key(API_KEY, "sandbox")
    playground.session.runner.submit(playground.session.fetch_models()).result(15)
    return Page(playground), playground.session.catalogue


def choices_of(spec, name):
    """Return values of a field to ask about; None leaves it out."""
    field = spec.field(name)
    if field is None:
        return (None,)
    if field.type == "boolean":
        return (False, True)
    bounds = (field.minimum, field.maximum)
    return field.choices.value if field.choices else tuple(one.value for one in bounds if one)


def test_every_price_of_the_menu_is_that_of_the_estimate(live):
    page, catalogue = live
    offered = {one["model_id"]: one["price"] for one in offer(catalogue, sandbox_offered=True)["models"]}
    compared = set()
    for spec in catalogue.models:
        price = offered[spec.model_id]
        if price is None or (price["credits"] is None and not price["table"]):
            continue
        names = ("generation_duration", "generation_resolution", "generation_generate_audio")
        if price["kind"] == "flat":
            names = ("generation_output_number",)
        for values in product(*(choices_of(spec, name) for name in names)):
            body = {name: value for name, value in zip(names, values, strict=True) if value is not None}
            form = {"model_type": spec.model_type, "model_id": spec.model_id, "values": body}
            assert page.ask("estimate", **form, of=str(body))[0]["ok"], form
            told = page.values_of("estimate")[-1]
            assert told == {"model_id": spec.model_id, "of": str(body), "credits": spec.cost_of(body)}, form
            compared.add((spec.model_type, spec.model_id))
    assert {model_type for model_type, _ in compared} == {"image", "video"}
    assert {model_id for _, model_id in compared} >= set(LISTED)
