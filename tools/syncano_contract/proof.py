"""What runs against faults and variants prove of the suite: pure, from one trial for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from syncano_contract.model import Level, Requirement
from syncano_contract.reference.faults import Alteration
from syncano_contract.settings import Depth

REFERENCE = "reference"  # the name of the trial without any fault
ENOUGH = 0.85  # the share of all faults that a quick run has to notice


@dataclass(frozen=True)
class Failure:
    """A requirement that a run saw failed; `after` and `seconds` as in a result."""

    requirement: str
    level: Level
    message: str
    after: int
    seconds: float


@dataclass(frozen=True)
class Trial:
    """One run of the suite against the reference deployment with one fault or variant, or with none.

    `failures` are in the order in which they were found; `unjudged` are the ids that are untested or inapplicable;
    `broken` says why there was no whole run, where there was none.
    """

    name: str
    failures: tuple[Failure, ...] = ()
    unjudged: tuple[str, ...] = ()
    requests: int = 0
    seconds: float = 0.0
    broken: str = ""


@dataclass(frozen=True)
class Case:
    """A fault or a variant with the trial of it."""

    alteration: Alteration
    trial: Trial

    @property
    def counting(self) -> tuple[Failure, ...]:
        """The failures that notice this fault: of MUSTs where it breaks a MUST, else of MUSTs and SHOULDs."""
        levels = {Level.MUST} if self.alteration.level is Level.MUST else {Level.MUST, Level.SHOULD}
        return tuple(failure for failure in self.trial.failures if failure.level in levels)

    @property
    def first(self) -> Failure | None:
        """The failure by which the fault was noticed, where it was."""
        return next(iter(self.counting), None)

    @property
    def alarms(self) -> tuple[Failure, ...]:
        """The failures that a harmless variant has no recorded reason for."""
        return tuple(failure for failure in self.trial.failures if failure.requirement not in self._excused)

    @property
    def _excused(self) -> set[str]:
        found = {failure.requirement: failure.level for failure in self.trial.failures}
        return {name for name in self.alteration.reasons if found.get(name) is not Level.MUST}


@dataclass(frozen=True)
class Totals:
    """The figures of a proof, each pair as so many of so many; `seconds` to notice a fault and `requests` a run."""

    must: tuple[int, int]
    others: tuple[int, int]
    variants: tuple[int, int]
    seconds: float | None
    requests: int
    most_requests: int


@dataclass(frozen=True)
class Proof:
    """Every fault and variant that was tried, in the order of the library, and what that shows.

    `is_whole` tells whether all of them were tried: only then a requirement can be blamed for having no fault.
    """

    depth: Depth
    is_whole: bool
    requirements: tuple[Requirement, ...]
    reference: Trial
    cases: tuple[Case, ...]

    @property
    def faults(self) -> tuple[Case, ...]:
        """Those that some requirement has to notice."""
        return tuple(case for case in self.cases if case.alteration.level is not None)

    @property
    def variants(self) -> tuple[Case, ...]:
        """Those that no requirement may fail of."""
        return tuple(case for case in self.cases if case.alteration.level is None)

    @cached_property
    def red(self) -> dict[str, tuple[Case, ...]]:
        """The faults that turned each requirement red, by its id."""
        turned: dict[str, list[Case]] = {requirement.id: [] for requirement in self.requirements}
        for case in self.faults:
            for failure in case.trial.failures:
                turned[failure.requirement].append(case)
        return {name: tuple(cases) for name, cases in turned.items()}

    @property
    def unproven(self) -> tuple[Requirement, ...]:
        """The requirements that no fault turned red though they are judged; none where not all faults were tried."""
        judged = (each for each in self.requirements if each.id not in self.reference.unjudged)
        return tuple(each for each in judged if self.is_whole and not self.red[each.id])

    @cached_property
    def gaps(self) -> tuple[str, ...]:
        """What keeps the suite from being proved, as sentences; none where everything holds."""
        return tuple(_gaps(self))


def prove(
    depth: Depth,
    requirements: Iterable[Requirement],
    alterations: Iterable[Alteration],
    trials: Iterable[Trial],
    *,
    is_whole: bool,
) -> Proof:
    """Put each alteration together with its trial; the trials may come in any order."""
    found = {trial.name: trial for trial in trials}
    cases = tuple(Case(alteration, found[alteration.name]) for alteration in alterations)
    return Proof(depth, is_whole, tuple(requirements), found[REFERENCE], cases)


def totals(proof: Proof) -> Totals:
    """Count what was noticed and what was clean."""
    must = [case for case in proof.faults if case.alteration.level is Level.MUST]
    others = [case for case in proof.faults if case.alteration.level is not Level.MUST]
    clean = sum(not case.alarms and not case.trial.broken for case in proof.variants)
    seconds = [case.first.seconds for case in proof.faults if case.first]
    requests = [case.trial.requests for case in proof.cases]
    return Totals(
        must=_noticed(must),
        others=_noticed(others),
        variants=(clean, len(proof.variants)),
        seconds=median(seconds) if seconds else None,
        requests=round(median(requests)),
        most_requests=max(requests),
    )


def _noticed(cases: Iterable[Case]) -> tuple[int, int]:
    told = [case.first is not None for case in cases]
    return sum(told), len(told)


def _gaps(proof: Proof) -> Iterator[str]:
    for trial in (proof.reference, *(case.trial for case in proof.cases)):
        if trial.broken:
            yield f"the run against {trial.name} broke: {trial.broken}"
    for failure in proof.reference.failures:
        yield f"the reference deployment fails {_worded(failure)}"
    yield from _missed(proof)
    for case in proof.variants:
        for failure in case.alarms:
            yield f"the variant {case.alteration.name} raised an alarm: {_worded(failure)}"
    if proof.depth > Depth.QUICK:
        for requirement in proof.unproven:
            yield f"no fault turns {requirement.id} ({requirement.level}) red: {requirement.text}"


def _missed(proof: Proof) -> Iterator[str]:
    """Yield the faults that were not noticed; of a quick run only that they are too many, if they are."""
    noticed, all_of_them = _noticed(proof.faults)
    if proof.depth is Depth.QUICK:
        if noticed < ENOUGH * all_of_them:
            yield f"only {noticed} of {all_of_them} faults were noticed, and a quick run has to notice {ENOUGH:.0%}"
        return
    for case in proof.faults:
        if case.first is None:
            yield f"no failed {case.alteration.level} noticed {case.alteration.name}: {case.alteration.sentence}"


def _worded(failure: Failure) -> str:
    return f"{failure.requirement} ({failure.level}): {failure.message}"
