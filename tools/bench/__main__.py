"""`python -m bench`: measures the ways beside each other and writes the figures to `reports/`."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import click

from bench.figures import harmless, known, noticed, pace, row, sampled
from bench.loop import BareLoop
from bench.measure import REFERENCE, CannotMeasure, Measured, measure, recorded
from bench.schemathesis_peer import Peer
from bench.suite import Suite
from bench.table import Circumstances
from bench.ways import Findings, Way
from bench.written import Benchmark, write
from syncano_contract.reference.faults import FAULTS, VARIANTS, Alteration
from syncano_contract.settings import Depth

QUICK = Suite(Depth.QUICK)
WAYS: tuple[Way, ...] = (QUICK, Suite(Depth.STANDARD), Suite(Depth.DEEP), Peer())
INTERRUPTED = 130


@click.command()
@click.option("--faults", default="8", show_default=True, metavar="N|all", help="Take every n-th of each group.")
@click.option("--runs", default=5, show_default=True, type=click.IntRange(1), help="Runs that a median is taken of.")
@click.option("--jobs", default=os.cpu_count, type=click.IntRange(1), help="Faults at a time.  [default: cores]")
@click.option("--out", default=Path("reports"), show_default=True, type=click.Path(path_type=Path, file_okay=False))
def main(faults: str, runs: int, jobs: int, out: Path) -> None:
    """Measure our depths beside plain schemathesis: kills, false alarms, requests, seconds and memory.

    The default takes about half an hour on two cores; with `--faults all` it takes some four hours.
    """
    try:
        benchmark = _benchmark(step(faults), runs, jobs)
    except KeyboardInterrupt:
        click.echo("interrupted: nothing is written", err=True)
        sys.exit(INTERRUPTED)
    except CannotMeasure as error:
        click.echo(f"error: {error.way} gave no report against the fault-free deployment:\n{error.said}", err=True)
        sys.exit(2)
    click.echo(write(benchmark, out), nl=False)


def step(faults: str) -> int:
    """Return n where `--faults` asks for every n-th; raises BadParameter."""
    if faults == "all":
        return 1
    if faults.isdecimal() and int(faults):
        return int(faults)
    raise click.BadParameter(f"{faults!r} is neither `all` nor a number above 0.", param_hint="--faults")


def _benchmark(every: int, runs: int, jobs: int) -> Benchmark:
    before = recorded(QUICK)
    loop = BareLoop(before.recorded)
    clean = list(_clean((*WAYS, loop), runs))
    faulty = _altered(sampled(FAULTS, every), clean, jobs)
    varied = _altered(sampled(harmless(VARIANTS), every), clean, jobs)
    return Benchmark(
        rows=tuple(row(way.name, clean, faulty, varied) for way in WAYS),
        pace=pace(clean, QUICK.name, loop.name, before.statuses),
        circumstances=_circumstances(runs),
        clean=clean,
        faulty=faulty,
        varied=varied,
    )


def _clean(ways: Sequence[Way], runs: int) -> Iterator[Measured]:
    """Run each way in turn against the fault-free deployment, and all that so many times; nothing else runs beside."""
    for number, way in product(range(runs), ways):
        run = measure(way, REFERENCE, frozenset(), threading.Event())
        _tell(f"[{number + 1}/{runs}] {_figures(run)}")
        yield run


def _altered(deployments: Sequence[Alteration], clean: Sequence[Measured], jobs: int) -> list[Measured]:
    """Run each way against each deployment, some at a time; an interrupt ends them all."""
    stop = threading.Event()
    before: dict[str, Findings] = {way.name: known(clean, way.name) for way in WAYS}
    pairs = [(way, each.name) for each in deployments for way in WAYS]
    found: list[Measured] = []
    with ThreadPoolExecutor(jobs) as pool:
        started = [pool.submit(measure, way, name, before[way.name], stop) for way, name in pairs]
        try:
            for done in as_completed(started):
                run = done.result()
                found.append(run)
                told = "notices" if noticed(run, before[run.way]) else "passes over"
                _tell(f"[{len(found)}/{len(pairs)}] {run.deployment}: {told}, {_figures(run)}")
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
    return sorted(found, key=lambda run: (run.deployment, run.way))


def _figures(run: Measured) -> str:
    late = "" if run.spent.ended else ", cut short"
    return f"{run.way}: {run.counts.requests} requests in {run.spent.seconds:.1f} s{late}"


def _circumstances(runs: int) -> Circumstances:
    today = datetime.now(UTC).date().isoformat()
    return Circumstances(today, os.cpu_count() or 1, len(FAULTS), len(harmless(VARIANTS)), runs)


def _tell(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    main(prog_name="python -m bench")
