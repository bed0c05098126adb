"""Known deviations of named targets: failures that are listed with a reason, and no longer make a run fail."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from syncano_contract import handwritten
from syncano_contract.handwritten import TEXT, closed
from syncano_contract.model import Deviation, Level, Report, Verdict
from syncano_contract.validation.source import Form

FORM = Form(
    "name a file of known deviations; `syncano-contract run` writes one with --update-deviations",
    "a list of known deviations begins with `deviations:`",
)
FIX = "mend the file; `syncano-contract run --help` shows one"
UNEXPLAINED = "Not explained yet."
SCHEMA = jsonschema_rs.validator_for(
    closed(
        {
            "deviations": {
                "type": "array",
                "items": closed(
                    {
                        "requirement": TEXT,
                        "target": TEXT,
                        "reason": TEXT,
                        "expires": {"type": "string", "format": "date"},
                        "issue": {"type": "string", "format": "uri"},
                    },
                    *("requirement", "target", "reason"),
                ),
            }
        },
        "deviations",
    ),
    validate_formats=True,
)


def read(path: Path) -> tuple[Deviation, ...]:
    """Read a file of deviations; raises Problem, with the line, for one that is none."""
    return tuple(_deviation(each) for each in handwritten.read(path, FORM, SCHEMA, FIX).tree["deviations"])


def _deviation(given: Mapping[str, Any]) -> Deviation:
    return Deviation(given["requirement"], given["target"], given["reason"], given.get("expires"), given.get("issue"))


def on(target: str, deviations: Iterable[Deviation]) -> tuple[Deviation, ...]:
    """Return the deviations of a target: those whose pattern its base URL matches, `*` being any text."""
    return tuple(each for each in deviations if _pattern(each.target).fullmatch(target))


def _pattern(target: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in target.split("*")), re.DOTALL)


def updated(before: Sequence[Deviation], report: Report, suite: Container[str]) -> tuple[Deviation, ...]:
    """Return the deviations as a run found them; what a person wrote stays while it may still hold.

    Left out is what passed on this target, and what is no requirement of the `suite`; new is each MUST that failed.
    """
    here = on(report.target, before)
    passed = {each.requirement for each in report.results if each.verdict is Verdict.PASSED}
    over = [each for each in here if each.requirement in passed]
    kept = [each for each in before if each.requirement in suite and each not in over]
    known = {each.requirement for each in here}
    levels = {requirement.id: requirement.level for requirement in report.requirements}
    failed = [each.requirement for each in report.results if each.verdict is Verdict.FAILED]
    new = [name for name in failed if name not in known and levels[name] is Level.MUST]
    return (*kept, *(Deviation(name, report.target, UNEXPLAINED) for name in sorted(new)))


def to_yaml(deviations: Iterable[Deviation]) -> Iterator[str]:
    """Yield the lines of a file of deviations."""
    yield "# Failures that are known; `syncano-contract run --deviations FILE` does not count them.\n"
    listed = [{name: value for name, value in asdict(each).items() if value is not None} for each in deviations]
    yield yaml.safe_dump({"deviations": listed}, sort_keys=False, allow_unicode=True, width=120)
