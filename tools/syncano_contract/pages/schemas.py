"""Shapes -> named schemas: the same name where objects are alike, and a longer one where they are not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from syncano_contract.pages.inferred import NOTHING, Shape, Variant, merged, required, scalar_schema
from syncano_contract.pages.names import Names

WORD = re.compile(r"[A-Za-z0-9]+")
ALIKE = 0.5
PLURALS = (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("s", ""))
SINGULARS = ("ss", "us", "is", "news", "series", "status")


@lru_cache(maxsize=1 << 12)
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


@dataclass(frozen=True, slots=True)
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
    names: Mapping[tuple[str, Variant], str] = field(default_factory=dict)

    def component(self, name: str) -> dict[str, Any]:
        """Return the schema of that name, with its sources."""
        seen = self.named[name]
        return {**self._inline(seen.shape, seen.candidate), "x-source": list(seen.sources)}

    def schema(self, shape: Shape, candidate: str) -> dict[str, Any]:
        """Return a schema, with references where all that the shape was made from has names."""
        names = sorted({self.names.get((candidate, variant), "") for variant in shape.variants})
        if not all(names) or not names or shape.types - {"null"} != {"object"}:
            return self._inline(shape, candidate)
        alternatives: list[dict[str, Any]] = [{"$ref": f"#/components/schemas/{name}"} for name in names]
        alternatives += [{"type": "null"}] if "null" in shape.types else []
        return alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives}

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


class Objects:
    """All objects that examples are or contain, by what they would be called."""

    def __init__(self) -> None:
        """Begin without any."""
        self._clusters: dict[str, _Clusters] = {}

    def join(self, root: Seen) -> None:
        """Put an object, and those in it, to those that are like them."""
        for seen in _objects(root):
            self._clusters.setdefault(seen.candidate, _Clusters()).join(seen)

    def named(self, reserved: Iterable[str] = ()) -> Schemas:
        """Hand over all objects with the names of their schemas; `reserved` names are for others."""
        unique = Names("", reserved)
        named: dict[str, Seen] = {}
        names: dict[tuple[str, Variant], str] = {}
        for candidate in sorted(self._clusters):
            alike = self._clusters.pop(candidate)
            given = [unique.unique(_name(seen, is_alone=len(alike.merged) == 1)) for seen in alike.merged]
            named |= dict(zip(given, alike.result(), strict=True))
            names |= {(candidate, variant): given[number] for variant, number in alike.joined.items()}
        return Schemas(named, names)


class _Clusters:
    """Objects of one candidate, those that are alike merged; the same members always go to the same place."""

    __slots__ = ("_having", "_sources", "joined", "merged")

    def __init__(self) -> None:
        self.merged: list[Seen] = []
        self.joined: dict[Variant, int] = {}
        self._sources: list[list[str]] = []
        self._having: dict[str, list[int]] = {}

    def join(self, seen: Seen) -> None:
        """Merge objects into those that are like them, or put them beside."""
        known = [self.joined[variant] for variant in seen.shape.variants if variant in self.joined]
        number = min(known) if known else self._alike(seen.shape)
        for variant in seen.shape.variants:
            self.joined.setdefault(variant, number)
        if number == len(self.merged):
            self.merged.append(replace(seen, shape=NOTHING))
            self._sources.append([])
        self._merge(number, seen)

    def result(self) -> list[Seen]:
        """Return what was merged, with all the facts that show it."""
        with_sources = zip(self.merged, self._sources, strict=True)
        return [replace(seen, sources=tuple(dict.fromkeys(sources))) for seen, sources in with_sources]

    def _merge(self, number: int, seen: Seen) -> None:
        other = self.merged[number]
        shape = merged((other.shape, seen.shape))
        for name in shape.members.keys() - other.shape.members.keys():
            self._having.setdefault(name, []).append(number)
        if shape is not other.shape:
            self.merged[number] = replace(other, shape=shape)
        self._sources[number].extend(seen.sources)

    def _alike(self, shape: Shape) -> int:
        """Return the place of the first objects that are alike, or the next one.

        What is alike has more than half of the members, so it has one of any half of them: the rarest.
        """
        having = sorted((self._having.get(name, []) for name in shape.members), key=len)
        near = sorted(set().union(*having[: (len(having) + 1) // 2]))
        alike = (number for number in near if _are_alike(self.merged[number].shape, shape))
        return next(alike, len(self.merged))


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
