"""Findings of tests to one result a requirement, and failures down to their cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace

from syncano_contract.model import Requirement, Result, Verdict

# A requirement with several cases gets the first of these that any case found.
ORDER = (Verdict.FAILED, Verdict.CANNOT_TELL, Verdict.PASSED, Verdict.INAPPLICABLE, Verdict.UNTESTED)


@dataclass(frozen=True)
class Finding:
    """What one test, or one case of a parametrized test, found; `subject` as in `outcome`, the rest as in a result."""

    requirement: str
    verdict: Verdict
    message: str = ""
    evidence: tuple[int, ...] = ()
    subject: str | None = None
    expected: str | None = None
    seen: str | None = None
    after: int | None = None
    seconds: float | None = None
    places: tuple[str, ...] = ()


def results(
    requirements: Iterable[Requirement], findings: Iterable[Finding], subjects: Mapping[str, str]
) -> tuple[Result, ...]:
    """Return one result for each requirement, in the same order.

    `subjects` maps an aspect or an operationId to the requirement on it. Where that requirement failed, a failure put
    down to the subject cannot tell: one fault, one failure. Where that one cannot tell itself, it is the cause as well.
    """
    found = _grouped(findings)
    chains = _chains(found, subjects)
    untold = {name for name, each in found.items() if any(one.verdict is Verdict.CANNOT_TELL for one in each)}
    told = [
        _result(each.id, [_put_down(finding, subjects, chains, untold) for finding in found.get(each.id, ())])
        for each in requirements
    ]
    causes = {result.requirement: result.cause for result in told if result.cause}
    return tuple(replace(result, cause=_first_cause(result.cause, causes)) for result in told)


def _first_cause(cause: str | None, causes: Mapping[str, str]) -> str | None:
    """Follow a cause to the one behind it, and so on."""
    seen: set[str] = set()
    while cause is not None and cause in causes and cause not in seen:
        seen.add(cause)
        cause = causes[cause]
    return cause


def _grouped(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.requirement, []).append(finding)
    return grouped


def _chains(found: Mapping[str, list[Finding]], subjects: Mapping[str, str]) -> dict[str, list[str]]:
    """Map each failed requirement to itself, the one that explains all its failures, and so on to the end.

    Where they explain each other in a circle, the chain ends with the first name that comes again.
    """
    owners = {
        name: [_owner(finding, subjects) for finding in each if finding.verdict is Verdict.FAILED]
        for name, each in found.items()
    }
    failed = {name for name, each in owners.items() if each}
    chains = {name: [name] for name in failed}
    for chain in chains.values():
        while chain[-1] not in chain[:-1] and all(each in failed - {chain[-1]} for each in owners[chain[-1]]):
            chain.append(str(owners[chain[-1]][0]))
    return chains


def _owner(finding: Finding, subjects: Mapping[str, str]) -> str | None:
    return subjects.get(finding.subject or "", finding.subject)


def _put_down(
    finding: Finding, subjects: Mapping[str, str], chains: Mapping[str, list[str]], untold: Set[str]
) -> tuple[Finding, str | None]:
    """Return the finding with the requirement that explains it in the end, if one does; it then cannot tell.

    What is itself an explanation of its owner stays: else failures that explain each other would all be gone.
    """
    owner = _owner(finding, subjects)
    chain = chains.get(owner or "", [finding.requirement])
    if finding.requirement in chain:
        is_explained = finding.verdict is Verdict.CANNOT_TELL and owner in untold - {finding.requirement}
        return finding, owner if is_explained else None
    cause = next(name for name in chain if chains[name][-1] == name)
    message = f"{cause} stands in the way: {finding.message}"
    return replace(finding, verdict=Verdict.CANNOT_TELL, message=message, expected=None, seen=None, places=()), cause


def _result(requirement: str, found: list[tuple[Finding, str | None]]) -> Result:
    if not found:
        return Result(requirement, Verdict.CANNOT_TELL, "the run ended before this was looked at")
    finding, cause = min(found, key=lambda each: ORDER.index(each[0].verdict))
    alike = sum(each.verdict is finding.verdict for each, _ in found)
    more = f" ({alike} of {len(found)} cases)" if finding.message and alike < len(found) else ""
    return Result(
        requirement=requirement,
        verdict=finding.verdict,
        message=finding.message + more,
        evidence=finding.evidence,
        expected=finding.expected,
        seen=finding.seen,
        cause=cause,
        after=finding.after,
        seconds=finding.seconds,
        places=finding.places,
    )
