"""Every single edit of the document that must not go unnoticed, by name and place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from syncano_contract.pointer import child, steps
from syncano_contract.trace.places import Place, top

Tree = dict[str, Any]
Steps = list[Any]
OTHER_TYPE = {"string": "integer", "integer": "string", "array": "object", "object": "array"}


@dataclass(frozen=True)
class Edit:
    """One edit: what it does in words, and the pointer of what it is done to."""

    name: str
    pointer: str
    make: Callable[[Tree], None]

    def made(self, tree: Tree) -> Tree:
        edited = deepcopy(tree)
        self.make(edited)
        return edited


def edits(tree: Tree) -> Iterator[Edit]:
    """Yield each deletion and alteration of what a page, or a rule on the document, has a say in."""
    yield from stated(tree)
    yield from ruled(tree)


def stated(tree: Tree) -> Iterator[Edit]:
    """Yield each edit of a path, method, parameter, status, mark, type, format, example, key or server of the pages."""
    document = top(tree)
    yield from _paths(document)
    for _, item in document.step("paths").members():
        yield from _methods(item)
    yield from _parameters(document)
    for place, value in _values(document):
        for sort in (_required, _types, _formats, _nulls, _properties, _references, _examples):
            yield from sort(place, value)
    yield from _keys(document)
    yield from _servers()
    yield altered(["info", "x-deprecated"], False)
    yield deleted(["info", "x-deprecated"])


def ruled(tree: Tree) -> Iterator[Edit]:
    """Yield each edit of what the pages do not state, and a rule on the document holds together."""
    for place, value in _values(top(tree)):
        for sort in (_told_statuses, _enums, _objects, _links, _further_examples):
            yield from sort(place, value)
    yield altered(["info", "version"], "1.2")


def _paths(document: Place) -> Iterator[Edit]:
    for path, _ in document.step("paths").members():
        yield deleted(["paths", path])
        yield renamed(["paths"], path, path.rstrip("/"))
        yield renamed(["paths"], path, path.replace("instances", "instance"))


def _methods(item: Place) -> Iterator[Edit]:
    place = steps(item.pointer)
    for method, operation in item.members():
        if method == "parameters":
            yield from (deleted([*place, method, number]) for number in range(len(operation.value)))
            continue
        yield deleted([*place, method])
        yield renamed(place, method, "patch")
        yield altered([*place, method, "tags", 0], "Nobody")
        for status, _ in operation.step("responses").members():
            yield deleted([*place, method, "responses", status])
            yield renamed([*place, method, "responses"], status, "418")
        if "requestBody" in operation.value:
            yield deleted([*place, method, "requestBody"])
        else:
            yield altered([*place, method, "requestBody"], {"$ref": "#/components/requestBodies/Credentials"})
        if "security" in operation.value:
            yield from _security([*place, method, "security"], operation.value["security"])


def _told_statuses(place: Steps, value: Any) -> Iterator[Edit]:
    if place[0] == "paths" and place[3:] == ["description"]:
        for status in re.findall(r"\b[45]\d\d\b", value):
            yield altered(place, value.replace(status, "401"))


def _security(place: Steps, alternatives: list[dict[str, Any]]) -> Iterator[Edit]:
    yield deleted(place)
    for number, alternative in enumerate(alternatives):
        yield deleted([*place, number])
        yield from (deleted([*place, number, name]) for name in alternative)


def _parameters(document: Place) -> Iterator[Edit]:
    for name, parameter in document.step("components", "parameters").members():
        place = ["components", "parameters", name]
        yield deleted(place)
        yield altered([*place, "name"], f"{parameter.value['name']}s")
        yield altered([*place, "in"], "query")
        yield altered([*place, "required"], False)
        yield altered([*place, "example"], 77 if isinstance(parameter.value["example"], int) else "elsewhere")


def _keys(document: Place) -> Iterator[Edit]:
    yield deleted(["security"])
    yield deleted(["security", 0, "ApiKey"])
    yield altered(["security", 0, "UserKeyHeader"], [])
    for name, scheme in document.step("components", "securitySchemes").members():
        place = ["components", "securitySchemes", name]
        yield deleted(place)
        yield altered([*place, "name"], f"{scheme.value['name']}S")
        yield altered([*place, "in"], "cookie")
        yield altered([*place, "type"], "http")


def _servers() -> Iterator[Edit]:
    yield deleted(["servers"])
    yield deleted(["servers", 0])
    yield altered(["servers", 0, "url"], "https://{host}/v1")
    yield altered(["servers", 0, "url"], "http://{host}/v1.1")
    yield altered(["servers", 0, "variables", "host", "default"], "api.example.com")
    yield extended(["servers"], {"url": "https://api.example.com/v1.1", "description": "Another."})


def _required(place: Steps, value: Any) -> Iterator[Edit]:
    if place[-1] != "required" or place[:2] == ["components", "parameters"]:
        return
    if isinstance(value, list):
        yield from (deleted([*place, number]) for number in range(len(value)))
    yield deleted(place)


def _types(place: Steps, value: Any) -> Iterator[Edit]:
    if place[-1] == "type" and value in OTHER_TYPE and "examples" not in place:
        yield altered(place, OTHER_TYPE[value])
        yield altered(place, [value, "null"])
        yield deleted(place)


def _formats(place: Steps, value: Any) -> Iterator[Edit]:
    if place[-1] == "format":
        yield deleted(place)
        yield altered(place, "uuid")
    elif place[-1] == "type" and value == "integer":
        yield altered([*place[:-1], "format"], "int32")


def _enums(place: Steps, value: Any) -> Iterator[Edit]:
    if place[-1] == "enum":
        yield from (deleted([*place, number]) for number in range(len(value)))
        yield extended(place, "admin")
        yield deleted(place)


def _nulls(place: Steps, value: Any) -> Iterator[Edit]:
    if place[-1] == "examples" and value == [None]:
        yield deleted(place)
        yield altered([*place, 0], "news")
        yield altered([*place[:-1], "type"], "string")
        yield altered([*place[:-1], "type"], ["string", "null"])


def _objects(place: Steps, _value: Any) -> Iterator[Edit]:
    if place[-1] == "properties" and place[:2] == ["components", "schemas"]:
        yield altered([*place[:-1], "additionalProperties"], {"type": "string"})


def _properties(place: Steps, value: Any) -> Iterator[Edit]:
    if place[-1] == "properties" and place[:2] == ["components", "schemas"]:
        yield altered([*place, "nobody"], {"type": "string"})
        for name in value:
            yield deleted([*place, name])
            yield renamed(place, name, f"{name}x")


def _links(place: Steps, value: Any) -> Iterator[Edit]:
    if len(place) < 3 or place[1] != "responses" or place[-2] != "links":
        return
    yield deleted(place)
    yield altered([*place, "operationId"], "nobody")
    for name in value["parameters"]:
        given = [*place, "parameters", name]
        yield deleted(given)
        for other in ("$request.path.user", "$response.body#/profile/id", "$response.body#/idx", 10):
            yield altered(given, other)


def _references(place: Steps, value: Any) -> Iterator[Edit]:
    if place[-1] != "$ref" or "anyOf" in place or "requestBodies" in place:
        return
    for other, kind in SECTION_OF.items():
        section, _, name = value.rpartition("/")
        if name != other and section.endswith(kind):
            yield altered(place, f"{section}/{other}")


SECTION_OF = {
    "ValidationErrors": "/schemas",
    "UserFound": "/examples",
    "InstanceNotFound": "/responses",
    "ApiKeyUnknown": "/responses",
    "UserId": "/parameters",
}


def _examples(place: Steps, value: Any) -> Iterator[Edit]:
    if place[-1] == "application/json":
        yield renamed(place[:-1], "application/json", "application/xml")
    if place[1:2] == ["responses"] and place[-1] in ("example", "examples"):
        yield deleted(place)
    is_response = place[:2] in (["components", "responses"], ["components", "examples"])
    is_example = any(step in ("example", "value") for step in place) or place[:2] == ["components", "examples"]
    if is_response and is_example and not isinstance(value, (dict, list)) and "x-source" not in place:
        yield altered(place, f"{value}x" if isinstance(value, str) else "another")


def _further_examples(place: Steps, _value: Any) -> Iterator[Edit]:
    if place[1:2] in (["parameters"], ["requestBodies"]) and place[-1] == "example":
        yield deleted(place)
    if place[1:2] == ["requestBodies"] and place[-2:] == ["example", "username"]:
        yield altered(place, "yennefer")


def _values(place: Place) -> Iterator[tuple[Steps, Any]]:
    """Yield steps and value of everything in the document, without following references."""
    stack: list[tuple[Steps, Any]] = [([], place.value)]
    while stack:
        found, value = stack.pop()
        if found:
            yield found, value
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        stack += [([*found, name], below) for name, below in pairs]


def deleted(place: Steps) -> Edit:
    def make(tree: Tree) -> None:
        del _owner(tree, place)[place[-1]]

    return Edit(f"delete {_shown(place)}", _shown(place), make)


def altered(place: Steps, value: Any) -> Edit:
    def make(tree: Tree) -> None:
        _owner(tree, place)[place[-1]] = value

    return Edit(f"alter {_shown(place)} to {value!r}", _shown(place), make)


def extended(place: Steps, value: Any) -> Edit:
    def make(tree: Tree) -> None:
        _owner(tree, [*place, 0]).append(value)

    return Edit(f"extend {_shown(place)} by {value!r}", _shown(place), make)


def renamed(place: Steps, old: str, new: str) -> Edit:
    def make(tree: Tree) -> None:
        owner = _owner(tree, [*place, old])
        owner[new] = owner.pop(old)

    return Edit(f"rename {_shown([*place, old])} to {new}", _shown([*place, old]), make)


def _owner(tree: Any, place: Steps) -> Any:
    for step in place[:-1]:
        tree = tree[step]
    return tree


def _shown(place: Steps) -> str:
    pointer = ""
    for step in place:
        pointer = child(pointer, step)
    return pointer
