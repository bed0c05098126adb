"""What a run says of its target as a whole, computed last and apart from every verdict."""

from __future__ import annotations

from collections import Counter

from syncano_contract.model import Conclusion, Level, Report, Verdict

Counts = dict[Level, dict[Verdict, int]]


def counts(report: Report) -> Counts:
    """Return how many results have each verdict, by level; every level and verdict is there, in the model's order."""
    levels = {requirement.id: requirement.level for requirement in report.requirements}
    found = Counter((levels[result.requirement], result.verdict) for result in report.results)
    return {level: {verdict: found[level, verdict] for verdict in Verdict} for level in Level}


def conclude(report: Report) -> Conclusion:
    """Return non-conformant if any MUST failed; else inconclusive if any MUST cannot tell or none passed.

    A run that was interrupted is inconclusive, whatever it had found.
    """
    if report.was_interrupted:
        return Conclusion.INCONCLUSIVE
    must = counts(report)[Level.MUST]
    if must[Verdict.FAILED]:
        return Conclusion.NON_CONFORMANT
    if must[Verdict.CANNOT_TELL] or not must[Verdict.PASSED]:
        return Conclusion.INCONCLUSIVE
    return Conclusion.CONFORMANT


def part(report: Report) -> str:
    """Name what a run looked at: the contract, unless it was asked to look at a part."""
    if report.only:
        return f"{len(report.requirements)} of the requirements, those that --only chose"
    return "what can be read of the contract" if report.read_only else "the contract"
