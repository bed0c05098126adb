"""Every single edit of the document that must not go unnoticed, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from syncano_contract.trace.places import Place, top

Tree = dict[str, Any]
OTHER_TYPE = {"string": "integer", "integer": "string", "array": "object", "object": "array"}


@dataclass(frozen=True)
class Edit:
    """One edit, and what it does in words."""

    name: str
    make: Callable[[Tree], None]

    def made(self, tree: Tree) -> Tree:
        edited = deepcopy(tree)
        self.make(edited)
        return edited


def edits(tree: Tree) -> Iterator[Edit]:
    """Yield each deletion and alteration of a path, method, parameter, status, mark, type, example, key or server."""
    document = top(tree)
    yield from _paths(document)
    for _, item in document.step("paths").members():
        yield from _methods(item)
    yield from _parameters(document)
    for steps, value in _values(document):
        yield from _required(steps, value)
        yield from _types(steps, value)
        yield from _examples(steps, value)
    yield from _keys(document)
    yield from _servers()


def _paths(document: Place) -> Iterator[Edit]:
    for path, _ in document.step("paths").members():
        yield deleted(["paths", path])
        yield renamed(["paths"], path, path.rstrip("/"))
        yield renamed(["paths"], path, path.replace("instances", "instance"))


def _methods(item: Place) -> Iterator[Edit]:
    steps = steps_of(item.pointer)
    for method, operation in item.members():
        if method == "parameters":
            yield from (deleted([*steps, method, number]) for number in range(len(operation.value)))
            continue
        yield deleted([*steps, method])
        yield renamed(steps, method, "patch")
        for status, _ in operation.step("responses").members():
            yield deleted([*steps, method, "responses", status])
            yield renamed([*steps, method, "responses"], status, "418")
        if "requestBody" in operation.value:
            yield deleted([*steps, method, "requestBody"])
        if "security" in operation.value:
            yield deleted([*steps, method, "security"])
            for number, alternative in enumerate(operation.value["security"]):
                yield from (deleted([*steps, method, "security", number, name]) for name in alternative)


def _parameters(document: Place) -> Iterator[Edit]:
    for name, parameter in document.step("components", "parameters").members():
        steps = ["components", "parameters", name]
        yield deleted(steps)
        yield altered([*steps, "name"], f"{parameter.value['name']}s")
        yield altered([*steps, "in"], "query")
        yield altered([*steps, "required"], False)


def _keys(document: Place) -> Iterator[Edit]:
    yield deleted(["security"])
    for name, scheme in document.step("components", "securitySchemes").members():
        steps = ["components", "securitySchemes", name]
        yield deleted(steps)
        yield altered([*steps, "name"], f"{scheme.value['name']}S")
        yield altered([*steps, "in"], "cookie")
        yield altered([*steps, "type"], "http")


def _servers() -> Iterator[Edit]:
    yield deleted(["servers"])
    yield altered(["servers", 0, "url"], "https://{host}/v1")
    yield altered(["servers", 0, "url"], "http://{host}/v1.1")
    yield altered(["servers", 0, "variables", "host", "default"], "api.example.com")


def _required(steps: list[Any], value: Any) -> Iterator[Edit]:
    if steps[-1] != "required" or steps[:2] == ["components", "parameters"]:
        return
    if isinstance(value, list):
        yield from (deleted([*steps, number]) for number in range(len(value)))
    yield deleted(steps)


def _types(steps: list[Any], value: Any) -> Iterator[Edit]:
    if steps[-1] == "type" and value in OTHER_TYPE and "examples" not in steps:
        yield altered(steps, OTHER_TYPE[value])
        yield deleted(steps)


def _examples(steps: list[Any], value: Any) -> Iterator[Edit]:
    is_response = steps[:2] in (["components", "responses"], ["components", "examples"])
    is_example = any(step in ("example", "value") for step in steps) or steps[:2] == ["components", "examples"]
    if is_response and is_example and not isinstance(value, (dict, list)) and "x-source" not in steps:
        yield altered(steps, f"{value}x" if isinstance(value, str) else "another")


def _values(place: Place) -> Iterator[tuple[list[Any], Any]]:
    """Yield steps and value of everything in the document, without following references."""
    stack: list[tuple[list[Any], Any]] = [([], place.value)]
    while stack:
        steps, value = stack.pop()
        if steps:
            yield steps, value
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        stack += [([*steps, name], child) for name, child in pairs]


def deleted(steps: list[Any]) -> Edit:
    def make(tree: Tree) -> None:
        del _owner(tree, steps)[steps[-1]]

    return Edit(f"delete {_shown(steps)}", make)


def altered(steps: list[Any], value: Any) -> Edit:
    def make(tree: Tree) -> None:
        _owner(tree, steps)[steps[-1]] = value

    return Edit(f"alter {_shown(steps)} to {value!r}", make)


def renamed(steps: list[Any], old: str, new: str) -> Edit:
    def make(tree: Tree) -> None:
        owner = _owner(tree, [*steps, old])
        owner[new] = owner.pop(old)

    return Edit(f"rename {_shown([*steps, old])} to {new}", make)


def steps_of(pointer: str) -> list[Any]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _owner(tree: Any, steps: list[Any]) -> Any:
    for step in steps[:-1]:
        tree = tree[step]
    return tree


def _shown(steps: list[Any]) -> str:
    return "/" + "/".join(str(step).replace("/", "~1") for step in steps)
