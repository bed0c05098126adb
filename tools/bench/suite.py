"""Our own suite, run as anybody would: `syncano-contract run URL`, with every key of the deployment.

A finding is a requirement that failed, whatever its level.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.server import Served
from bench.ways import SEED, Findings, NoReport
from syncano_contract.model import Verdict
from syncano_contract.settings import Depth

OUT = "report"


@dataclass(frozen=True)
class Suite:
    """The suite at one depth."""

    depth: Depth

    @property
    def name(self) -> str:
        """The depth, as the command line has it."""
        return self.depth.name.lower()

    def command(self, place: Served) -> list[str]:
        """Return the command; its keys are in the environment."""
        command = [sys.executable, "-m", "syncano_contract", "run", place.url, "--instance", place.seeds.instance]
        return [*command, "--depth", self.name, "--seed", str(SEED), "--out", OUT]

    def environment(self, place: Served) -> dict[str, str]:
        """Return the keys."""
        seeds = place.seeds
        return {
            "SYNCANO_API_KEY": seeds.api_key,
            "SYNCANO_PLAIN_KEY": seeds.plain_key,
            "SYNCANO_ACCOUNT_KEY": seeds.account_key,
            "SYNCANO_USER_KEY": seeds.user_key,
            "SYNCANO_OTHER_INSTANCE": seeds.other_instance,
            "SYNCANO_OTHER_API_KEY": seeds.other_api_key,
        }

    def files(self, _: Findings) -> dict[str, str]:
        """Return none: the suite passes over nothing."""
        return {}

    def findings(self, folder: Path) -> Findings:
        """Return the ids of the requirements that failed."""
        report = folder / OUT / "results.json"
        if not report.exists():
            raise NoReport
        results = json.loads(report.read_text(encoding="utf-8"))["results"]
        return frozenset((each["requirement"],) for each in results if each["verdict"] == Verdict.FAILED)
