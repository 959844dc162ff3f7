"""A fault of one item of a plan."""

from dataclasses import dataclass

from genwidget.messages import render
from genwidget.request.validation import Severity


@dataclass(frozen=True, slots=True)
class ItemProblem:
    """A fault in an item: an ``error`` lets nothing of the plan be sent, a ``warning`` does.

    Attributes:
        number: the item's, from 1.
        row: its row in the table, from 1; None where there is no table.
        field: whose value is at fault; ``model`` for the model, ``row`` for a row that cannot be read.
        code: of the sentence.
        message: the sentence.
        severity: ``error`` or ``warning``.
    """

    number: int
    row: int | None
    field: str
    code: str
    message: str
    severity: Severity

    def __str__(self) -> str:
        problem = render("field_problem", field=self.field, problem=self.message)
        code = "batch_item_problem" if self.row is None else "batch_row_problem"
        return render(code, number=f"{self.number:,}", row=f"{self.row or 0:,}", problem=problem)

    @property
    def sentence(self) -> str:
        """The whole sentence, with its end."""
        text = str(self)
        return text if text.endswith((".", "?")) else f"{text}."
