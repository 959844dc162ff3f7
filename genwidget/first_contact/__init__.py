"""The live service beside what we assume of it, before anything is paid for. It reads, and nothing else."""

from genwidget.first_contact.asking import check
from genwidget.first_contact.findings import Finding, Findings, Verdict

__all__ = ["Finding", "Findings", "Verdict", "check"]
