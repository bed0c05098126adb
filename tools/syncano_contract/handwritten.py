"""YAML files that people write: read with their lines, and checked so that misspelt members are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs

from syncano_contract import pointer
from syncano_contract.model import Problem
from syncano_contract.validation import source
from syncano_contract.validation.source import Form, Source

TEXT = {"type": "string", "pattern": r"\S"}


def closed(properties: dict[str, Any], *required: str, extensible: bool = False) -> dict[str, Any]:
    """Return the schema of an object with these members alone, or with extensions (`x-…`) too."""
    extensions: dict[str, Any] = {"patternProperties": {"^x-": {}}} if extensible else {}
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        **extensions,
    }


def read(path: Path, form: Form, validator: jsonschema_rs.Validator, fix: str) -> Source:
    """Read a file of this form; raises Problem, with the line, for what is no YAML or not as the schema has it."""
    found = source.read(path, form)
    for flaw in found.flaws:
        raise Problem(f"{path}:{flaw.line}: {flaw.sentence}", fix)
    for error in validator.iter_errors(found.tree):
        where = pointer.of(error.instance_path)
        raise Problem(f"{path}:{found.line(where)}: {where or 'the file'}: {error.message}", fix)
    return found
