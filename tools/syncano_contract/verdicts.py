"""Findings of tests to one result a requirement, and failures down to their cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from syncano_contract.model import Requirement, Result, Verdict

# A requirement with several cases gets the first of these that any case found.
ORDER = (Verdict.FAILED, Verdict.CANNOT_TELL, Verdict.PASSED, Verdict.INAPPLICABLE, Verdict.UNTESTED)


@dataclass(frozen=True)
class Finding:
    """What one test, or one case of a parametrized test, found; `subject` as in `outcome`."""

    requirement: str
    verdict: Verdict
    message: str = ""
    evidence: tuple[int, ...] = ()
    subject: str | None = None
    expected: str | None = None
    seen: str | None = None


def results(
    requirements: Iterable[Requirement], findings: Iterable[Finding], subjects: Mapping[str, str]
) -> tuple[Result, ...]:
    """Return one result for each requirement, in the same order.

    `subjects` maps an aspect or an operationId to the requirement on it. Where that requirement failed, a failure put
    down to the subject cannot tell: one fault, one failure.
    """
    found = _grouped(findings)
    failed = {name for name, each in found.items() if any(finding.verdict is Verdict.FAILED for finding in each)}
    return tuple(
        _result(each.id, [_put_down(finding, subjects, failed) for finding in found.get(each.id, ())])
        for each in requirements
    )


def _grouped(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.requirement, []).append(finding)
    return grouped


def _put_down(finding: Finding, subjects: Mapping[str, str], failed: set[str]) -> tuple[Finding, str | None]:
    """Return the finding with the requirement that explains it, if one does; a failure explained cannot tell."""
    owner = subjects.get(finding.subject or "", finding.subject)
    if owner is None or owner == finding.requirement or owner not in failed:
        return finding, None
    message = f"{owner} stands in the way: {finding.message}"
    return replace(finding, verdict=Verdict.CANNOT_TELL, message=message, expected=None, seen=None), owner


def _result(requirement: str, found: list[tuple[Finding, str | None]]) -> Result:
    if not found:
        return Result(requirement, Verdict.CANNOT_TELL, "the suite itself broke before this was tested")
    finding, cause = min(found, key=lambda each: ORDER.index(each[0].verdict))
    alike = sum(each.verdict is finding.verdict for each, _ in found)
    more = f" ({alike} of {len(found)} cases)" if finding.message and len(found) > 1 else ""
    return Result(
        requirement=requirement,
        verdict=finding.verdict,
        message=finding.message + more,
        evidence=finding.evidence,
        expected=finding.expected,
        seen=finding.seen,
        cause=cause,
    )
