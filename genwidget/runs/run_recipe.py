"""The recipe of a run."""

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from genwidget.recipes.recipe import Recipe, RecipeFile
from genwidget.text import load_json, moment, number

if TYPE_CHECKING:
    from genwidget.runs.run import Run

VERSION: Final = version("genwidget")


def recipe_of(run: "Run", files: Iterable[RecipeFile], *, has_body: bool) -> Recipe:
    """Return how a run's files were made, so far.

    Args:
        run: the run.
        files: those that were fetched.
        has_body: whether the body may be kept anywhere.
    """
    body = _body(run) if has_body else None
    return Recipe(
        version=VERSION,
        model_type=run.model_type,
        model_id=run.model_id,
        region=run.region_id,
        body=body,
        seed=number((body or {}).get("generation_seed"), low=-(2**63), high=2**63),
        generation_id=run.generation_id,
        provider=run.provider,
        price=number(run.intent.price),
        credits=number(run.credits),
        created_at=_iso(run.created_at),
        latency_ms=_count(run.latency_ms),
        total_ms=_count(run.total_ms),
        files=tuple(files),
    )


def _body(run: "Run") -> dict[str, Any] | None:
    """Return the body exactly as its bytes say; what another program left in the ledger may be none."""
    try:
        body = load_json((run.intent.content or b"").decode())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _count(value: int | None) -> int | None:
    found = number(value)
    return None if found is None else int(found)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(moment(seconds), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
