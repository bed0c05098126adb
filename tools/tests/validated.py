"""`validate` as the command runs it, on a document that a test has edited."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from syncano_contract import run
from syncano_contract.pages import Page, extract, read
from syncano_contract.resources import PAGES
from syncano_contract.validation import validate
from syncano_contract.validation.tracing import trace_gate

FACTS = extract.facts(item for item in read([PAGES], sys.stdin.buffer) if isinstance(item, Page))
TRACE = trace_gate(FACTS, run.requirements())


def findings(tree: dict[str, Any], file: Path) -> str:
    """What validate says of a document, as one text."""
    file.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return "\n".join(str(finding) for finding in validate(file, [TRACE]))
