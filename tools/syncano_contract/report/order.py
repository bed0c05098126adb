"""In which order and groups a report tells what it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from syncano_contract.model import Level, Report, Requirement, Result, Source, Verdict

NO_RESULT = "the run ended before it was looked at"


def pairs(report: Report) -> Iterator[tuple[Requirement, Result]]:
    """Yield each requirement with its result; one that the run did not come to is untested."""
    results = {result.requirement: result for result in report.results}
    for requirement in report.requirements:
        missing = Result(requirement.id, Verdict.UNTESTED, NO_RESULT)
        yield requirement, results.get(requirement.id, missing)


def sources_of(requirement: Requirement, report: Report) -> tuple[Source, ...]:
    """Return the facts that a requirement rests on, as far as the report knows them."""
    known = {source.id: source for source in report.sources}
    return tuple(known[name] for name in requirement.source if name in known)


def lines_of(report: Report) -> dict[str, int]:
    """Return for each requirement that rests on a fact the line of openapi.yaml that has the first of them."""
    found = {requirement.id: sources_of(requirement, report) for requirement in report.requirements}
    return {name: sources[0].line for name, sources in found.items() if sources}


def group_of(requirement_id: str) -> str:
    """Return what an id begins with: `USERS-ADD` for `USERS-ADD-3`."""
    return requirement_id.rpartition("-")[0] or requirement_id


def natural(requirement_id: str) -> tuple[str, int, str]:
    """Return a key that sorts `USERS-ADD-2` before `USERS-ADD-10`."""
    number = re.search(r"(\d{1,9})\Z", requirement_id)
    return group_of(requirement_id), int(number.group()) if number else 0, requirement_id


Pair = tuple[Requirement, Result]


@dataclass(frozen=True)
class Cause:
    """A failure with the results that it explains, as far as that is known."""

    head: Pair
    failures: tuple[Pair, ...]
    untold: tuple[Pair, ...]


def causes(report: Report) -> list[Cause]:
    """Return the failures, each one that others are put down to before those; MUST comes before SHOULD and MAY."""
    ordered = sorted(pairs(report), key=lambda pair: (list(Level).index(pair[0].level), natural(pair[0].id)))
    failed = {requirement.id: result for requirement, result in ordered if result.verdict is Verdict.FAILED}
    members: dict[str, list[Pair]] = {name: [] for name in failed}
    for pair in ordered:
        root = _root(pair[1], failed)
        if root in members:
            members[root].append(pair)
    heads = [pair for pair in ordered if pair[0].id in failed and _root(pair[1], failed) == pair[0].id]
    return [_cause(head, members[head[0].id]) for head in heads]


def _cause(head: Pair, members: list[Pair]) -> Cause:
    failures = tuple(pair for pair in members if pair[1].verdict is Verdict.FAILED and pair != head)
    untold = tuple(pair for pair in members if pair[1].verdict is Verdict.CANNOT_TELL)
    return Cause(head, failures, untold)


def _root(result: Result, failed: Mapping[str, Result]) -> str:
    """Return the failure at the end of a chain of causes; of those that explain each other, the first met."""
    met = [result.requirement]
    cause = result.cause
    while cause is not None and cause in failed:
        if cause in met:
            return cause
        met.append(cause)
        cause = failed[cause].cause
    return met[-1]


class Sender(StrEnum):
    """What sent a request."""

    DIRECTED = "directed"
    MACHINE = "state machine"
    GENERATED = "schemathesis"


ENGINES = {"LIFE": Sender.MACHINE, "GENERATED": Sender.GENERATED}  # by the group of the requirement that runs them


def sender_of(name: str) -> Sender:
    """Return what an exchange's `sender` is; all but the two engines is directed, preflight and cleanup too."""
    return ENGINES.get(group_of(name), Sender.DIRECTED)


def operations_of(report: Report) -> tuple[str, ...]:
    """Return the operations that were covered or called, in the document's order."""
    called = {brief.operation for brief in report.traffic if brief.operation}
    return tuple(dict.fromkeys([*(covered.operation for covered in report.coverage), *sorted(called)]))


SEVERAL = "Several operations"


def operation_of(requirement: Requirement, report: Report) -> str:
    """Return the operation that a requirement is about, `SEVERAL` where its sources are on more than one or none."""
    about = {source.operation for source in sources_of(requirement, report)}
    (only,) = about if len(about) == 1 else (None,)
    return only or SEVERAL


def by_operation(report: Report) -> list[tuple[str, list[Pair]]]:
    """Return the requirements with their results, in order of id, by the operation that they are about."""
    groups: dict[str, list[Pair]] = {}
    for pair in sorted(pairs(report), key=lambda pair: natural(pair[0].id)):
        groups.setdefault(operation_of(pair[0], report), []).append(pair)
    known = [*operations_of(report), *sorted(groups.keys() - {SEVERAL}), SEVERAL]
    return [(name, groups[name]) for name in dict.fromkeys(known) if name in groups]
