"""``genwidget batch``: many generations from a file, and those of before."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from genwidget.api.keys import KEY_VARIABLE, ApiKey, resolve_key
from genwidget.api.models import Generation
from genwidget.api.regions import check_base_url
from genwidget.batch.batch import Batch
from genwidget.batch.batch_item import BatchItem
from genwidget.batch.estimate import Estimate
from genwidget.batch.plan import Plan
from genwidget.batch.plan_file import read_plan
from genwidget.batch.rows import MAY_COST, RETRIED, ItemState
from genwidget.batch.stop_if import NOT_GIVEN, NotGiven
from genwidget.batch.tables import TableOptions
from genwidget.batch.way_on import WayOn, way_on
from genwidget.cli.output import (
    EXIT_FAILED,
    EXIT_INPUT,
    EXIT_INTERRUPTED,
    EXIT_OK,
    InputError,
    complain,
    exit_code,
    say,
    say_json,
    table,
)
from genwidget.cli.parser import integer, path, whole_number
from genwidget.cli.place import add_place, require_key
from genwidget.errors import BatchStopped, GenwidgetError, NoSuchBatch
from genwidget.messages import render
from genwidget.request.decimals import exact
from genwidget.runs.known_models import find_models
from genwidget.runs.uninterrupted import uninterrupted
from genwidget.text import moment

#: How many problems of a plan are told; there may be one for each of a million items.
MOST_PROBLEMS: Final = 20
#: What is said of a batch that stopped, by what is to be done.
_GO_ON: Final[dict[WayOn, str]] = {
    "limit": "cli_batch_raise",
    "playground": "cli_batch_resume",  # a playground's limit holds in its own process alone
    "machine": "cli_batch_raise_machine",
    "balance": "cli_batch_add",
    "": "cli_batch_resume",
}
_HEAD: Final = ("batch", "started (UTC)", "state", "ended", "credits", "reserved", "folder")
_FOUND_HEAD: Final = ("generation", "created", "status", "prompt")
_ITEM_HEAD: Final = ("item", "row", "model", "state", "credits", "files or error")
_DEFAULT_LIMIT: Final = 20


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and those below it; without one of them it lists."""
    parser = commands.add_parser("batch", help="run a plan of many generations; list, show, resume or stop batches")
    parser.set_defaults(do=_list, limit=_DEFAULT_LIMIT, json=False)
    below = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_run(below)
    one = below.add_parser("list", help="the newest batches; also without `list`")
    one.add_argument(
        "--limit", type=whole_number, default=_DEFAULT_LIMIT, metavar="N", help=f"how many; default: {_DEFAULT_LIMIT}"
    )
    one.add_argument("--json", action="store_true", help="print them as JSON")
    one.set_defaults(do=_list)
    one = below.add_parser("show", help="the items of one batch")
    one.add_argument("--json", action="store_true", help="print them as JSON")
    one.set_defaults(do=_show)
    _add_batch(one)
    one = below.add_parser("resume", help="go on with a batch, wait for its end, and print its files")
    one.add_argument("--limit", type=_credits, metavar="CREDITS", help="what it may cost in all; default: as before")
    one.add_argument("--retry-failed", action="store_true", help="begin anew what failed or was refused")
    one.add_argument(
        "--without-stop-if",
        action="store_true",
        help="go on without the function that it was started with in Python",
    )
    one.add_argument("--json", action="store_true", help="print how it ended instead of the paths")
    one.set_defaults(do=_resume)
    _add_batch(one)
    one = below.add_parser("stop", help="let the process that carries a batch send nothing more")
    one.add_argument("--cancel", action="store_true", help="cancel at the API too what is under way")
    one.set_defaults(do=_stop)
    _add_batch(one)
    one = below.add_parser("find", help="what the content list has that an unsure item may have made")
    one.add_argument("--json", action="store_true", help="print it as JSON")
    one.set_defaults(do=_find)
    _add_batch(one)
    _add_item(one)
    one = below.add_parser("adopt", help="take a generation as that of an unsure item")
    one.set_defaults(do=_adopt)
    _add_batch(one)
    _add_item(one)
    one.add_argument("generation", metavar="GENERATION", help="its id, as find prints it")
    one = below.add_parser("again", help="plan an unsure item anew; it is paid for when the batch is resumed")
    one.add_argument(
        "--although-found", action="store_true", help="even where the content list has what it may have made"
    )
    one.set_defaults(do=_again)
    _add_batch(one)
    _add_item(one)


def _add_run(below: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = below.add_parser(
        "run",
        help="run a plan and save what it makes",
        description=render("cli_plan_format"),
        epilog=f"The API key comes from {KEY_VARIABLE}; the sandbox brings its own. Ctrl-C stops; resume goes on.",
    )
    parser.add_argument("plan", metavar="PLAN", type=path, help="a .toml, .csv or .parquet file")
    parser.add_argument(
        "--model", metavar="MODEL", help="of the rows that do not name their own, or of a plan that names none"
    )
    parser.add_argument(
        "--column",
        metavar="FIELD=COLUMN",
        action="append",
        default=[],
        dest="columns",
        help="take a field from a column; repeat it. Default: the columns that are named as fields",
    )
    parser.add_argument("--template", metavar="TEXT", help="a pattern for the prompt, such as '{text}, at dusk'")
    parser.add_argument("--repeat", type=whole_number, metavar="N", help="make each item N times")
    parser.add_argument("--seed", type=integer, metavar="N", help="of what the template draws")
    add_place(parser)
    parser.add_argument("--limit", type=_credits, metavar="CREDITS", help="what it may cost; nothing passes it")
    parser.add_argument("--allow-unknown", action="store_true", help="send what has no known price despite the limit")
    parser.add_argument("--stop-after-failures", type=whole_number, metavar="N", help="stop after N items that failed")
    parser.add_argument("--reuse", action="store_true", help="take stored successes instead of paying again")
    parser.add_argument("--check", action="store_true", help="only check it and print what it would cost")
    parser.add_argument(
        "--json", action="store_true", help="print how it ended instead of the paths; with --check what it would cost"
    )
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=path, default=Path(), help="where the files go; default: here"
    )
    parser.set_defaults(do=_run)


def _add_batch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("batch", metavar="BATCH", help="its id, or how it begins")


def _add_item(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("item", metavar="ITEM", type=whole_number, help="its number, as show prints it")


def _credits(text: str) -> float:
    number = exact(text)
    if number is None or number < 0:
        raise argparse.ArgumentTypeError(render("cli_bad_credits"))
    return number


def _run(options: argparse.Namespace) -> int:
    base_url = None if options.base_url is None else check_base_url(options.base_url)
    key = resolve_key(options.region, base_url)
    plan = _plan(options, base_url, key)
    if not _is_told(plan):
        return EXIT_INPUT
    if options.check:
        return _estimate(plan, options, base_url, key)
    key = require_key(key, options)
    with uninterrupted():
        batch = plan.run(
            region=options.region,
            key=key,
            base_url=base_url,
            limit=options.limit,
            allow_unknown=options.allow_unknown,
            save_to=options.output,
            stop_after_failures=options.stop_after_failures,
            reuse=options.reuse,
        )
    return _follow(batch, as_json=options.json)


def _plan(options: argparse.Namespace, base_url: str | None, key: ApiKey | None) -> Plan:
    known = find_models(options.region, base_url, key, options.model)
    if known.note:
        complain(known.note)
    columns: dict[str, str] = {}
    for text in options.columns:
        name, equals, column = text.partition("=")
        if not name or not equals or not column:
            raise InputError(render("cli_bad_column", text=text))
        if name in columns:
            raise InputError(render("batch_twice", name=name))
        columns[name] = column
    return read_plan(
        options.plan,
        TableOptions(
            model=options.model,
            columns=columns or None,
            template=options.template,
            repeat=options.repeat,
            seed=options.seed,
            catalogue=known.catalogue,
        ),
    )


def _is_told(plan: Plan) -> bool:
    """Tell what is wrong with a plan; return whether it can be sent."""
    problems = plan.problems
    for problem in problems[:MOST_PROBLEMS]:
        complain(problem.sentence)
    if len(problems) > MOST_PROBLEMS:
        complain(render("cli_more_problems", count=f"{len(problems) - MOST_PROBLEMS:,}"))
    if not plan:
        complain(render("batch_empty"))
    return bool(plan) and all(problem.severity != "error" for problem in problems)


def _estimate(plan: Plan, options: argparse.Namespace, base_url: str | None, key: ApiKey | None) -> int:
    found = plan.estimate(options.region, key, base_url=base_url, reuse=options.reuse)
    if key is None:
        complain(render("cli_check_keyless", variable=KEY_VARIABLE))
    if options.json:
        say_json(asdict(found))
    else:
        for line in table(*_told(found, is_reusing=options.reuse)):
            say(line)
    if found.can_afford is not False:
        return EXIT_OK
    complain(render("cli_cannot_afford", credits=f"{found.credits:,.3f}", balance=f"{found.balance:,.3f}"))
    return EXIT_FAILED


def _told(found: Estimate, *, is_reusing: bool) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Return an estimate as the first line of a table, and the others."""
    lines = [("credits", f"{found.credits:,.3f}"), ("without a known price", f"{found.unknown:,}")]
    if is_reusing:
        lines.insert(0, ("reused", f"{found.reused:,}"))
    if found.balance is not None:
        lines.append(("balance", f"{found.balance:,.3f}"))
    lines.append(("seconds", render("cli_seconds_unknown") if found.seconds is None else f"{found.seconds:,.0f}"))
    return ("items", f"{found.items:,}"), lines


def _follow(batch: Batch, *, as_json: bool) -> int:
    """Wait for the end of a batch, print its files, or how it ended, and return the exit code."""
    complain(render("cli_batch_begun", batch_id=batch.batch_id, count=f"{batch.count:,}"))
    stopped: GenwidgetError | None = None
    try:
        batch.wait(on_delay=complain)
    except BatchStopped as error:
        cause = error.__cause__
        stopped = cause if isinstance(cause, GenwidgetError) else error
    except KeyboardInterrupt:
        complain(render("cli_batch_left", batch_id=batch.batch_id))
        return EXIT_INTERRUPTED
    if as_json:
        say_json(_summary(batch))
    else:
        for item in batch.items("done"):
            for path in item.files:
                say(str(path))
    _explain(batch, stopped)
    if stopped is not None:
        code = exit_code(stopped)
        is_untouched = batch.counts == {ItemState.PLANNED: batch.count}  # by any process
        return EXIT_FAILED if code == EXIT_INPUT and not is_untouched else code
    return EXIT_OK if batch.counts == {"done": batch.count} else EXIT_FAILED


def _explain(batch: Batch, stopped: GenwidgetError | None) -> None:
    """Tell on stderr what came to no files, and what can be done."""
    told = 0
    for item in batch.items(*(state for state in ItemState if state not in {"done", "planned"})):
        if told == MOST_PROBLEMS:
            complain(render("cli_more_items", batch_id=batch.batch_id))
            break
        complain(render("batch_item_problem", number=f"{item.number:,}", problem=item.error or item.state))
        told += 1
    if batch.reason:
        complain(batch.reason)
    if batch.state != "ended":
        complain(render(_GO_ON[way_on(stopped)], batch_id=batch.batch_id))
    elif told:
        if any(batch.counts.get(state) for state in RETRIED):
            complain(render("cli_batch_retry", batch_id=batch.batch_id))
        if batch.counts.get(ItemState.UNSURE):
            complain(render("cli_batch_unsure", batch_id=batch.batch_id))


def _list(options: argparse.Namespace) -> int:
    found = Batch.list(options.limit)
    if options.json:
        say_json([_summary(batch) for batch in found])
        return EXIT_OK
    for line in table(_HEAD, [_line(batch) for batch in found]):
        say(line)
    if not found:
        complain(render("cli_no_batches"))
    return EXIT_OK


def _show(options: argparse.Namespace) -> int:
    batch = _open(options.batch)
    if options.json:
        say_json({**_summary(batch), "items": [_record(item) for item in batch.items()]})
        return EXIT_OK
    for line in table(_HEAD, [_line(batch)]):
        say(line)
    if batch.reason:
        say(batch.reason)
    for line in table(_ITEM_HEAD, [_item_line(item) for item in batch.items()]):
        say(line)
    return EXIT_OK


def _resume(options: argparse.Namespace) -> int:
    batch = _open(options.batch, stop_if=None if options.without_stop_if else NOT_GIVEN)
    with uninterrupted():
        if options.retry_failed:
            batch.retry_failed(limit=options.limit)
        else:
            batch.resume(limit=options.limit)
    return _follow(batch, as_json=options.json)


def _stop(options: argparse.Namespace) -> int:
    batch = _open(options.batch)
    if options.cancel:
        batch.cancel()
    else:
        batch.stop()
    complain(render("cli_batch_asked", holder=batch.holder))
    return EXIT_OK


def _find(options: argparse.Namespace) -> int:
    found = _open(options.batch).search(options.item)
    if options.json:
        say_json([_generation(one) for one in found])
        return EXIT_OK
    for line in table(_FOUND_HEAD, [tuple(_generation(one).values()) for one in found]):
        say(line)
    return EXIT_OK


def _adopt(options: argparse.Namespace) -> int:
    batch = _open(options.batch).adopt(options.item, options.generation)
    complain(render("cli_batch_resume", batch_id=batch.batch_id))
    return EXIT_OK


def _again(options: argparse.Namespace) -> int:
    batch = _open(options.batch).send_again(options.item, although_found=options.although_found)
    complain(render("cli_batch_resume", batch_id=batch.batch_id))
    return EXIT_OK


def _open(batch_id: str, stop_if: NotGiven | None = NOT_GIVEN) -> Batch:
    try:
        return Batch.open(batch_id, go_on=False, stop_if=stop_if)
    except NoSuchBatch as error:
        raise InputError(error.message) from error


def _line(batch: Batch) -> tuple[str, ...]:
    started = datetime.fromtimestamp(moment(batch.created_at), UTC).strftime("%Y-%m-%d %H:%M:%S")
    ended = f"{batch.ended:,}/{batch.count:,}"
    cost = (f"{batch.credits:.3f}", f"{_reserved(batch):.3f}")
    return (batch.batch_id, started, batch.state, ended, *cost, str(batch.folder or ""))


def _reserved(batch: Batch) -> Decimal:
    return batch.parts.store.reserved(batch.batch_id)


def _item_line(item: BatchItem) -> tuple[str, ...]:
    cost = "" if item.credits is None else f"{item.credits:.3f}"
    if item.credits is None and item.price is not None and item.state in MAY_COST:
        cost = f"≈ {item.price:.3f}"
    told = " ".join(path.name for path in item.files) or item.error or ""
    return (f"{item.number:,}", str(item.row or ""), item.model_id, item.state.value, cost, told)


def _summary(batch: Batch) -> dict[str, Any]:
    return {
        "batch_id": batch.batch_id,
        "created_at": batch.created_at,
        "state": batch.state,
        "reason": batch.reason,
        "count": batch.count,
        "counts": batch.counts,
        "credits": batch.credits,
        "reserved": float(_reserved(batch)),
        "folder": None if batch.folder is None else str(batch.folder),
        "holder": batch.holder,
    }


def _generation(found: Generation) -> dict[str, str]:
    return {
        "generation_id": found.generation_id,
        "created": found.generation_created_at or "",
        "status": found.generation_status or "",
        "prompt": found.generation_prompt or "",
    }


def _record(item: BatchItem) -> dict[str, Any]:
    return {
        "item": item.number,
        "row": item.row,
        "model": item.model_id,
        "values": dict(item.values),
        "state": item.state.value,
        "error": item.error,
        "run_id": item.run_id,
        "generation_id": item.generation_id,
        "credits": item.credits,
        "files": [str(path) for path in item.files],
    }
