"""Shapes -> named schemas: the same name where objects are alike, and a longer one where they are not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from syncano_contract.pages.inferred import Shape, merged, required, scalar_schema
from syncano_contract.pages.names import Names

WORD = re.compile(r"[A-Za-z0-9]+")
ALIKE = 0.5
PLURALS = (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("s", ""))
SINGULARS = ("ss", "us", "is", "news", "series", "status")


def pascal(text: str) -> str:
    """Return a name such as `UserKey` for `user_key`; raises nothing, `Object` where there are no letters."""
    name = "".join(word[0].upper() + word[1:] for word in WORD.findall(text))
    return name if name[:1].isalpha() else f"Object{name}"


def singular(text: str) -> str:
    """Return the singular of an English plural, as far as its ending tells."""
    if text.lower().endswith(SINGULARS):
        return text
    for ending, instead in PLURALS:
        if text.lower().endswith(ending) and len(text) > len(ending) + 1:
            return text[: -len(ending)] + instead
    return text


@dataclass(frozen=True)
class Seen:
    """Objects of one shape: what they would be called, what they stand in, and the facts that show them."""

    candidate: str
    parent: str
    shape: Shape
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Schemas:
    """All objects by the name of their schema, and that name for each set of members that a candidate was seen with."""

    named: Mapping[str, Seen] = field(default_factory=dict)
    names: Mapping[tuple[str, frozenset[str]], str] = field(default_factory=dict)

    def components(self) -> dict[str, Any]:
        """Return the schemas in order of name."""
        return {name: self._object(self.named[name]) for name in sorted(self.named)}

    def schema(self, shape: Shape, candidate: str) -> dict[str, Any]:
        """Return a schema, a reference where all that the shape was made from has one name."""
        names = {self.names.get((candidate, variant), "") for variant in shape.variants}
        if len(names) != 1 or "" in names or shape.types - {"null"} != {"object"}:
            return self._inline(shape, candidate)
        reference = {"$ref": f"#/components/schemas/{names.pop()}"}
        return {"anyOf": [reference, {"type": "null"}]} if "null" in shape.types else reference

    def _object(self, seen: Seen) -> dict[str, Any]:
        return {**self._inline(seen.shape, seen.candidate), "x-source": list(seen.sources)}

    def _inline(self, shape: Shape, candidate: str) -> dict[str, Any]:
        schema = scalar_schema(shape)
        if not schema:
            return {"x-unconfirmed": "The pages show null alone, or nothing, or too much; what it can be is unknown."}
        if shape.members:
            schema["properties"] = {name: self.schema(each, pascal(name)) for name, each in shape.members.items()}
        if required(shape):
            schema["required"] = required(shape)
        if shape.items is not None and "array" in shape.types:
            schema["items"] = self.schema(shape.items, singular(candidate))
        return schema


def name_all(roots: Iterable[Seen], reserved: Iterable[str] = ()) -> Schemas:
    """Return the named schemas of all objects that the roots are or contain; `reserved` names are for others."""
    clusters: dict[str, _Clusters] = {}
    for root in roots:
        for seen in _objects(root):
            clusters.setdefault(seen.candidate, _Clusters()).join(seen)
    unique = Names("", reserved)
    named: dict[str, Seen] = {}
    names: dict[tuple[str, frozenset[str]], str] = {}
    for candidate, alike in sorted(clusters.items()):
        given = [unique.unique(_name(seen, is_alone=len(alike.merged) == 1)) for seen in alike.merged]
        named |= dict(zip(given, alike.result(), strict=True))
        names |= {(candidate, variant): given[number] for variant, number in alike.joined.items()}
    return Schemas(named, names)


class _Clusters:
    """Objects of one candidate, those that are alike merged; the same members always go to the same place."""

    def __init__(self) -> None:
        self.merged: list[Seen] = []
        self.joined: dict[frozenset[str], int] = {}
        self._sources: list[dict[str, None]] = []

    def join(self, seen: Seen) -> None:
        """Merge objects into those that are like them, or put them beside."""
        known = [self.joined[variant] for variant in seen.shape.variants if variant in self.joined]
        alike = (number for number, other in enumerate(self.merged) if _are_alike(other.shape, seen.shape))
        number = min(known) if known else next(alike, len(self.merged))
        for variant in seen.shape.variants:
            self.joined.setdefault(variant, number)
        if number == len(self.merged):
            self.merged.append(seen)
            self._sources.append({})
        else:
            other = self.merged[number]
            self.merged[number] = replace(other, shape=merged((other.shape, seen.shape)))
        self._sources[number].update(dict.fromkeys(seen.sources))

    def result(self) -> list[Seen]:
        """Return what was merged, with all the facts that show it."""
        return [replace(seen, sources=tuple(sources)) for seen, sources in zip(self.merged, self._sources, strict=True)]


def _objects(seen: Seen) -> Iterator[Seen]:
    """Yield every object in a shape, the outer before the inner."""
    if seen.shape.members:
        yield seen
    parent = seen.candidate if seen.shape.members else seen.parent
    for name, member in seen.shape.members.items():
        yield from _objects(Seen(pascal(name), parent, member, seen.sources))
    if seen.shape.items is not None:
        yield from _objects(replace(seen, candidate=singular(seen.candidate), shape=seen.shape.items))


def _are_alike(one: Shape, other: Shape) -> bool:
    return len(one.members.keys() & other.members.keys()) > ALIKE * len(one.members.keys() | other.members.keys())


def _name(seen: Seen, *, is_alone: bool) -> str:
    """Return the plain name where it is the only one, else one that tells what the object stands in."""
    return seen.candidate if is_alone else f"{seen.parent}{seen.candidate}"
