"""The live service beside what we assume of it, before anything is paid for. It reads, and nothing else."""

from genwidget.live_check.checks import check
from genwidget.live_check.report import Finding, Findings, Verdict

__all__ = ["Finding", "Findings", "Verdict", "check"]
