"""An example of a page against a schema of the document: by meaning, member by member."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

import jsonschema_rs

from syncano_contract.document import DIALECT
from syncano_contract.pages.inferred import NAMES, NOTHING, Shape, scalar_schema
from syncano_contract.pointer import child
from syncano_contract.trace.model import Gap
from syncano_contract.trace.places import Place

HOLDING = frozenset({"properties", "items", "additionalProperties"})  # keywords whose own schemas are looked at
WIDTH = 80  # characters of a value


def gaps(schema: Place, example: Any, shown: Mapping[str, Shape], others: Sequence[Any] = ()) -> Iterator[Gap]:
    """Yield in what a schema does not say what an example shows.

    It has to declare each member that is there, to know its type and format, and to require it where the `others`,
    further examples of the same reply, have it too. `shown` is what all examples show, by the schema's pointer.
    """
    always = {name for name in example if all(name in other for other in others)} if isinstance(example, dict) else ()
    found = [
        *_undeclared(schema, example, frozenset(always)),
        *(gap for met, value in described(schema, example) for gap in _untold(met.followed(), value, shown)),
    ]
    yield from found or _refused(schema, example)


def described(schema: Place, example: Any) -> Iterator[tuple[Place, Any]]:
    """Yield an example and everything in it, each with the schema, or the reference to one, that describes it."""
    met = _branch(schema, example)
    yield met, example
    if isinstance(example, dict):
        for name, value in sorted(example.items()):
            member = _member(met, name)
            yield from described(member, value) if member else ()
    elif isinstance(example, list):
        items = met.find("items")
        for value in example:
            yield from described(items, value) if items else ()


def strangers(schema: Place, example: Any, fact_id: str) -> Iterator[Gap]:
    """Yield each reference to a schema that does not name the fact which shows an example as a source."""
    for met, _ in described(schema, example):
        target = met.followed()
        if "$ref" in met.value and fact_id not in target.value.get("x-source", (fact_id,)):
            yield Gap(child(met.pointer, "$ref"), f"the x-source of {target.pointer} does not name it")


def _member(schema: Place, name: str) -> Place | None:
    others = schema.find("additionalProperties")
    is_schema = others is not None and isinstance(others.value, dict)
    return schema.find("properties", name) or (others if is_schema else None)


def _undeclared(schema: Place, example: Any, always: Set[str] | None = None) -> Iterator[Gap]:
    """Yield each member that is not declared, or not required though it is always there; None: all are."""
    schema = _branch(schema, example).followed()
    for name, value in sorted(example.items()) if isinstance(example, dict) else ():
        member = _member(schema, name)
        if member is None:
            yield Gap(child(child(schema.pointer, "properties"), name), f"`{name}` is no property")
            continue
        is_always = always is None or name in always
        if is_always and schema.find("properties", name) and name not in schema.value.get("required", ()):
            yield Gap(child(schema.pointer, "required"), f"`{name}` is not required, though it is always there")
        yield from _undeclared(member, value)
    items = schema.find("items")
    for value in example if isinstance(example, list) else ():
        yield from _undeclared(items, value) if items else [Gap(schema.pointer, "nothing is said of the items")]


def _untold(schema: Place, value: Any, shown: Mapping[str, Shape]) -> Iterator[Gap]:
    """Yield in what a schema's own keywords do not say what a value, and all that are shown like it, are."""
    seen = shown.get(schema.pointer, NOTHING)
    yield from _type_gaps(schema, NAMES[type(value)], seen.types)
    yield from _format_gaps(schema, scalar_schema(seen).get("format"))
    if value is None and "type" not in schema.value and None not in schema.value.get("examples", ()):
        yield Gap(child(schema.pointer, "examples"), "no example shows the page's null")


def _type_gaps(schema: Place, kind: str, shown: Set[str]) -> Iterator[Gap]:
    pointer, declared = child(schema.pointer, "type"), schema.value.get("type", [])
    types = {declared} if isinstance(declared, str) else set(declared)
    if kind not in types and (types or kind != "null"):
        yield Gap(pointer, f"the type is {as_json(declared) if types else 'missing'}, the page shows {as_json(kind)}")
    elif not _is_assumed(schema, "type"):
        yield from (Gap(pointer, f"no page shows the type {as_json(name)}") for name in sorted(types - shown))


def _format_gaps(schema: Place, expected: str | None) -> Iterator[Gap]:
    given = schema.value.get("format")
    if given != expected and not _is_assumed(schema, "format"):
        said = as_json(given) if given else "missing"
        wanted = as_json(expected) if expected else "none"
        yield Gap(child(schema.pointer, "format"), f"the format is {said}, the pages show {wanted}")


def _is_assumed(schema: Place, keyword: str) -> bool:
    return f"`{keyword}`" in str(schema.value.get("x-unconfirmed"))


def _refused(schema: Place, example: Any) -> Iterator[Gap]:
    """Yield each keyword that refuses a page's example, in the schema where it stands."""
    if _validator(schema).is_valid(example):
        return
    found = {gap for met, value in described(schema, example) for gap in _refusing(met.followed(), value)}
    yield from sorted(found, key=lambda gap: gap.pointer) or [Gap(schema.pointer, "it refuses the page's example")]


def _refusing(schema: Place, value: Any) -> Iterator[Gap]:
    for keyword in schema.value.keys() - HOLDING:
        alone = Place(schema.root, schema.pointer, {keyword: schema.value[keyword]})
        if not _validator(alone).is_valid(value):
            said = f"`{keyword}` is {as_json(schema.value[keyword])}, which refuses what the page shows"
            yield Gap(child(schema.pointer, keyword), said)


def _branch(schema: Place, example: Any) -> Place:
    """Return the alternative of a schema that the example is of or is most like, or the schema itself."""
    alternatives = [each for word in ("anyOf", "oneOf") for each in _items(schema.find(word))]
    if not alternatives:
        return schema
    fitting = [each for each in alternatives if _validator(each).is_valid(example)]
    return _branch(max(fitting or alternatives, key=lambda each: len(_common(each.followed(), example))), example)


def _items(place: Place | None) -> Iterator[Place]:
    yield from place.items() if place else ()


def _common(schema: Place, example: Any) -> set[str]:
    """Return the members that a schema declares and an example has."""
    declared = schema.value.get("properties", {})
    return declared.keys() & example.keys() if isinstance(example, dict) else set()


def differences(seen: Place, expected: Any) -> Iterator[Gap]:
    """Yield each place at which an example of the document differs from a page's."""
    value = seen.value
    if isinstance(value, dict) and isinstance(expected, dict):
        for name in sorted(value.keys() | expected.keys()):
            yield from _member_differences(seen, expected, name)
    elif isinstance(value, list) and isinstance(expected, list) and len(value) == len(expected):
        for item, other in zip(seen.items(), expected, strict=True):
            yield from differences(item, other)
    elif value != expected or type(value) is not type(expected):
        yield Gap(seen.pointer, f"the example shows {as_json(value)}, the page {as_json(expected)}")


def _member_differences(seen: Place, expected: Mapping[str, Any], name: str) -> Iterator[Gap]:
    pointer = child(seen.pointer, name)
    if name not in expected:
        yield Gap(pointer, f"the page's example has no `{name}`")
    elif name not in seen.value:
        yield Gap(pointer, f"the example has no `{name}`, the page shows {as_json(expected[name])}")
    else:
        yield from differences(Place(seen.root, pointer, seen.value[name]), expected[name])


def as_json(value: Any) -> str:
    """Return a value as JSON in one short line."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


def _validator(schema: Place) -> jsonschema_rs.Validator:
    rooted = {"$schema": DIALECT, "components": schema.root.get("components", {}), "allOf": [schema.value]}
    return jsonschema_rs.Draft202012Validator(rooted, validate_formats=True)
