"""openapi.yaml as values: operations, the shape of each documented reply, and the facts it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import yaml

from syncano_contract.model import Problem
from syncano_contract.resources import DOCUMENT

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
DIALECT = "https://json-schema.org/draft/2020-12/schema"

# yaml.CSafeLoader is the same loader in C; wheels of PyYAML have it, source builds without libyaml do not.
LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Shape:
    """What one documented reply looks like."""

    pointer: str
    media_types: tuple[str, ...]
    validator: jsonschema_rs.Validator | None
    headers: tuple[tuple[str, bool, jsonschema_rs.Validator], ...]


@dataclass(frozen=True)
class Operation:
    """A method on a path; `shapes` maps each documented status to its reply."""

    id: str
    method: str
    path: str
    summary: str
    shapes: Mapping[int, Shape]
    writes: bool

    @cached_property
    def success(self) -> int:
        """The documented status of a success (the lowest 2xx)."""
        return min(status for status in self.shapes if status // 100 == 2)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The path template as a regular expression with one named group a parameter."""
        escaped = re.escape(self.path).replace(r"\{", "{").replace(r"\}", "}")
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", escaped) + r"\Z")


@dataclass(frozen=True)
class Document:
    """The whole of openapi.yaml, parsed once; `overlays` are the names of those that amended it."""

    version: str
    tree: Mapping[str, Any]
    operations: tuple[Operation, ...]
    sources: frozenset[str]
    overlays: tuple[str, ...] = ()

    def operation(self, operation_id: str) -> Operation:
        """Return an operation by its operationId; raises KeyError for an unknown one."""
        return self._by_id[operation_id]

    @cached_property
    def _by_id(self) -> dict[str, Operation]:
        return {operation.id: operation for operation in self.operations}

    def match(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """Return the operation that a method and a path below the base URL address, with its path parameters."""
        wanted = method.upper()
        for operation in self.operations:
            found = operation.pattern.match(path) if operation.method == wanted else None
            if found:
                return operation, {name: unquote(value) for name, value in found.groupdict().items()}
        return None


def load(path: Path = DOCUMENT) -> Document:
    """Read an OpenAPI document; raises Problem when it cannot be read or is no YAML mapping."""
    return of(read_tree(path))


def read_tree(path: Path) -> dict[str, Any]:
    """Read the tree of an OpenAPI document; raises Problem as for `load`."""
    try:
        # S506 does not see that the loader is a safe one
        tree = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506
    except OSError as error:
        raise Problem(f"cannot read {path}: {error.strerror}", "name an OpenAPI document") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Problem(f"{path} is not YAML: {error}", "mend the line it names") from error
    if not isinstance(tree, dict) or "paths" not in tree:
        raise Problem(f"{path} is no OpenAPI document: it has no paths", "name an OpenAPI document")
    return tree


def of(tree: Mapping[str, Any], overlays: tuple[str, ...] = ()) -> Document:
    """Return the document that a tree is, as it was amended by overlays of these names."""
    return Document(
        version=str(tree["info"]["version"]),
        tree=tree,
        operations=tuple(_operations(tree)),
        sources=frozenset(_sources(tree)),
        overlays=overlays,
    )


def _operations(tree: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in tree["paths"].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                pointer = f"/paths/{path.replace('/', '~1')}/{method}/responses"
                yield Operation(
                    id=operation.get("operationId", f"{method} {path}"),
                    method=method.upper(),
                    path=path,
                    summary=operation.get("summary", ""),
                    shapes={
                        int(status): _shape(tree, response, f"{pointer}/{status}")
                        for status, response in operation["responses"].items()
                    },
                    writes=method not in ("get", "head", "options"),
                )


def _shape(tree: Mapping[str, Any], response: Mapping[str, Any], pointer: str) -> Shape:
    if "$ref" in response:
        pointer = unquote(response["$ref"]).removeprefix("#")
    response = resolve(tree, response)
    content = response.get("content", {})
    schema = next((media_type.get("schema") for media_type in content.values()), None)
    headers = {name: resolve(tree, value) for name, value in response.get("headers", {}).items()}
    return Shape(
        pointer=pointer,
        media_types=tuple(content),
        validator=None if schema is None else _validator(tree, schema),
        headers=tuple(
            (name, value.get("required", False), _validator(tree, value.get("schema", {})))
            for name, value in sorted(headers.items())
        ),
    )


def resolve(tree: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a local `$ref`, if the value is one."""
    while "$ref" in value:
        target: Any = tree
        for step in unquote(value["$ref"]).removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        value = target
    return value


def request_validator(document: Document, operation: Operation) -> jsonschema_rs.Validator | None:
    """Return what tells whether a JSON body is one that an operation documents; None where it documents none."""
    given = document.tree["paths"][operation.path][operation.method.lower()].get("requestBody")
    content = resolve(document.tree, given).get("content", {}) if given else {}
    schema = content.get("application/json", {}).get("schema")
    return None if schema is None else _validator(document.tree, schema)


def _validator(tree: Mapping[str, Any], schema: Mapping[str, Any]) -> jsonschema_rs.Validator:
    # Local references start at the root, so the components travel with each schema.
    rooted = {"$schema": DIALECT, "components": {"schemas": tree["components"]["schemas"]}, "allOf": [schema]}
    return jsonschema_rs.Draft202012Validator(rooted, validate_formats=True)


def _sources(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value.get("x-source", ())
        for child in value.values():
            yield from _sources(child)
    elif isinstance(value, list):
        for child in value:
            yield from _sources(child)
