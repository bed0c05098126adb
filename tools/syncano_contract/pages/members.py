"""The members of a page that the format has: what each of them can be, and where those stand that may stand in two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Kind:
    """What the format has in a place: its types, and of a text that is one of a few what each of them means.

    `members` and `entry` are what is looked at below it. Where `known` is given, members beyond these are told.
    """

    types: tuple[type, ...]
    meanings: Mapping[str, Any] = field(default_factory=dict)
    members: Mapping[str, Kind] = field(default_factory=dict)
    entry: Kind | None = None
    known: frozenset[str] = frozenset()

    @cached_property
    def is_plain(self) -> bool:
        """Whether the type is all that there is to look at."""
        return not (self.meanings or self.members or self.entry or self.known)


TEXT = Kind((str, int, float))
WORD, NUMBER, TRUTH = Kind((str,)), Kind((int,)), Kind((bool,))
VIEW = Kind((str,), {"public": False, "anyone_with_link": True})
STATE = Kind((str,), {"current": False, "deprecated": True})
PARAM = Kind(
    (dict,),
    known=frozenset({"_id", "id", "name", "in", "type", "required", "default", "desc", "enumValues", "ref"}),
)
CODE = Kind((dict,), members={"language": WORD}, known=frozenset({"_id", "id", "status", "language", "code", "name"}))
CODES = Kind((dict,), members={"codes": Kind((list,), entry=CODE)}, known=frozenset({"codes"}))
API = Kind(
    (dict,),
    members={
        "url": WORD,
        "path": WORD,
        "auth": WORD,
        "params": Kind((list,), entry=PARAM),
        "results": CODES,
        "examples": CODES,
    },
    known=frozenset({"_id", "method", "url", "path", "auth", "params", "results", "examples"})
    | {"settings", "apiSetting", "stats"},
)
LINK = Kind((dict,), members={"url": TEXT, "new_tab": TRUTH})
PAGE = Kind(
    (dict,),
    members={
        "_id": TEXT,
        "title": TEXT,
        "version": Kind((dict, str, int, float), members={"is_deprecated": TRUTH}),
        "category": Kind((dict, str, int), members={"title": TEXT}),
        "order": NUMBER,
        "position": NUMBER,
        "hidden": TRUTH,
        "privacy": Kind((dict,), members={"view": VIEW}),
        "isReference": TRUTH,
        "deprecated": TRUTH,
        "state": STATE,
        "excerpt": TEXT,
        "body": TEXT,
        "content": Kind((dict,), members={"body": TEXT, "link": LINK}),
        "link_url": TEXT,
        "link_external": TRUTH,
        "api": API,
    },
)


@dataclass(frozen=True)
class Place:
    """A place on a page, and what stands there."""

    owners: tuple[str, ...]
    name: str
    kind: Kind
    pointer: str


def _place(*steps: str) -> Place:
    kind = PAGE
    for step in steps:
        kind = kind.members[step]
    return Place(steps[:-1], steps[-1], kind, "/" + "/".join(steps))


# Where the two versions of the format have one thing: the first place that has it counts.
PLACES: Mapping[str, tuple[Place, ...]] = {
    "order": (_place("order"), _place("position")),
    "hidden": (_place("privacy", "view"), _place("hidden")),
    "deprecated": (_place("state"), _place("deprecated")),
    "body": (_place("body"), _place("content", "body")),
    "link": (_place("content", "link", "url"), _place("link_url")),
    "external": (_place("content", "link", "new_tab"), _place("link_external")),
    "url": (_place("api", "url"), _place("api", "path")),
}


def place_of(data: Mapping[str, Any], name: str) -> tuple[Any, str]:
    """Return what a page says of one of `PLACES`, and its pointer; None and an empty one where it says nothing."""
    return next(said(data, name), (None, ""))


def said(data: Mapping[str, Any], name: str) -> Iterator[tuple[Any, str]]:
    """Yield what each place says that has something of its kind, and the pointer of that place."""
    for place in PLACES[name]:
        owner: Any = data
        for step in place.owners:
            owner = owner.get(step) if isinstance(owner, dict) else None
        value: Any = owner.get(place.name) if isinstance(owner, dict) else None
        if type(value) in place.kind.types and value in (place.kind.meanings or (value,)) and str(value).strip():
            yield (place.kind.meanings[value] if place.kind.meanings else value), place.pointer
