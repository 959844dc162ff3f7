"""What any answer may take, in time and memory, and how much memory a process has taken since it was idle."""

import ctypes
import gc
import resource
from pathlib import Path

#: The longest that one case may take with all its tries, polls and outputs, in seconds: of work, and of a machine that
#: does much else beside.
WORK_S, LONGEST_S = 30.0, 180.0
#: The product's limits that are no settings, in seconds, as they are here.
HELPER_S, DOWNLOAD_S = 0.4, 1.0
#: What any answer may take above an idle process, in bytes.
MOST_BYTES = 100_000_000
#: Threads that begin meanwhile: a stack counts as data, though hardly any of it is used.
STACKS_BYTES = 8 * 8 * 1024 * 1024


class Peak:
    """The most memory that this process has held since the last reset, above what it held then, idle.

    Between ``reset`` and ``lift`` the system refuses whatever would pass the limit, and Python raises MemoryError.
    """

    def __init__(self):
        self._trim = ctypes.CDLL(None).malloc_trim
        self._idle = 0

    def reset(self):
        gc.collect()
        self._trim(0)  # what was freed is given back, so that it is not used again unseen
        Path("/proc/self/clear_refs").write_text("5")
        self._idle = self._read("VmRSS")
        self._limit(self._read("VmData") + MOST_BYTES + STACKS_BYTES)

    def above_idle(self):
        return self._read("VmHWM") - self._idle

    def lift(self):
        self._limit(resource.RLIM_INFINITY)

    @staticmethod
    def _limit(size):
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (size, hard))

    @staticmethod
    def _read(name):
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
