"""``genwidget`` as a process of its own, which writes into a file how much memory it took above its idle self.

``python -m tests.hostile.command FILE ARGUMENT...``
"""

import sys
from pathlib import Path

from genwidget.api import download, status_helper
from genwidget.cli import main
from genwidget.cli.commands import run as _  # noqa: F401 - what it needs is imported before it is idle
from tests.hostile.limits import DOWNLOAD_S, HELPER_S, Peak

if __name__ == "__main__":
    status_helper.HELPER_TIMEOUT_S, download.TOTAL_TIMEOUT_S = HELPER_S, DOWNLOAD_S
    told, sys.argv = Path(sys.argv[1]), ["genwidget", *sys.argv[2:]]
    peak = Peak()
    peak.reset()
    code = main()
    told.write_text(str(peak.above_idle()))
    sys.exit(code)
