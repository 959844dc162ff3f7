"""``genwidget models``: what can be asked for, and what it costs."""

import argparse
import re

from genwidget.api.keys import KEY_VARIABLE, resolve_key
from genwidget.api.regions import check_base_url
from genwidget.catalogue import Catalogue, ModelSpec
from genwidget.cli.output import EXIT_FAILED, EXIT_OK, complain, say, say_json, table
from genwidget.cli.place import add_place
from genwidget.messages import render
from genwidget.runs.known_models import find_models
from genwidget.spelling import did_you_mean


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "models",
        help="list the models with their type and price",
        description=(
            "List the models that ship with this package, and those that the API's own list adds, where a key lets it "
            "be asked. Prices are in credits; 1 credit is 1 USD."
        ),
        epilog=f"The API key comes from {KEY_VARIABLE}. The API's list is kept for a day.",
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help="only those whose identifier has every WORD")
    add_place(parser)
    parser.add_argument("--json", action="store_true", help="print them as JSON, with their fields")
    parser.set_defaults(do=_models)


def _models(options: argparse.Namespace) -> int:
    base_url = None if options.base_url is None else check_base_url(options.base_url)
    key = resolve_key(options.region, base_url)
    known = find_models(options.region, base_url, key)
    catalogue = known.catalogue
    if known.note:
        complain(known.note)
    word = " ".join(options.words)
    found = catalogue.search(word)
    if not found:
        parts = {part for model_id in catalogue.model_ids for part in re.split("[/-]", model_id)}
        near = did_you_mean(word, catalogue.model_ids, most=3) or did_you_mean(word, sorted(parts), most=3)
        complain(render("cli_no_model", word=word) + near)
        return EXIT_FAILED
    if options.json:
        say_json([_record(spec) for spec in found])
        return EXIT_OK
    rows = [(one.model_id, one.model_type, _known_from(one), _price(one)) for one in found]
    for line in table(("model", "type", "known from", "credits"), rows):
        say(line)
    if not all(map(_is_priced, found)):
        complain(render("cli_prices"))
        if key is None:
            complain(render("cli_prices_key", variable=KEY_VARIABLE))
    return EXIT_OK


def _ships(spec: ModelSpec) -> bool:
    return Catalogue.load().find(spec.model_id) is not None


def _known_from(spec: ModelSpec) -> str:
    return "this package" if _ships(spec) else "the API's list"


def _is_priced(spec: ModelSpec) -> bool:
    return spec.price is not None and spec.price.is_known


def _price(spec: ModelSpec) -> str:
    """Return the price of one output or second, the least where there are several, or what to do where no list has it.

    How it is counted may be known without a number.
    """
    price = spec.price
    if price is None:
        return render("cli_price_asked")
    per = "each" if price.kind == "flat" else "a second"
    if not price.is_known:
        return f"{render('cli_price_asked')} ({per})"
    if price.credits is not None:
        return f"{price.credits:g} {per}"
    return f"from {min(price.table.values()):g} {per}"


def _record(spec: ModelSpec) -> dict[str, object]:
    price = None if spec.price is None else {name: getattr(spec.price, name) for name in ("kind", "credits", "table")}
    return {
        "model_id": spec.model_id,
        "model_type": spec.model_type,
        "ships": _ships(spec),
        "live": spec.is_live,
        "price": price,
        "fields": [field.name for field in spec.fields],
        "required": list(spec.required_names),
    }
