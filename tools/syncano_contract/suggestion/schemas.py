"""The schemas of the document that a value meets, behind references."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from syncano_contract import pointer

MOST_ITEMS = 100  # items of an array that are looked at


@dataclass(frozen=True)
class Schema:
    """A schema behind references: its pointer, what stands there, and the pointers of its members and items."""

    place: str
    node: Mapping[str, Any]
    members: Mapping[str, str]
    items: str | None

    @property
    def lists_members(self) -> bool:
        """Whether it tells of any member, so that others are further ones."""
        return "properties" in self.node


@dataclass(frozen=True)
class Meeting:
    """A value, the schema that it meets, and the steps to where in the body it is."""

    schema: Schema
    value: Any
    at: tuple[str | int, ...]


def meant(tree: Any, place: str) -> tuple[str, Any]:
    """Return pointer and node of what stands at a pointer, or of what a `$ref` there leads to."""
    node = pointer.at(tree, pointer.steps(place))
    while isinstance(node, Mapping) and "$ref" in node:
        place = pointer.of_fragment(node["$ref"])
        node = pointer.at(tree, pointer.steps(place))
    return place, node


def schema_at(tree: Any, place: str) -> Schema:
    """Return the schema at a pointer; `true` and `false` are schemas that tell of nothing."""
    place, node = meant(tree, place)
    node = node if isinstance(node, Mapping) else {}
    members = {name: place + pointer.of(("properties", name)) for name in node.get("properties", {})}
    return Schema(place, node, members, f"{place}/items" if "items" in node else None)


def met(
    schema_of: Callable[[str], Schema], place: str, value: Any, at: tuple[str | int, ...] = ()
) -> Iterator[Meeting]:
    """Yield each schema that a value and its members meet; `schema_of` gives the one at a pointer.

    Where a value may be as one of several schemas has it, nobody knows which it meets: that is not looked into.
    """
    schema = schema_of(place)
    yield Meeting(schema, value, at)
    if isinstance(value, dict):
        for name, member in schema.members.items():
            if name in value:
                yield from met(schema_of, member, value[name], (*at, name))
    elif isinstance(value, list) and schema.items is not None:
        for number, item in enumerate(value[:MOST_ITEMS]):
            yield from met(schema_of, schema.items, item, (*at, number))
