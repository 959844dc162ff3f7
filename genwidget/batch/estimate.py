"""What a plan costs and how long it takes, before it is sent."""

import asyncio
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from genwidget import io_thread
from genwidget.api.client import Client
from genwidget.api.keys import KeyGiven, resolve_key
from genwidget.api.regions import Target, check_base_url, find_region, resolve
from genwidget.batch.driver import AT_ONCE
from genwidget.batch.reuse import find_reusable
from genwidget.batch.store import BatchStore
from genwidget.batch.survey import Survey
from genwidget.errors import ApiError, GenwidgetError, InvalidRequest
from genwidget.request.pricing import Priced
from genwidget.request.validation import Request
from genwidget.runs import runner
from genwidget.runs.ledger import KeyUse, SentTo
from genwidget.runs.prices import MOST_QUESTIONS, QUESTIONS_AT_ONCE
from genwidget.runs.turns import Account
from genwidget.settings import Settings

ResultT = TypeVar("ResultT")

#: Of how many of the newest runs of a model the times are looked at, and of how few nothing is said.
_MOST_RUNS: Final = 20
_LEAST_RUNS: Final = 3
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a plan is expected to cost and to take.

    Attributes:
        items: how many there are.
        credits: what those cost whose price is known, in credits (1 credit is 1 USD).
        unknown: how many of those that are sent have no known price.
        balance: the account's credits; None where the key may not read it, or was not at hand.
        can_afford: whether the balance is enough; None where that is not known.
        seconds: how long it takes, by how long the same models took before and how fast the account takes
            generations, as far as its answers told this process: from 4 at once, one more a round trip, up to its cap,
            and no more requests than its window allows. None where too few runs of a model are known.
        reused: how many are taken from what was made before, where that was asked for; they cost nothing.
    """

    items: int
    credits: float
    unknown: int
    balance: float | None
    can_afford: bool | None
    seconds: float | None
    reused: int = 0


def estimate(
    survey: Survey, region: str, key: KeyGiven, base_url: str | None, reusing: Iterable[Request] = ()
) -> Estimate:
    """Return the estimate of a plan; arguments and errors as of :meth:`genwidget.batch.plan.Plan.estimate`.

    ``reusing`` are the requests of the items for which stored successes are taken; none where they are not.
    """
    origin = None if base_url is None else check_base_url(base_url)
    found = resolve_key(find_region(region).region_id, origin, key)
    sent, known = survey.prices, dict(survey.credits)
    balance = seconds = None
    if found is not None:
        target = resolve(region, origin)
        carrier = runner.shared()
        api = carrier.api(target, found, Settings.from_environment())
        sent = survey.prices - find_reusable(reusing, BatchStore(carrier.ledger), target, found.fingerprint)
        asked = list(sent)[:MOST_QUESTIONS] or list(survey.prices)[:1]  # whose answer has the balance
        answered, balance = _carry_out(carrier, _ask(api, asked))
        known |= answered
        use = KeyUse.of(found.fingerprint, target.region_id, target.api_url)
        seconds = _seconds(sent, survey.types, target, use)
    reused = survey.prices.total() - sent.total()
    total = math.fsum((known[one] or 0.0) * count for one, count in sent.items())
    unknown = survey.count - reused - sum(count for one, count in sent.items() if known[one] is not None)
    can_afford = _can_afford(total, unknown, balance)
    return Estimate(survey.count, round(total, _DIGITS), unknown, balance, can_afford, seconds, reused)


def find_prices(survey: Survey, api: Client) -> dict[Priced, float]:
    """Return what the API tells of the prices that no list has; none where it cannot be asked.

    Raises:
        RuntimeError: called on the thread that carries runs.
    """
    unknown = [one for one, price in survey.credits.items() if price is None][:MOST_QUESTIONS]
    if not unknown:
        return {}
    try:
        answered, _ = _carry_out(runner.shared(), _ask(api, unknown))
    except GenwidgetError:
        return {}
    return answered


def _carry_out(carrier: runner.Runner, work: Coroutine[Any, Any, ResultT]) -> ResultT:
    if carrier.is_own_thread():  # it would wait for itself
        work.close()
        raise RuntimeError(io_thread.no_wait())
    return io_thread.wait_for(carrier.submit(work))


def _can_afford(total: float, unknown: int, balance: float | None) -> bool | None:
    if balance is None:
        return None
    if total > balance:
        return False
    return None if unknown else True


async def _ask(api: Client, asked: list[Priced]) -> tuple[dict[Priced, float], float | None]:
    """Return what the API tells of prices, and the balance."""
    room = asyncio.Semaphore(QUESTIONS_AT_ONCE)

    async def ask(one: Priced) -> tuple[float | None, float | None]:
        async with room:
            try:
                found = await api.estimate(one.model_id, **one.question)
            except InvalidRequest:  # no question takes these values
                return None, None
            except ApiError as error:
                if error.status_code in {401, 403, 429} or error.retryable:
                    raise
                return None, None  # it has no price for this one
            return found.price, found.credit_balance

    answers = await asyncio.gather(*map(ask, asked))
    prices = {one: cost for one, (cost, _) in zip(asked, answers, strict=True) if cost is not None}
    balances = [balance for _, balance in answers if balance is not None]
    return prices, balances[-1] if balances else None


def _seconds(sent: Mapping[Priced, int], types: Mapping[str, str], target: Target, use: KeyUse) -> float | None:
    """Return how long the items take, by how long the newest runs of their models took and the account's pace."""
    items: Counter[str] = Counter()
    for one, count in sent.items():
        items[one.model_id] += count
    carrier = runner.shared()
    counts: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for model_id, count in items.items():
        model_type = types[model_id]
        sent_to = SentTo.of(model_type, model_id, target.region_id, target.api_url)
        times_ms = carrier.ledger.durations(sent_to, _MOST_RUNS, use)
        if len(times_ms) < _LEAST_RUNS:
            return None
        counts[model_type].append((count, statistics.median(times_ms) / 1000))
    if not counts:
        return None
    account = Account(target.api_url, use.fingerprint)
    return round(_carry_out(carrier, carrier.forecast(account, counts, AT_ONCE)), 1)
