"""What is measured: anything that is run as a command against a deployment, and says what it found."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from bench.server import Served

SEED = 20160317

Finding = tuple[str, ...]
Findings = frozenset[Finding]


class NoReport(Exception):
    """A run left no report behind."""


class Way(Protocol):
    """A way of testing a deployment; it is run in a folder that holds nothing but its `files`."""

    @property
    def name(self) -> str:
        """What the table calls it."""

    def command(self, place: Served) -> list[str]:
        """Return the command that tests the deployment."""

    def environment(self, place: Served) -> dict[str, str]:
        """Return the variables that the command needs."""

    def files(self, known: Findings) -> dict[str, str]:
        """Return what has to lie in the folder, for a run that may pass over what is known."""

    def findings(self, folder: Path) -> Findings:
        """Return what the report that the command left in the folder says; raises NoReport where there is none."""
