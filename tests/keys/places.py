"""The places that a key could come out at: how each is searched, and how a canary is planted there."""

import contextlib
import copy
import dataclasses
import json
import logging
import pickle
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import IPython
from IPython.core import ultratb
from ipywidgets.embed import embed_data

from genwidget.errors import GenwidgetError
from genwidget.runs import runner
from tests.keys.world import KEY, NEEDLE, World

Look = Callable[[World], Iterator[str | bytes]]
Plant = Callable[[World], Any]

#: What holds a key by trade, and shows it nowhere.
_KEEPERS = {"ApiKey", "SecretStr"}
_DEEP = 12


def holds(found: Iterator[str | bytes]) -> bool:
    """Tell whether the key is in what was found, in either case, as UTF-8 or UTF-16."""
    needles = (NEEDLE.lower().encode(), NEEDLE.lower().encode("utf-16-le"))
    texts = (one.encode("utf-8", "surrogatepass") if isinstance(one, str) else one for one in found)
    return any(needle in text.lower() for text in texts for needle in needles)


# Objects.


def texts_in(thing: object, seen: set[int], depth: int = 0) -> Iterator[str | bytes]:
    """Every text that can be reached from a thing by attributes, slots and items, in our own objects and errors."""
    if isinstance(thing, str | bytes):
        yield thing
    if isinstance(thing, str | bytes) or id(thing) in seen or depth > _DEEP or type(thing).__name__ in _KEEPERS:
        return
    seen.add(id(thing))
    parts: list[object] = []
    if isinstance(thing, dict):
        parts += [*thing.keys(), *thing.values()]
    elif isinstance(thing, list | tuple | set | frozenset):
        parts += thing
    elif type(thing).__module__.startswith("genwidget") or isinstance(thing, BaseException):
        parts += vars(thing).values() if hasattr(thing, "__dict__") else []
        slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
        parts += [getattr(thing, name, None) for name in slots if not name.startswith("__")]
        if isinstance(thing, BaseException):
            parts += [thing.args, thing.__cause__, thing.__context__, getattr(thing, "__notes__", [])]
    for part in parts:
        yield from texts_in(part, seen, depth + 1)


def roots(world: World) -> list[object]:
    sessions = [pg.session for pg in world.playgrounds]
    policies = [session.key_store for session in sessions]
    runs = [run for pg in world.playgrounds for run in pg.runs]
    return [*world.playgrounds, *sessions, *policies, *runs, *world.things, *world.errors, runner.shared()]


def objects(world: World) -> Iterator[str | bytes]:
    seen: set[int] = set()
    for root in roots(world):
        yield from texts_in(root, seen)


def printed(world: World) -> Iterator[str]:
    for root in roots(world):
        yield from (repr(root), str(root), f"{root}")
        with contextlib.suppress(TypeError):  # no __dict__
            yield repr(vars(root))
        for one in getattr(root, "outputs", ()) or ():
            yield repr(one)


def copies(world: World) -> Iterator[str | bytes]:
    for root in roots(world):
        for kind in (pickle.dumps, copy.copy, copy.deepcopy, dataclasses.asdict, json.dumps):
            try:
                made = kind(root)
            except Exception as error:  # noqa: BLE001 - most refuse; what they say is searched
                yield str(error)
                continue
            yield made if isinstance(made, str | bytes) else repr(made)


# Wire and page.


def messages(world: World) -> Iterator[str]:
    for pg in world.playgrounds:
        assert pg.session.publisher.drain(10)
        yield repr(pg.comm.sent)


def traits(world: World) -> Iterator[str]:
    for pg in world.playgrounds:
        yield repr(pg.get_state())
        yield repr({name: getattr(pg, name) for name in pg.trait_names()})


def saved(world: World) -> Iterator[str]:
    """What a notebook saves: the widget state, and the outputs of a cell that shows the widget."""
    for pg in world.playgrounds:
        yield json.dumps(embed_data(views=[pg], drop_defaults=False)["manager_state"])
        yield repr(pg._repr_mimebundle_())


def exported(world: World) -> Iterator[str]:
    for pg in world.playgrounds:
        for language in ("python", "curl", "typescript"):
            yield pg.export(language)


def records(world: World) -> Iterator[str]:
    for pg in world.playgrounds:
        yield repr(pg.runs.to_records())
        yield pg.runs.to_frame().to_csv()


# Logs, errors, terminal.


def logs(world: World) -> Iterator[str]:
    for record in world.caplog.records:
        yield repr(vars(record))
    yield world.caplog.text


def warned(world: World) -> Iterator[str]:
    for one in world.warned:
        yield warnings.formatwarning(one.message, one.category, one.filename, one.lineno, one.line)


def terminal(world: World) -> Iterator[str]:
    out, err = world.capfd.readouterr()
    yield out + err


def chain(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    while at is not None:
        yield at
        at = at.__cause__ or at.__context__


def ours(error: BaseException) -> Any:
    """Return the traceback from the test's last frame on: what the caller's own cell holds is the caller's."""
    at = kept = error.__traceback__
    while at is not None:
        if "/tests/" in at.tb_frame.f_code.co_filename and at.tb_frame.f_code.co_name != "handle_async_request":
            kept = at.tb_next
        at = at.tb_next
    return kept


def locals_of_frames(world: World) -> Iterator[str]:
    """All locals of all frames, as rich, pytest and error trackers show them."""
    for root in world.errors:
        for error in chain(root):
            told = traceback.TracebackException(type(error), error, ours(error), capture_locals=True)
            told.__cause__ = told.__context__ = None
            yield "".join(told.format())


def verbose(world: World) -> Iterator[str]:
    """``%xmode Verbose``."""
    shown = ultratb.VerboseTB(theme_name="nocolor") if IPython.version_info >= (9,) else ultratb.VerboseTB("NoColor")
    for root in world.errors:
        for error in chain(root):
            bare = copy_without_causes(error)
            yield "\n".join(shown.structured_traceback(type(error), bare, ours(error)))


def copy_without_causes(error: BaseException) -> BaseException:
    """Return an error of the same sentence; the test's own frames in its causes are not ours to judge."""
    return Exception(str(error))


def sentences(world: World) -> Iterator[str]:
    for root in world.errors:
        for error in chain(root):
            yield from (str(error), repr(error), *getattr(error, "__notes__", []))
            if isinstance(error, GenwidgetError):
                yield error.next_step


# Disk and network.


def files(world: World) -> Iterator[str | bytes]:
    """Home, working folder, data and sandbox folders, temporary files: names and bytes."""
    for path in sorted(world.folder.rglob("*")):
        yield str(path.relative_to(world.folder))
        if path.is_file():
            yield path.read_bytes()


def ledger_rows(world: World) -> Iterator[str]:
    yield repr(runner.shared().ledger.rows(1000))


def strangers(world: World) -> Iterator[bytes]:
    """Hosts that are named by the environment, as a proxy, and hear nothing."""
    yield world.stranger.heard


# A canary in each.


def _leaky(world: World) -> None:
    """Fail in a frame that holds the key and is not the test's."""
    source = "def fail(key):\n    text = key + '!'\n    raise ValueError(len(text))\nfail(given)\n"
    path = world.folder / "leaky.py"
    path.write_text(source)
    try:
        exec(compile(source, str(path), "exec"), {"given": KEY})  # noqa: S102 - a frame of another file
    except ValueError as error:
        world.errors.append(error)


def _plant_row(world: World) -> None:
    ledger = runner.shared().ledger
    (row, *_) = ledger.rows()
    ledger.forget(row.intent_id)
    ledger.begin(dataclasses.replace(row, model_id=KEY))


def _plant_proxy(world: World) -> None:
    import socket  # noqa: PLC0415
    from urllib.parse import urlsplit  # noqa: PLC0415

    parts = urlsplit(world.stranger.url)
    with socket.create_connection((parts.hostname, parts.port)) as one:
        one.sendall(KEY.encode())
        one.shutdown(socket.SHUT_WR)
        one.recv(1)


class _Open:
    def __init__(self) -> None:
        self.key = KEY

    def __repr__(self) -> str:
        return f"_Open({self.key})"


PLACES: dict[str, tuple[Look, Plant]] = {
    "objects": (objects, lambda world: setattr(world.playgrounds[0].session, "leak", {"x": [KEY]})),
    "repr, str, vars": (printed, lambda world: world.things.append(_Open())),
    "pickle, copy, asdict, json": (copies, lambda world: world.things.append({"x": KEY})),
    "messages to the page": (
        messages,
        lambda world: world.playgrounds[0].session.publisher.answer({"kind": "reply", "x": KEY}),
    ),
    "traits": (traits, lambda world: world.playgrounds[0].set_trait("key_hint", KEY)),
    "saved notebook": (saved, lambda world: world.playgrounds[0].set_trait("key_hint", KEY)),
    "exported code": (
        exported,
        lambda world: world.playgrounds[0].set_trait("values", {"generation_prompt": KEY}),
    ),
    "records and frames": (
        records,
        lambda world: world.playgrounds[0].runs[0].advance(generation={"x": KEY}) or _named(world),
    ),
    "logs": (logs, lambda _: logging.getLogger("httpcore.anything").debug("x %s", KEY)),
    "warnings": (warned, lambda _: warnings.warn(f"x {KEY}", UserWarning, stacklevel=1)),
    "terminal": (terminal, lambda _: print(KEY)),  # noqa: T201 - planted
    "locals of frames": (locals_of_frames, _leaky),
    "%xmode Verbose": (verbose, _leaky),
    "sentences and notes": (sentences, lambda world: world.errors.append(GenwidgetError(f"no {KEY}"))),
    "files": (files, lambda world: (world.folder / "home" / "x.bin").write_bytes(b"\0" + KEY.encode() + b"\0")),
    "files, their names": (files, lambda world: (world.folder / "cwd" / KEY).touch()),
    "ledger": (ledger_rows, _plant_row),
    "ledger, its bytes": (files, _plant_row),
    "other hosts": (strangers, _plant_proxy),
}


def _named(world: World) -> None:
    world.playgrounds[0].runs[0].advance(provider=KEY, generation=None)
