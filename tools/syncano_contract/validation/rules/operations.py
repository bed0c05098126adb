"""Rules on paths, operations and their replies (DESIGN.md, section 5)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from syncano_contract.validation.examples import shown
from syncano_contract.validation.outline import Breach, Outline, Part
from syncano_contract.validation.pointer import child

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SHARED = ("parameter", "requestBody", "response")
LINKS = {"addUser": ("updateUser", "resetUserKey", "getUserDetails")}


def trailing_slashes(outline: Outline) -> Iterator[Breach]:
    """Every path ends with a slash: the service answers 404 without it."""
    for part in _paths(outline):
        if not part.name.endswith("/"):
            yield Breach(part.pointer, f"`{part.name}` does not end with a slash")


def plain_paths(outline: Outline) -> Iterator[Breach]:
    """A path has no query and no fragment, and names no parameter twice."""
    for part in _paths(outline):
        doubled = [name for name, times in Counter(PLACEHOLDER.findall(part.name)).items() if times > 1]
        if "?" in part.name or "#" in part.name:
            yield Breach(part.pointer, "a path has no query or fragment: write a parameter or a key in its place")
        yield from (Breach(part.pointer, f"the path has `{{{name}}}` more than once") for name in doubled)


def distinct_paths(outline: Outline) -> Iterator[Breach]:
    """No two paths differ in the names of their parameters alone."""
    first: dict[str, str] = {}
    for part in _paths(outline):
        shape = PLACEHOLDER.sub("{}", part.name)
        if first.setdefault(shape, part.name) != part.name:
            yield Breach(part.pointer, f"the path is the same as `{first[shape]}` but for the names of parameters")


def named_parts(outline: Outline) -> Iterator[Breach]:
    """An operation is short: its parameters, request body and responses are references to named ones."""
    for part in outline.of(*SHARED):
        if not part.is_component:
            yield Breach(part.pointer, f"the {part.kind} is written out here: name it in components and refer to it")


def lone_references(outline: Outline) -> Iterator[Breach]:
    """Nothing but a summary and a description stands beside a `$ref` outside schemas: readers ignore the rest."""
    for part in outline.parts:
        if part.reference is not None and part.kind not in ("schema", "pathItem"):
            for member in part.node.keys() - {"$ref", "summary", "description"}:
                yield Breach(child(part.pointer, member), f"readers ignore `{member}` beside a `$ref`: move it there")


def exact_statuses(outline: Outline) -> Iterator[Breach]:
    """Responses are listed by their exact status, and one of them is a success."""
    for part in outline.of("operation"):
        responses = part.node.get("responses")
        statuses = [str(key) for key in responses] if isinstance(responses, dict) else []
        place = child(part.pointer, "responses")
        if not any(status.startswith("2") for status in statuses):
            yield Breach(part.pointer, "the operation has no response of a success")
        for status in statuses:
            if not status.startswith("x-") and not re.fullmatch(r"[1-5][0-9][0-9]", status):
                yield Breach(child(place, status), f"`{status}` is no exact status: list each that a page shows")


def shown_errors(outline: Outline) -> Iterator[Breach]:
    """Every error response is a reference to a named one that has an example of its body."""
    for part in outline.parts:
        if part.kind == "response" and not part.is_component and part.name[:1] not in "123":
            meant = outline.meant(part)
            if part.reference is None or (meant is not None and not list(outline.inside(meant, "content"))):
                yield Breach(part.pointer, "the error response is no reference to a named one that shows its body")


def shown_bodies(outline: Outline) -> Iterator[Breach]:
    """Every body of a request or response and every parameter has an example."""
    for part in outline.of("mediaType", "parameter"):
        if "content" not in part.node and not list(shown(outline, part)):
            yield Breach(part.pointer, f"the {part.kind} has no example")


def own_errors(outline: Outline) -> Iterator[Breach]:
    """Errors are described as they are sent, and not as RFC 9457 would have them."""
    for part in outline.of("mediaType"):
        if part.name.lower().startswith("application/problem+"):
            yield Breach(part.pointer, f"`{part.name}` is RFC 9457: describe what is sent")


def true_links(outline: Outline) -> Iterator[Breach]:
    """A link leads to an operation of the document and gives just the parameters that its path needs."""
    operations = _operations(outline)
    for part in outline.of("link"):
        target = operations.get(str(part.node.get("operationId")))
        if target is None:
            yield Breach(part.pointer, "the link leads to no operationId of this document")
        else:
            yield from _link_parameters(part, target)


def _link_parameters(link: Part, target: Part) -> Iterator[Breach]:
    given = link.node.get("parameters")
    names = {name.rpartition(".")[2] for name in given} if isinstance(given, Mapping) else set()
    holder = target.holder.name if target.holder else ""
    needed = set(PLACEHOLDER.findall(holder))
    if names != needed:
        yield Breach(link.pointer, f"the link gives {_list(names)}, but `{holder}` needs {_list(needed)}")


def _list(names: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "nothing"


def links_of_add(outline: Outline) -> Iterator[Breach]:
    """Links lead from adding a user to updating, resetting and looking up that user."""
    operations = _operations(outline)
    for name in LINKS.keys() & operations.keys():
        linked = set(_linked(outline, operations[name]))
        for target in LINKS[name]:
            if target in operations and target not in linked:
                yield Breach(operations[name].pointer, f"no link leads from a success of `{name}` to `{target}`")


def _linked(outline: Outline, operation: Part) -> Iterator[Any]:
    for response in outline.inside(operation, "responses"):
        meant = outline.meant(response)
        if response.name.startswith("2") and meant is not None:
            links = (outline.meant(link) for link in outline.inside(meant, "links"))
            yield from (str(link.node.get("operationId")) for link in links if link)


def _operations(outline: Outline) -> dict[str, Part]:
    return {str(part.node["operationId"]): part for part in outline.of("operation") if "operationId" in part.node}


def _paths(outline: Outline) -> Iterator[Part]:
    return (part for part in outline.parts if part.kind == "pathItem" and part.member == "paths")


RULES = (
    trailing_slashes,
    plain_paths,
    distinct_paths,
    named_parts,
    lone_references,
    exact_statuses,
    shown_errors,
    shown_bodies,
    own_errors,
    true_links,
    links_of_add,
)
