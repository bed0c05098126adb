"""From runs to figures: which deployments are taken, what counts as a kill, and medians."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from bench.measure import Measured
from bench.ways import Findings
from syncano_contract.reference.faults import Alteration


@dataclass(frozen=True)
class Row:
    """The figures of one way; `memory` in bytes, `seconds`, `requests` and `memory` medians."""

    way: str
    kills: int
    faults: int
    false_findings: int
    alarms: int
    variants: int
    requests: int
    seconds: float
    memory: int

    @property
    def share(self) -> float:
        """The share of the faults that was noticed."""
        return self.kills / self.faults if self.faults else 0.0


@dataclass(frozen=True)
class Pace:
    """Requests a second, from the first request to the last reply: our directed tests and the bare loop.

    `alike` is the share of requests that the loop got the status for that the recorded run got.
    """

    directed: float
    bare: float
    alike: float


def sampled(alterations: Sequence[Alteration], step: int) -> tuple[Alteration, ...]:
    """Return every n-th of each group, and at least one: those in the middle of each n."""
    ordered = sorted(alterations, key=lambda each: each.group)
    groups = [list(members) for _, members in groupby(ordered, key=lambda each: each.group)]
    taken = {each.name for members in groups for each in members[min(step // 2, len(members) - 1) :: step]}
    return tuple(each for each in alterations if each.name in taken)


def harmless(variants: Iterable[Alteration]) -> tuple[Alteration, ...]:
    """Return the variants that leave no requirement unmet, SHOULDs with a recorded reason included."""
    return tuple(each for each in variants if not each.reasons)


def known(runs: Iterable[Measured], way: str) -> Findings:
    """Return all that a way found in its runs against the fault-free deployment."""
    return frozenset(finding for run in runs if run.way == way for finding in run.findings)


def noticed(run: Measured, known_before: Findings) -> bool:
    """Tell whether a run found something that is not found without the alteration."""
    return bool(run.findings - known_before)


def row(way: str, clean: Sequence[Measured], faulty: Sequence[Measured], varied: Sequence[Measured]) -> Row:
    """Return the figures of a way from all runs against the fault-free deployment, the faults and the variants."""
    before = known(clean, way)
    own = [run for run in clean if run.way == way]
    kills = [noticed(run, before) for run in faulty if run.way == way]
    alarms = [noticed(run, before) for run in varied if run.way == way]
    return Row(
        way=way,
        kills=sum(kills),
        faults=len(kills),
        false_findings=len(before),
        alarms=sum(alarms),
        variants=len(alarms),
        requests=round(_median(own, lambda run: run.counts.requests)),
        seconds=_median(own, lambda run: run.spent.seconds),
        memory=round(_median(own, lambda run: run.spent.memory)),
    )


def pace(clean: Sequence[Measured], directed: str, bare: str, statuses: Sequence[int]) -> Pace:
    """Return the requests a second of two ways; `statuses` are those of the recorded run."""
    rates = {
        way: _median([run for run in clean if run.way == way], lambda run: run.counts.requests / run.counts.busy)
        for way in (directed, bare)
    }
    last = [run for run in clean if run.way == bare][-1].counts.statuses
    alike = sum(seen == before for seen, before in zip(last, statuses, strict=False)) / len(statuses)
    return Pace(rates[directed], rates[bare], alike)


def _median(runs: Iterable[Measured], figure: Callable[[Measured], float]) -> float:
    return median(figure(run) for run in runs)
