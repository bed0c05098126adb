"""What a benchmark leaves in its folder: bench.json with every run, bench.md and bench.svg."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.figures import Pace, Row
from bench.measure import Measured
from bench.plot import plot
from bench.table import Circumstances, table


@dataclass(frozen=True)
class Benchmark:
    """All that was measured: runs against the fault-free deployment, the faults and the variants."""

    rows: tuple[Row, ...]
    pace: Pace
    circumstances: Circumstances
    clean: Sequence[Measured]
    faulty: Sequence[Measured]
    varied: Sequence[Measured]


def write(benchmark: Benchmark, folder: Path) -> str:
    """Write the three files, and return the table."""
    folder.mkdir(parents=True, exist_ok=True)
    text = table(benchmark.rows, benchmark.pace, benchmark.circumstances)
    (folder / "bench.json").write_text(to_json(benchmark), encoding="utf-8")
    (folder / "bench.md").write_text(text, encoding="utf-8")
    (folder / "bench.svg").write_text(plot(benchmark.rows), encoding="utf-8")
    return text


def to_json(benchmark: Benchmark) -> str:
    """Return every figure and every run as JSON; memory in bytes."""
    values = {
        "version": 1,
        "circumstances": asdict(benchmark.circumstances),
        "rows": [asdict(row) for row in benchmark.rows],
        "pace": asdict(benchmark.pace),
        "runs": {
            "without a fault": [_run(run) for run in benchmark.clean],
            "faults": [_run(run) for run in benchmark.faulty],
            "variants": [_run(run) for run in benchmark.varied],
        },
    }
    return json.dumps(values, indent=2) + "\n"


def _run(run: Measured) -> dict[str, Any]:
    return {
        "way": run.way,
        "deployment": run.deployment,
        "findings": sorted(run.findings),
        "requests": run.counts.requests,
        "busy": round(run.counts.busy, 3),
        **asdict(run.spent),
    }
