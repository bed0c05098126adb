"""Examples, defaults and enum values against their own schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import quote

import jsonschema_rs

from syncano_contract.document import DIALECT
from syncano_contract.pointer import child
from syncano_contract.validation.outline import Breach, Outline, Part

HERE = "urn:syncano-contract:document"
BACKTRACKS = jsonschema_rs.FancyRegexOptions(backtrack_limit=10_000)


@dataclass(frozen=True)
class Sample:
    """A value that a schema must allow, and where it stands."""

    pointer: str
    value: Any
    schema: str


def mismatched(outline: Outline) -> Iterator[Breach]:
    """Every example, default and enum value validates against its own schema; raises ValueError for a broken one."""
    registry = jsonschema_rs.Registry([(HERE, dict(outline.tree))], draft=jsonschema_rs.Draft202012, retriever=_refuse)
    broken: ValueError | None = None
    for sample in samples(outline):
        try:
            yield from _mismatches(sample, registry)
        except ValueError as error:
            broken = broken or error
    if broken is not None:
        raise broken


def samples(outline: Outline) -> Iterator[Sample]:
    """Yield every example of a media type, parameter, header or schema, and every default and enum value."""
    for part in outline.of("mediaType", "parameter", "header"):
        yield from (Sample(*found, child(part.pointer, "schema")) for found in shown(outline, part))
    for part in outline.of("schema"):
        yield from (Sample(*found, part.pointer) for found in _of_schema(part))


def shown(outline: Outline, part: Part) -> Iterator[tuple[str, Any]]:
    """Yield pointer and value of each example of a media type, parameter or header that has a schema."""
    if "schema" not in part.node:
        return
    if "example" in part.node:
        yield child(part.pointer, "example"), part.node["example"]
    for named in outline.inside(part, "examples"):
        example = outline.meant(named)
        if example is not None and "value" in example.node:
            yield child(example.pointer, "value"), example.node["value"]


def _of_schema(part: Part) -> Iterator[tuple[str, Any]]:
    for single in ("example", "default", "const"):
        if single in part.node:
            yield child(part.pointer, single), part.node[single]
    for several in ("examples", "enum"):
        values = part.node.get(several)
        for index, value in enumerate(values if isinstance(values, list) else ()):
            yield child(child(part.pointer, several), index), value


def _mismatches(sample: Sample, registry: jsonschema_rs.Registry) -> Iterator[Breach]:
    schema: Mapping[str, Any] = {"$schema": DIALECT, "$ref": f"{HERE}#{quote(sample.schema)}"}
    validator = jsonschema_rs.Draft202012Validator(
        dict(schema), registry=registry, validate_formats=True, offline=True, pattern_options=BACKTRACKS
    )
    for error in validator.iter_errors(sample.value):
        pointer = sample.pointer
        for step in error.instance_path:
            pointer = child(pointer, step)
        yield Breach(pointer, f"the example does not fit its schema: {error.message}")


def _refuse(uri: str) -> NoReturn:
    raise ValueError(f"{uri} is not within the document")
