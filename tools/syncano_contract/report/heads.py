"""The head of results.json: what a run was, without all that it found, which is a hundred times as long."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs

from syncano_contract.conclusion import Counts
from syncano_contract.model import Conclusion, Level, Problem, Verdict
from syncano_contract.remains import FIX
from syncano_contract.report.reading import json_of

TAKEN = ("target", "instance", "seconds", "depth", "read_only", "requests")
NAMES = ("version", *TAKEN, "conclusion", "started", "overlays", "only", "interrupted", "counts")
# The first of the long members, as `results` writes it: in a line of its own, behind everything that a head tells.
END = b' "requirements": '


@dataclass(frozen=True)
class Head:
    """What a run was, in the words of a report."""

    target: str
    instance: str
    started: datetime
    overlays: tuple[str, ...]
    seconds: float
    depth: str
    read_only: bool
    only: tuple[str, ...]
    requests: int
    conclusion: Conclusion
    counts: Counts
    was_interrupted: bool


def head(file: Path) -> Head:
    """Return the head of a results.json; raises Problem for what is none, or is of another version of the format."""
    try:
        with file.open("rb") as lines:
            content = _beginning(lines)
    except OSError as error:
        raise Problem(f"cannot read {file}: {error.strerror}", FIX) from error
    try:
        return _head(json_of(content))
    except ValueError as error:
        raise Problem(f"{file} is no report of a run: {error}", FIX) from error


def _beginning(lines: Iterable[bytes]) -> bytes:
    """Return the head as JSON, or everything where the file is laid out in another way."""
    read: list[bytes] = []
    for line in lines:
        if line.startswith(END):
            return b"".join(read).rstrip().removesuffix(b",") + b"}"
        read.append(line)
    return b"".join(read)


def _head(tree: Any) -> Head:
    found = next(_schema().iter_errors(tree), None)
    if found is not None:
        raise ValueError("it does not begin as the schema has it")
    return Head(
        **{name: tree[name] for name in TAKEN},
        started=datetime.fromisoformat(tree["started"]),
        overlays=tuple(tree["overlays"]),
        only=tuple(tree["only"]),
        conclusion=Conclusion(tree["conclusion"]),
        counts=_counts(tree["counts"]),
        was_interrupted=tree["interrupted"],
    )


def _counts(given: Mapping[str, Mapping[str, int]]) -> Counts:
    return {level: {verdict: given[level][verdict] for verdict in Verdict} for level in Level}


@cache
def _schema() -> jsonschema_rs.Validator:
    """Return what the published schema says of the members of a head."""
    whole = json.loads((resources.files("syncano_contract.report") / "results.schema.json").read_text(encoding="utf-8"))
    properties = {name: whole["properties"][name] for name in NAMES}
    return jsonschema_rs.validator_for(
        {"type": "object", "required": [*NAMES], "properties": properties, "$defs": whole["$defs"]}
    )
