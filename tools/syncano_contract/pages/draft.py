"""Pages -> a draft of an OpenAPI Description to start a contract from.

The draft states what the pages state; what had to be assumed carries `x-unconfirmed`, everything else `x-source`.
The facts stay on disk: they are read once for what operations share, and once more to write each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import Any

from syncano_contract.model import Fact
from syncano_contract.pages import Page, drafted
from syncano_contract.pages.block import Member
from syncano_contract.pages.bodies import Bodies, SeenBodies
from syncano_contract.pages.extract import Spooled
from syncano_contract.pages.keys import Keys, SeenKeys
from syncano_contract.pages.names import Names
from syncano_contract.pages.operations import Operation, Paths, on_path, operation_of
from syncano_contract.pages.schemas import Objects, Schemas
from syncano_contract.pages.servers import SeenServers
from syncano_contract.pages.spool import Spool

NO_SERVER = "No sample has a URL that tells where the API is."


def members(pages: Iterable[Page]) -> Iterator[Member]:
    """Yield an OpenAPI 3.1 document of the operations that the pages describe, each path and schema for itself."""
    with TemporaryFile() as file:
        spool = Spool(pages, file)
        seen = _Seen()
        for entry in spool.index:
            seen.add(entry, spool.facts(entry))
        shared = seen.named()
        yield from _head(seen)
        yield from _paths(seen.placed, spool, shared)
        yield from _components(seen.errors.schema(), shared)


@dataclass(frozen=True)
class _Placed:
    """An operation by its name and by where its facts are."""

    name: str
    entry: Spooled


@dataclass(frozen=True)
class _Shared:
    """What operations refer to, by name."""

    schemas: Schemas
    bodies: Bodies
    keys: Keys


@dataclass(frozen=True)
class _Seen:
    """What the pages say together; `placed` are the operations on each path."""

    versions: set[str] = field(default_factory=set)
    current: list[str] = field(default_factory=list)
    tags: dict[str, None] = field(default_factory=dict)
    names: Names = field(default_factory=lambda: Names("_"))
    paths: Paths = field(default_factory=Paths)
    placed: dict[str, list[_Placed]] = field(default_factory=dict)
    objects: Objects = field(default_factory=Objects)
    bodies: SeenBodies = field(default_factory=SeenBodies)
    keys: SeenKeys = field(default_factory=SeenKeys)
    errors: drafted.FieldErrors = field(default_factory=drafted.FieldErrors)
    servers: SeenServers = field(default_factory=SeenServers)

    def add(self, entry: Spooled, facts: Sequence[Fact]) -> None:
        """Take up a page, and its operation unless another page has it."""
        self.versions.update(fact.value["version"] for fact in facts if fact.kind == "page")
        self.current.extend(fact.id for fact in facts if fact.kind == "page" and not fact.value["deprecated"])
        operation = operation_of(facts)
        path = self.paths.path_of(operation) if operation else None
        if operation and path is not None:
            name = self.names.unique(operation.id)
            self.placed.setdefault(path, []).append(_Placed(name, entry))
            self._add(name, operation, entry)
        elif operation is None and any(fact.kind == "method" for fact in facts):
            self.paths.without_path(facts[0].page)

    def _add(self, name: str, operation: Operation, entry: Spooled) -> None:
        if operation.tag:
            self.tags[operation.tag] = None
        for root in drafted.roots(operation):
            self.objects.join(root)
        self.bodies.add(name, operation)
        self.keys.add(operation)
        self.errors.add(operation)
        self.servers.add(operation, entry.page.bases)

    def named(self) -> _Shared:
        """Return what operations share, with names."""
        schemas = self.objects.named([drafted.FIELD_ERRORS])
        return _Shared(schemas, self.bodies.named([*schemas.named, drafted.FIELD_ERRORS]), self.keys.named())


def _head(seen: _Seen) -> Iterator[Member]:
    servers = seen.servers.urls()
    yield ("openapi",), "3.1.0"
    yield ("info",), _info(seen, [*seen.paths.left_out, *([] if servers else [NO_SERVER])])
    if servers:
        yield ("servers",), [{"url": url} for url in servers]
    if seen.tags:
        yield ("tags",), [{"name": name} for name in seen.tags]


def _info(seen: _Seen, left_out: Sequence[str]) -> dict[str, Any]:
    version = next(iter(seen.versions)) or "unknown" if len(seen.versions) == 1 else "several"
    info: dict[str, Any] = {
        "title": "API drafted from its pages",
        "version": version,
        "description": "Drafted by a machine from readme.io pages. Read it against them before relying on it.",
    }
    if seen.versions and not seen.current:
        info["x-deprecated"] = True
    return {**info, "x-unconfirmed": " ".join(left_out)} if left_out else info


def _paths(placed: Mapping[str, Sequence[_Placed]], spool: Spool, shared: _Shared) -> Iterator[Member]:
    for path, operations in placed.items():
        yield ("paths", path), dict(_described(path, each, spool, shared) for each in operations)
    if not placed:
        yield ("paths",), {}


def _described(path: str, placed: _Placed, spool: Spool, shared: _Shared) -> tuple[str, dict[str, Any]]:
    """Return the method of an operation, and its object."""
    operation = operation_of(spool.facts(placed.entry))
    assert operation
    operation = on_path(operation, path)
    security = shared.keys.security(operation)
    described = drafted.object_of(operation, shared.schemas, shared.bodies.of(operation), security)
    return operation.method.lower(), {"operationId": placed.name, **described}


def _components(errors: dict[str, Any], shared: _Shared) -> Iterator[Member]:
    for name, scheme in shared.keys.components().items():
        yield ("components", "securitySchemes", name), scheme
    of_errors = [drafted.FIELD_ERRORS] if errors else []
    for name in sorted([*shared.schemas.named, *shared.bodies.named, *of_errors]):
        yield ("components", "schemas", name), _schema(name, errors, shared)


def _schema(name: str, errors: dict[str, Any], shared: _Shared) -> dict[str, Any]:
    if name in shared.schemas.named:
        return shared.schemas.component(name)
    return shared.bodies.component(name) if name in shared.bodies.named else errors
