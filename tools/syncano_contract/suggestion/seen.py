"""What the replies of a deployment showed beside what the document says, counted while they pass by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

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
    not documented the body is as under another one that is; `types` and `headers` what such replies had.
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
        self.headers: Counter[tuple[Where, str]] = Counter()
        self.members: Counter[tuple[Where, str, str]] = Counter()
        self._different: Counter[Where] = Counter()
        self._schema_at = cache(partial(schemas.schema_at, document.tree))

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
        tree, body = self.document.tree, _parsed(response.body)
        found = {*headers.differences(tree, shape, response), *_around(shape, response, is_json=body is not None)}
        met = [*schemas.met(self._schema_at, schema_of(shape), body[0])] if body and shape.validator else []
        if body and shape.validator:
            found.update(of_error(error, schema_of(shape), tree) for error in shape.validator.iter_errors(body[0]))
        found.update(extra for each in _objects(met) for extra in extras(each.schema, each.value))
        lost = [each for each in (LOST, NO_JSON) if each in found and (each is LOST or response.status < 300)]
        if lost:
            self.left[where, lost[0]] += 1
            return
        self.visits.update((where, place) for place in {shape.pointer, *(each.schema.place for each in met)})
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
        for each in _objects(met):
            self.members[where, each.schema.place, ""] += 1
            for extra in extras(each.schema, each.value):
                if isinstance(extra, Change) and (where, extra) in self.changes:
                    self.members[where, each.schema.place, extra.name] += 1

    def _sort(self, where: Where, operation: Operation, response: Response) -> None:
        """Count which documented errors a reply of another status is like, and its type where it is like none."""
        media_type = media_type_of(response)
        body = _parsed(response.body)
        kind = json_type(body[0]) if body else "no JSON" if response.body else ""
        self.types[where, media_type, kind] += 1
        self.headers.update((where, name) for name in headers.contractual(response))
        for status, shape in operation.shapes.items():
            aspects = {each.aspect for each in judge.against(shape, response)}
            if status >= 400 and shape.validator is not None and aspects <= {judge.MEDIA_TYPE}:
                self.fits[where, status] += 1


def seen_in(document: Document, base_url: str, exchanges: Iterable[Exchange]) -> Seen:
    """Count what all replies show whose requests address an operation, as the judge takes them."""
    seen = Seen(document)
    for exchange in exchanges:
        note(seen, base_url, exchange)
    return seen


def note(seen: Seen, base_url: str, exchange: Exchange) -> None:
    """Count what a reply shows whose request addresses an operation, as the judge takes it."""
    operation = judge.addressed(seen.document, base_url, exchange)
    if operation is not None and exchange.response is not None:
        seen.note(operation, exchange.response)


def media_type_of(response: Response) -> str:
    """Return the media type of a reply, or "" for one that is none."""
    sent = (header(response.headers, "Content-Type") or "").split(";")[0].strip().lower()
    return sent if MEDIA_TYPE.fullmatch(sent) else ""


def schema_of(shape: Shape) -> str:
    """Return the pointer of the schema that a body is judged by."""
    return shape.pointer + pointer.of(("content", shape.media_types[0], "schema"))


def _around(shape: Shape, response: Response, *, is_json: bool) -> Iterator[Change | Left]:
    """Yield how media type and form of a body, whatever it holds, differ from those of a shape."""
    media_type = media_type_of(response)
    if not shape.media_types:
        return
    if not is_json:
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


def _parsed(body: bytes) -> tuple[Any] | None:
    """Return what a body holds as JSON, which may be null; None for what is no JSON."""
    try:
        return (judge.sound(judge.parse(body)),)
    except ValueError:
        return None


def _objects(met: Iterable[schemas.Meeting]) -> Iterator[schemas.Meeting]:
    return (each for each in met if isinstance(each.value, dict) and each.schema.lists_members)
