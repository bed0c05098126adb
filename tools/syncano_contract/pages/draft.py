"""Facts -> a draft of an OpenAPI Description to start a contract from.

The draft states what the pages state; what had to be assumed carries `x-unconfirmed`, everything else `x-source`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from syncano_contract.model import Fact
from syncano_contract.pages import drafted
from syncano_contract.pages.names import Names
from syncano_contract.pages.operations import Operation, operations_of
from syncano_contract.pages.schemas import Schemas, name_all, pascal
from syncano_contract.pages.templates import ORIGIN, base_of

SERVER = re.compile(r"[a-z]+://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~-]+)*")
NO_SERVER = "No sample has a URL that tells where the API is."


class Plain(yaml.CSafeDumper):
    """YAML without anchors: what is the same twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # the base class calls it so
        """Write everything out."""
        return True


def draft_of(facts: Iterable[Fact]) -> dict[str, Any]:
    """Return an OpenAPI 3.1 document of the operations that the facts describe."""
    facts = tuple(facts)
    operations, repeated = operations_of(facts)
    names = _distinct(operation.id for operation in operations)
    schemas = name_all((root for each in operations for root in drafted.roots(each)), [drafted.FIELD_ERRORS])
    bodies = _bodies(zip(names, operations, strict=True), [*schemas.named, drafted.FIELD_ERRORS])
    schemes = _schemes(operations)
    servers = _servers(operations)
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": _info(facts, [*repeated, *([] if servers else [NO_SERVER])]),
        "servers": [{"url": url} for url in servers],
        "tags": [{"name": name} for name in dict.fromkeys(each.tag for each in operations) if name],
        "paths": {},
        "components": _components(operations, schemas, bodies, schemes),
    }
    for name, operation in zip(names, operations, strict=True):
        described = drafted.object_of(operation, schemas, bodies.of(operation), _security(operation, schemes))
        methods = document["paths"].setdefault(operation.path, {})
        methods[operation.method.lower()] = {"operationId": name, **described}
    return {name: value for name, value in document.items() if value or name == "paths"}


def to_yaml(document: dict[str, Any]) -> str:
    """Return a document as YAML, with its members in the order that they have."""
    return yaml.dump(document, Dumper=Plain, sort_keys=False, allow_unicode=True, width=120)


def _distinct(wanted: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    names = Names("_", taken)
    return [names.unique(name) for name in wanted]


def _info(facts: Sequence[Fact], left_out: Sequence[str]) -> dict[str, Any]:
    pages = [fact.value for fact in facts if fact.kind == "page"]
    versions = {page["version"] for page in pages}
    info: dict[str, Any] = {
        "title": "API drafted from its pages",
        "version": versions.pop() or "unknown" if len(versions) == 1 else "several",
        "description": "Drafted by a machine from readme.io pages. Read it against them before relying on it.",
    }
    if pages and all(page["deprecated"] for page in pages):
        info["x-deprecated"] = True
    return {**info, "x-unconfirmed": " ".join(left_out)} if left_out else info


def _servers(operations: Iterable[Operation]) -> list[str]:
    """Return where the API begins by the samples, of each origin the base path of most; without any, by the pages."""
    of_samples = Counter(base for operation in operations for base in _bases(operation))
    of_origin: dict[str, list[str]] = {}
    for (origin, path), _ in sorted(of_samples.items(), key=lambda counted: (-counted[1], counted[0])):
        of_origin.setdefault(origin, []).append(f"{origin}{path}")
    usable = [urls[0] for urls in of_origin.values() if SERVER.fullmatch(urls[0])]
    return usable or sorted({url for operation in operations for url in _origins(operation)})


def _bases(operation: Operation) -> list[tuple[str, str]]:
    urls = [fact.value["url"] for fact in operation.of_kind("sample") if fact.value["url"]]
    return [base for url in urls if (base := base_of(url, operation.path))]


def _origins(operation: Operation) -> list[str]:
    full = [fact.value["before"] for fact in operation.of_kind("repair") if fact.value["what"] == "full url"]
    origins = [found.group().lower() for url in full if (found := ORIGIN.match(url))]
    return [origin for origin in origins if SERVER.fullmatch(origin)]


def _schemes(operations: Iterable[Operation]) -> dict[str, str]:
    """Return the name of a security scheme for each header, in lower case, that seems to carry a key."""
    headers = list(dict.fromkeys(name for operation in operations for name in drafted.key_headers(operation)))
    return dict(zip(headers, _distinct(map(pascal, headers)), strict=True))


def _security(operation: Operation, schemes: Mapping[str, str]) -> list[dict[str, list[str]]] | None:
    if any(fact.value == "never" for fact in operation.of_kind("auth")):
        return []
    needed: dict[str, list[str]] = {schemes[name]: [] for name in drafted.key_headers(operation)}
    return [needed] if needed else None


@dataclass(frozen=True)
class _Bodies:
    """The schemas of request bodies by name, and the name for each that an operation has."""

    named: Mapping[str, dict[str, Any]]
    names: Mapping[str, str]

    def of(self, operation: Operation) -> dict[str, str]:
        return {media: self.names[_key(schema)] for media, schema in drafted.body_schemas(operation).items()}


def _bodies(operations: Iterable[tuple[str, Operation]], taken: Sequence[str]) -> _Bodies:
    """Name what is alike once, after the first operation that has it."""
    first: dict[str, tuple[str, list[dict[str, Any]]]] = {}
    for name, operation in operations:
        for schema in drafted.body_schemas(operation).values():
            first.setdefault(_key(schema), (f"{pascal(name)}Body", []))[1].append(schema)
    names = _distinct((name for name, _ in first.values()), taken)
    named = {name: _merged(alike) for name, (_, alike) in zip(names, first.values(), strict=True)}
    return _Bodies(named, dict(zip(first, names, strict=True)))


def _key(schema: Mapping[str, Any]) -> str:
    """Return what is the same for bodies that differ in their sources only."""
    bare = {name: {**value, "x-source": None} for name, value in schema["properties"].items()}
    return json.dumps({**schema, "properties": bare, "required": sorted(schema.get("required", []))}, sort_keys=True)


def _merged(alike: Sequence[dict[str, Any]]) -> dict[str, Any]:
    properties = {
        name: {**value, "x-source": [each for schema in alike for each in schema["properties"][name]["x-source"]]}
        for name, value in alike[0]["properties"].items()
    }
    sources = [each for value in properties.values() for each in value["x-source"]]
    return {**alike[0], "properties": properties, "x-source": sources}


def _components(
    operations: Iterable[Operation], schemas: Schemas, bodies: _Bodies, schemes: Mapping[str, str]
) -> dict[str, Any]:
    described = {**schemas.components(), **bodies.named}
    errors = drafted.field_errors(operations)
    if errors:
        described[drafted.FIELD_ERRORS] = errors
    components = {
        "securitySchemes": {name: _scheme(header, operations) for header, name in schemes.items()},
        "schemas": dict(sorted(described.items())),
    }
    return {name: value for name, value in components.items() if value}


def _scheme(header: str, operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the scheme of a header, spelled as the first sample has it."""
    sent = [
        (name, fact.id)
        for operation in operations
        for fact in operation.of_kind("sample", "param")
        for name in (fact.value["headers"] if fact.kind == "sample" else [fact.value["name"]])
        if name.lower() == header
    ]
    return {
        "type": "apiKey",
        "in": "header",
        "name": sent[0][0],
        "x-source": [fact_id for _, fact_id in sent],
        "x-unconfirmed": "Guessed from the name of the header.",
    }
