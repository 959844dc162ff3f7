"""How many credits may be spent, and by whom; amounts are exact, in millionths of a credit.

The catalogue, estimates and rows hold prices as numbers that JSON and SQLite read. Here each is taken at its decimal
value, and a price is rounded up and a limit down, so that no rounding lets more be spent than was said.
"""

import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

from genwidget.errors import ConfigurationError, SpendLimitReached
from genwidget.messages import render
from genwidget.request.decimals import exact
from genwidget.settings import variable
from genwidget.text import shown

VARIABLE: Final = "GENWIDGET_SPEND_LIMIT"
#: All that a ledger has: every process of the user that writes into it.
MACHINE: Final = "machine"
#: The largest limit, and what a price beyond it counts as, in credits.
MOST: Final = 1_000_000_000
#: The kinds of scopes that have words of their own.
_KINDS: Final = frozenset({MACHINE, "playground", "batch", "command"})
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class SpendLimit:
    """What a scope may spend in all, reservations included: ``credits``, from 0 to :data:`MOST`; None only counts.

    Scopes are ``machine``, ``kernel:<id>``, ``playground:<id>``, ``batch:<id>`` and the like: what is sent with the
    same scope is counted together, in every process that writes the same ledger. What the sandbox charges is counted
    for itself.

    Raises:
        ConfigurationError: ``credits`` is no such number, or the scope is empty.
    """

    scope: str
    credits: Decimal | None

    def __post_init__(self) -> None:
        """Check the scope, and take the credits at their decimal value."""
        if not isinstance(self.scope, str) or not self.scope:
            raise ConfigurationError(
                render("bad_setting", name="scope", value=self.scope, means=render("setting_text"))
            )
        if self.credits is not None:
            object.__setattr__(self, "credits", read_credits(self.credits, "credits"))

    @property
    def units(self) -> int | None:
        """The limit in millionths of a credit, rounded down; None where the scope is only counted."""
        if self.credits is None:
            return None
        return int((self.credits * _MILLION).to_integral_value(ROUND_FLOOR))


@dataclass(frozen=True, slots=True)
class Spending:
    """What a scope has spent, and what is reserved for runs whose end is not known, in credits."""

    spent: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)

    @property
    def used(self) -> Decimal:
        """What counts against a limit: both together."""
        return self.spent + self.reserved


def read_credits(value: Any, name: str = "spend_limit") -> Decimal:
    """Return a limit that was given in Python as a number of credits.

    Raises:
        ConfigurationError: a text, a boolean, no number, one that is not finite or not from 0 to :data:`MOST`.
    """
    if isinstance(value, str | bool) or not isinstance(value, numbers.Number):
        # Of what is no number only the type is told: it may be a key that was given under another name.
        kind = type(value).__name__
        raise ConfigurationError(render("odd_spend_limit", name=name, most=f"{MOST:,}", type=kind))
    return _checked(exact(value), name, value)


def parse_credits(text: str, name: str) -> Decimal:
    """Return a limit that was typed, as in a shell.

    Raises:
        ConfigurationError: it is no number from 0 to :data:`MOST`.
    """
    return _checked(exact(text), name, text)


def machine_limit(environment: Mapping[str, str] | None = None) -> SpendLimit | None:
    """Return what ``GENWIDGET_SPEND_LIMIT`` lets this user spend, over the whole ledger; None where it is not set.

    It is read at each use, and no settings that are given in Python replace it.

    Raises:
        ConfigurationError: it is no number from 0 to :data:`MOST`.
    """
    text = variable(VARIABLE, environment)
    return SpendLimit(MACHINE, parse_credits(text, VARIABLE)) if text else None


def price_units(price: float | Decimal | None) -> int | None:
    """Return a price in millionths of a credit, rounded up; None where it is not known."""
    if price is None:
        return None
    exactly = Decimal(str(price))
    if not exactly.is_finite() or exactly > MOST:
        return MOST * _MILLION
    return max(0, int((exactly * _MILLION).to_integral_value(ROUND_CEILING)))


def to_credits(units: int) -> Decimal:
    """Return millionths of a credit as credits."""
    return Decimal(units) / _MILLION


def amount(value: Decimal) -> str:
    """Return an amount as people write it: ``0.42``, ``5``, ``1,000``."""
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def whose(limit: SpendLimit) -> str:
    """Return the words for a limit's scope, as its sentences have them."""
    kind = limit.scope.partition(":")[0]
    return render(f"spend_limit_of_{kind}" if kind in _KINDS else "spend_limit_of_scope", scope=shown(limit.scope))


def reached(limit: SpendLimit, used: Spending, price: Decimal | None) -> SpendLimitReached:
    """Return the refusal of what would cost ``price``, None where that is not known."""
    assert limit.credits is not None, "what is only counted is never reached"
    values = {
        "limit": amount(limit.credits),
        "used": amount(used.used),
        "whose": whose(limit),
    }
    sentence = (
        render("spend_limit_passed", price=amount(price), **values)
        if price is not None
        else render("spend_limit_used", **values)
    )
    hint = render("spend_limit_reserved", reserved=amount(used.reserved)) if used.reserved else ""
    return SpendLimitReached(
        sentence, scope=limit.scope, limit=limit.credits, used=used.used, reserved=used.reserved, price=price, hint=hint
    )


def _checked(number: float | None, name: str, value: Any) -> Decimal:
    if number is None or not 0 <= number <= MOST:
        raise ConfigurationError(render("bad_spend_limit", name=name, value=value, most=f"{MOST:,}"))
    return Decimal(str(number))
