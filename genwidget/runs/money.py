"""Amounts in words, for the page and the shell."""

from decimal import Decimal

from genwidget.messages import render
from genwidget.runs.spend_limit import amount


def money(credits_: Decimal, *, is_sandbox: bool) -> str:
    """Return credits, and in dollars what they are worth: ``0.052 credits ($0.052)``; the sandbox's are no money."""
    count = amount(credits_)
    words = f"{count} {'credit' if credits_ == 1 else 'credits'}"
    if is_sandbox:
        return render("money_amount_sandbox", credits=words)
    return render("money_amount", credits=words, dollars=count)
