"""`validate` as the command runs it, on a document that a test has edited."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from syncano_contract import run
from syncano_contract.pages import Page, extract, read
from syncano_contract.resources import PAGES
from syncano_contract.validation import Finding, validate
from syncano_contract.validation.tracing import trace_gate

FACTS = extract.facts(item for item in read([PAGES], sys.stdin.buffer) if isinstance(item, Page))
TRACE = trace_gate(FACTS, run.requirements())


def findings(tree: dict[str, Any], file: Path) -> list[Finding]:
    """What validate says of a document."""
    file.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return validate(file, [TRACE])


def stands_at(finding: Finding, pointer: str) -> bool:
    """Whether a finding leads to a place, into it, or to what holds it; an item is held by its list and its holder.

    Where a component is gone, what leads to it is the place.
    """
    holder, _, _ = pointer.rpartition("/")
    around = holder.rpartition("/")[0] if holder.rpartition("/")[2].isdecimal() else holder
    is_reference = finding.pointer.endswith("/$ref") and f"`#{pointer}`" in finding.sentence
    return is_reference or finding.pointer in (pointer, holder, around) or finding.pointer.startswith(f"{pointer}/")
