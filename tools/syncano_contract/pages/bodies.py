"""The schemas of request bodies, each once under the name of the first operation that has it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from syncano_contract.pages import drafted
from syncano_contract.pages.names import distinct
from syncano_contract.pages.operations import Operation
from syncano_contract.pages.schemas import pascal


@dataclass(frozen=True, slots=True)
class _Alike:
    """A schema that several operations may have: the first of them, and the facts that each member rests on."""

    operation: str
    schema: Mapping[str, Any]
    sources: Mapping[str, list[str]]


@dataclass(frozen=True)
class Bodies:
    """The bodies by the name of their schema, and that name for each by what makes it another than the others."""

    named: Mapping[str, _Alike]
    names: Mapping[str, str]

    def of(self, operation: Operation) -> dict[str, str]:
        """Return the name of an operation's body for each media type."""
        return {media: self.names[_key(schema)] for media, schema in drafted.body_schemas(operation).items()}

    def component(self, name: str) -> dict[str, Any]:
        """Return the schema of that name, with its sources."""
        alike = self.named[name]
        properties = {
            member: {**value, "x-source": alike.sources[member]} for member, value in alike.schema["properties"].items()
        }
        sources = [each for told in alike.sources.values() for each in told]
        return {**alike.schema, "properties": properties, "x-source": sources}


class SeenBodies:
    """The bodies of operations; what is alike in all but its sources is one."""

    def __init__(self) -> None:
        """Begin without any."""
        self._alike: dict[str, _Alike] = {}

    def add(self, name: str, operation: Operation) -> None:
        """Take up the bodies of an operation of that name."""
        for schema in drafted.body_schemas(operation).values():
            sources: dict[str, list[str]] = {member: [] for member in schema["properties"]}
            alike = self._alike.setdefault(_key(schema), _Alike(name, schema, sources))
            for member, value in schema["properties"].items():
                alike.sources[member].extend(value["x-source"])

    def named(self, taken: Iterable[str]) -> Bodies:
        """Return all bodies with names that are not taken."""
        names = distinct((f"{pascal(alike.operation)}Body" for alike in self._alike.values()), taken)
        named = dict(zip(names, self._alike.values(), strict=True))
        return Bodies(named, dict(zip(self._alike, names, strict=True)))


def _key(schema: Mapping[str, Any]) -> str:
    """Return what is the same for bodies that differ in their sources only."""
    bare = {name: {**value, "x-source": None} for name, value in schema["properties"].items()}
    return json.dumps({**schema, "properties": bare, "required": sorted(schema.get("required", []))}, sort_keys=True)
