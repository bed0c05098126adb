"""What the replies of a deployment showed beside what the document says, counted while they pass by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from syncano_contract import judge, pointer
from syncano_contract.document import Document, Operation, Shape
from syncano_contract.model import Exchange, Response, header
from syncano_contract.suggestion import headers, schemas
from syncano_contract.suggestion.changes import (
    LOST,
    NO_JSON,
    NO_TYPE,
    Change,
    Kind,
    Left,
    extras,
    json_type,
    of_error,
)

CRASH = Left("a server error is never described")
MOST_CHANGES = 500  # different ones under one status; what comes after them is counted as left
TOO_MANY = Left("there are too many different ones to list")
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")


@dataclass(frozen=True, order=True)
class Where:
    """A status of an operation."""

    operation: str
    status: int


class Seen:
    """Counts, by operation and status, in how many replies each change, part and media type was seen.

    `visits` counts the schemas, by their pointers, that replies showed; `fits` in how many replies of a status that is
    not documented the body is as under another one that is; `types` what bodies they had instead.
    """

    def __init__(self, document: Document) -> None:
        """Start with nothing seen."""
        self.document = document
        self.replies: Counter[Where] = Counter()
        self.visits: Counter[tuple[Where, str]] = Counter()
        self.changes: Counter[tuple[Where, Change]] = Counter()
        self.left: Counter[tuple[Where, Left]] = Counter()
        self.fits: Counter[tuple[Where, int]] = Counter()
        self.types: Counter[tuple[Where, str, str]] = Counter()
        self.members: Counter[tuple[Where, str, str]] = Counter()
        self._different: Counter[Where] = Counter()

    def note(self, operation: Operation, response: Response) -> None:
        """Count what one reply of an operation shows."""
        where = Where(operation.id, response.status)
        self.replies[where] += 1
        if response.status >= 500:
            self.left[where, CRASH] += 1
        elif response.status in operation.shapes:
            self._compare(where, operation.shapes[response.status], response)
        elif response.status < 300:
            self._compare(where, operation.shapes[operation.success], response)
        else:
            self._sort(where, operation, response)

    def _compare(self, where: Where, shape: Shape, response: Response) -> None:
        """Count how a reply differs from a shape; one that has lost data is no evidence of anything."""
        tree = self.document.tree
        found = {*headers.differences(tree, shape, response), *_around(shape, response)}
        met = _met(tree, shape, response) if NO_JSON not in found else []
        if shape.validator is not None and met:
            found |= {*_in_body(tree, shape, shape.validator, met)}
        lost = [each for each in (LOST, NO_JSON) if each in found and (each is LOST or response.status < 300)]
        if lost:
            self.left[where, lost[0]] += 1
            return
        for place in {shape.pointer, *(each.place for each in met)}:
            self.visits[where, place] += 1
        for each in sorted(found, key=str):
            self._count(where, each)
        self._count_members(where, met)

    def _count(self, where: Where, each: Change | Left) -> None:
        if isinstance(each, Left):
            self.left[where, each] += 1
        elif (where, each) in self.changes or self._different[where] < MOST_CHANGES:
            self._different[where] += (where, each) not in self.changes
            self.changes[where, each] += 1
        else:
            self.left[where, TOO_MANY] += 1

    def _count_members(self, where: Where, met: Iterable[schemas.Meeting]) -> None:
        """Count the objects of each schema, under the name "", and which of them have what it does not list."""
        for each in met:
            if isinstance(each.value, dict) and "properties" in each.schema:
                self.members[where, each.place, ""] += 1
                for extra in extras(each.schema, each.place, each.value):
                    if isinstance(extra, Change) and (where, extra) in self.changes:
                        self.members[where, each.place, extra.name] += 1

    def _sort(self, where: Where, operation: Operation, response: Response) -> None:
        """Count which documented errors a reply of another status is like, and its type where it is like none."""
        media_type = media_type_of(response)
        try:
            kind = json_type(judge.parse(response.body)) if response.body else ""
        except ValueError:
            kind = "no JSON"
        self.types[where, media_type, kind] += 1
        for status, shape in operation.shapes.items():
            aspects = {each.aspect for each in judge.against(shape, response)}
            if status >= 400 and shape.validator is not None and aspects <= {judge.MEDIA_TYPE}:
                self.fits[where, status] += 1


def seen_in(document: Document, base_url: str, exchanges: Iterable[Exchange]) -> Seen:
    """Count what all replies show whose requests address an operation, as the judge takes them."""
    seen = Seen(document)
    for exchange in exchanges:
        operation = judge.addressed(document, base_url, exchange)
        if operation is not None and exchange.response is not None:
            seen.note(operation, exchange.response)
    return seen


def media_type_of(response: Response) -> str:
    """Return the media type of a reply, or "" for one that is none."""
    sent = (header(response.headers, "Content-Type") or "").split(";")[0].strip().lower()
    return sent if MEDIA_TYPE.fullmatch(sent) else ""


def schema_of(shape: Shape) -> str:
    """Return the pointer of the schema that a body is judged by."""
    return shape.pointer + pointer.of(("content", shape.media_types[0], "schema"))


def _around(shape: Shape, response: Response) -> Iterator[Change | Left]:
    """Yield how media type and form of a body, whatever it holds, differ from those of a shape."""
    media_type = media_type_of(response)
    if not shape.media_types:
        return
    if not _is_json(response.body):
        yield _unreadable(shape, response, media_type)
    elif not media_type:
        yield NO_TYPE
    elif media_type not in shape.media_types:
        yield Change(shape.pointer, Kind.MEDIA_TYPE, media_type)


def _unreadable(shape: Shape, response: Response, media_type: str) -> Change | Left:
    is_told = not response.body or media_type not in ("", *shape.media_types)
    if shape.validator is None or response.status < 300 or not is_told:
        return NO_JSON
    return Change(shape.pointer, Kind.OPAQUE, media_type) if response.body else Change(shape.pointer, Kind.EMPTY, "")


def _is_json(body: bytes) -> bool:
    try:
        judge.parse(body)
    except ValueError:
        return False
    return True


def _met(tree: Any, shape: Shape, response: Response) -> list[schemas.Meeting]:
    """Return which schemas a body meets; none where it is no JSON or none is documented."""
    if shape.validator is None or not _is_json(response.body):
        return []
    return [*schemas.met(tree, schema_of(shape), judge.sound(judge.parse(response.body)))]


def _in_body(
    tree: Any, shape: Shape, validator: jsonschema_rs.Validator, met: Iterable[schemas.Meeting]
) -> Iterator[Change | Left]:
    for each in met:
        if not each.at:
            yield from (of_error(error, schema_of(shape), tree) for error in validator.iter_errors(each.value))
        if isinstance(each.value, dict) and "properties" in each.schema:
            yield from extras(each.schema, each.place, each.value)
