"""This process as people know it."""

import os
import platform
from datetime import UTC, datetime

from genwidget.messages import render


def this_process(now: float) -> str:
    """Return which process this is, for whoever is told that it carries something; ``now`` is Unix time in seconds."""
    since = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return render("batch_holder", pid=os.getpid(), host=platform.node(), since=since)
