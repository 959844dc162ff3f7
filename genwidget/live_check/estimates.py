"""One estimate beside the catalogue's price and the arithmetic that we assume. The balance itself is never told."""

import math
from typing import Final

from genwidget.api.models import Estimate
from genwidget.catalogue import Catalogue

_THOUSANDTH: Final = 0.0005  # credits have three decimals


def estimate_differences(estimate: Estimate, model_id: str, count: int) -> list[str]:
    """Return what is different of an estimate of so many generations."""
    spec = Catalogue.load().find(model_id)
    price = spec.price.credits if spec is not None and spec.price is not None else None
    each = estimate.cost_per_generation
    told = []
    if estimate.model_identifier != model_id:
        told.append(f"model_identifier is {estimate.model_identifier}")
    if estimate.assets_count != count:
        told.append(f"assets_count is {estimate.assets_count} of {count} asked for")
    if price is not None and not math.isclose(each, price, abs_tol=_THOUSANDTH):
        told.append(f"cost_per_generation is {each:g}; we assume {price:g}")
    if not math.isclose(estimate.cost_total_consumed, each * count, abs_tol=_THOUSANDTH):
        told.append(f"cost_total_consumed is {estimate.cost_total_consumed:g}; we assume {each * count:g}")
    balance = estimate.credit_balance
    if balance is None:
        return told
    if estimate.credit_balance_can_afford is not (balance >= estimate.cost_total_consumed):
        told.append("credit_balance_can_afford does not follow from the balance")
    # Decimal credits: 12.48 / 0.052 is 240, which floats put just below.
    if each and estimate.credit_balance_max_affordable != math.floor(balance / each + 1e-9):
        told.append("credit_balance_max_affordable is not the balance by the cost")
    return told
