"""The items of a batch as a data frame, and the batch as a few lines of HTML."""

import html
import importlib.util
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from genwidget.batch.batch_item import BatchItem
from genwidget.batch.tables import extra
from genwidget.errors import ConfigurationError, OutputNotSaved
from genwidget.messages import render
from genwidget.runs.thumbnails import small
from genwidget.spelling import did_you_mean
from genwidget.text import shown

BACKENDS: Final = ("pandas", "polars", "pyarrow")
_IMAGES: Final = ("path", "thumbnail")


def frame_of(items: Iterable[BatchItem], images: str | None, backend: str | None) -> Any:
    """Return a data frame; arguments and errors as of :meth:`genwidget.batch.batch.Batch.to_frame`."""
    if images is not None and not (isinstance(images, str) and images in _IMAGES):
        raise ConfigurationError(render("batch_bad_images", hint=_hint(images, _IMAGES)))
    chosen = _backend(backend)
    narwhals = extra("narwhals")
    rows = [_row(item, images) for item in items]
    names = list(dict.fromkeys(name for row in rows for name in row)) or list(_EMPTY)
    data = {name: _even([row.get(name) for row in rows]) for name in names}
    return narwhals.from_dict(data, backend=chosen).to_native()


def write_parquet(table: Any, path: Path) -> None:
    """Write a pyarrow table.

    Raises:
        OutputNotSaved: it cannot be written there.
    """
    try:
        extra("pyarrow.parquet").write_table(table, path)
    except (OSError, ValueError) as error:  # ValueError: a path that no system has
        raise OutputNotSaved(path=path, reason=getattr(error, "strerror", None) or error) from error


def _hint(given: object, choices: Sequence[str]) -> str:
    return did_you_mean(given, choices) if isinstance(given, str) else ""


def _backend(given: str | None) -> str:
    if given is None:
        given = next((name for name in BACKENDS if importlib.util.find_spec(name) is not None), BACKENDS[-1])
    elif not isinstance(given, str) or given not in BACKENDS:
        hint = _hint(given, BACKENDS)
        raise ConfigurationError(render("batch_bad_backend", choices=", ".join(BACKENDS), hint=hint))
    extra(given)
    return given


_EMPTY: Final = ("item", "row", "model", "state", "error", "run_id", "generation_id", "credits")


def _row(item: BatchItem, images: str | None) -> dict[str, Any]:
    made: dict[str, Any] = {"item": item.number, "row": item.row, "model": item.model_id, **item.values}
    made |= {"state": item.state.value, "error": item.error, "run_id": item.run_id}
    made |= {"generation_id": item.generation_id, "credits": item.credits}
    if images == "path":
        made["files"] = [str(path) for path in item.files]
    elif images == "thumbnail":
        made["thumbnail"] = _thumbnail_of(item.files[0]) if item.files else None
    return made


def _even(column: Sequence[Any]) -> list[Any]:
    """Return a column whose values are all of one type, as most frames want: numbers as floats, else as text."""
    kinds = {type(value) for value in column if value is not None}
    if len(kinds) <= 1:
        return list(column)
    if kinds <= {int, float}:
        return [None if value is None else float(value) for value in column]
    return [None if value is None else shown(value) for value in column]


def _thumbnail_of(path: Path) -> bytes | None:
    """Return a small PNG of a picture; None where it is none that can be read.

    Raises:
        ConfigurationError: Pillow is not installed.
    """
    try:
        from PIL import Image  # noqa: PLC0415 - optional
    except ImportError:
        raise ConfigurationError(render("pillow_missing")) from None
    made = BytesIO()
    try:
        with Image.open(path) as picture:
            small(picture).save(made, "PNG")
    except Exception:  # noqa: BLE001 - broken bytes make decoders raise whatever they meet
        return None
    return made.getvalue()


def html_of(batch: Any) -> str:
    """Return a small table: state, counts, credits."""
    rows = [("state", batch.state), *batch.counts.items(), ("credits", f"{batch.credits:.3f}")]
    if batch.reason:
        rows.append(("reason", batch.reason))
    if batch.folder is not None:
        rows.append(("folder", str(batch.folder)))
    cells = "".join(
        f"<tr><th scope='row' style='text-align:left'>{html.escape(str(name))}</th>"
        f"<td style='text-align:left'>{html.escape(shown(value))}</td></tr>"
        for name, value in rows
    )
    return f"<table><caption>{html.escape(batch.batch_id)}</caption>{cells}</table>"
