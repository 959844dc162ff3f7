"""What one look at all items of a plan found."""

from collections import Counter
from dataclasses import dataclass, field

from genwidget.batch.item_problem import ItemProblem
from genwidget.request.pricing import Priced
from genwidget.request.validation import Request


@dataclass(slots=True)
class Survey:
    """What one look at all items found.

    Attributes:
        count: how many items there are.
        problems: the faults of all items, in order.
        prices: how many items there are of each price; of those that can be sent.
        prices_once_mended: how many there are of each price among those that have an error which is not about a price.
        credits: what one item of a price costs by the shipped list, in credits; None where it has no price.
        types: ``image`` or ``video``, by the identifiers of the models.
    """

    count: int = 0
    problems: list[ItemProblem] = field(default_factory=list)
    prices: Counter[Priced] = field(default_factory=Counter)
    prices_once_mended: Counter[Priced] = field(default_factory=Counter)
    credits: dict[Priced, float | None] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)

    def add(self, request: Request) -> None:
        """Count the request of an item."""
        priced = Priced.of_body(request.model_id, request.body)
        self.prices[priced] += 1
        self.credits[priced] = request.price
        self.types[request.model_id] = request.model_type

    def add_once_mended(self, priced: Priced, price: float | None) -> None:
        """Count an item that has an error, by the price that it has once it is mended."""
        self.prices_once_mended[priced] += 1
        self.credits[priced] = price
