"""A proof as files: prove.json for programs, prove.html for people, and the matrix of the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from itertools import groupby
from textwrap import wrap
from typing import Any

import jinja2

from syncano_contract.model import Requirement
from syncano_contract.proof import Case, Failure, Proof, totals
from syncano_contract.report.order import natural
from syncano_contract.report.page import template
from syncano_contract.report.shown import sentence, shown
from syncano_contract.text import counted, sound, visible

TERMINAL = 120  # columns

Group = tuple[str, tuple[Case, ...]]


def to_json(proof: Proof) -> str:
    """Return prove.json, in the same order for the same faults, however their trials went."""
    tree = {
        "version": 1,
        "tool": f"syncano-contract {version('syncano-contract')}",
        "depth": proof.depth.name.lower(),
        "whole": proof.is_whole,
        "holds": not proof.gaps,
        "totals": _totals(proof),
        "gaps": list(proof.gaps),
        "reference": {"failures": _failures(proof.reference.failures), "unjudged": list(proof.reference.unjudged)},
        "faults": [_fault(case) for case in proof.faults],
        "variants": [_variant(case) for case in proof.variants],
        "requirements": [_requirement(each, proof) for each in proof.requirements],
    }
    return sound(json.dumps(tree, ensure_ascii=False, indent=2)) + "\n"


def to_html(proof: Proof) -> str:
    """Return a page without scripts and references."""
    faults = tuple(groups(proof.faults))
    requirements = sorted(proof.requirements, key=lambda each: natural(each.id))
    page = _template().render(
        proof=proof,
        totals=totals(proof),
        groups=faults,
        turns=[(each, [_turned(each, cases) for _, cases in faults]) for each in requirements],
        state=state,
        ids=ids,
    )
    return page.lstrip()


def to_table(proof: Proof) -> Iterator[str]:
    """Yield the lines of the matrix, then what no fault turns red, what raised an alarm, the gaps and the totals."""
    for name, cases in groups(proof.cases):
        good = sum(state(case) in ("noticed", "clean") for case in cases)
        word = "clean" if cases[0].alteration.level is None else "noticed"
        yield f"{name} ({good} of {len(cases)} {word})"
        for case in cases:
            yield from _lines(case)
        yield ""
    if proof.is_whole:
        yield f"requirements that no fault turns red: {', '.join(each.id for each in proof.unproven) or 'none'}"
    alarms = [case.alteration.name for case in proof.variants if case.alarms]
    yield f"variants that raised an alarm: {', '.join(alarms) or 'none'}"
    for gap in proof.gaps:
        yield visible(f"GAP: {gap}")
    yield from _figures(proof)


def groups(cases: Iterable[Case]) -> Iterator[Group]:
    """Yield the cases of each group, in the order of the library."""
    return ((name, tuple(members)) for name, members in groupby(cases, key=lambda case: case.alteration.group))


def ids(failures: Iterable[Failure]) -> list[str]:
    """Return the ids of the requirements that failed, in the order of ids."""
    return sorted({failure.requirement for failure in failures}, key=natural)


def state(case: Case) -> str:
    """Say in a word or two how a trial ended."""
    if case.trial.broken:
        return "broken"
    if case.alteration.level is None:
        return "alarm" if case.alarms else "clean"
    return "noticed" if case.first else "not noticed"


def _lines(case: Case) -> Iterator[str]:
    """Yield what the matrix says of a fault: state, name, level, at which request, after how long, and by what."""
    is_good = state(case) in ("noticed", "clean")
    word = state(case) if is_good else state(case).upper()
    where = f"{case.first.after:>6} {case.first.seconds:>5.1f} s" if case.first and case.alteration.level else ""
    head = f"  {word:<13}{case.alteration.name:<40}{case.alteration.level or '':<6}{where:<15}"
    told = case.trial.broken or ", ".join(ids(case.counting))
    first, *more = wrap(visible(told), TERMINAL - len(head), break_on_hyphens=False) or [""]
    yield f"{head}{first}".rstrip()
    yield from (f"{'':<{len(head)}}{line}" for line in more)


def _figures(proof: Proof) -> Iterator[str]:
    found = totals(proof)
    must, others, variants = (f"{some} of {all_}" for some, all_ in (found.must, found.others, found.variants))
    yield f"{must} MUST faults noticed by a failed MUST, {others} others noticed, {variants} variants clean"
    noticed = "" if found.seconds is None else f"{found.seconds:.1f} s to notice a fault (median), "
    yield f"{noticed}{found.requests} requests a run (median), {found.most_requests} at most"
    verdict = f"NOT PROVED, {counted(len(proof.gaps), 'gap')}" if proof.gaps else "PROVED"
    yield f"{verdict}: depth {proof.depth.name.lower()}, {counted(len(proof.faults), 'fault')}"


def _turned(requirement: Requirement, cases: Iterable[Case]) -> int:
    """Return how many of these faults turned a requirement red."""
    return sum(requirement.id in ids(case.trial.failures) for case in cases)


def _totals(proof: Proof) -> dict[str, Any]:
    found = totals(proof)
    return {
        "must_faults": {"noticed": found.must[0], "of": found.must[1]},
        "other_faults": {"noticed": found.others[0], "of": found.others[1]},
        "variants": {"clean": found.variants[0], "of": found.variants[1]},
        "seconds_to_notice": found.seconds and round(found.seconds, 3),
        "requests": {"median": found.requests, "most": found.most_requests},
    }


def _fault(case: Case) -> dict[str, Any]:
    return {
        **_case(case),
        "level": case.alteration.level,
        "noticed_by": ids(case.counting),
        "first": case.first and _failure(case.first),
        "failures": _failures(case.trial.failures),
    }


def _variant(case: Case) -> dict[str, Any]:
    return {
        **_case(case),
        "alarms": _failures(case.alarms),
        "failures": _failures(case.trial.failures),
        "reasons": dict(case.alteration.reasons),
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "name": case.alteration.name,
        "group": case.alteration.group,
        "sentence": case.alteration.sentence,
        "state": state(case),
        "requests": case.trial.requests,
        "seconds": round(case.trial.seconds, 3),
        "broken": case.trial.broken or None,
    }


def _failures(failures: Iterable[Failure]) -> list[dict[str, Any]]:
    return [_failure(each) for each in sorted(failures, key=lambda failure: natural(failure.requirement))]


def _failure(failure: Failure) -> dict[str, Any]:
    return {**asdict(failure), "seconds": round(failure.seconds, 3)}


def _requirement(requirement: Requirement, proof: Proof) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "level": requirement.level,
        "text": requirement.text,
        "judged": requirement.id not in proof.reference.unjudged,
        "red": [case.alteration.name for case in proof.red[requirement.id]],
    }


@cache
def _template() -> jinja2.Template:
    return template("proof.html.j2", {"shown": shown, "sentence": sentence}, {})
