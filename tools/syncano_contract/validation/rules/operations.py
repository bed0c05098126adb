"""Rules on paths, operations and their replies (DESIGN.md, section 5)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from syncano_contract.pointer import child
from syncano_contract.validation.examples import shown
from syncano_contract.validation.outline import Breach, Outline, Part

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SHARED = ("parameter", "requestBody", "response")
NAMED_STATUS = re.compile(r"\b(?:with|by|status|gets?|gives?|answers?|returns?|HTTP) ([45][0-9][0-9])\b")


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


def described_statuses(outline: Outline) -> Iterator[Breach]:
    """A refusal that the description of an operation names by its status is one of the operation's responses."""
    for part in outline.of("operation"):
        statuses = {each.name for each in outline.inside(part, "responses")}
        for status in NAMED_STATUS.findall(str(part.node.get("description"))):
            if status not in statuses:
                yield Breach(child(part.pointer, "description"), f"the operation has no response {status}")


def path_parameters(outline: Outline) -> Iterator[Breach]:
    """The parameters in the path of an operation are just those that its path has in braces."""
    for part in outline.of("operation"):
        if part.holder is not None and part.holder.member == "paths":
            listed = {
                str(meant.node.get("name")): (each, meant)
                for owner in (part.holder, part)
                for each in outline.inside(owner, "parameters")
                if (meant := outline.meant(each)) is not None
            }
            yield from _unplaced(part.holder, {name: meant for name, (_, meant) in listed.items()})
            yield from _misplaced(outline, part.holder, listed)


def _unplaced(item: Part, listed: Mapping[str, Part]) -> Iterator[Breach]:
    """Yield each name in braces that no parameter in the path has."""
    for name in PLACEHOLDER.findall(item.name):
        if name not in listed:
            place = child(item.pointer, "parameters") if "parameters" in item.node else item.pointer
            yield Breach(place, f"the path has `{{{name}}}`, and no parameter is called so")
        elif listed[name].node.get("in") != "path":
            yield Breach(child(listed[name].pointer, "in"), f"`{name}` is in the path `{item.name}`")


def _misplaced(outline: Outline, item: Part, listed: Mapping[str, tuple[Part, Part]]) -> Iterator[Breach]:
    """Yield each parameter in the path that has no braces: at its name, unless another path has it in braces."""
    everywhere = {name for path in _paths(outline) for name in PLACEHOLDER.findall(path.name)}
    for name, (here, meant) in listed.items():
        if meant.node.get("in") == "path" and name not in PLACEHOLDER.findall(item.name):
            place = here.pointer if name in everywhere else child(meant.pointer, "name")
            yield Breach(place, f"`{name}` is not in the path `{item.name}`")


def same_story(outline: Outline) -> Iterator[Breach]:
    """What the example of a request sends and the examples of its success show under the same name is the same."""
    for part in outline.of("operation"):
        sent = [sample for body in outline.inside(part, "requestBody") for sample in _bodies(outline, body)]
        replies = [each for each in outline.inside(part, "responses") if each.name.startswith("2")]
        answered = [body for reply in replies for _, body in _bodies(outline, reply)]
        for pointer, body in sent:
            for name, value in body.items() if isinstance(body, dict) else ():
                told = [each[name] for each in answered if isinstance(each, dict) and name in each]
                if told and value not in told:
                    yield Breach(child(pointer, name), f"the example of a success has another `{name}`")


def _bodies(outline: Outline, part: Part) -> Iterator[tuple[str, Any]]:
    meant = outline.meant(part)
    for media_type in outline.inside(meant, "content") if meant else ():
        yield from shown(outline, media_type)


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
    described_statuses,
    path_parameters,
    same_story,
)
