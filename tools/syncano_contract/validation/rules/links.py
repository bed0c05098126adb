"""Rules on links between operations (DESIGN.md, section 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from syncano_contract.pointer import child, key_of, steps
from syncano_contract.validation.examples import shown
from syncano_contract.validation.outline import Breach, Outline, Part

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
LINKS = {"addUser": ("updateUser", "resetUserKey", "getUserDetails")}
# Runtime expressions of OpenAPI 3.1.0, section 4.8.20.4: what the request had in its path, and what its reply has.
PASSED_ON = "$request.path."
TAKEN = "$response.body#"


@dataclass(frozen=True)
class Link:
    """A link as an operation has it under a status; `bodies` are the examples of that reply."""

    origin: Part
    status: str
    part: Part
    bodies: tuple[Any, ...]

    @property
    def target(self) -> str:
        """The operationId that the link leads to."""
        return str(self.part.node.get("operationId"))

    @property
    def given(self) -> Mapping[str, Any]:
        """The parameters that the link gives, `path.id` as `id`, each with its expression."""
        return {name.rpartition(".")[2]: value for name, value in self._parameters.items()}

    def place(self, name: str) -> str:
        """Return the pointer of a parameter that the link gives."""
        written = next(each for each in self._parameters if each.rpartition(".")[2] == name)
        return child(child(self.part.pointer, "parameters"), written)

    @property
    def _parameters(self) -> Mapping[str, Any]:
        parameters = self.part.node.get("parameters")
        return parameters if isinstance(parameters, Mapping) else {}


def true_links(outline: Outline) -> Iterator[Breach]:
    """A link leads to an operation of the document and gives just the parameters that its path needs."""
    operations = _operations(outline)
    for link in _links(outline):
        target = operations.get(link.target)
        if target is None:
            yield Breach(link.part.pointer, "the link leads to no operationId of this document")
        elif set(link.given) != set(PLACEHOLDER.findall(_path(target))):
            needed = _list(set(PLACEHOLDER.findall(_path(target))))
            said = f"the link gives {_list(set(link.given))}, but `{_path(target)}` needs {needed}"
            is_there = "parameters" in link.part.node
            yield Breach(child(link.part.pointer, "parameters") if is_there else link.part.pointer, said)


def true_expressions(outline: Outline) -> Iterator[Breach]:
    """What a link gives was in the path of the request, or is in the body as every example shows it."""
    for link in _links(outline):
        passed_on = PLACEHOLDER.findall(_path(link.origin))
        for name, expression in link.given.items():
            if name in passed_on and expression != f"{PASSED_ON}{name}":
                yield Breach(link.place(name), f"the request has `{name}` in its path: pass on `{PASSED_ON}{name}`")
            elif name not in passed_on and not str(expression).startswith(f"{TAKEN}/"):
                yield Breach(link.place(name), f"`{expression}` takes nothing from the body, as `{TAKEN}/id` does")
            elif name not in passed_on and any(_taken(body, expression) is None for body in link.bodies):
                yield Breach(link.place(name), f"an example of the body has nothing at `{expression}`")


def true_addresses(outline: Outline) -> Iterator[Breach]:
    """Where an example of the body has the address of what a link leads to, it has in it what the link takes."""
    operations = _operations(outline)
    for link in _links(outline):
        path = _path(operations[link.target]) if link.target in operations else ""
        for body in link.bodies if path else ():
            yield from _other_addresses(link, path, body)


def _other_addresses(link: Link, path: str, body: Any) -> Iterator[Breach]:
    literals = PLACEHOLDER.sub("\0", path).split("\0")
    pattern = re.compile(".*" + "([^/]+)".join(re.escape(literal) for literal in literals))
    found = [match.groups() for match in map(pattern.fullmatch, _texts(body)) if match]
    for index, name in enumerate(PLACEHOLDER.findall(path)):
        expression = str(link.given.get(name))
        value = _taken(body, expression) if expression.startswith(f"{TAKEN}/") else None
        if found and value is not None and str(value) not in {groups[index] for groups in found}:
            yield Breach(link.place(name), f"`{expression}` gives {value}, but the example has another `{path}`")


def links_of_add(outline: Outline) -> Iterator[Breach]:
    """Links lead from adding a user to updating, resetting and looking up that user."""
    operations, links = _operations(outline), [*_links(outline)]
    for name in LINKS.keys() & operations.keys():
        linked = {each.target for each in links if each.origin == operations[name] and each.status.startswith("2")}
        for target in LINKS[name]:
            if target in operations and target not in linked:
                place = _place_of_links(outline, operations[name])
                yield Breach(place, f"no link leads from a success of `{name}` to `{target}`")


def _place_of_links(outline: Outline, operation: Part) -> str:
    """Return where the links of an operation's success stand, or that success where it has none."""
    for response in outline.inside(operation, "responses"):
        meant = outline.meant(response)
        if response.name.startswith("2") and meant is not None:
            return child(meant.pointer, "links") if "links" in meant.node else meant.pointer
    return operation.pointer


def _links(outline: Outline) -> Iterator[Link]:
    for operation in outline.of("operation"):
        for response in outline.inside(operation, "responses"):
            meant = outline.meant(response)
            media_types = [*outline.inside(meant, "content")] if meant else []
            bodies = tuple(value for each in media_types for _, value in shown(outline, each))
            for link in map(outline.meant, outline.inside(meant, "links") if meant else ()):
                if link is not None:
                    yield Link(operation, response.name, link, bodies)


def _taken(body: Any, expression: str) -> Any:
    """Return what an expression takes from a body, or None where there is nothing."""
    for step in steps(expression.removeprefix(TAKEN)):
        key = key_of(body, step)
        if key is None:
            return None
        body = body[key]
    return body


def _texts(value: Any) -> Iterator[str]:
    """Yield each text in a value at whatever depth."""
    if isinstance(value, str):
        yield value
    below = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for each in below:
        yield from _texts(each)


def _path(operation: Part) -> str:
    return operation.holder.name if operation.holder else ""


def _list(names: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "nothing"


def _operations(outline: Outline) -> dict[str, Part]:
    return {str(part.node["operationId"]): part for part in outline.of("operation") if "operationId" in part.node}


RULES = (true_links, true_expressions, true_addresses, links_of_add)
