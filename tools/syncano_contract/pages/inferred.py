"""Examples -> a shape that all of them have, and the JSON Schema that says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DEEPEST = 20
NAMES = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
FORMATS = {
    "date-time": re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "email": re.compile(r"[\w.+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII),
    "uri": re.compile(r"https?://[\w.~:/?&=%+-]+", re.ASCII),
    "uri-reference": re.compile(r"(/[\w.~-]+)+/?", re.ASCII),
}
DATED = frozenset({"date-time", "date"})


@dataclass(frozen=True)
class Shape:
    """What `seen` examples have in common; a member was seen as often as its own shape was.

    No types: unknown. `objects` counts the examples that are objects, `variants` holds the sets of members they have.
    """

    seen: int = 0
    types: frozenset[str] = frozenset()
    formats: frozenset[str] = frozenset()
    members: Mapping[str, Shape] = field(default_factory=dict)
    items: Shape | None = None
    objects: int = 0
    variants: frozenset[frozenset[str]] = frozenset()


NOTHING = Shape()


def shape_of(value: Any, depth: int = 0) -> Shape:
    """Return the shape of one example; what is nested too deeply has none."""
    kind = frozenset({NAMES[type(value)]})
    if depth > DEEPEST:
        return Shape(1)
    if isinstance(value, dict):
        members = {name: shape_of(each, depth + 1) for name, each in value.items()}
        return Shape(1, kind, members=members, objects=1, variants=frozenset({frozenset(members)}))
    if isinstance(value, list):
        return Shape(1, kind, items=merged(shape_of(each, depth + 1) for each in value))
    return Shape(1, kind, frozenset({_format(value)}) if isinstance(value, str) else frozenset())


def _format(value: str) -> str:
    named = next((name for name, pattern in FORMATS.items() if pattern.fullmatch(value)), "")
    return named if named not in DATED or _is_date(value) else ""


def _is_date(value: str) -> bool:
    try:
        return bool(datetime.fromisoformat(value.upper()))
    except ValueError:
        return False


def merged(shapes: Iterable[Shape]) -> Shape:
    """Return what any number of shapes have in common."""
    result = NOTHING
    for shape in shapes:
        if shape.seen:
            result = _merged(result, shape) if result.seen else shape
    return result


def _merged(one: Shape, other: Shape) -> Shape:
    names = dict.fromkeys((*one.members, *other.members))
    members = {name: merged(each.members[name] for each in (one, other) if name in each.members) for name in names}
    items = merged(each.items for each in (one, other) if each.items is not None)
    return Shape(
        one.seen + other.seen,
        _types(one, other),
        one.formats | other.formats,
        members,
        items if one.items is not None or other.items is not None else None,
        one.objects + other.objects,
        one.variants | other.variants,
    )


def _types(one: Shape, other: Shape) -> frozenset[str]:
    if not (one.types and other.types):  # one of them is unknown
        return frozenset()
    types = one.types | other.types
    return types - {"integer"} if "number" in types else types


def required(shape: Shape) -> list[str]:
    """Return the members that every object of that shape has."""
    return [name for name, member in shape.members.items() if member.seen == shape.objects]


def scalar_schema(shape: Shape) -> dict[str, Any]:
    """Return what a schema says of types and formats; nothing where null alone was seen."""
    types = sorted(shape.types - {"null"})
    if not types:
        return {}
    kinds = [*types, *(["null"] if "null" in shape.types else [])]
    schema: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds}
    (one_format,) = shape.formats if len(shape.formats) == 1 else ("",)
    return {**schema, "format": one_format} if one_format else schema
