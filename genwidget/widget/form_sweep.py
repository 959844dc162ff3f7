"""What the page sends as a sweep: its form, and the values that are varied."""

import math
from collections.abc import Mapping
from typing import Final

from genwidget.batch.export import Swept
from genwidget.batch.plan import Plan
from genwidget.catalogue import Catalogue
from genwidget.errors import InvalidRequest
from genwidget.messages import render
from genwidget.request.drafts import whole
from genwidget.request.pricing import Priced
from genwidget.request.validation import find_model
from genwidget.widget.commands import SweepCommand
from genwidget.widget.payload_types import SweepData

#: How many items the page sends at once; Python sends any number.
MOST_ITEMS: Final = 2_000
_DIGITS: Final = 6


def swept_of(command: SweepCommand, catalogue: Catalogue) -> Swept:
    """Return what a command sweeps.

    Raises:
        InvalidRequest: too many items.
    """
    axes = {axis.name: axis.values for axis in command.axes}
    count = math.prod(len(values) for values in axes.values())
    if count > MOST_ITEMS:
        raise InvalidRequest(render("sheet_too_many", count=f"{count:,}", most=f"{MOST_ITEMS:,}"))
    models = axes.pop("model", [command.model_id])
    repeat = len(axes.pop("repeat", [1]))
    return Swept(models, whole(catalogue.find(command.model_id), command.values), axes, repeat)


def plan_of(command: SweepCommand, catalogue: Catalogue) -> Plan:
    """Return the plan of a sweep.

    Raises:
        InvalidRequest: a name that no model has, an axis without values, or too many items.
        UnknownModel: a model that is not known, or is not of the form's type.
    """
    swept = swept_of(command, catalogue)
    for model in swept.models:
        if isinstance(model, str) and catalogue.find(model) is not None:
            find_model(catalogue, command.model_type, model)
    return swept.plan(catalogue)


def unlisted(plan: Plan) -> list[Priced]:
    """Return the prices of a plan that no list has."""
    return [one for one, price in plan.survey().credits.items() if price is None]


def survey_of(plan: Plan, told: Mapping[Priced, float]) -> SweepData:
    """Return how many items a plan has, what they cost, and the first fault among them.

    An item that is not yet complete costs what it will once it is: a prompt, say, changes no price.

    Args:
        plan: of the sweep.
        told: what the API has told of prices that no list has, in credits.
    """
    survey = plan.survey()
    prices = {**survey.credits, **told}
    counts = survey.prices + survey.prices_once_mended
    known = [(price, count) for one, count in counts.items() if (price := prices[one]) is not None]
    errors = [problem for problem in plan.problems if problem.severity == "error"]
    return {
        "count": survey.count,
        "credits": round(math.fsum(price * count for price, count in known), _DIGITS),
        "unknown": survey.count - sum(count for _, count in known),
        "problem": errors[0].sentence if errors else None,
    }
