"""How runs and outputs look as the result of a cell, without a widget: HTML and pictures, as Jupyter asks for them.

A run's picture is shown by its link, so that a saved notebook holds no media. An output that is shown itself is put
into the notebook, up to :data:`MOST_BYTES`. Whatever came from a server is made fit to show, then escaped; links are
http(s) alone, and none is loaded from a host that stands within a network.
"""

import base64
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from genwidget.api.addresses import is_public_host
from genwidget.api.media_types import Fetched
from genwidget.api.regions import Target
from genwidget.messages import render
from genwidget.text import moment, number, shown

if TYPE_CHECKING:
    from genwidget.runs.outputs import Output
    from genwidget.runs.run import Run

#: The largest output that is put into a notebook, in bytes.
MOST_BYTES: Final = 4 * 1024 * 1024
#: How many runs a table has, and how many outputs of a run are shown.
MOST_RUNS: Final = 50
MOST_OUTPUTS: Final = 8
_MOST_PROMPT: Final = 200
_MOST_CELL: Final = 80
_SIDE: Final = "max-width:min(100%, 400px);max-height:400px"
#: What every front end draws of itself; other pictures go into HTML.
_PICTURES: Final = frozenset({"image/png", "image/jpeg"})
_HEAD: Final = ("sent (UTC)", "model", "state", "provider", "time", "credits", "prompt")

Bundle = dict[str, str]


def show_run(run: "Run", outputs: "Sequence[Output]", error: str) -> Bundle:
    """Return how a run looks: its pictures, its state, what it cost.

    Args:
        run: the run.
        outputs: of the run.
        error: a sentence on why it did not end in outputs, or an empty text.
    """
    prompt = shown(run.prompt, _MOST_PROMPT)
    drawn = "".join(_drawn(output, run.target, prompt) for output in islice(outputs, MOST_OUTPUTS))
    rest = len(outputs) - MOST_OUTPUTS
    facts = [
        ("model", run.model_id),
        ("prompt", prompt),
        ("state", "deleted" if run.is_deleted else run.state),
        ("", error),
        ("provider", run.provider),
        ("time", _time(run.total_ms)),
        ("credits", _amount(run.credits)),
        ("outputs", render("display_more", count=f"{rest:,}") if rest > 0 else ""),
    ]
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(name)}</th>'
        f'<td style="text-align:left">{escape(shown(value))}</td></tr>'
        for name, value in facts
        if value
    )
    return {"text/plain": repr(run), "text/html": f"<div>{drawn}<table>{rows}</table></div>"}


def show_runs(runs: "Sequence[Run]", plain: str, note: str = "") -> Bundle:
    """Return how a list of runs looks: a table of the first ones, and a sentence about others."""
    rows = "".join(f"<tr>{''.join(_cell(one) for one in _row(run))}</tr>" for run in islice(runs, MOST_RUNS))
    head = "".join(f'<th scope="col" style="text-align:left">{escape(one)}</th>' for one in _HEAD)
    rest = len(runs) - MOST_RUNS
    more = f"<p>{escape(render('display_more', count=f'{rest:,}'))}</p>" if rest > 0 else ""
    more += f"<p>{escape(note)}</p>" if note else ""
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return {"text/plain": plain, "text/html": f"<div>{table}{more}</div>"}


def show_output(output: "Output", fetched: Fetched) -> Bundle:
    """Return how an output looks: the picture or a player, or, where it is too large, what to do."""
    plain, size = repr(output), len(fetched.content)
    kind, _, form = fetched.media_type.partition("/")
    if kind not in {"image", "video"} or size > MOST_BYTES:
        code = "display_too_large" if size > MOST_BYTES else "display_unknown"
        sentence = render(
            code, size=f"{size / 2**20:.1f}", limit=f"{MOST_BYTES / 2**20:g}", media_type=fetched.media_type
        )
        return {"text/plain": f"{plain}\n{sentence}", "text/html": f"<p>{escape(sentence)}</p>"}
    content = base64.b64encode(fetched.content).decode("ascii")
    if fetched.media_type in _PICTURES:
        return {"text/plain": plain, fetched.media_type: content}
    return {
        "text/plain": plain,
        "text/html": _media(fetched.media_type, f"data:{kind}/{form};base64,{content}", _name(output)),
    }


def show_failure(output: "Output", sentence: str) -> Bundle:
    """Return how an output looks that cannot be fetched."""
    return {"text/plain": f"{output!r}\n{sentence}", "text/html": f"<p>{escape(shown(sentence))}</p>"}


def narrowed(bundle: Bundle, include: Iterable[str] | None, exclude: Iterable[str] | None) -> Bundle:
    """Return what a front end asks for of a bundle."""
    wanted = set(bundle) if include is None else set(include)
    return {kind: value for kind, value in bundle.items() if kind in wanted - set(exclude or ())}


def _drawn(output: "Output", target: Target, prompt: str) -> str:
    name = _name(output)
    if not _is_link(output.url):
        return f"<p>{escape(name)}</p>"
    media = _media(output.media_type, output.url, prompt or name) if _is_loaded(output.url, target) else ""
    link = f'<a href="{escape(output.url)}" target="_blank" rel="noopener noreferrer">{escape(name)}</a>'
    return f'<figure style="margin:0 0 8px">{media}<figcaption>{link}</figcaption></figure>'


def _media(media_type: str, source: str, alt: str) -> str:
    if media_type.startswith("video/"):
        name = f'aria-label="{escape(alt)}"'
        return f'<video controls preload="metadata" src="{escape(source)}" style="{_SIDE}" {name}></video>'
    return (
        f'<img src="{escape(source)}" alt="{escape(alt)}" loading="lazy" referrerpolicy="no-referrer" style="{_SIDE}">'
    )


def _name(output: "Output") -> str:
    return f"Output {output.index + 1}"


def _is_link(url: str) -> bool:
    """Tell whether a link is one of http(s), of plain text that nothing of it is hidden."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and shown(url) == url


def _is_loaded(url: str, target: Target) -> bool:
    """Tell whether a front end may load a link by itself: of the API's own host, or https from a public one."""
    parts = urlsplit(url)
    if target.is_own_origin and url.startswith(f"{target.api_url}/"):
        return True
    return parts.scheme == "https" and is_public_host(parts.hostname or "")


def _row(run: "Run") -> tuple[Any, ...]:
    sent = datetime.fromtimestamp(moment(run.created_at), UTC).strftime("%Y-%m-%d %H:%M:%S")
    state = "deleted" if run.is_deleted else run.state
    return (sent, run.model_id, state, run.provider, _time(run.total_ms), _amount(run.credits), run.prompt)


def _cell(value: Any) -> str:
    return f'<td style="text-align:left">{escape(shown(value or "", _MOST_CELL))}</td>'


def _time(ms: int | None) -> str:
    found = number(ms)
    return "" if found is None else f"{found / 1000:,.1f} s"


def _amount(cost: float | None) -> str:
    found = number(cost)
    return "" if found is None else f"{found:.3f}"
