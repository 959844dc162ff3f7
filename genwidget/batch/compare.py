"""One request on several models."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from genwidget.api.keys import seal_keys
from genwidget.arguments import catalogue_of
from genwidget.batch.plan import Plan
from genwidget.batch.sweep import sweep, whole_names
from genwidget.catalogue import Catalogue

if TYPE_CHECKING:
    from genwidget.batch.batch import Batch


def plan_comparison(
    models: str | Iterable[str], values: Mapping[str, Any], *, repeat: int = 1, catalogue: Catalogue | None = None
) -> Plan:
    """Plan one request on several models; arguments and errors as of :func:`compare`."""
    known = catalogue_of(catalogue)
    return sweep(models, base=whole_names(values, known), repeat=repeat, catalogue=known)


def compare(
    models: str | Iterable[str],
    values: Mapping[str, Any],
    *,
    repeat: int = 1,
    catalogue: Catalogue | None = None,
    **options: Any,
) -> "Batch":
    """Send one request to several models, and return its batch at once; its sheet shows them side by side.

    Each model gets the values that it has a field for and takes, and its defaults for all else, as a form does whose
    model is changed. A value that all which have its field refuse is a problem.

    Args:
        models: identifiers, such as ``bfl/flux-schnell``.
        values: of the request; ``generation_`` may be left out of a name.
        repeat: how often each model makes it.
        catalogue: the models known; None takes those that ship.
        **options: where, with which key and within which limit, as of :meth:`genwidget.batch.plan.Plan.run`.

    Raises:
        InvalidRequest: ``values`` is no mapping, has a name that no model has, or lacks what a model requires.
        UnknownModel: a model that the catalogue does not have.
        GenwidgetError: as of :meth:`genwidget.batch.plan.Plan.run`.
    """
    seal_keys(options)
    return plan_comparison(models, values, repeat=repeat, catalogue=catalogue).run(**options)
