"""From what was seen to the actions that make the document describe it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from syncano_contract.suggestion.actions import Action, seen_in
from syncano_contract.suggestion.changes import MIXED, SECRET_NAME, Change, Kind, Left
from syncano_contract.suggestion.describing import described
from syncano_contract.suggestion.placing import placed
from syncano_contract.suggestion.seen import Seen, Where
from syncano_contract.suggestion.statuses import statuses, unseen

Changes = Mapping[tuple[Where, Change], int]

MOST_VALUES = 10  # of an `enum`: what has more is no enumeration
MANY_VALUES = Left("there are so many values that they are no enumeration")


@dataclass(frozen=True)
class Suggestion:
    """The actions of an overlay for a version of the document (as `overlays` amend it), and what is left, in words."""

    actions: tuple[Action, ...]
    left: tuple[str, ...]
    version: str
    overlays: tuple[str, ...]


def suggest(seen: Seen, redacted: Callable[[str], str]) -> Suggestion:
    """Return the overlay that makes the document describe what was seen; no name that is `redacted` gets into it."""
    left = Counter(seen.left)
    changes = _whole(_enumerable(_open(seen.changes, redacted, left), left), seen, left)
    new, not_new = statuses(seen)
    left.update({each: seen.replies[each[0]] for each in not_new})
    places, copies = placed(seen, changes)
    actions = (*new, *unseen(seen), *copies, *described(seen, places))
    return Suggestion(actions, tuple(_words(left, seen)), seen.document.version, seen.document.overlays)


def _open(changes: Changes, redacted: Callable[[str], str], left: Counter[tuple[Where, Left]]) -> Changes:
    """Return the changes that name no secret, and count the others as left."""
    hidden = {key: times for key, times in changes.items() if redacted(key[1].name) != key[1].name}
    for (where, _), times in hidden.items():
        left[where, SECRET_NAME] += times
    return {key: times for key, times in changes.items() if key not in hidden}


def _enumerable(changes: Changes, left: Counter[tuple[Where, Left]]) -> Changes:
    """Return the changes without the values of what has too many, and count those as left."""
    values = {change for _, change in changes if change.kind is Kind.VALUE}
    many = {place for place, number in Counter(each.pointer for each in values).items() if number > MOST_VALUES}
    over = {key: times for key, times in changes.items() if key[1].kind is Kind.VALUE and key[1].pointer in many}
    for (where, _), times in over.items():
        left[where, MANY_VALUES] += times
    return {key: times for key, times in changes.items() if key not in over}


def _whole(changes: Changes, seen: Seen, left: Counter[tuple[Where, Left]]) -> Changes:
    """Return the changes without those to bodies that are no JSON now and then, and count these as left."""
    bodies = Counter[tuple[Where, Kind]]()
    for (where, change), times in changes.items():
        bodies[where, change.kind] += times if change.kind in (Kind.OPAQUE, Kind.EMPTY) else 0
    mixed = {key: times for key, times in bodies.items() if times and times < seen.replies[key[0]]}
    for (where, _), times in mixed.items():
        left[where, MIXED] += times
    return {key: times for key, times in changes.items() if (key[0], key[1].kind) not in mixed}


def _words(left: Mapping[tuple[Where, Left], int], seen: Seen) -> Iterator[str]:
    for (where, why), times in sorted(left.items()):
        shown = seen_in(times, seen.replies[where], f"{where.operation} with {where.status}")
        yield f"{why.reason} ({shown})"
