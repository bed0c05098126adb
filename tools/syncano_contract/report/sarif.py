"""results.sarif: each failure at its line of openapi.yaml, for what reads SARIF 2.1.0 (code scanning, editors).

The standard, with its first errata: https://docs.oasis-open.org/sarif/sarif/v2.1.0/
What GitHub takes of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from syncano_contract.conclusion import conclude, excused, outdated
from syncano_contract.model import Deviation, Level, Report, Requirement, Result, Verdict
from syncano_contract.report.order import Pair, causes, lines_of, pairs, sources_of
from syncano_contract.text import inert, moment, visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
DOCUMENT = {"uri": "openapi.yaml", "uriBaseId": "%SRCROOT%"}
LEVELS = {Level.MUST: "error", Level.SHOULD: "warning", Level.MAY: "note"}

# GitHub's uploader makes a fingerprint of its own beside this one, and warns of another under its name.
FINGERPRINT = "requirementAndTarget/v1"

# GitHub makes an alert of every result, whatever its kind, so that what is no failure is a notification.
CANNOT_TELL, NOTE = {"id": "cannot_tell", "index": 0}, {"id": "note", "index": 1}
NOTIFICATIONS = (
    (CANNOT_TELL, "It could not be told whether the requirement is kept."),
    (NOTE, "Something about the run as a whole."),
)


def to_sarif(report: Report) -> str:
    """Return one run with a rule for each requirement and a result for each failure."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return inert(json.dumps(log, ensure_ascii=False, indent=1)) + "\n"


def _run(report: Report) -> dict[str, Any]:
    failures = [pair for cause in causes(report) for pair in (cause.head, *cause.failures)]
    indexes = {requirement.id: index for index, requirement in enumerate(report.requirements)}
    return {
        "tool": {"driver": _driver(report)},
        # Runs of other depths are in other categories: what they found is not mended by not looking at it.
        "automationDetails": {"id": visible(f"{report.target}/{report.depth}/")},
        "invocations": [_invocation(report, indexes)],
        "results": [{**_result(pair, report), "ruleIndex": indexes[pair[0].id]} for pair in failures],
        "properties": _circumstances(report),
    }


def _driver(report: Report) -> dict[str, Any]:
    name, _, version = visible(report.tool).partition(" ")
    return {
        "name": name,
        "version": version,
        "rules": [_rule(requirement, report) for requirement in report.requirements],
        "notifications": [{"id": kind["id"], "shortDescription": _message(text)} for kind, text in NOTIFICATIONS],
    }


def _rule(requirement: Requirement, report: Report) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "shortDescription": _message(requirement.text),
        "fullDescription": _message(requirement.text),
        "help": _message(f"{requirement.level}. It rests on:", *_sources(requirement, report)),
        "defaultConfiguration": {"level": LEVELS[requirement.level]},
        "properties": {"level": requirement.level, "sources": [visible(name) for name in requirement.source]},
    }


def _sources(requirement: Requirement, report: Report) -> Iterator[str]:
    facts = {source.id: source for source in sources_of(requirement, report)}
    for name in requirement.source:
        fact = facts.get(name)
        yield f"{name}, line {fact.line} of openapi.yaml: {fact.statement}" if fact else name


def _halves(result: Result) -> Iterator[str]:
    if result.expected is None or result.seen is None:
        yield result.message
    else:
        yield f"expected: {result.expected}"
        yield f"seen: {result.seen}"
    if result.cause is not None:
        yield f"explained by {result.cause}"


def _message(*lines: str) -> dict[str, str]:
    """Return lines as a message in which nothing is a placeholder (section 3.11.5) or a link (section 3.11.6)."""
    text = "\n".join(visible(line) for line in lines)
    return {"text": text.replace("{", "{{").replace("}", "}}").replace("](", "]\\x28")}


def _result(pair: Pair, report: Report) -> dict[str, Any]:
    requirement, result = pair
    region = {"startLine": lines_of(report).get(requirement.id, 1)}
    # Other words of a reply, or another line of the document, make no other failure.
    fingerprint = sha256(visible(f"{requirement.id} {report.target}").encode()).hexdigest()
    return {
        "ruleId": requirement.id,
        "level": LEVELS[requirement.level],
        "message": _message(requirement.text, *_halves(result)),
        "locations": [{"physicalLocation": {"artifactLocation": DOCUMENT, "region": region}}],
        "partialFingerprints": {FINGERPRINT: fingerprint},
        # Section 3.27.23: an empty list says that nothing keeps it from being told.
        "suppressions": [_suppression(each) for each in excused(report) if each.requirement == requirement.id],
        "properties": _judgement(result),
    }


def _suppression(deviation: Deviation) -> dict[str, Any]:
    issue = f" {deviation.issue}" if deviation.issue else ""
    return {"kind": "external", "status": "accepted", "justification": visible(f"{deviation.reason}{issue}")}


def _judgement(result: Result) -> dict[str, Any]:
    cause = None if result.cause is None else visible(result.cause)
    return {"verdict": result.verdict, "evidence": list(result.evidence), "cause": cause}


def _invocation(report: Report, indexes: dict[str, int]) -> dict[str, Any]:
    return {
        "executionSuccessful": not report.was_interrupted,
        "commandLine": visible(report.command),
        "startTimeUtc": moment(report.started),
        "toolExecutionNotifications": [*_untold(report, indexes), *_notes(report)],
    }


def _untold(report: Report, indexes: dict[str, int]) -> Iterator[dict[str, Any]]:
    for requirement, result in pairs(report):
        if result.verdict is Verdict.CANNOT_TELL:
            yield {
                "descriptor": CANNOT_TELL,
                "associatedRule": {"id": requirement.id, "index": indexes[requirement.id]},
                "level": "warning" if requirement.level is Level.MUST else "note",
                "message": _message(requirement.text, result.message),
            }


def _notes(report: Report) -> Iterator[dict[str, Any]]:
    for note in (*outdated(report), *report.notes):
        yield {"descriptor": NOTE, "level": "note", "message": _message(note)}


def _circumstances(report: Report) -> dict[str, Any]:
    return {
        "conclusion": conclude(report),
        "target": visible(report.target),
        "document": visible(report.document),
        "overlays": [visible(name) for name in report.overlays],
        "seconds": report.seconds,
        "seed": report.seed,
        "depth": visible(report.depth),
    }
