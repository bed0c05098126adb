"""What is found in recorded traffic -> what a report may say of it: types, places and documented texts, no values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from syncano_contract import judge, leaks, pointer
from syncano_contract.judge import Departure
from syncano_contract.outcome import CannotTell, Failed
from syncano_contract.recorded.checks import Outcome
from syncano_contract.recorded.differing import difference
from syncano_contract.recorded.seen import Seen
from syncano_contract.recorded.vocabulary import Vocabulary, method
from syncano_contract.reply import Reply
from syncano_contract.suggestion.changes import json_type

BODIES = frozenset({judge.BODY, judge.ERROR_BODY})
MEDIA_TYPES = frozenset(
    {
        *("none", "application/json", "application/problem+json", "application/xml", "application/octet-stream"),
        *("application/x-www-form-urlencoded", "multipart/form-data", "text/html", "text/plain", "text/xml"),
    }
)

# What is said of a link after its name (see `links`) -> the same without instance, ids and path of the deployment.
OF_LINKS = {
    "LINKS-1": (" to be ", "the id of the user"),
    "LINKS-2": (" to end in ", "the path of what it is the link of"),
    "LINKS-3": (" to begin with ", "the path of the base URL"),
}


def departures(each: Seen, found: Iterable[Departure], vocabulary: Vocabulary) -> Iterator[Departure]:
    """Yield the departures of one exchange without what its reply, its path and its method alone tell."""
    is_judged = False
    for one in found:
        if one.aspect not in BODIES:
            operation = one.operation if each.operation else method(one.operation)
            yield replace(one, operation=operation, seen=_of_header(one))
        elif not one.places:
            yield replace(one, seen="one that is none" if each.recorded.response.content.body else "none")
        elif each.is_json and not is_judged and each.operation is not None:
            is_judged = True
            shape = each.operation.shapes[each.status]
            for error in shape.validator.iter_errors(judge.sound(each.value)) if shape.validator else ():
                differing = difference(error, shape, one.aspect, vocabulary)
                yield replace(one, expected=differing.expected, seen=differing.seen, places=differing.places)


def outcome(each: Seen, name: str, found: Failed | CannotTell | None, vocabulary: Vocabulary) -> Outcome:
    """Return what a check found of a requirement, without what the bodies and the path of its exchange hold."""
    match found:
        case Failed():
            expected, seen = _expected(name, found.expected), _seen(each, name, found, vocabulary)
            places = tuple(vocabulary.place(place) if place.startswith("/") else place for place in found.places)
            return name, Failed(expected, seen, found.exchange, found.subject, found.evidence, places=places)
        case CannotTell():
            return name, CannotTell(_without_reply(each, str(found)), found.subject)
        case _:
            return name, None


def _of_header(departure: Departure) -> str:
    if departure.aspect == judge.MEDIA_TYPE:
        return departure.seen if departure.seen in MEDIA_TYPES else "another one"
    return "another value" if departure.aspect == judge.HEADERS and departure.places else departure.seen


def _expected(name: str, expected: str) -> str:
    verb, what = OF_LINKS.get(name, ("", ""))
    return f"{expected.partition(verb)[0]}{verb}{what}" if verb else expected


def _seen(each: Seen, name: str, found: Failed, vocabulary: Vocabulary) -> str:
    if name in OF_LINKS:
        return "another"
    if found.expected == leaks.NO_STACK_TRACE:
        return "one"
    place = found.places[0] if found.places else ""
    value = _at(each.value, place) if place.startswith("/") else None
    is_shown = value is not None and found.seen in (judge.shorten(json.dumps(value, ensure_ascii=False)), str(value))
    return _told(value, vocabulary) if is_shown else _without_reply(each, found.seen)


def _told(value: Any, vocabulary: Vocabulary) -> str:
    """Return a text that the document has, and the type of anything else."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if vocabulary.tells(value) else "another text"
    return f"array of {len(value)}" if isinstance(value, list) else json_type(value)


def _at(value: Any, place: str) -> Any:
    for step in pointer.steps(place):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _without_reply(each: Seen, said: str) -> str:
    """Return what is said with the status in the place of a whole reply, as `Reply` writes it."""
    if each.operation is None or each.status == 0:
        return said
    return said.replace(str(Reply(each.operation, each.recorded.exchange)), f"{each.status}")
