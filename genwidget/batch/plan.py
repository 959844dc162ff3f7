"""A plan: the items of a batch, expanded one after the other, checked and priced before anything is sent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from genwidget.api.keys import KeyGiven, sealed
from genwidget.arguments import switch_of
from genwidget.batch.axes import Axis
from genwidget.batch.checker import Checker, Verdict
from genwidget.batch.drafts import MOST_ITEMS, Draft, Source
from genwidget.batch.estimate import Estimate, estimate
from genwidget.batch.item_problem import ItemProblem
from genwidget.batch.plan_line import line_of
from genwidget.batch.survey import Survey
from genwidget.catalogue import Catalogue
from genwidget.errors import InvalidRequest
from genwidget.messages import render

if TYPE_CHECKING:
    from genwidget.batch.batch import Batch
    from genwidget.batch.batch_item import BatchItem

#: Of more items the price is not looked for where a plan is only shown.
_MOST_SURVEYED: Final = 1_000


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One item of a plan.

    Attributes:
        number: from 1.
        draft: what was asked for.
        verdict: what a check of it came to.
    """

    number: int
    draft: Draft
    verdict: Verdict


class Plan:
    """The items of a batch that is not yet sent; :func:`genwidget.sweep` and :class:`genwidget.Batch` make it.

    ``len(plan)`` is the number of items. Nothing of an item is kept: each look at a plan expands it anew.
    """

    def __init__(self, source: Source, catalogue: Catalogue, count: int | None = None) -> None:
        self._source: Final = source
        self._catalogue: Final = catalogue
        self._count = count
        self._surveyed: Survey | None = None

    def __repr__(self) -> str:
        is_surveyed = self._surveyed is not None or len(self) <= _MOST_SURVEYED
        return f"<Plan {line_of(len(self), self.axes, self.survey() if is_surveyed else None)}>"

    def __len__(self) -> int:
        if self._count is None:
            self._count = self.survey().count  # which is wanted next
        return self._count

    def __iter__(self) -> Iterator[PlannedItem]:
        """Yield the items, checked, one after the other.

        Raises:
            InvalidRequest: there are too many, or ``where`` failed.
        """
        checker = Checker(self._catalogue)
        for number, draft in enumerate(self._source, 1):
            if number > MOST_ITEMS:
                raise InvalidRequest(render("batch_too_many", most=f"{MOST_ITEMS:,}", count=f"{number:,}"))
            yield PlannedItem(number, draft, checker.check(draft))

    @property
    def axes(self) -> tuple[Axis, ...]:
        """What is varied, the outermost first; none where the items are those of a table."""
        return getattr(self._source, "varied", ())

    @property
    def problems(self) -> tuple[ItemProblem, ...]:
        """Every fault of every item, each with the item's number and row. Errors let nothing be sent."""
        return tuple(self.survey().problems)

    def estimate(
        self, region: str = "us", key: KeyGiven = None, *, base_url: str | None = None, reuse: bool = False
    ) -> Estimate:
        """Return what the plan costs, asking the API once for each distinct price; asking costs nothing.

        Items that have an error are left out.

        Args:
            region: ``us``, ``eu``, ``jp`` or ``sandbox``.
            key: the API key; None takes the sandbox's own for the sandbox, else ``BABYSEA_API_KEY``. Without one, only
                the prices that ship are known.
            base_url: another host, which beats the region.
            reuse: as of :meth:`run`: what is taken from before costs nothing. It needs the key that it was made with.

        Raises:
            ConfigurationError: an unknown region or unusable base URL.
            InvalidRequest: ``reuse`` is no switch.
            InvalidApiKey: the key has a form that no key has.
            LedgerError: the ledger cannot be read.
            ApiError, TransportError: the API could not be asked.
            RuntimeError: called on the thread that carries runs, which would have to ask.
        """
        key = None if key is None else sealed(key)  # before anything can raise: tracebacks may show arguments
        is_reusing, survey = switch_of(reuse, "reuse="), self.survey()
        requests = (item.verdict.request for item in self) if is_reusing else ()
        return estimate(survey, region, key, base_url, (one for one in requests if one is not None))

    def run(  # noqa: PLR0913 - keywords, each with a default
        self,
        *,
        region: str = "us",
        key: KeyGiven = None,
        base_url: str | None = None,
        limit: float | None = None,
        allow_unknown: bool = False,
        save_to: str | Path | None = None,
        stop_after_failures: int | None = None,
        stop_if: "Callable[[BatchItem], object] | None" = None,
        reuse: bool = False,
    ) -> "Batch":
        """Store the plan whole, then send it, and return its batch at once.

        Args:
            region: ``us``, ``eu``, ``jp`` or ``sandbox``.
            key: the API key; None takes the sandbox's own for the sandbox, else ``BABYSEA_API_KEY``.
            base_url: another host, which beats the region.
            limit: credits that it may cost; what would pass it is not sent, and the batch stops.
            allow_unknown: send items whose price is not known, although there is a limit.
            save_to: a folder for the files, made where there is none; an item is done once its files are there, each
                with its recipe beside it unless the setting ``save_recipes`` is off. None saves none.
            stop_after_failures: stop after so many items that failed or were refused.
            stop_if: takes each item that has ended (:class:`genwidget.batch.batch_item.BatchItem`), and returns whether
                to stop. No file keeps a function: another process that goes on gives it again to ``Batch.open``.
            reuse: take a stored success of the same request, from before, instead of paying again, each once.

        Raises:
            InvalidRequest: there is a problem; nothing was sent.
            KeyNotLocked, InvalidApiKey: there is no key, or it has a form that no key has.
            ConfigurationError: region, URL, folder or limit cannot be used, or bodies are not stored.
            LedgerError: the plan cannot be stored; nothing was sent.
            RuntimeError: called on the thread that carries runs, while no list has a price of the plan: that thread
                would have to ask for it. Nothing was sent.
        """
        key = None if key is None else sealed(key)  # before anything can raise: tracebacks may show arguments
        from genwidget.batch.start import start  # noqa: PLC0415 - which needs plans

        return start(
            self,
            region=region,
            key=key,
            base_url=base_url,
            limit=limit,
            allow_unknown=allow_unknown,
            save_to=save_to,
            stop_after_failures=stop_after_failures,
            stop_if=stop_if,
            reuse=reuse,
        )

    def require(self) -> None:
        """Refuse a plan without items, or with an error.

        Raises:
            InvalidRequest: it is one; the first error is named, all of them are in ``problems``.
        """
        survey = self.survey()
        if survey.count == 0:
            raise InvalidRequest(render("batch_empty"))
        errors = [problem for problem in survey.problems if problem.severity == "error"]
        if errors:
            count = len({problem.number for problem in errors})
            sentence = render("batch_problems", first=errors[0].sentence, count=f"{count:,}")
            raise InvalidRequest(sentence, problems=survey.problems)

    def survey(self) -> Survey:
        """Look at all items, once."""
        if self._surveyed is None:
            self._surveyed = self._survey()
            self._count = self._surveyed.count
        return self._surveyed

    def _survey(self) -> Survey:
        found = Survey()
        for item in self:
            found.count = item.number
            for one in item.verdict.problems:
                found.problems.append(
                    ItemProblem(item.number, item.draft.row, one.field, one.code, one.message, one.severity)
                )
            if item.verdict.request is not None:
                found.add(item.verdict.request)
            elif item.verdict.once_mended is not None:
                found.add_once_mended(*item.verdict.once_mended)
        return found

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": repr(self)}
