"""What a notebook shows of an error of ours: the frames of the person's own code, without ours below them."""

import os
import sys
import traceback
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE: Final = __name__.partition(".")[0]
#: What runs a cell, and what carries a call of it to us.
_SHELLS: Final = frozenset({"IPython", "ipykernel"})
#: What carries an assignment to us.
_CARRIERS: Final = frozenset({"traitlets"})
#: Python's own modules; in a browser an archive.
_STANDARD: Final = Path(os.__file__).parent
_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})


def rendered(error: BaseException) -> list[str]:
    """Return the lines of an error as the running shell shows them, with the person's own frames alone.

    Its cause is told only where that was raised by the person's own code. The error itself keeps all of its frames,
    so that a debugger finds them. Never fails: what cannot be cut is shown whole.
    """
    shell = _shell()
    if shell is None:
        return traceback.format_exception(error)
    try:
        return _cut(shell, error)
    except Exception:  # noqa: BLE001 - an error must be told, however odd it is or the shell
        return _whole(shell, error)


def _shell() -> Any:
    """Return the shell that runs, where IPython is loaded and has one."""
    find = getattr(sys.modules.get("IPython"), "get_ipython", None)
    try:
        return None if find is None else find()
    except Exception:  # noqa: BLE001 - as where there is none
        return None


def _whole(shell: Any, error: BaseException) -> list[str]:
    try:
        return list(shell.InteractiveTB.structured_traceback(type(error), error, error.__traceback__))
    except Exception:  # noqa: BLE001 - Python's own lines tell it as well
        return traceback.format_exception(error)


def _cut(shell: Any, error: BaseException) -> list[str]:
    frames = _without_shell(_frames(error.__traceback__))
    own = _above_ours(frames)
    if not own:  # it began where no line of the person's stands
        return _whole(shell, error)
    told = _twin(error)
    with _cause_shown(error) as cause:
        told.__cause__ = cause
        formatter = shell.InteractiveTB
        lines = list(formatter.structured_traceback(type(error), told, _chain(own), tb_offset=0))
        if hasattr(formatter, "tb"):
            formatter.tb = error.__traceback__  # which %pdb goes into
    return lines


def _twin(error: BaseException) -> BaseException:
    """Return an error that reads alike and has no cause; the error itself may be read elsewhere meanwhile."""
    kind = type(error)
    twin = kind.__new__(kind, *error.args)
    twin.args = error.args  # which an OSError takes in its `__init__` alone
    twin.__dict__.update(error.__dict__)
    twin.__suppress_context__ = True
    return twin


@contextmanager
def _cause_shown(error: BaseException) -> "Iterator[BaseException | None]":
    """Give the first cause that the person's own code raised, and meanwhile only its frames from there on."""
    cause = _next(error)
    seen = {id(error)}
    while cause is not None and id(cause) not in seen:
        frames = _frames(cause.__traceback__)
        own = _above_ours(frames)
        if own:
            first = next(place for place, frame in enumerate(frames) if _is_own(frame))
            whole = cause.__traceback__
            cause.__traceback__ = _chain(own[first:])
            try:
                yield cause
            finally:
                cause.__traceback__ = whole
            return
        seen.add(id(cause))
        cause = _next(cause)
    yield None


def _next(error: BaseException) -> BaseException | None:
    if error.__cause__ is not None or error.__suppress_context__:
        return error.__cause__
    return error.__context__


def _frames(at: TracebackType | None) -> list[TracebackType]:
    frames = []
    while at is not None:
        frames.append(at)
        at = at.tb_next
    return frames


def _without_shell(frames: list[TracebackType]) -> list[TracebackType]:
    """Leave out what runs the cell."""
    while frames and _package(frames[0]) in _SHELLS:
        frames = frames[1:]
    return frames


def _above_ours(frames: list[TracebackType]) -> list[TracebackType]:
    """Return the frames down to the person's last one, with what that called outside of this package."""
    last = max((place for place, frame in enumerate(frames) if _is_own(frame)), default=-1)
    if last < 0:
        return []
    end = last + 1
    while end < len(frames) and _is_others(frames[end]):
        end += 1
    if any(_package(frame) == _PACKAGE for frame in frames[end:]):
        while end > last + 1 and _package(frames[end - 1]) in _CARRIERS:
            end -= 1
    return frames[:end]


def _is_own(frame: TracebackType) -> bool:
    """Tell whether it is a line of a cell, or of a module of the person's."""
    return _is_others(frame) and not _INSTALLED.intersection(_file(frame).parts)


def _is_others(frame: TracebackType) -> bool:
    """Tell whether it is neither ours, nor the shell's, nor Python's own."""
    file = _file(frame)
    if _package(frame) in {_PACKAGE, *_SHELLS} or str(file).startswith("<frozen "):
        return False
    return not file.is_relative_to(_STANDARD) or bool(_INSTALLED.intersection(file.parts))


def _package(frame: TracebackType) -> str:
    return str(frame.tb_frame.f_globals.get("__name__", "")).partition(".")[0]


def _file(frame: TracebackType) -> Path:
    return Path(frame.tb_frame.f_code.co_filename)


def _chain(frames: list[TracebackType]) -> TracebackType | None:
    """Return a traceback of these frames alone; those that were given stay linked as they are."""
    chain: TracebackType | None = None
    for frame in reversed(frames):
        chain = TracebackType(chain, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return chain
