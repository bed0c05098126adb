"""The actions that make a part of the document allow what was seen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from syncano_contract import pointer
from syncano_contract.suggestion import headers
from syncano_contract.suggestion.actions import Action, counted, json_names, path_to, removal, without
from syncano_contract.suggestion.changes import UNCONFIRMED, Kind
from syncano_contract.suggestion.examples import shown, some_value
from syncano_contract.suggestion.placing import Placed
from syncano_contract.suggestion.schemas import meant
from syncano_contract.suggestion.seen import Seen, Where

ALWAYS = 10  # times that a member has to have been there, whenever there was room for it, to be one that always is


def described(seen: Seen, changes: Sequence[Placed]) -> Iterator[Action]:
    """Yield the actions for all changes, one place after the other."""

    def of_one_kind(each: Placed) -> tuple[str, Kind]:
        return each.place, each.change.kind

    for (place, kind), alike in groupby(sorted(changes, key=lambda each: (each.place, each.change)), of_one_kind):
        group = Group(seen, place, [*alike])
        yield from ACTIONS[kind](group)


class Group:
    """Changes of one kind at one place of the document."""

    def __init__(self, seen: Seen, place: str, changes: Sequence[Placed]) -> None:
        """Look up what stands there now."""
        self.seen, self.place, self.changes = seen, place, changes
        self.pointer = changes[0].change.pointer  # where the original of a copy is
        self.node: Mapping[str, Any] = meant(seen.document.tree, self.pointer)[1]
        self.names = [*dict.fromkeys(each.change.name for each in changes)]
        self.label = _label(place)

    def evidence(self, name: str | None = None) -> str:
        """Count in how many replies each of the changes, or of those of one name, was seen."""
        alike = [each for each in self.changes if name in (None, each.change.name)]
        texts = [counted(each.times, self.seen.replies) for each in alike]
        return (
            texts[0]
            if len(alike) == 1
            else "; ".join(f"{_named(each)}: {text}" for each, text in zip(alike, texts, strict=True))
        )


def _named(each: Placed) -> str:
    return f"{each.change.name} ({each.change.detail})" if each.change.detail else each.change.name


def _label(place: str) -> str:
    """Return how a sentence names what stands at a place."""
    steps = pointer.steps(place)
    return ".".join(step for step in (steps[2:] if steps[0] == "components" else steps[1:]) if step != "properties")


def _missing(group: Group) -> Iterator[Action]:
    for name in group.names:
        what = f"{group.label} may be without `{name}`."
        yield without(f"{group.place}/required", name, what, group.evidence(name))


def _types(group: Group) -> Iterator[Action]:
    """Yield what adds types: a list gets items, but a single one has to be removed first, as it would be replaced."""
    old, what = group.node["type"], f"{group.label} may be {_either(group.names)} too."
    if isinstance(old, list):
        yield Action(path_to(group.place, "type"), what, group.evidence(), group.names)
        return
    yield removal(f"{group.place}/type", f"{what} The next action adds the types again.", group.evidence())
    yield Action(path_to(group.place), what, group.evidence(), {"type": [old, *group.names]})


def _values(group: Group) -> Iterator[Action]:
    values = [json.loads(name) for name in group.names]
    update: dict[str, Any] = {"enum": values}
    reason = group.node.get("x-unconfirmed")
    if isinstance(reason, str) and "`enum`" in reason:
        update["x-unconfirmed"] = f"{reason} On a deployment {json_names(map(str, values))} was seen."
    yield Action(path_to(group.place), f"{group.label} has other values too.", group.evidence(), update)


def _limits(group: Group) -> Iterator[Action]:
    for name in group.names:
        what = f"{group.label} does not always keep `{name}`."
        yield removal(pointer.child(group.place, name), what, group.evidence(name))


def _branches(group: Group) -> Iterator[Action]:
    keyword = group.changes[0].change.detail
    what = f"{group.label} may be {_either(group.names)} of another form too."
    schemas = [{"type": name} for name in group.names]
    yield Action(path_to(group.place, keyword), what, group.evidence(), schemas)


def _extras(group: Group) -> Iterator[Action]:
    """Yield what lists members: those that were always there as required ones, which examples then have to show."""
    for name, alike in groupby(group.changes, lambda each: each.change.name):
        listed = [*alike]
        types = [each.change.detail for each in listed]
        what, evidence = f"{group.label} has a member `{name}`.", group.evidence(name)
        update = {"properties": {name: _member(types)}}
        if not _is_always_there(group, name, {where for each in listed for where in each.times}):
            yield Action(path_to(group.place), what, evidence, update)
            continue
        yield Action(path_to(group.place), what, evidence, {"required": [name], **update})
        for place in shown(group.seen.document, group.pointer, but=name):
            yield Action(place, f"An example has `{name}` as well.", evidence, {name: some_value(types)})


def _member(types: Sequence[str]) -> dict[str, Any]:
    """Return the schema of a member; where null alone was seen, it may be anything."""
    if [*types] == ["null"]:
        return {"x-unconfirmed": "Null alone was seen on a deployment; what else it can be is unknown."}
    return {"type": types[0] if len(types) == 1 else [*types], "x-unconfirmed": UNCONFIRMED}


def _is_always_there(group: Group, name: str, wheres: Iterable[Where]) -> bool:
    """Whether every object of the schema, under these statuses, had the member; and enough of them."""
    seen = group.seen
    objects = [(seen.members[where, group.pointer, name], seen.members[where, group.pointer, ""]) for where in wheres]
    return all(having == whole for having, whole in objects) and sum(having for having, _ in objects) >= ALWAYS


def _optional(group: Group) -> Iterator[Action]:
    what = f"The header {group.names[0]} may be left out."
    yield Action(path_to(group.place), what, group.evidence(), {"required": False})


def _headers(group: Group) -> Iterator[Action]:
    """Yield what lists headers; what comes now and then is put there by something on the way."""
    for each in group.changes:
        if all(times == group.seen.visits[where, group.pointer] for where, times in each.times.items()):
            header = headers.described()
            what = f"{group.label} has a header {each.change.name}."
            yield Action(
                path_to(group.place), what, group.evidence(each.change.name), {"headers": {each.change.name: header}}
            )


def _media_types(group: Group) -> Iterator[Action]:
    content = next(iter(group.node["content"].values()))
    for name in group.names:
        what = f"{group.label} may have the media type {name}."
        yield Action(path_to(group.place), what, group.evidence(name), {"content": {name: content}})


def _opaque(group: Group) -> Iterator[Action]:
    """Yield what makes a body one of other media types, or none at all."""
    what = f"{group.label} is no JSON."
    yield removal(f"{group.place}/content", what, group.evidence())
    bodies: dict[str, Any] = {name: {} for name in group.names if name}
    if bodies:
        yield Action(path_to(group.place), what, group.evidence(), {"content": bodies})


def _either(names: Sequence[str]) -> str:
    return " or ".join(names)


ACTIONS: Mapping[Kind, Callable[[Group], Iterator[Action]]] = {
    Kind.MISSING: _missing,
    Kind.TYPE: _types,
    Kind.VALUE: _values,
    Kind.LIMIT: _limits,
    Kind.BRANCH: _branches,
    Kind.EXTRA: _extras,
    Kind.OPTIONAL: _optional,
    Kind.HEADER: _headers,
    Kind.MEDIA_TYPE: _media_types,
    Kind.OPAQUE: _opaque,
    Kind.EMPTY: _opaque,
}
