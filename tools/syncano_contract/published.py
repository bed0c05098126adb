"""The document as it is published: self-contained operations and named schemas, in OpenAPI 3.1 and 3.0.

Generators and portals do best with parameters, bodies and responses written out in each operation, schemas by name, and
nothing that only we read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncano_contract.document import METHODS, resolve
from syncano_contract.model import Problem
from syncano_contract.pointer import child

OURS = frozenset({"x-source", "x-unconfirmed"})
KEPT = ("schemas", "securitySchemes")  # the components that stay; all others are written out where they are used
OAS_30 = "3.0.3"

# What OpenAPI 3.0 calls the same (OpenAPI 3.0.3, section 4.7.24); any other keyword of a schema is refused.
SAME_IN_30 = frozenset(
    {"$ref", "type", "format", "description", "title", "enum", "default", "required", "properties", "items", "nullable"}
    | {"additionalProperties", "allOf", "anyOf", "oneOf", "not", "minimum", "maximum", "multipleOf", "example"}
    | {"minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"}
    | {"readOnly", "writeOnly", "deprecated"}
)
NAMED = ("properties",)
EACH = ("allOf", "anyOf", "oneOf")
ONE = ("items", "not", "additionalProperties")


def published(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return the published form of a document, in OpenAPI 3.1."""
    components = tree.get("components", {})
    paths = {path: _path_item(tree, item) for path, item in tree["paths"].items()}
    kept = {name: _without_ours(components[name]) for name in KEPT if components.get(name)}
    shared = {name: _without_ours(value) for name, value in tree.items() if name not in ("paths", "components")}
    return {**shared, "paths": paths, **({"components": kept} if kept else {})}


def _path_item(tree: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a path item whose operations have all of its parameters."""
    around = item.get("parameters", [])
    rest = {name: _written_out(tree, value) for name, value in item.items() if name not in (*METHODS, "parameters")}
    operations = {
        method: _written_out(tree, _with_parameters(item[method], around)) for method in METHODS if method in item
    }
    return {**rest, **operations}


def _with_parameters(operation: Mapping[str, Any], around: list[Any]) -> dict[str, Any]:
    """Put parameters where OpenAPI 3.1 lists them: behind what tells of the operation, before its body."""
    parameters = [*around, *operation.get("parameters", [])]
    behind = ("requestBody", "responses")
    before = {name: value for name, value in operation.items() if name not in ("parameters", *behind)}
    after = {name: operation[name] for name in behind if name in operation}
    return {**before, **({"parameters": parameters} if parameters else {}), **after}


def _written_out(tree: Mapping[str, Any], value: Any) -> Any:
    """Follow every reference but those to schemas."""
    if isinstance(value, list):
        return [_written_out(tree, each) for each in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#/components/schemas/"):
        return _written_out(tree, resolve(tree, value))
    return {name: _written_out(tree, each) for name, each in value.items() if name not in OURS}


def _without_ours(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_ours(each) for each in value]
    if isinstance(value, dict):
        return {name: _without_ours(each) for name, each in value.items() if name not in OURS}
    return value


def in_30(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a published form in OpenAPI 3.0; raises Problem for what 3.0 cannot say."""
    info = {name: value for name, value in tree["info"].items() if name != "summary"}
    license_of = {name: value for name, value in info.get("license", {}).items() if name != "identifier"}
    head = {"openapi": OAS_30, "info": {**info, **({"license": license_of} if license_of else {})}}
    rest = {name: value for name, value in tree.items() if name not in ("openapi", "info", "jsonSchemaDialect")}
    if "webhooks" in rest:
        raise Problem("OpenAPI 3.0 has no webhooks", "leave them out with an overlay")
    return {**head, **{name: _in_30(value, f"/{name}") for name, value in rest.items()}}


def _in_30(value: Any, at: str) -> Any:
    """Convert the schemas in a part of the document."""
    if isinstance(value, list):
        return [_in_30(each, child(at, number)) for number, each in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if at == "/components/schemas":
        return {name: _schema_in_30(each, child(at, name)) for name, each in value.items()}
    return {name: _member_in_30(name, each, child(at, name)) for name, each in value.items()}


def _member_in_30(name: str, value: Any, at: str) -> Any:
    if name in ("example", "examples"):
        return value
    return _schema_in_30(value, at) if name == "schema" else _in_30(value, at)


def _schema_in_30(schema: Any, at: str) -> Any:
    if not isinstance(schema, dict):
        return schema
    converted = dict(_keywords_in_30(schema, at))
    if "$ref" in converted and len(converted) > 1:  # in 3.0 nothing beside a reference counts
        return {"allOf": [{"$ref": converted.pop("$ref")}], **converted}
    return converted


def _keywords_in_30(schema: Mapping[str, Any], at: str) -> Iterator[tuple[str, Any]]:
    for name, value in schema.items():
        place = child(at, name)
        if name == "type" and isinstance(value, list):
            yield from _types_in_30(value, place)
        elif name == "const":
            yield "enum", [value]
        elif name == "examples":
            yield "example", value[0]
        elif name in NAMED:
            yield name, {key: _schema_in_30(each, child(place, key)) for key, each in value.items()}
        elif name in EACH:
            yield from _alternatives_in_30(name, value, place)
        elif name in ONE:
            yield name, _schema_in_30(value, place)
        elif name in SAME_IN_30 or name.startswith("x-"):
            yield name, value
        else:
            raise Problem(f"{place}: OpenAPI 3.0 has no `{name}`", "say it otherwise, or publish 3.1 alone")


def _types_in_30(types: list[str], at: str) -> Iterator[tuple[str, Any]]:
    others = [each for each in types if each != "null"]
    if len(others) != 1:
        raise Problem(f"{at}: OpenAPI 3.0 takes one type, with null or without", "say it with anyOf")
    yield "type", others[0]
    if len(others) < len(types):
        yield "nullable", True


def _alternatives_in_30(name: str, schemas: list[Any], at: str) -> Iterator[tuple[str, Any]]:
    """Yield the alternatives; one that is null alone makes each of the others nullable."""
    others = [each for each in schemas if each != {"type": "null"}]
    converted = [_schema_in_30(each, child(at, number)) for number, each in enumerate(others)]
    if len(others) == len(schemas):
        yield name, converted
        return
    yield name, [_nullable(each) for each in converted]


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a schema takes, and null: in 3.0 null has to be let in by what has a type (3.0.3, section 4.7.24)."""
    if "type" in schema:
        return {**schema, "nullable": True}
    return {"anyOf": [schema, {"type": "object", "nullable": True, "enum": [None]}]}
