"""The examples of replies, which have to show what a schema comes to require."""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import partial
from typing import Any

from syncano_contract import pointer
from syncano_contract.document import Document, Operation
from syncano_contract.suggestion.actions import path_to
from syncano_contract.suggestion.schemas import meant, met, schema_at

# The plainest value of each type; null first, as it says the least.
VALUES: dict[str, Any] = {
    **{"null": None, "string": "", "integer": 0, "number": 0},
    **{"boolean": False, "array": [], "object": {}},
}


def some_value(types: Container[str]) -> Any:
    """Return a value of one of these types."""
    return next(value for name, value in VALUES.items() if name in types)


def shown(document: Document, schema: str, *, but: str) -> Iterator[str]:
    """Yield the paths to all objects in examples of replies that meet a schema and are without a member."""
    contents = {each for operation in document.operations for each in _contents(document.tree, operation)}
    found = {
        path_to(example, *each.at)
        for content in contents
        for example in _examples(document.tree, content)
        for each in met(
            partial(schema_at, document.tree), f"{content}/schema", pointer.at(document.tree, pointer.steps(example))
        )
        if each.schema.place == schema and isinstance(each.value, dict) and but not in each.value
    }
    yield from sorted(found)


def _contents(tree: Any, operation: Operation) -> Iterator[str]:
    """Yield the pointer of each media type of each response."""
    for status in operation.shapes:
        steps = ("paths", operation.path, operation.method.lower(), "responses", str(status))
        place, response = meant(tree, pointer.of(steps))
        yield from (place + pointer.of(("content", each)) for each in response.get("content", {}))


def _examples(tree: Any, media_type: str) -> Iterator[str]:
    """Yield the pointers of the examples of a media type that has a schema."""
    node = pointer.at(tree, pointer.steps(media_type))
    if "schema" in node and "example" in node:
        yield f"{media_type}/example"
    for name in node.get("examples", {}) if "schema" in node else ():
        place, example = meant(tree, media_type + pointer.of(("examples", name)))
        if "value" in example:
            yield f"{place}/value"
