"""Where in the document a change is honest: in what several replies share if all that met it showed it, else in a copy.

A copy is made of just those components that lead from the reply to the change, and only that reply refers to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from syncano_contract import pointer
from syncano_contract.document import Document
from syncano_contract.suggestion.actions import Action, path_to
from syncano_contract.suggestion.changes import Change
from syncano_contract.suggestion.seen import Seen, Where

Tally = Mapping[Where, int]


@dataclass(frozen=True)
class Placed:
    """A change, the pointer at which it is made, and in how many replies it was seen."""

    change: Change
    place: str
    times: Tally


def responses_of(document: Document, where: Where) -> str:
    """Return the pointer of the responses of an operation."""
    operation = document.operation(where.operation)
    return pointer.of(("paths", operation.path, operation.method.lower(), "responses"))


def entry_of(document: Document, where: Where) -> str:
    """Return the pointer of a response, whether it is documented or not."""
    return pointer.child(responses_of(document, where), str(where.status))


def model_of(document: Document, where: Where) -> str:
    """Return the pointer of the response that a reply was compared with: that of its status, or of a success."""
    operation = document.operation(where.operation)
    status = where.status if where.status in operation.shapes else operation.success
    return entry_of(document, Where(where.operation, status))


def placed(seen: Seen, changes: Mapping[tuple[Where, Change], int]) -> tuple[list[Placed], list[Action]]:
    """Return where each change is made, and the actions that make copies for what only some replies showed."""
    by_change = sorted(_by_change(changes).items())
    apart = dict[Where, list[str]]()
    for change, times in by_change:
        for where in times if _visitors(seen, change.pointer) - times.keys() else ():
            apart.setdefault(where, []).append(change.pointer)
    copies = {where: Copies(seen.document, where, places) for where, places in sorted(apart.items())}
    found = [each for change, times in by_change for each in _placed(change, times, copies)]
    return found, [action for each in copies.values() for action in each.actions()]


def _placed(change: Change, times: Tally, copies: Mapping[Where, Copies]) -> Iterator[Placed]:
    """Yield a change in each copy that is concerned, as copies are made of what is there now, and in what is shared."""
    own = {where: place for where, each in copies.items() if where in times and (place := each.place(change.pointer))}
    for where, place in own.items():
        yield Placed(change, place, {where: times[where]})
    others = {where: number for where, number in times.items() if where not in own}
    if others:
        yield Placed(change, change.pointer, others)


def _by_change(changes: Mapping[tuple[Where, Change], int]) -> dict[Change, dict[Where, int]]:
    found = dict[Change, dict[Where, int]]()
    for (where, change), times in changes.items():
        found.setdefault(change, {})[where] = times
    return found


def _visitors(seen: Seen, place: str) -> set[Where]:
    return {where for where, visited in seen.visits if visited == place}


class Copies:
    """The copies of components that one reply needs, so that changes at some pointers are its own."""

    def __init__(self, document: Document, where: Where, places: Iterable[str]) -> None:
        """Find the components that lead from the reply to these places."""
        self._tree, self._where = document.tree, where
        self._entry, self._model = entry_of(document, where), model_of(document, where)
        needed = {_component(place) for place in places}
        self._names = {
            component: self._name(component)
            for component in sorted(_reached(self._tree, self._model))
            if needed & {component, *_reached(self._tree, component)}
        }

    def _name(self, component: str) -> str:
        """Return the pointer of a copy; where a reply of another status has that name, the status is added."""
        _, kind, name = pointer.steps(component)
        prefix = self._where.operation[:1].upper() + self._where.operation[1:]
        return pointer.of(("components", kind, f"{prefix}{self._where.status}{name}"))

    def place(self, place: str) -> str | None:
        """Return where a change is made instead; None for what is no part of the reply, or not copied."""
        component = _component(place)
        if component in self._names:
            return self._names[component] + place.removeprefix(component)
        return self._entry + place.removeprefix(self._model) if place.startswith(f"{self._model}/") else None

    def actions(self) -> Iterator[Action]:
        """Yield the actions that make the copies and let the reply refer to them."""
        evidence = (
            f"only some replies showed what follows, {self._where.operation} with {self._where.status} among them"
        )
        for component, copy in self._names.items():
            *around, name = pointer.steps(copy)
            node = self._redirected(pointer.at(self._tree, pointer.steps(component)))
            what = f"A copy of `{pointer.steps(component)[-1]}` for {self._where.operation} with {self._where.status}."
            yield Action(path_to(pointer.of(around)), what, evidence, {name: node})
        for steps, reference in _references(pointer.at(self._tree, pointer.steps(self._model))):
            if reference in self._names:
                what = "The copy is what is referred to."
                yield Action(path_to(self._entry, *steps), what, evidence, {"$ref": f"#{self._names[reference]}"})

    def _redirected(self, node: Any) -> Any:
        copy = deepcopy(node)
        for steps, reference in [*_references(copy)]:
            if reference in self._names:
                pointer.at(copy, map(str, steps))["$ref"] = f"#{self._names[reference]}"
        return copy


def _component(place: str) -> str:
    """Return the pointer of the component that a place is in, or "" where it is in none."""
    steps = pointer.steps(place)
    return pointer.of(steps[:3]) if steps[:1] == ["components"] else ""


def _reached(tree: Any, place: str) -> set[str]:
    """Return the pointers of all components that references lead to from a place."""
    found, waiting = set[str](), [place]
    while waiting:
        for _, reference in _references(pointer.at(tree, pointer.steps(waiting.pop()))):
            if reference not in found:
                found.add(reference)
                waiting.append(reference)
    return found


def _references(node: Any, *around: str | int) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the steps to each `$ref` in a node, with the pointer that it gives."""
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield around, pointer.of_fragment(node["$ref"])
        for name, member in node.items():
            yield from _references(member, *around, name)
    elif isinstance(node, list):
        for number, item in enumerate(node):
            yield from _references(item, *around, number)
