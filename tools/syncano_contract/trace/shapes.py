"""An example of a page against a schema of the document: by meaning, member by member."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from typing import Any

import jsonschema_rs

from syncano_contract.document import DIALECT
from syncano_contract.trace.places import Place

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")

TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}


def complaints(schema: Place, example: Any, others: Sequence[Any] = ()) -> Iterator[str]:
    """Yield in what a schema does not say what an example shows.

    It has to accept the example, to declare each member that is there and to know its type, and to require it where
    the `others`, further examples of the same reply, have it too.
    """
    errors = list(_validator(schema).iter_errors(example))
    if errors:
        where = "/".join(str(step) for step in errors[0].instance_path)
        yield f"{_names(schema.followed())} refuses the page's example at /{where}: {errors[0].message}"
    else:
        always = (
            {name for name in example if all(name in other for other in others)} if isinstance(example, dict) else ()
        )
        yield from _unsaid(schema, example, "", frozenset(always))


def _unsaid(schema: Place, example: Any, where: str, always: Set[str] | None = None) -> Iterator[str]:
    schema = _branch(schema.followed(), example)
    shown = TYPES.get(type(example))
    if shown and schema.value.get("type") != shown:
        yield f"{schema.pointer} does not have the type {shown} of {where or 'the example'}"
    if isinstance(example, dict):
        for name, value in sorted(example.items()):
            is_always = always is None or name in always
            yield from _member_unsaid(schema, name, value, where, is_always=is_always)
    elif isinstance(example, list):
        items = schema.find("items")
        for number, value in enumerate(example):
            if items is None:
                yield f"{schema.pointer} says nothing of the items at {where or '/'}"
                return
            yield from _unsaid(items, value, f"{where}/{number}")
    elif isinstance(example, str) and DATE_TIME.match(example) and schema.value.get("format") != "date-time":
        yield f"{schema.pointer} has no format date-time for {where}"


def _member_unsaid(schema: Place, name: str, value: Any, around: str, *, is_always: bool) -> Iterator[str]:
    where = f"{around}/{name}"
    declared, others = schema.find("properties", name), schema.find("additionalProperties")
    if declared is not None:
        if is_always and name not in schema.value.get("required", ()):
            yield f"{schema.pointer} does not require {where}"
        yield from _unsaid(declared, value, where)
    elif others is not None and isinstance(others.value, dict):
        yield from _unsaid(others, value, where)
    else:
        yield f"{schema.pointer} does not declare {where}"


def _branch(schema: Place, example: Any) -> Place:
    """Return the alternative of a schema that the example is of, or the schema itself."""
    for word in ("anyOf", "oneOf"):
        alternatives = schema.find(word)
        for alternative in alternatives.items() if alternatives else ():
            if _validator(alternative).is_valid(example):
                return _branch(alternative.followed(), example)
    return schema


def differences(seen: Any, expected: Any, where: str = "") -> Iterator[str]:
    """Yield the pointer of each place at which two JSON values differ."""
    if isinstance(seen, dict) and isinstance(expected, dict):
        for name in sorted(seen.keys() | expected.keys()):
            if name in seen and name in expected:
                yield from differences(seen[name], expected[name], f"{where}/{name}")
            else:
                yield f"{where}/{name}"
    elif isinstance(seen, list) and isinstance(expected, list) and len(seen) == len(expected):
        for number, pair in enumerate(zip(seen, expected, strict=True)):
            yield from differences(*pair, f"{where}/{number}")
    elif seen != expected or type(seen) is not type(expected):
        yield where or "/"


def _names(schema: Place) -> str:
    """Name a schema, or the alternatives that it gives."""
    alternatives = [each for word in ("anyOf", "oneOf") for each in (schema.find(word) or schema).items()]
    return " or ".join(each.followed().pointer for each in alternatives) or schema.pointer


def _validator(schema: Place) -> jsonschema_rs.Validator:
    components = schema.root.get("components", {})
    rooted = {"$schema": DIALECT, "components": {"schemas": components.get("schemas", {})}, "allOf": [schema.value]}
    return jsonschema_rs.Draft202012Validator(rooted, validate_formats=True)
