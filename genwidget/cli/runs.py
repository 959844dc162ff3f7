"""``genwidget runs``: what was asked and what came back, from the ledger."""

import argparse
import shlex
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from genwidget.batch.files import prepare_folder
from genwidget.cli.follow import carry, deliver
from genwidget.cli.output import EXIT_FAILED, EXIT_OK, InputError, complain, say, say_json, table
from genwidget.cli.parser import path, whole_number
from genwidget.io_thread import wait_or_end
from genwidget.messages import render
from genwidget.runs import runner
from genwidget.runs.ledger import SETTLED, Reading, Row, Search, Wanted, unreadable
from genwidget.runs.records import body_of, state_of
from genwidget.runs.spend_limit import amount, machine_limit
from genwidget.runs.state import RunState
from genwidget.text import moment, shown

_HEAD: Final = ("run", "sent (UTC)", "model", "state", "provider", "status", "ms", "credits", "prompt")
#: As much of a prompt as tells runs apart.
_MOST_PROMPT: Final = 40
_SHORT_ID: Final = 8
#: What may still become of such a run is given up with its row.
_UNFINISHED: Final = frozenset({RunState.LOST, RunState.EXPIRED})
_DEFAULT_LIMIT: Final = 20


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and those below it; without one of them it lists."""
    parser = commands.add_parser("runs", help="list, show, resume, save, find, add up or forget what was sent")
    parser.set_defaults(do=_list, words=[], limit=_DEFAULT_LIMIT, json=False)
    below = parser.add_subparsers(title="commands", metavar="COMMAND")
    one = below.add_parser("list", help="the newest runs; also without `list`")
    one.add_argument("words", nargs="*", metavar="WORD", help="only runs with these words in prompt or model")
    one.add_argument(
        "--limit", type=whole_number, default=_DEFAULT_LIMIT, metavar="N", help=f"how many; default: {_DEFAULT_LIMIT}"
    )
    one.add_argument("--json", action="store_true", help="print whole rows as JSON")
    one.set_defaults(do=_list)
    one = below.add_parser("show", help="all that is known of one run")
    one.set_defaults(do=_show)
    _add_run(one)
    one = below.add_parser("resume", help="take a lost, unreached, unsent or expired run up again")
    one.add_argument(
        "-o", "--output", metavar="DIR", type=path, default=Path(), help="where the outputs go; default: here"
    )
    one.add_argument("--json", action="store_true", help="print the final record instead of the paths")
    one.set_defaults(do=_resume)
    _add_run(one)
    one = below.add_parser("save", help="save the outputs of a run again")
    one.add_argument("-o", "--output", metavar="DIR", type=path, default=Path(), help="where they go; default: here")
    one.add_argument("--json", action="store_true", help="print the record instead of the paths")
    one.set_defaults(do=_save)
    _add_run(one)
    one = below.add_parser("find", help="look in the content list for what a lost run may have made")
    one.set_defaults(do=_look)
    _add_run(one)
    one = below.add_parser("spent", help="what all runs have cost, what is reserved, and the limit")
    one.add_argument("--json", action="store_true", help="print it as JSON")
    one.set_defaults(do=_spent)
    one = below.add_parser("forget", help="delete one run from the ledger; at the API nothing changes")
    one.add_argument("--force", action="store_true", help="also where it is lost or expired: it may have been paid")
    one.set_defaults(do=_forget)
    _add_run(one)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="its id, or how it begins")


def _list(options: argparse.Namespace) -> int:
    ledger, most = runner.shared().ledger, options.limit + 1  # one more tells whether there are more
    if options.words:
        found = ledger.find_page(Wanted(search=Search(" ".join(options.words))), most)
        reading = Reading([row for _number, row in found.rows], found.unreadable)
    else:
        reading = ledger.read(most)
    rows = reading.rows[: options.limit]
    if reading.unreadable:
        complain(unreadable(reading.unreadable))
    if options.json:
        say_json([_record(row) for row in rows])
        return EXIT_OK
    for line in table(_HEAD, [_line(row) for row in rows]):
        say(line)
    if len(reading.rows) > len(rows):
        code = "cli_more_found" if options.words else "cli_more_runs"
        complain(render(code, count=f"{len(rows):,}", more=len(rows) * 10, words=shlex.join(options.words)))
    if not reading.rows and not reading.unreadable:
        complain(render("cli_no_match" if options.words else "cli_no_runs"))
    return EXIT_OK


def _show(options: argparse.Namespace) -> int:
    say_json(_record(_find(options.run)))
    return EXIT_OK


def _resume(options: argparse.Namespace) -> int:
    run = runner.shared().restore(_find(options.run))
    prepare_folder(options.output)
    return carry(run.resume, options.output, as_json=options.json)


def _save(options: argparse.Namespace) -> int:
    run = runner.shared().restore(_find(options.run))
    prepare_folder(options.output)
    if run.state is RunState.SUCCEEDED and not run.is_deleted:
        wait_or_end(runner.shared().read_record(run))
    _ = run.outputs[0]  # says why, where there is none
    return deliver(run, options.output, as_json=options.json)


def _look(options: argparse.Namespace) -> int:
    made = runner.shared().restore(_find(options.run)).search()
    complain(render("content_some" if made else "content_none"))
    for one in made:
        say(f"{one.generation_id}  {one.generation_status}  {one.generation_created_at}")
    return EXIT_OK if made else EXIT_FAILED


def _spent(options: argparse.Namespace) -> int:
    limit, ledger = machine_limit(), runner.shared().ledger
    most = None if limit is None else limit.credits
    found = {name: ledger.spending(is_sandbox=name == "sandbox") for name in ("api", "sandbox")}
    if options.json:
        told = {name: {"spent": one.spent, "reserved": one.reserved, "limit": most} for name, one in found.items()}
        say_json({name: {word: _number(of) for word, of in one.items()} for name, one in told.items()})
        return EXIT_OK
    cells = [(name, amount(one.spent), amount(one.reserved), _amount(most)) for name, one in found.items()]
    for line in table(("credits", "spent", "reserved", "limit"), cells):
        say(line)
    return EXIT_OK


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _amount(value: Decimal | None) -> str:
    return render("cli_no_limit") if value is None else amount(value)


def _forget(options: argparse.Namespace) -> int:
    row = _find(options.run)
    if state_of(row) in _UNFINISHED and not row.is_deleted and not options.force:
        complain(render("cli_unfinished", run_id=row.intent_id, state=_state(row)))
        return EXIT_FAILED
    ledger = runner.shared().ledger
    reserved = ledger.reserved_for(row.intent_id)
    ledger.forget(row.intent_id)
    complain(render("cli_forgotten", run_id=row.intent_id))
    if reserved:
        complain(render("cli_forgotten_reserved", credits=amount(reserved)))
    return EXIT_OK


def _find(run_id: str) -> Row:
    ledger = runner.shared().ledger
    found = ledger.find(run_id)
    if found is not None:
        return found
    rows = ledger.starting_with(run_id) if run_id.strip() else []
    if not rows:
        raise InputError(render("cli_no_run", run_id=run_id.strip() or '""'))
    if len(rows) > 1:
        raise InputError(render("cli_many_runs", run_id=run_id))
    return rows[0]


def _line(row: Row) -> tuple[str, ...]:
    sent = datetime.fromtimestamp(moment(row.created_at), UTC).strftime("%Y-%m-%d %H:%M:%S")
    total = "" if row.total_ms is None else f"{row.total_ms:,}"
    is_known = _is_cost_known(row)
    found = row.credits if is_known else row.price
    cost = "" if found is None else f"{'' if is_known else '≈ '}{found:.3f}"
    status = str(row.status_code or "")
    prompt = shown((body_of(row) or {}).get("generation_prompt", ""), _MOST_PROMPT)
    told = (row.intent_id[:_SHORT_ID], sent, row.model_id, _state(row), row.provider or "", status, total, cost)
    return (*told, prompt)


def _record(row: Row) -> dict[str, Any]:
    told = asdict(row) | {"body": body_of(row), "state": _state(row)}
    if not _is_cost_known(row):  # its price is what is reserved for it
        told["credits"] = None
    del told["owner"], told["read_at"]  # of this process, and nothing that a person knows
    return told


def _is_cost_known(row: Row) -> bool:
    """Tell whether nothing that may still become of a run changes what it cost."""
    return state_of(row) in SETTLED or row.came_back or row.is_deleted


def _state(row: Row) -> str:
    """Return the state of a row's run: live only while another process carries it, and at last deleted."""
    if row.is_deleted:
        return "deleted"
    return row.state if row.is_carried_elsewhere else state_of(row).value
