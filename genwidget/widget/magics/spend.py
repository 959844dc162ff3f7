"""What was spent, as the result of a cell."""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from genwidget.messages import render
from genwidget.runs.display import narrowed
from genwidget.runs.spend_limit import Spending, amount


@dataclass(frozen=True, slots=True)
class Spend:
    """What runs have cost, in credits: of the API and of the sandbox, each with what is reserved.

    Attributes:
        kernel: what this kernel has sent, by ``api`` and ``sandbox``.
        ledger: all that the user's ledger has, by the same; None in a dashboard, whose visitors it is not for.
        limit: ``GENWIDGET_SPEND_LIMIT``, or None.
    """

    kernel: dict[str, Spending]
    ledger: dict[str, Spending] | None
    limit: Decimal | None

    def __repr__(self) -> str:
        lines = [("credits", "spent", "reserved", "limit"), *self._rows()]
        widths = [max(len(line[at]) for line in lines) for at in range(4)]
        return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)

    def _rows(self) -> Iterable[tuple[str, str, str, str]]:
        of_kernel, of_ledger, none = render("spend_of_kernel"), render("spend_of_ledger"), render("cli_no_limit")
        limit = none if self.limit is None else amount(self.limit)
        for name, found, most in ((of_kernel, self.kernel, none), (of_ledger, self.ledger, limit)):
            for host, one in (found or {}).items():
                yield f"{host}, {name}", amount(one.spent), amount(one.reserved), most

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> dict[str, str]:
        """Show a table."""
        style = 'style="text-align:left"'
        head = "".join(f'<th scope="col" {style}>{one}</th>' for one in ("credits", "spent", "reserved", "limit"))
        rows = "".join(
            f"<tr>{''.join(f'<td {style}>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in self._rows()
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return narrowed({"text/plain": repr(self), "text/html": table}, include, exclude)
