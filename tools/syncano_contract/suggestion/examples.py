"""The examples of replies, which have to show what a schema comes to require."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from syncano_contract import pointer
from syncano_contract.document import Document
from syncano_contract.suggestion.schemas import meant, met

# The plainest value of each type; null first, as it says the least.
VALUES: dict[str, Any] = {
    **{"null": None, "string": "", "integer": 0, "number": 0},
    **{"boolean": False, "array": [], "object": {}},
}


def some_value(types: Container[str]) -> Any:
    """Return a value of one of these types."""
    return next(value for name, value in VALUES.items() if name in types)


def shown(document: Document, schema: str, *, but: str) -> Iterator[str]:
    """Yield the pointers of all objects in examples of replies that meet a schema and are without a member."""
    found = set[str]()
    for operation in document.operations:
        for status in operation.shapes:
            entry = pointer.of(("paths", operation.path, operation.method.lower(), "responses", str(status)))
            place, response = meant(document.tree, entry)
            for media_type in response.get("content", {}):
                around = place + pointer.of(("content", media_type))
                for example in _examples(document.tree, around):
                    value = pointer.at(document.tree, pointer.steps(example))
                    found |= {
                        example + each.at
                        for each in met(document.tree, f"{around}/schema", value)
                        if each.place == schema and isinstance(each.value, dict) and but not in each.value
                    }
    yield from sorted(found)


def _examples(tree: Any, media_type: str) -> Iterator[str]:
    """Yield the pointers of the examples of a media type that has a schema."""
    node = pointer.at(tree, pointer.steps(media_type))
    if "schema" in node and "example" in node:
        yield f"{media_type}/example"
    for name in node.get("examples", {}) if "schema" in node else ():
        place, example = meant(tree, media_type + pointer.of(("examples", name)))
        if "value" in example:
            yield f"{place}/value"
