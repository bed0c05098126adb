"""OpenAPI Overlays 1.0: what a kind of deployment does otherwise, applied to the document.

Source: Overlay Specification 1.0.0, sections 4.4 and 4.5. Its targets are JSONPath expressions (RFC 9535).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
from jsonpath import JSONPath, JSONPathEnvironment, JSONPathMatch
from jsonpath.exceptions import JSONPathError

from syncano_contract import document, handwritten, pointer
from syncano_contract.document import Document
from syncano_contract.handwritten import TEXT, closed
from syncano_contract.model import Problem
from syncano_contract.resources import DOCUMENT
from syncano_contract.validation import validate
from syncano_contract.validation.source import Form

FORM = Form("name an OpenAPI Overlay", "an overlay begins with `overlay: 1.0.0`")
FIX = "mend the overlay; the Overlay Specification 1.0 says what an action may be"
PATHS = JSONPathEnvironment(strict=True)
BREAKING = ("references", "circles", "openapi")  # what a document that is run against has to pass


MEMBERS = {"target": TEXT, "description": TEXT, "update": {"not": {"type": "null"}}, "remove": {}}
ACTION = {
    **closed(MEMBERS, "target", extensible=True),
    "oneOf": [
        {"required": ["update"], "properties": {"remove": {"const": False}}},
        {"required": ["remove"], "properties": {"remove": {"const": True}}, "not": {"required": ["update"]}},
    ],
}
SCHEMA = jsonschema_rs.validator_for(
    closed(
        {
            "overlay": {"type": "string", "pattern": r"^1\.0\.[0-9]+$"},
            "info": closed({"title": TEXT, "version": TEXT}, "title", "version", extensible=True),
            "extends": TEXT,
            "actions": {"type": "array", "minItems": 1, "items": ACTION},
        },
        *("overlay", "info", "actions"),
        extensible=True,
    )
)


@dataclass(frozen=True)
class Action:
    """One change; `update` is None for an action that removes. `place` names file and line in messages."""

    place: str
    target: str
    path: JSONPath
    update: Any


@dataclass(frozen=True)
class Overlay:
    """An overlay by the name of its file."""

    name: str
    actions: tuple[Action, ...]


class UnmergeableError(Exception):
    """What cannot be put to what stands there, and where."""


def read(path: Path) -> Overlay:
    """Read an overlay; raises Problem for a file that is none, with the line that is wrong."""
    found = handwritten.read(path, FORM, SCHEMA, FIX)
    actions = found.tree["actions"]
    lines = (found.line(pointer.of(("actions", number))) for number in range(len(actions)))
    return Overlay(path.name, tuple(_action(f"{path}:{line}", each) for line, each in zip(lines, actions, strict=True)))


def _action(place: str, given: dict[str, Any]) -> Action:
    try:
        path = PATHS.compile(given["target"])
    except JSONPathError as error:
        raise Problem(f"{place}: the target {given['target']!r} is no JSONPath: {error.args[0]}", FIX) from error
    assert isinstance(path, JSONPath)  # strict, there are no compound ones
    return Action(place, given["target"], path, given.get("update"))


def apply(tree: Any, overlays: Iterable[Overlay]) -> Any:
    """Return an OpenAPI document with all actions applied in order; raises Problem for one that does not fit.

    What an action matches nothing of is an error: the overlay then is for another document.
    """
    amended = deepcopy(tree)
    for overlay in overlays:
        for action in overlay.actions:
            amended = _applied(amended, action)
    return amended


def _applied(tree: Any, action: Action) -> Any:
    matches = list(action.path.finditer(tree))
    if not matches:
        raise Problem(f"{action.place}: the target {action.target} matches nothing in the document", FIX)
    if action.update is None:
        _remove(matches, action)
        return tree
    for match in matches:
        try:
            merged = _merged(match.obj, deepcopy(action.update), at=pointer.of(match.parts), is_target=True)
        except UnmergeableError as error:
            raise Problem(f"{action.place}: {error}", FIX) from error
        if match.parent is None:
            tree = merged
        else:
            _holder(match)[match.parts[-1]] = merged
    return tree


def _remove(matches: Sequence[JSONPathMatch], action: Action) -> None:
    """Remove the nodes, the last items of an array first, so that none moves before its turn."""
    for match in reversed(matches):
        if match.parent is None:
            raise Problem(f"{action.place}: the target {action.target} is the whole document, which has to stay", FIX)
        del _holder(match)[match.parts[-1]]


def _holder(match: JSONPathMatch) -> Any:
    """Return the object or array that a node is in."""
    return match.parent.obj if match.parent else None


def _merged(value: Any, update: Any, *, at: str, is_target: bool = False) -> Any:
    """Return what becomes of a value: objects get members, arrays get items, and other values are replaced."""
    if isinstance(value, dict) and isinstance(update, dict):
        met = value.keys() & update.keys()
        merged = {name: _merged(value[name], update[name], at=pointer.child(at, name)) for name in met}
        return {**value, **update, **merged}
    if isinstance(value, list) and (isinstance(update, list) or is_target):
        return [*value, *(update if isinstance(update, list) else [update])]
    if isinstance(value, dict | list) or isinstance(update, dict | list):
        raise UnmergeableError(f"{_kind(update)} cannot be put to the {_kind(value)} at {at or 'the top'}")
    return update


def _kind(value: Any) -> str:
    return "object" if isinstance(value, dict) else "array" if isinstance(value, list) else "plain value"


def amended(paths: Sequence[Path]) -> Document:
    """Return our document as these overlays amend it; raises Problem where they are broken or break it."""
    overlays = [read(path) for path in paths]
    names = tuple(each.name for each in overlays)
    original = document.read_tree(DOCUMENT)
    tree = apply(original, overlays)
    for reason in _obstacles(original, tree):
        raise Problem(f"with {', '.join(names)} the suite cannot be run: {reason}", FIX)
    return document.of(tree, names)


def _obstacles(original: Any, tree: Any) -> Iterator[str]:
    """Yield why requirements cannot be judged by an amended document."""
    yield from (str(finding) for finding in validate(DOCUMENT, amend=lambda _: tree) if finding.gate in BREAKING)
    left = _operations(tree)
    yield from (f"the operation {name} is gone" for name in sorted(_operations(original).keys() - left.keys()))
    for name, operation in left.items():
        statuses = operation["responses"].keys()
        yield from (f"the status {each} of {name} is no number" for each in statuses if not each.isdigit())
        if not any(each.startswith("2") for each in statuses):
            yield f"{name} has no status of a success"


def _operations(tree: Any) -> dict[str, Any]:
    """Return the operations by their ids, or by method and path where they have none."""
    return {
        operation.get("operationId", f"{method} {path}"): operation
        for path, item in tree.get("paths", {}).items()
        for method, operation in item.items()
        if method in document.METHODS
    }
