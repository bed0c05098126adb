"""Rules on names and on the order of things (DESIGN.md, section 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from syncano_contract.pointer import child
from syncano_contract.validation.outline import Breach, Outline

ORDER = ("openapi", "info", "servers", "security", "tags", "paths", "components")
VERBS = """
    add cancel change check clear close confirm copy create delete disable download enable export find get import invite
    join leave list login logout move open patch publish put read refresh register remove rename replace reset restore
    revoke search send set start stop subscribe unsubscribe update upload validate verify
"""
LOWER_CAMEL = re.compile(r"([a-z]+)([A-Z][a-z0-9]*)+")
PASCAL = re.compile(r"([A-Z][a-z0-9]*)+")
STATUS = re.compile(r"[1-5](\d\d|XX)")


def order_of_top_level(outline: Outline) -> Iterator[Breach]:
    """The top level is in the order openapi, info, servers, security, tags, paths, components."""
    latest = -1
    for key in outline.tree:
        rank = ORDER.index(key) if key in ORDER else latest
        if rank < latest:
            yield Breach(child("", key), f"`{key}` stands after `{ORDER[latest]}`: the order is {' '.join(ORDER)}")
        latest = max(rank, latest)


def operation_ids(outline: Outline) -> Iterator[Breach]:
    """Every operation has an operationId in lowerCamel that begins with a verb and goes on with a noun."""
    for part in outline.of("operation"):
        name = part.node.get("operationId")
        found = LOWER_CAMEL.fullmatch(name) if isinstance(name, str) else None
        if name is None:
            yield Breach(part.pointer, "the operation has no operationId: name it, such as `addUser`")
        elif found is None or found[1] not in VERBS.split():
            yield Breach(child(part.pointer, "operationId"), f"`{name}` is not a verb and a noun, such as `addUser`")


def unique_operation_ids(outline: Outline) -> Iterator[Breach]:
    """No two operations have the same operationId."""
    first: dict[Any, str] = {}
    for part in outline.of("operation"):
        name = part.node.get("operationId")
        if isinstance(name, str) and first.setdefault(name, part.pointer) != part.pointer:
            yield Breach(child(part.pointer, "operationId"), f"`{name}` is the name of {first[name]} already")


def component_names(outline: Outline) -> Iterator[Breach]:
    """Schemas, responses and all other components have names in PascalCase."""
    for part in outline.parts:
        if part.is_component and not PASCAL.fullmatch(part.name):
            yield Breach(part.pointer, f"`{part.name}` is not PascalCase, such as `UserLinks`")


def meaningful_responses(outline: Outline) -> Iterator[Breach]:
    """Responses are named by what they mean, and not by their status."""
    for part in outline.of("response"):
        if part.is_component and STATUS.search(part.name):
            yield Breach(part.pointer, f"`{part.name}` is named by a status: name it by what it means")


def declared_tags(outline: Outline) -> Iterator[Breach]:
    """Every operation has a tag, and the tags in use are those that the document declares."""
    declared = {name: pointer for pointer, name in _declared(outline)}
    used = set()
    for part in outline.of("operation"):
        tags = part.node.get("tags")
        if not tags or not isinstance(tags, list):
            yield Breach(part.pointer, "the operation has no tag: portals sort operations by tags")
        for index, tag in enumerate(tags if isinstance(tags, list) else ()):
            used.add(str(tag))
            if tag not in declared:
                yield Breach(child(child(part.pointer, "tags"), index), f"`{tag}` is no tag that the document declares")
    yield from (Breach(declared[tag], f"the tag `{tag}` is on no operation") for tag in declared if tag not in used)


def _declared(outline: Outline) -> Iterator[tuple[str, str]]:
    tags = outline.tree.get("tags")
    for index, tag in enumerate(tags if isinstance(tags, list) else ()):
        if isinstance(tag, dict) and isinstance(tag.get("name"), str):
            yield f"/tags/{index}", tag["name"]


def descriptions(outline: Outline) -> Iterator[Breach]:
    """Operations, parameters and all named components say in words what they are; examples may go without."""
    for part in outline.of("operation", "parameter", "response", "requestBody", "header", "securityScheme", "schema"):
        is_inner = part.kind == "schema" and not part.is_component
        if not is_inner and not _says_something(part.node.get("description")):
            yield Breach(part.pointer, f"the {part.kind} has no description")


def summaries(outline: Outline) -> Iterator[Breach]:
    """Every operation has a summary: portals show it in their menus."""
    for part in outline.of("operation"):
        if not _says_something(part.node.get("summary")):
            yield Breach(part.pointer, "the operation has no summary")


def _says_something(text: Any) -> bool:
    return isinstance(text, str) and bool(text.strip())


RULES = (
    order_of_top_level,
    operation_ids,
    unique_operation_ids,
    component_names,
    meaningful_responses,
    declared_tags,
    descriptions,
    summaries,
)
