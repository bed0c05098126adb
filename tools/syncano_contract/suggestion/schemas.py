"""The schemas of the document that a value meets, behind references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from syncano_contract import pointer


@dataclass(frozen=True)
class Meeting:
    """A value, where in the body it is, and the schema that it meets with its pointer."""

    place: str
    schema: Mapping[str, Any]
    value: Any
    at: tuple[str | int, ...]


MOST_ITEMS = 100  # items of an array that are looked at


def meant(tree: Any, place: str) -> tuple[str, Any]:
    """Return pointer and node of what stands at a pointer, or of what a `$ref` there leads to."""
    node = pointer.at(tree, pointer.steps(place))
    while isinstance(node, Mapping) and "$ref" in node:
        place = pointer.of_fragment(node["$ref"])
        node = pointer.at(tree, pointer.steps(place))
    return place, node


def met(tree: Any, place: str, value: Any, at: tuple[str | int, ...] = ()) -> Iterator[Meeting]:
    """Yield each schema that a value and its members meet.

    Where a value may be as one of several schemas has it, nobody knows which it meets: that is not looked into.
    """
    place, schema = meant(tree, place)
    if not isinstance(schema, Mapping):
        return
    yield Meeting(place, schema, value, at)
    if isinstance(value, dict):
        for name in schema.get("properties", {}):
            if name in value:
                yield from met(tree, f"{place}{pointer.of(('properties', name))}", value[name], (*at, name))
    elif isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value[:MOST_ITEMS]):
            yield from met(tree, f"{place}/items", item, (*at, number))
