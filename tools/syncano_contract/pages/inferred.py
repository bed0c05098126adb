"""Examples -> a shape that all of them have, and the JSON Schema that says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
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
FORMATS = re.compile(
    r"(?P<date_time>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d))"
    r"|(?P<date>\d{4}-\d\d-\d\d)"
    r"|(?P<uuid>[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
    r"|(?P<email>[\w.+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)"
    r"|(?P<uri>https?://[\w.~:/?&=%+-]+)"
    r"|(?P<uri_reference>(/[\w.~-]+)+/?)",
    re.ASCII,
)
DATED = frozenset({"date_time", "date"})
Variant = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What examples have in common; a shape merged with itself is the same shape.

    `is_seen` is false where there is no example. No types: unknown. `optional` are the members that some of the objects
    lack, `variants` the sets of members that objects have, each in order of name.
    """

    is_seen: bool = False
    types: frozenset[str] = frozenset()
    formats: frozenset[str] = frozenset()
    members: Mapping[str, Shape] = field(default_factory=dict)
    items: Shape | None = None
    optional: frozenset[str] = frozenset()
    variants: tuple[Variant, ...] = ()


NOTHING = Shape()
UNKNOWN = Shape(is_seen=True)
OBJECT = frozenset({"object"})
ARRAY = frozenset({"array"})


def shape_of(value: Any, depth: int = 0) -> Shape:
    """Return the shape of one example; what is nested too deeply has none."""
    if depth > DEEPEST:
        return UNKNOWN
    if isinstance(value, dict):
        members = {name: shape_of(each, depth + 1) for name, each in value.items()}
        return Shape(True, OBJECT, members=members, variants=(tuple(sorted(members)),))
    if isinstance(value, list):
        return Shape(True, ARRAY, items=merged(shape_of(each, depth + 1) for each in value))
    return _scalar(NAMES[type(value)], _format(value) if isinstance(value, str) else None)


@cache
def _scalar(kind: str, its_format: str | None) -> Shape:
    """Return the one shape of all that has this type and format."""
    return Shape(True, frozenset({kind}), frozenset() if its_format is None else frozenset({its_format}))


@lru_cache(maxsize=1 << 12)
def _format(value: str) -> str:
    found = FORMATS.fullmatch(value)
    named = (found.lastgroup or "") if found else ""
    return named.replace("_", "-") if named not in DATED or _is_date(value) else ""


def _is_date(value: str) -> bool:
    try:
        return bool(datetime.fromisoformat(value.upper()))
    except ValueError:
        return False


def merged(shapes: Iterable[Shape]) -> Shape:
    """Return what any number of shapes have in common."""
    result = NOTHING
    for shape in shapes:
        if shape.is_seen:
            result = _merged(result, shape) if result.is_seen else shape
    return result


def _merged(one: Shape, other: Shape) -> Shape:
    if one == other:
        return one
    names = dict.fromkeys((*one.members, *other.members))
    members = {name: merged(each.members[name] for each in (one, other) if name in each.members) for name in names}
    items = merged(each.items for each in (one, other) if each.items is not None)
    return Shape(
        True,
        _types(one, other),
        one.formats | other.formats,
        members,
        items if one.items is not None or other.items is not None else None,
        _optional(one, other),
        tuple(dict.fromkeys((*one.variants, *other.variants))),
    )


def _optional(one: Shape, other: Shape) -> frozenset[str]:
    lacking = one.members.keys() ^ other.members.keys() if one.variants and other.variants else frozenset()
    return one.optional | other.optional | lacking


def _types(one: Shape, other: Shape) -> frozenset[str]:
    if not (one.types and other.types):  # one of them is unknown
        return frozenset()
    types = one.types | other.types
    return types - {"integer"} if "number" in types else types


def required(shape: Shape) -> list[str]:
    """Return the members that every object of that shape has."""
    return [name for name in shape.members if name not in shape.optional]


def scalar_schema(shape: Shape) -> dict[str, Any]:
    """Return what a schema says of types and formats; nothing where null alone was seen."""
    types = sorted(shape.types - {"null"})
    if not types:
        return {}
    kinds = [*types, *(["null"] if "null" in shape.types else [])]
    schema: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds}
    (one_format,) = shape.formats if len(shape.formats) == 1 else ("",)
    return {**schema, "format": one_format} if one_format else schema
