"""One run of one way against one deployment: what it found, sent, took and needed. It needs Linux."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.server import Counts, Served, served
from bench.ways import Finding, Findings, NoReport, Way

REFERENCE = ""  # the name of the deployment without alterations
INTERVAL = 0.05  # seconds between looks at the memory
LONGEST = 300.0  # seconds of one run; what has not ended by then is interrupted, and may still write its report
GRACE = 15.0
OWN_VARIABLES = ("SYNCANO_", "SCHEMATHESIS_", "HYPOTHESIS_")


class Stopped(Exception):
    """The benchmark is over before this run is."""


class CannotMeasure(Exception):
    """A run against the fault-free deployment gave no report; `said` is the end of what it printed."""

    def __init__(self, way: str, said: str) -> None:
        """Keep both."""
        super().__init__(way, said)
        self.way = way
        self.said = said


@dataclass(frozen=True)
class Spent:
    """What a command needed: `memory` in bytes, `ended` by itself or not."""

    seconds: float
    memory: int
    ended: bool


@dataclass(frozen=True)
class Measured:
    """One run; `deployment` is the name of its alteration, or REFERENCE."""

    way: str
    deployment: str
    findings: frozenset[Finding]
    counts: Counts
    spent: Spent


def measure(way: Way, deployment: str, known: Findings, stop: threading.Event) -> Measured:
    """Run a way against a fresh deployment; raises Stopped and CannotMeasure."""
    alterations = [deployment] if deployment != REFERENCE else []
    with tempfile.TemporaryDirectory(prefix="syncano-bench-") as name, served(alterations) as place:
        folder = Path(name)
        spent = _spent(way, place, folder, known, stop)
        try:
            findings = way.findings(folder)
        except NoReport:
            if deployment == REFERENCE:
                raise CannotMeasure(way.name, _end_of(folder)) from None
            findings = frozenset()
    return Measured(way.name, deployment, findings, place.counts, spent)


def recorded(way: Way) -> Counts:
    """Run a way against the fault-free deployment, and return its requests in full."""
    with tempfile.TemporaryDirectory(prefix="syncano-bench-") as name, served(record=True) as place:
        _spent(way, place, Path(name), frozenset(), threading.Event())
    return place.counts


def _spent(way: Way, place: Served, folder: Path, known: Findings, stop: threading.Event) -> Spent:
    for file, text in way.files(known).items():
        (folder / file).write_text(text, encoding="utf-8")
    return run(way.command(place), folder, _environment(way, place), stop)


def _environment(way: Way, place: Served) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
    return {**kept, **way.environment(place)}


def _end_of(folder: Path) -> str:
    return (folder / "output.txt").read_text(encoding="utf-8", errors="replace")[-2000:]


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    stop: threading.Event,
    longest: float = LONGEST,
) -> Spent:
    """Run a command in a folder, for so many seconds at most; raises Stopped when told to stop."""
    began = time.perf_counter()
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - commands of our own making
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with process:
        try:
            memory = _watched(process.pid, began + longest, stop)
            seconds = time.perf_counter() - began
            ended = process.poll() is not None
            if not ended:
                _interrupt(process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return Spent(seconds, memory, ended)


def _watched(pid: int, deadline: float, stop: threading.Event) -> int:
    """Wait for a process until the deadline; return the peak of its memory and its children's, in bytes."""
    peak = 0
    watched = os.pidfd_open(pid)
    try:
        while time.perf_counter() < deadline and not select.select([watched], [], [], INTERVAL)[0]:
            peak = max(peak, sum(_memory(each) for each in _family(pid)))
            if stop.is_set():
                raise Stopped
    finally:
        os.close(watched)
    return peak


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)


def _family(pid: int) -> Iterator[int]:
    """Yield a process and all below it that live at this moment."""
    yield pid
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text(encoding="ascii").split():
                yield from _family(int(child))


def _memory(pid: int) -> int:
    """Return the most that a process has had resident, in bytes; 0 when it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
