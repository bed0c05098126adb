"""Several runs side by side: of one target over time, and of several targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from syncano_contract.address import Address, address_of
from syncano_contract.bounds import NOT_LOOKED_AT
from syncano_contract.conclusion import Counts, conclude, counts
from syncano_contract.latency import Slower, Times, slower, times
from syncano_contract.model import Conclusion, Level, Report, Requirement, Verdict
from syncano_contract.report.order import natural, pairs

# How a run was made: what differs between two that differ in any of these may come from that.
WAY = ("tool", "document", "overlays", "depth", "read_only", "only")

TOLD = frozenset({Verdict.PASSED, Verdict.FAILED, Verdict.CANNOT_TELL})  # the verdicts on what was looked at


class Kind(StrEnum):
    """What became of a requirement, the worst first."""

    BROKE = "broke"
    UNTOLD = "untold"
    MENDED = "mended"
    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


KINDS: Mapping[tuple[Verdict, Verdict], Kind] = {
    (Verdict.PASSED, Verdict.FAILED): Kind.BROKE,
    (Verdict.PASSED, Verdict.CANNOT_TELL): Kind.UNTOLD,
    (Verdict.FAILED, Verdict.PASSED): Kind.MENDED,
}


@dataclass(frozen=True)
class Outcome:
    """The verdict on one requirement in one run, and why; `cause` is the failure that explains it."""

    verdict: Verdict
    message: str
    cause: str | None


@dataclass(frozen=True)
class Run:
    """What a comparison keeps of one report; `name` is that of its folder or file, `seconds` how long it took."""

    name: str
    target: str
    address: Address
    started: datetime
    seconds: float
    requests: int
    conclusion: Conclusion
    counts: Counts
    was_cut_short: bool
    tool: str
    document: str
    overlays: tuple[str, ...]
    depth: str
    read_only: bool
    only: tuple[str, ...]
    jobs: int
    seed: int
    requirements: tuple[Requirement, ...]
    outcomes: Mapping[str, Outcome]
    times: Mapping[str, Times]


@dataclass(frozen=True)
class Change:
    """A requirement that stands otherwise than before; None where a run does not have it."""

    requirement: Requirement
    kind: Kind
    before: Outcome | None
    now: Outcome | None
    is_worse: bool


@dataclass(frozen=True)
class History:
    """The runs of one target, the oldest first, and what changed from one to the newest.

    `before` is the run that the newest is compared with: the newest earlier one that was made in the same way and went
    through to its end, else the one just before; None where there is none. `differences` names in which parts of WAY it
    was made otherwise: then nothing counts as worse. `unchanged` counts the requirements whose verdict is the same.
    """

    address: Address
    runs: tuple[Run, ...]
    before: Run | None
    differences: tuple[str, ...]
    changes: tuple[Change, ...]
    unchanged: Mapping[Verdict, int]
    slower: tuple[Slower, ...]

    @property
    def now(self) -> Run:
        """The newest run."""
        return self.runs[-1]

    @property
    def worse(self) -> tuple[Change, ...]:
        """The changes that are a regression."""
        return tuple(change for change in self.changes if change.is_worse)

    @property
    def is_worse(self) -> bool:
        """Whether anything got worse."""
        return bool(self.worse)

    @property
    def changed_earlier(self) -> tuple[str, ...]:
        """The ids of requirements that wavered over the runs where they were looked at, and are now as before."""
        changed = {change.requirement.id for change in self.changes}
        names = {name for run in self.runs for name in run.outcomes} - changed
        wavering = (name for name in names if len(TOLD.intersection(self.verdicts(name))) > 1)
        return tuple(sorted(wavering, key=natural))

    def verdicts(self, requirement: str) -> tuple[Verdict | None, ...]:
        """Return the verdicts on a requirement, the oldest first; None for a run that does not have it."""
        return tuple(_verdict(run.outcomes, requirement) for run in self.runs)


@dataclass(frozen=True)
class Comparison:
    """The history of each target, in the order in which they were met, and every requirement in the order of ids."""

    histories: tuple[History, ...]
    requirements: tuple[Requirement, ...]

    @property
    def is_worse(self) -> bool:
        """Whether anything got worse at any target."""
        return any(history.is_worse for history in self.histories)

    @property
    def differing(self) -> tuple[Requirement, ...]:
        """The requirements on which the newest runs of the targets do not agree."""
        newest = [history.now.outcomes for history in self.histories]
        return tuple(each for each in self.requirements if len({_verdict(found, each.id) for found in newest}) > 1)


def digest(report: Report, name: str) -> Run:
    """Return what a comparison keeps of a report, which is a small part of it."""
    return Run(
        name=name,
        target=report.target,
        address=address_of(report.target, report.instance),
        started=report.started.astimezone(UTC),
        seconds=report.seconds,
        requests=report.requests,
        conclusion=conclude(report),
        counts=counts(report),
        was_cut_short=report.was_interrupted or any(NOT_LOOKED_AT in note for note in report.notes),
        tool=report.tool,
        document=report.document,
        overlays=report.overlays,
        depth=report.depth,
        read_only=report.read_only,
        only=report.only,
        jobs=report.jobs,
        seed=report.seed,
        requirements=report.requirements,
        outcomes={each.id: Outcome(told.verdict, told.message, told.cause) for each, told in pairs(report)},
        times=times(report.traffic),
    )


def compare(runs: Iterable[Run]) -> Comparison:
    """Return the history of each target; runs that started at the same moment go by their names."""
    ordered: dict[Address, list[Run]] = {}
    for run in runs:
        ordered.setdefault(run.address, []).append(run)
    histories = tuple(_history(sorted(members, key=_by_time)) for members in ordered.values())
    known = {
        each.id: each
        for run in sorted((run for history in histories for run in history.runs), key=_by_time)
        for each in run.requirements
    }
    return Comparison(histories, tuple(sorted(known.values(), key=lambda each: natural(each.id))))


def _by_time(run: Run) -> tuple[datetime, str]:
    return run.started, run.name


def _verdict(outcomes: Mapping[str, Outcome], requirement: str) -> Verdict | None:
    return outcomes[requirement].verdict if requirement in outcomes else None


def _history(runs: list[Run]) -> History:
    *earlier, now = runs
    before = _before(earlier, now)
    if before is None:
        return History(now.address, tuple(runs), None, (), (), {}, ())
    differences = _differences(before, now)
    is_alike = not differences and before.jobs == now.jobs
    return History(
        address=now.address,
        runs=tuple(runs),
        before=before,
        differences=differences,
        changes=tuple(sorted(_changes(before, now), key=_by_weight)),
        unchanged=_unchanged(before, now),
        slower=tuple(slower(before.times, now.times)) if is_alike else (),
    )


def _before(earlier: list[Run], now: Run) -> Run | None:
    alike = (run for run in reversed(earlier) if not run.was_cut_short and not _differences(run, now))
    return next(alike, earlier[-1] if earlier else None)


def _differences(before: Run, now: Run) -> tuple[str, ...]:
    return tuple(name for name in WAY if getattr(before, name) != getattr(now, name))


def _changes(before: Run, now: Run) -> Iterator[Change]:
    requirements = {each.id: each for run in (before, now) for each in run.requirements}
    is_same_way = not _differences(before, now)
    for name, requirement in requirements.items():
        first, second = before.outcomes.get(name), now.outcomes.get(name)
        kind = _kind(first, second, before=before, now=now)
        if kind is not None:
            is_worse = is_same_way and _is_worse(kind, requirement, second, now)
            yield Change(requirement, kind, first, second, is_worse)


def _kind(first: Outcome | None, second: Outcome | None, *, before: Run, now: Run) -> Kind | None:
    """Return what a change is; what --only left out of a run is neither new nor gone."""
    if first is None:
        return None if before.only else Kind.NEW
    if second is None:
        return None if now.only else Kind.GONE
    if first.verdict is second.verdict:
        return None
    return KINDS.get((first.verdict, second.verdict), Kind.CHANGED)


def _is_worse(kind: Kind, requirement: Requirement, outcome: Outcome | None, now: Run) -> bool:
    """Whether a change is a regression.

    That is a requirement of any level that passed and fails, or a MUST that passed and can no longer be told although
    the run went through to its end; of what another failure explains, that failure is the regression.
    """
    is_explained = now.was_cut_short or (outcome is not None and outcome.cause is not None)
    return kind is Kind.BROKE or (kind is Kind.UNTOLD and requirement.level is Level.MUST and not is_explained)


def _by_weight(change: Change) -> tuple[int, int, tuple[str, int, str]]:
    kind, level = list(Kind).index(change.kind), list(Level).index(change.requirement.level)
    return kind, level, natural(change.requirement.id)


def _unchanged(before: Run, now: Run) -> dict[Verdict, int]:
    alike = Counter(
        outcome.verdict
        for name, outcome in now.outcomes.items()
        if name in before.outcomes and before.outcomes[name].verdict is outcome.verdict
    )
    return {verdict: alike[verdict] for verdict in Verdict}
