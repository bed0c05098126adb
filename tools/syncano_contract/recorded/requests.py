"""Whether requests are in keeping with the document: the client's matter, and so noted and no requirement's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from syncano_contract import pointer
from syncano_contract.document import Document, Operation, of, request_validator, resolve
from syncano_contract.judge import TOLERATED
from syncano_contract.recorded.counts import Counts
from syncano_contract.recorded.seen import Seen, in_query, object_of
from syncano_contract.recorded.vocabulary import Vocabulary, examples, method, path_of

MOST_SHOWN = 5  # of each sort in a note

# The sorts of notes: of requests, and of replies that are otherwise than the pages have them and yet break nothing.
UNDOCUMENTED = "requests to what the document does not have"
BODIES = "request bodies that are not as documented"
NO_KEY = "requests without a documented key"
KEYS_IN_URLS = "keys in URLs, where logs keep them"
STATUSES = "statuses that the document does not have and HTTP allows"
MEMBERS = "members that the document does not have"
WORDINGS = "errors whose text is not that of the document"


EACH = "*"  # stands for each item of an array
DEEPEST = 8  # levels of a schema, which may hold itself
Outline = dict[str, Any]  # the members of a schema, each with the outline of what it holds


class Keys(NamedTuple):
    """Keys that are sent together, by the names of their headers (in lower case) and of their parameters."""

    headers: tuple[str, ...]
    query: tuple[str, ...]

    def are_sent(self, seen: Seen) -> bool:
        """Whether a request has all of them."""
        if not all(map(seen.headers.get, self.headers)):
            return False
        return not self.query or all(in_query(seen.recorded.request, name) for name in self.query)


class Notes:
    """Counts, by sort and kind, what a person may want to know and what fails nothing."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        """Know what the document has."""
        self._vocabulary = vocabulary
        self._bodies = {each.id: request_validator(document, each) for each in document.operations}
        self._keys = {each.id: [*_keys(document, each)] for each in document.operations}
        self._outlines = {each.id: dict(_outlines(document, each)) for each in document.operations}
        self._texts = {each.id: dict(_texts(document, each)) for each in document.operations}

    def add(self, seen: Seen, counts: Counts, *, is_plain: bool) -> None:
        """Note what is otherwise in an exchange, of whose reply nothing is where that is plain."""
        request, operation = seen.recorded.request, seen.operation
        if "_key=" in request.url and (in_query(request, "api_key") or in_query(request, "user_key")):
            counts.add(KEYS_IN_URLS, operation.id if operation else method(request.method))
        if operation is None:
            counts.add(UNDOCUMENTED, f"{method(request.method)} {path_of(seen.path, self._vocabulary)}")
        else:
            self._add_request(seen, operation, counts)
        if seen.status in TOLERATED and (operation is None or seen.status not in operation.shapes):
            counts.add(STATUSES, f"{seen.status} by {operation.id if operation else method(request.method)}")
        if operation is not None and seen.status in operation.shapes and seen.is_json and not is_plain:
            self._add_reply(seen, operation, counts)

    def has_sound_body(self, seen: Seen, operation: Operation) -> bool:
        """Whether the body of a request is as the document has it."""
        validator = self._bodies[operation.id]
        return validator is None or validator.is_valid(seen.sent)

    def _add_request(self, seen: Seen, operation: Operation, counts: Counts) -> None:
        if not self.has_sound_body(seen, operation):
            counts.add(BODIES, operation.id)
        if not any(keys.are_sent(seen) for keys in self._keys[operation.id]):
            counts.add(NO_KEY, operation.id)

    def _add_reply(self, seen: Seen, operation: Operation, counts: Counts) -> None:
        for place in _undocumented(seen.value, self._outlines[operation.id].get(seen.status, {})):
            counts.add(MEMBERS, f"{self._vocabulary.place(place)} by {operation.id}")
        documented = self._texts[operation.id].get(seen.status)
        text = object_of(seen.value).get("detail") if documented else None
        if isinstance(text, str) and text != documented:
            counts.add(WORDINGS, f"{seen.status} by {operation.id}")


def lines(counts: Counts) -> Iterator[str]:
    """Yield a sentence for each sort of notes."""
    for sort in (UNDOCUMENTED, BODIES, NO_KEY, KEYS_IN_URLS, STATUSES, MEMBERS, WORDINGS):
        if found := counts.of(sort):
            shown = [f"{kind} ({times})" for kind, times in sorted(found.items(), key=lambda kind: (-kind[1], kind[0]))]
            more = f" and {len(shown) - MOST_SHOWN} more" if len(shown) > MOST_SHOWN else ""
            total = f"; {found.total()} in all" if len(shown) > 1 else ""
            yield f"{sort}: {', '.join(shown[:MOST_SHOWN])}{more}{total}"


def closed(document: Document) -> Document:
    """Return the document with nothing allowed that it does not list: a success that keeps it needs no further look."""
    return of(_closed(document.tree))


def _closed(value: Any) -> Any:
    if isinstance(value, list):
        return [_closed(each) for each in value]
    if not isinstance(value, dict):
        return value
    limit = {"additionalProperties": False} if "properties" in value else {}
    return {**limit, **{name: _closed(each) for name, each in value.items()}}


def _keys(document: Document, operation: Operation) -> Iterator[Keys]:
    """Yield each set of keys that an operation may be called with."""
    schemes = document.tree["components"].get("securitySchemes", {})
    given = document.tree["paths"][operation.path][operation.method.lower()]
    for alternative in given.get("security", document.tree.get("security", [{}])):
        keys = [(schemes[name]["in"], schemes[name]["name"]) for name in alternative]
        in_headers = tuple(name.lower() for place, name in keys if place == "header")
        yield Keys(in_headers, tuple(name for place, name in keys if place != "header"))


def _texts(document: Document, operation: Operation) -> Iterator[tuple[int, str]]:
    """Yield the `detail` of the examples of each error, where there is one only."""
    texts: dict[int, set[Any]] = {}
    for status, example in examples(document, operation):
        texts.setdefault(status, set()).add(object_of(example).get("detail"))
    for status, each in texts.items():
        if len(each - {None}) == 1:
            yield status, str((each - {None}).pop())


def _outlines(document: Document, operation: Operation) -> Iterator[tuple[int, Outline]]:
    """Yield the outline of each success."""
    given = document.tree["paths"][operation.path][operation.method.lower()]["responses"]
    for status, response in given.items():
        content = resolve(document.tree, response).get("content", {})
        schema: Mapping[str, Any] = next((each.get("schema", {}) for each in content.values()), {})
        if int(status) // 100 == 2:
            yield int(status), _outline(document, schema)


def _outline(document: Document, schema: Mapping[str, Any], depth: int = 0) -> Outline:
    schema = resolve(document.tree, schema)
    if "items" in schema and depth < DEEPEST:
        return {EACH: _outline(document, schema["items"], depth + 1)}
    properties = schema.get("properties", {}) if depth < DEEPEST else {}
    return {name: _outline(document, each, depth + 1) for name, each in properties.items()}


def _undocumented(value: Any, outline: Outline, place: str = "") -> Iterator[str]:
    """Yield the place of each member that an outline does not have; what it says nothing of may hold anything."""
    if not outline:
        return
    if type(value) is list:
        for each in value:
            yield from _undocumented(each, outline.get(EACH, {}), f"{place}/{EACH}")
    elif type(value) is dict:
        for name in value.keys() - outline.keys():
            yield pointer.child(place, name)
        for name, inner in outline.items():
            if inner and value.get(name):
                yield from _undocumented(value[name], inner, f"{place}/{name}")
