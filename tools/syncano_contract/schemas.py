"""Shapes -> named schemas: the same name where objects are alike, and a longer one where they are not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from syncano_contract.inferred import Shape, merged, required, scalar_schema

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
    clusters: dict[str, list[Seen]] = {}
    joined: dict[tuple[str, frozenset[str]], int] = {}
    for root in roots:
        for seen in _objects(root):
            _join(clusters.setdefault(seen.candidate, []), seen, joined)
    names: dict[tuple[str, int], str] = {}
    taken = set(reserved)
    for candidate in sorted(clusters):
        for number, seen in enumerate(clusters[candidate]):
            names[candidate, number] = _name(seen, clusters[candidate], taken)
            taken.add(names[candidate, number])
    named = {name: clusters[candidate][number] for (candidate, number), name in names.items()}
    return Schemas(named, {key: names[key[0], number] for key, number in joined.items()})


def _objects(seen: Seen) -> Iterator[Seen]:
    """Yield every object in a shape, the outer before the inner."""
    if seen.shape.members:
        yield seen
    parent = seen.candidate if seen.shape.members else seen.parent
    for name, member in seen.shape.members.items():
        yield from _objects(Seen(pascal(name), parent, member, seen.sources))
    if seen.shape.items is not None:
        yield from _objects(replace(seen, candidate=singular(seen.candidate), shape=seen.shape.items))


def _join(cluster: list[Seen], seen: Seen, joined: dict[tuple[str, frozenset[str]], int]) -> None:
    """Merge objects into those that are like them, or put them beside; the same members always go to the same place."""
    key = seen.candidate, frozenset(seen.shape.members)
    alike = (number for number, other in enumerate(cluster) if _are_alike(other.shape, seen.shape))
    number = joined.setdefault(key, next(alike, len(cluster)))
    if number == len(cluster):
        cluster.append(seen)
        return
    sources = tuple(dict.fromkeys((*cluster[number].sources, *seen.sources)))
    cluster[number] = replace(cluster[number], shape=merged((cluster[number].shape, seen.shape)), sources=sources)


def _are_alike(one: Shape, other: Shape) -> bool:
    return len(one.members.keys() & other.members.keys()) > ALIKE * len(one.members.keys() | other.members.keys())


def _name(seen: Seen, cluster: Sequence[Seen], taken: Set[str]) -> str:
    """Return the plain name where it is the only one, else one that tells what the object stands in."""
    name = seen.candidate if len(cluster) == 1 or not seen.parent else f"{seen.parent}{seen.candidate}"
    number = 2
    unique = name
    while unique in taken:
        unique, number = f"{name}{number}", number + 1
    return unique
