"""Annotations of GitHub Actions: workflow commands that a runner reads from the lines of a log.

Escaping as the runner undoes it: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping

from syncano_contract.conclusion import conclude, excused, outdated
from syncano_contract.model import Conclusion, Level, Report, Verdict
from syncano_contract.report.order import Cause, Pair, causes, lines_of, pairs
from syncano_contract.text import counted, visible

DOCUMENT = "openapi.yaml"
DATA = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
PROPERTY = (*DATA, (":", "%3A"), (",", "%2C"))


def to_annotations(report: Report) -> Iterator[str]:
    """Yield a line for each failure, then for each MUST that nothing explains the silence of; GitHub shows ten a kind.

    Each is at the line of openapi.yaml that its requirement rests on, where there is one.
    """
    lines = lines_of(report)
    known = {deviation.requirement for deviation in excused(report)}
    for cause in causes(report):
        yield _annotation(_kind(cause.head, known), cause.head, lines, _explained(cause))
        for pair in cause.failures:
            yield _annotation(_kind(pair, known), pair, lines, f"explained by {cause.head[0].id}")
    for sentence in outdated(report):
        yield _command("error", {"title": "outdated deviation"}, [sentence])
    if conclude(report) is Conclusion.INCONCLUSIVE:
        said = f"{report.target} could not be judged as a whole"
        yield _command("notice", {"title": str(Conclusion.INCONCLUSIVE)}, [*report.notes, said])
    for requirement, result in pairs(report):
        is_told = result.cause or result.message in report.notes
        if result.verdict is Verdict.CANNOT_TELL and requirement.level is Level.MUST and not is_told:
            yield _annotation("notice", (requirement, result), lines)


def _kind(pair: Pair, known: Container[str]) -> str:
    return "error" if pair[0].level is Level.MUST and pair[0].id not in known else "warning"


def _explained(cause: Cause) -> str:
    if not cause.untold:
        return ""
    return f"{counted(len(cause.untold), 'requirement')} could not be told because of this"


def _annotation(kind: str, pair: Pair, lines: Mapping[str, int], more: str = "") -> str:
    requirement, result = pair
    place = {"file": DOCUMENT, "line": str(lines[requirement.id])} if requirement.id in lines else {}
    verdict = "cannot tell" if result.verdict is Verdict.CANNOT_TELL else "failed"
    title = f"{requirement.id} ({requirement.level}) {verdict}"
    return _command(kind, {**place, "title": title}, [requirement.text, result.message, more])


def _command(name: str, properties: Mapping[str, str], sentences: Iterable[str]) -> str:
    given = ",".join(f"{key}={_escaped(visible(value), PROPERTY)}" for key, value in properties.items())
    data = _escaped("\n".join(visible(sentence) for sentence in sentences if sentence), DATA)
    return f"::{name} {given}::{data}"


def _escaped(text: str, escapes: Iterable[tuple[str, str]]) -> str:
    for char, escape in escapes:
        text = text.replace(char, escape)
    return text
