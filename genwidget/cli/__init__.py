"""The command line: ``genwidget generate | batch | runs | models | check | sandbox | demo``.

Whatever is given to it, it ends in sentences and an exit code, and never in a traceback. What it needs is imported
where Ctrl-C is already awaited, since that takes longer than all else of a short command.
"""

import sys
from collections.abc import Sequence

from genwidget.messages import render

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; return the exit code: 0, 1 (API, run), 2 (input, limit), 3 (unreached), 130 (Ctrl-C).

    A demo that is terminated (SIGTERM) returns 143.

    Args:
        arguments: None takes those of the process, which is then taken to end with this call.
    """
    try:
        try:
            return _run(arguments)
        except KeyboardInterrupt:
            return _interrupted(arguments)
    except KeyboardInterrupt:  # once more, while the first was being told
        return _interrupted(arguments)


def _run(arguments: Sequence[str] | None) -> int:
    from genwidget.cli.commands import run  # noqa: PLC0415 - see above
    from genwidget.cli.output import finish  # noqa: PLC0415 - see above

    return finish(run(sys.argv[1:])) if arguments is None else run(list(arguments))


def _interrupted(arguments: Sequence[str] | None) -> int:
    from genwidget.cli.output import complain, finish  # noqa: PLC0415 - see above

    complain(render("cli_stopped"))
    return finish(_INTERRUPTED) if arguments is None else _INTERRUPTED
