"""What a part of the document has to allow so that it describes a reply, and what of a reply is never described."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import jsonschema_rs

from syncano_contract import pointer
from syncano_contract.suggestion.schemas import Schema


class Kind(StrEnum):
    """In which way a part of the document falls short of a reply."""

    MISSING = "missing"  # a required member is not there
    TYPE = "type"  # a value has another type
    VALUE = "value"  # a value is none of an `enum`; the name is its JSON
    LIMIT = "limit"  # a value does not keep a limit such as `format`
    BRANCH = "branch"  # a value is as none of several schemas has it
    EXTRA = "extra"  # a member is not listed
    OPTIONAL = "optional"  # a required header is not there
    HEADER = "header"  # a header is not listed
    MEDIA_TYPE = "media type"  # a body that is JSON has another media type
    OPAQUE = "opaque"  # a body is no JSON; the name is its media type
    EMPTY = "empty"  # there is neither body nor media type


@dataclass(frozen=True, order=True)
class Change:
    """What the schema, header or response at a pointer has to allow.

    `detail` is the JSON type of an extra member, and the keyword that lists the schemas of a branch.
    """

    pointer: str
    kind: Kind
    name: str
    detail: str = ""


@dataclass(frozen=True, order=True)
class Left:
    """Why something that was seen is not described."""

    reason: str


UNCONFIRMED = "Seen on a deployment; no page has it."

# Who a user is, and the key that opens what is theirs: a success that does not tell these has lost data.
IDENTITY = ("id", "username", "user_key")
LOST = Left("the user's id, name or key is not there, and data that is lost is never described")
NO_JSON = Left("what should be JSON is none, which OpenAPI cannot say")
MIXED = Left("some bodies are JSON and some are not, which OpenAPI cannot say of one status")
NO_TYPE = Left("there is no media type, which OpenAPI cannot say")
SECRET_NAME = Left("a member looks like a secret, which no reply shows by right")
ODD_NAME = Left("a name may be somebody's data, since it is no plain word")
ODD_VALUE = Left("a value may be somebody's data, since it is no plain word and no small number")

TYPES: Mapping[type, str] = {
    **{type(None): "null", bool: "boolean", int: "integer", float: "number"},
    **{str: "string", list: "array", dict: "object"},
}
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,47}")
SECRET = re.compile(
    r"passw|passwd|pwd|secret|token|hash|salt|credential|private|(api|user|account|access)[-_]?key", re.I
)
LIMITS = frozenset(
    {
        *("format", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "const"),
    }
)


def json_type(value: Any) -> str:
    """Return the name that JSON Schema has for the type of a value."""
    if isinstance(value, float) and value.is_integer():
        return "integer"
    return TYPES[type(value)]


def of_error(error: jsonschema_rs.ValidationError, schema: str, tree: Any) -> Change | Left:
    """Return what the document has to allow for an error; `schema` is the pointer of what was validated against."""
    path = [*error.schema_path]
    place = pointer.of(path[:-1]) if path[0] == "components" else schema + pointer.of(path[2:-1])
    value, kind = error.instance, error.kind
    match kind:
        case jsonschema_rs.ValidationErrorKind.Required():
            found: Change | Left = Change(place, Kind.MISSING, kind.property)
        case jsonschema_rs.ValidationErrorKind.Type():
            found = Change(place, Kind.TYPE, json_type(value))
        case jsonschema_rs.ValidationErrorKind.Enum():
            found = Change(place, Kind.VALUE, json.dumps(value)) if _is_plain(value) else ODD_VALUE
        case jsonschema_rs.ValidationErrorKind.AnyOf() | jsonschema_rs.ValidationErrorKind.OneOfNotValid():
            found = Change(place, Kind.BRANCH, json_type(value), str(path[-1]))
        case _ if kind.name in LIMITS:
            found = Change(place, Kind.LIMIT, kind.name)
        case _:
            return Left(f"`{kind.name}` is not kept, and dropping it could let more in than was seen")
    return LOST if isinstance(found, Change) and _loses(found, tree) else found


def _is_plain(value: Any) -> bool:
    """Whether a value tells nothing of anybody, as the names of permissions do."""
    match value:
        case str():
            return PLAIN.fullmatch(value) is not None
        case None | bool():
            return True
        case _:
            return isinstance(value, int) and -1000 < value < 1000


def _loses(change: Change, tree: Any) -> bool:
    """Whether what would be allowed is a user that cannot be told from others, or whose key is gone."""
    steps = pointer.steps(change.pointer)
    if _is_user(pointer.at(tree, steps)):
        return change.kind is Kind.TYPE or (change.kind is Kind.MISSING and change.name in IDENTITY)
    if steps[-2:-1] != ["properties"] or steps[-1] not in IDENTITY or not _is_user(pointer.at(tree, steps[:-2])):
        return False
    return steps[-1] == "user_key" or (change.kind is Kind.TYPE and change.name not in ("integer", "string"))


def _is_user(schema: Any) -> bool:
    return isinstance(schema, Mapping) and "user_key" in schema.get("properties", {})


def extras(schema: Schema, value: Mapping[str, Any]) -> Iterator[Change | Left]:
    """Yield each member of an object that its schema does not list."""
    for name in value.keys() - schema.members.keys():
        if SECRET.search(name):
            yield SECRET_NAME
        elif PLAIN.fullmatch(name):
            yield Change(schema.place, Kind.EXTRA, name, json_type(value[name]))
        else:
            yield ODD_NAME
