"""The peer: plain schemathesis, of the version that is pinned, as its own command line.

    schemathesis run openapi.yaml --url URL -H "X-API-KEY: ..." -H "X-USER-KEY: ..." --seed 20160317

All phases, all checks and the default number of examples, no hooks and no configuration file. Two options more tell
what it found, and change nothing of what it does: `--report json`, and `--baseline FILE --baseline-update`, which is
its own list of failures by operation, check, class and signature.

What it reports on the fault-free deployment are false alarms. In runs against a fault that list holds them already, as
with a user who has looked at them: schemathesis then passes over them and goes on to look for others, where it would
else have ended a scenario. So it notices more, with a quarter more requests; its requests and seconds in the table are
those of the shorter run without. Errors, such as a request that timed out, count as findings.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.server import Served
from bench.ways import SEED, Findings, NoReport
from syncano_contract.resources import DOCUMENT

REPORT = "report.json"
KNOWN = "known.json"
IDENTITY = ("operation", "check", "failure", "signature")
ERROR = "error"


@dataclass(frozen=True)
class Peer:
    """Plain schemathesis."""

    name: str = f"schemathesis {version('schemathesis')}"

    def command(self, place: Served) -> list[str]:
        """Return the command."""
        command = [sys.executable, "-m", "schemathesis.cli", "run", str(DOCUMENT.resolve()), "--url", place.url]
        keys = ["-H", f"X-API-KEY: {place.seeds.api_key}", "-H", f"X-USER-KEY: {place.seeds.user_key}"]
        told = ["--report", "json", "--report-json-path", REPORT, "--baseline", KNOWN, "--baseline-update"]
        return [*command, *keys, "--seed", str(SEED), *told]

    def environment(self, _: Served) -> dict[str, str]:
        """Return nothing: the keys are headers."""
        return {}

    def files(self, known: Findings) -> dict[str, str]:
        """Return the file of known failures, where there are any."""
        entries = [dict(zip(IDENTITY, finding, strict=True)) for finding in sorted(known) if finding[0] != ERROR]
        return {KNOWN: json.dumps({"format_version": 1, "entries": entries})} if entries else {}

    def findings(self, folder: Path) -> Findings:
        """Return each failure that the file of known ones holds by now, and each kind of error."""
        report = folder / REPORT
        if not report.exists():
            raise NoReport
        errors = json.loads(report.read_text(encoding="utf-8"))["errors"]
        known = folder / KNOWN
        entries = json.loads(known.read_text(encoding="utf-8"))["entries"] if known.exists() else []
        failures = {tuple(entry[member] for member in IDENTITY) for entry in entries}
        return frozenset(failures | {(ERROR, error["title"]) for error in errors})
