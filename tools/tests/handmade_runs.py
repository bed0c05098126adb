"""Reports of one target over time, and of several, made by hand: what differs is named, and all else is alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from handmade import report, required
from syncano_contract.model import Brief, Level, Report, Result, Verdict
from syncano_contract.report.results import to_json

FIRST = datetime(2026, 11, 1, 20, 4, 5, tzinfo=UTC)
WORDS = {"+": Verdict.PASSED, "F": Verdict.FAILED, "?": Verdict.CANNOT_TELL, "-": Verdict.INAPPLICABLE}


def ran(verdicts: str, *, day: int = 0, level: Level = Level.MUST, **changes: Any) -> Report:
    """A report in which A-1, A-2 and so on have the verdicts of these letters; a blank leaves one out."""
    found = {f"A-{at}": WORDS.get(letter, Verdict.UNTESTED) for at, letter in enumerate(verdicts, 1) if letter != " "}
    results = [
        Result(name, verdict, "" if verdict is Verdict.PASSED else f"{name} is so") for name, verdict in found.items()
    ]
    made = report([required(name, level) for name in found], results)
    return replace(made, started=FIRST + timedelta(days=day), **{"notes": (), "left_behind": (), **changes})


def answered(operation: str, milliseconds: Iterable[float], status: int | None = 200) -> tuple[Brief, ...]:
    return tuple(
        Brief(number, 0.0, each / 1000, "A-1", operation, status, "api_key", "none")
        for number, each in enumerate(milliseconds, 1)
    )


def kept(of: Report, folder: Path) -> Path:
    """Write a report's results.json into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(to_json(of), encoding="utf-8")
    return folder
