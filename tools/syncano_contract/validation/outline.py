"""The document as the parts that OpenAPI knows: each with its kind, its pointer and the part that holds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from typing import Any

from syncano_contract.document import METHODS
from syncano_contract.pointer import child, of_fragment, steps


class How(Enum):
    """How a member holds parts: as itself, in a list, in a mapping, or in a mapping beside extensions."""

    ONE = auto()
    EACH = auto()
    NAMED = auto()
    PATTERNED = auto()


ONE, EACH, NAMED, PATTERNED = How

# Where each kind of part has others: member -> how it holds them and their kind; `*` is every member of the part.
# OpenAPI 3.1.0, section 4.8, and for schemas JSON Schema 2020-12, sections 10 and 11.
MEMBERS: Mapping[str, Mapping[str, tuple[How, str]]] = {
    "document": {
        "paths": (PATTERNED, "pathItem"),
        "webhooks": (NAMED, "pathItem"),
        "components": (ONE, "components"),
    },
    "components": {
        "schemas": (NAMED, "schema"),
        "responses": (NAMED, "response"),
        "parameters": (NAMED, "parameter"),
        "examples": (NAMED, "example"),
        "requestBodies": (NAMED, "requestBody"),
        "headers": (NAMED, "header"),
        "securitySchemes": (NAMED, "securityScheme"),
        "links": (NAMED, "link"),
        "callbacks": (NAMED, "callback"),
        "pathItems": (NAMED, "pathItem"),
    },
    "pathItem": {"parameters": (EACH, "parameter"), **dict.fromkeys(METHODS, (ONE, "operation"))},
    "operation": {
        "parameters": (EACH, "parameter"),
        "requestBody": (ONE, "requestBody"),
        "responses": (PATTERNED, "response"),
        "callbacks": (NAMED, "callback"),
    },
    "callback": {"*": (PATTERNED, "pathItem")},
    "parameter": {"schema": (ONE, "schema"), "content": (NAMED, "mediaType"), "examples": (NAMED, "example")},
    "header": {"schema": (ONE, "schema"), "content": (NAMED, "mediaType"), "examples": (NAMED, "example")},
    "requestBody": {"content": (NAMED, "mediaType")},
    "response": {"content": (NAMED, "mediaType"), "headers": (NAMED, "header"), "links": (NAMED, "link")},
    "mediaType": {"schema": (ONE, "schema"), "examples": (NAMED, "example"), "encoding": (NAMED, "encoding")},
    "encoding": {"headers": (NAMED, "header")},
    "schema": {
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), (EACH, "schema")),
        **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs"), (NAMED, "schema")),
        **dict.fromkeys(("not", "if", "then", "else", "items", "contains", "propertyNames"), (ONE, "schema")),
        **dict.fromkeys(("additionalProperties", "unevaluatedProperties", "unevaluatedItems"), (ONE, "schema")),
    },
}
SECTIONS = {kind: section for section, (_, kind) in MEMBERS["components"].items()}


@dataclass(frozen=True)
class Breach:
    """One thing that is wrong with the document, and the JSON pointer of where."""

    pointer: str
    sentence: str


@dataclass(frozen=True)
class Part:
    """A mapping that OpenAPI gives a meaning; `member` is the member of the holder that it stands in or under."""

    kind: str
    pointer: str
    node: Mapping[str, Any] = field(compare=False, repr=False)
    holder: Part | None = field(default=None, compare=False, repr=False)
    member: str = ""

    @property
    def name(self) -> str:
        """The last step of the pointer: a component's name, a status, a method or an index."""
        return steps(self.pointer)[-1] if self.pointer else ""

    @property
    def reference(self) -> str | None:
        """What the part's `$ref` says, where it is a reference."""
        reference = self.node.get("$ref")
        return reference if isinstance(reference, str) else None

    @property
    def is_component(self) -> bool:
        """Whether the part stands in `components` under a name of its own."""
        return self.holder is not None and self.holder.kind == "components"

    def around(self) -> Iterator[Part]:
        """Yield the part and everything that holds it, from the inside out."""
        part: Part | None = self
        while part is not None:
            yield part
            part = part.holder


@dataclass(frozen=True)
class Outline:
    """All parts of a document, in its order."""

    tree: Mapping[str, Any]

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every part, the document itself first and each before what it holds."""
        return tuple(_walk(Part("document", "", self.tree)))

    @cached_property
    def by_pointer(self) -> Mapping[str, Part]:
        """Every part by its pointer."""
        return {part.pointer: part for part in self.parts}

    @cached_property
    def held(self) -> Mapping[str, tuple[Part, ...]]:
        """The parts that each part holds, by the holder's pointer."""
        found: dict[str, list[Part]] = {}
        for part in self.parts:
            if part.holder is not None:
                found.setdefault(part.holder.pointer, []).append(part)
        return {pointer: tuple(parts) for pointer, parts in found.items()}

    def of(self, *kinds: str) -> Iterator[Part]:
        """Yield the parts of some kinds that are written out, and not mere references."""
        return (part for part in self.parts if part.kind in kinds and (part.kind == "schema" or not part.reference))

    def target(self, part: Part) -> Part | None:
        """Return the part that a reference leads to, if it leads to one."""
        reference = part.reference or ""
        return self.by_pointer.get(of_fragment(reference)) if reference.startswith("#") else None

    def meant(self, part: Part) -> Part | None:
        """Return the part itself, or what is at the end of its references; None where they lead nowhere."""
        seen = set[str]()
        while part.reference is not None:
            target = self.target(part)
            if target is None or part.pointer in seen:
                return None
            seen.add(part.pointer)
            part = target
        return part

    def inside(self, part: Part, *members: str) -> Iterator[Part]:
        """Yield what a part holds, or only what it holds in some of its members."""
        return (each for each in self.held.get(part.pointer, ()) if not members or each.member in members)


def _walk(part: Part) -> Iterator[Part]:
    waiting = [part]
    while waiting:
        part = waiting.pop()
        yield part
        waiting += reversed(list(_held(part)))


def _held(part: Part) -> Iterator[Part]:
    members = MEMBERS.get(part.kind, {})
    if "*" in members:
        yield from _parts(part, "", part.node, *members["*"])
    for member in part.node:
        if member in members and member != "*":
            yield from _parts(part, member, part.node[member], *members[member])


def _parts(holder: Part, member: str, value: Any, how: How, kind: str) -> Iterator[Part]:
    place = child(holder.pointer, member) if member else holder.pointer
    for pointer, node in _places(place, value, how):
        if isinstance(node, Mapping):
            yield Part(kind, pointer, node, holder, member)


def _places(place: str, value: Any, how: How) -> Iterator[tuple[str, Any]]:
    if how is ONE:
        yield place, value
    elif how is EACH and isinstance(value, list):
        yield from ((child(place, index), node) for index, node in enumerate(value))
    elif how in (NAMED, PATTERNED) and isinstance(value, Mapping):
        names = (name for name in value if how is NAMED or not name.startswith("x-"))
        yield from ((child(place, name), value[name]) for name in names)
