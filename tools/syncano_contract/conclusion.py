"""What a run says of its target as a whole, computed last and apart from every verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC

from syncano_contract.model import Conclusion, Deviation, Level, Report, Verdict
from syncano_contract.text import counted

NO_REQUIREMENT = "the deviation of {} is of no requirement"
Counts = dict[Level, dict[Verdict, int]]


def counts(report: Report) -> Counts:
    """Return how many results have each verdict, by level; every level and verdict is there, in the model's order."""
    levels = {requirement.id: requirement.level for requirement in report.requirements}
    found = Counter((levels[result.requirement], result.verdict) for result in report.results)
    return {level: {verdict: found[level, verdict] for verdict in Verdict} for level in Level}


def conclude(report: Report) -> Conclusion:
    """Return non-conformant if any MUST failed; else inconclusive if any MUST cannot tell or none passed.

    A known deviation does not count, and neither does what it explains. A run that was interrupted is inconclusive,
    whatever it had found; so is recorded traffic that was not read to its end, unless that shows a failure already.
    """
    if report.was_interrupted and not report.is_recorded:
        return Conclusion.INCONCLUSIVE
    known = {deviation.requirement for deviation in excused(report)}
    levels = {requirement.id: requirement.level for requirement in report.requirements}
    musts = [each for each in report.results if levels[each.requirement] is Level.MUST]
    found = {each.verdict for each in musts if not {each.requirement, each.cause} & known}
    if Verdict.FAILED in found:
        return Conclusion.NON_CONFORMANT
    if report.was_interrupted or Verdict.CANNOT_TELL in found or Verdict.PASSED not in found:
        return Conclusion.INCONCLUSIVE
    return Conclusion.CONFORMANT


def excused(report: Report) -> tuple[Deviation, ...]:
    """Return the deviations that excuse a failure of this run: those that have not expired."""
    failed = {each.requirement for each in report.results if each.verdict is Verdict.FAILED}
    return tuple(each for each in report.deviations if each.requirement in failed and not _is_over(each, report))


def outdated(report: Report) -> Iterator[str]:
    """Yield what is wrong with the list of deviations by now: what passes, is over, or is no requirement."""
    verdicts = {each.requirement: each.verdict for each in report.results}
    for each in report.deviations:
        if each.requirement not in verdicts and not report.only:
            yield NO_REQUIREMENT.format(each.requirement)
        elif verdicts.get(each.requirement) is Verdict.PASSED:
            yield f"the deviation of {each.requirement} is none any more: it passed"
        elif _is_over(each, report):
            yield f"the deviation of {each.requirement} expired on {each.expires}"


def _is_over(deviation: Deviation, report: Report) -> bool:
    return deviation.expires is not None and deviation.expires < f"{report.started.astimezone(UTC):%Y-%m-%d}"


def part(report: Report) -> str:
    """Name what a run looked at: the contract, unless it was asked to look at a part."""
    if report.only:
        return f"{len(report.requirements)} of the requirements, those that --only chose"
    if report.is_recorded:
        return "what recorded traffic shows of the contract"
    return "what can be read of the contract" if report.read_only else "the contract"


def exception(report: Report) -> str:
    """Say what a conformant target does not keep all the same, to stand behind what it keeps."""
    known = len(excused(report))
    return f", but for {counted(known, 'known deviation')}" if known else ""
