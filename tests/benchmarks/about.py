"""Where and of what a run was measured."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: What a run writes is no change of what it measures.
WRITTEN = (":(exclude)docs/results", ":(exclude)docs/results.md")
PACKAGES = ("jupyterlab", "ipywidgets", "anywidget", "httpx", "pydantic")


def commit() -> str:
    """Return the commit, and say where the tree differs from it."""

    def git(*arguments: str) -> str:
        command = ["git", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    return (git("rev-parse", "--short=10", "HEAD") or "unknown") + (
        " with changes" if git("status", "--porcelain", "--untracked-files=no", "--", ".", *WRITTEN) else ""
    )


def machine() -> str:
    """Return the processor, its cores and the memory."""
    name = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    return f"{name}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}"


def software() -> str:
    """Return what it ran on."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"Python {sys.version.split()[0]}, {packages}"


def load() -> float:
    """Return how many processes have lately wanted a processor."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def today() -> str:
    """Return the date."""
    return datetime.now(tz=UTC).strftime("%Y-%m-%d %H:%M UTC")
