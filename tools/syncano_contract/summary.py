"""What a run says on the terminal when it is done, as lines; pure, and safe to print."""

from __future__ import annotations

from collections.abc import Iterator

from syncano_contract.conclusion import conclude, counts, exception, excused, outdated, part
from syncano_contract.model import Conclusion, Deviation, Level, Report, Requirement, Result, Verdict
from syncano_contract.text import counted, visible

SENTENCES = {
    Conclusion.CONFORMANT: "keeps {part}{exception}",
    Conclusion.NON_CONFORMANT: "breaks the contract",
    Conclusion.INCONCLUSIVE: "could not be judged as a whole",
}


def sentence(report: Report) -> str:
    """Return the conclusion as a sentence that begins with the target."""
    return SENTENCES[conclude(report)].format(part=part(report), exception=exception(report))


def summary(report: Report) -> Iterator[str]:
    """Yield the lines of a report's summary: results that matter in a few lines each, then the conclusion."""
    requirements = {requirement.id: requirement for requirement in report.requirements}
    known = {deviation.requirement: deviation for deviation in excused(report)}
    for result in report.results:
        is_shown = result.verdict is Verdict.FAILED or _matters(result, requirements[result.requirement])
        if is_shown and not result.message.startswith(report.notes):  # why the run ended early is told once
            lines = _lines(result, requirements[result.requirement], known.get(result.requirement))
            yield from (visible(line) for line in lines)
    explained = [result for result in report.results if result.verdict is Verdict.CANNOT_TELL and result.cause]
    if explained:
        causes = ", ".join(sorted({str(result.cause) for result in explained}))
        yield f"{counted(len(explained), 'requirement')} could not be told because of {causes}."
        yield ""
    for note in report.notes:
        yield visible(f"note: {note}")
    for reason in outdated(report):
        yield visible(f"outdated: {reason}")
    yield visible(f"{conclude(report).upper()}: {report.target} {sentence(report)} ({_document(report)})")
    for level, verdicts in counts(report).items():
        if any(verdicts.values()):
            shown = ", ".join(f"{number} {verdict}" for verdict, number in verdicts.items() if number)
            yield f"  {level:<7}{shown}"
    yield f"  {_extent(report)}"
    if report.left_behind:
        users = counted(len(report.left_behind), "user")
        yield f"  left behind: {users}, listed in results.json (a run with --cleanup removes its own)"


def _extent(report: Report) -> str:
    """Say how much was looked at."""
    if report.is_recorded:
        return f"{counted(report.requests, 'recorded exchange')} within {report.seconds:.1f} s"
    requests = counted(report.requests, "request")
    return f"{requests} in {report.seconds:.1f} s at depth {report.depth}, seed {report.seed}"


def _document(report: Report) -> str:
    """Name the document that the target was judged by."""
    amended = f", amended by {', '.join(report.overlays)}" if report.overlays else ""
    return f"document {report.document}{amended}"


def _matters(result: Result, requirement: Requirement) -> bool:
    """Whether something stood in the way of a MUST that is not explained by a failure shown anyway."""
    return result.verdict is Verdict.CANNOT_TELL and requirement.level is Level.MUST and not result.cause


def _lines(result: Result, requirement: Requirement, known: Deviation | None) -> Iterator[str]:
    yield f"{_word(result, requirement, known)} {requirement.id} ({requirement.level}): {requirement.text}"
    yield f"  {result.message}"
    if known:
        until = f" (until {known.expires})" if known.expires else ""
        yield f"  known deviation{until}: {known.reason}{f' {known.issue}' if known.issue else ''}"
    yield ""


def _word(result: Result, requirement: Requirement, known: Deviation | None) -> str:
    if result.verdict is Verdict.CANNOT_TELL:
        return "CANNOT TELL"
    if known:
        return "KNOWN"
    return "FAILED" if requirement.level is Level.MUST else "WARNING"
