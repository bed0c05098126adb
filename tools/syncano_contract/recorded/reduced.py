"""Bodies that `strangers` reduced to their shape before they were recorded, and what can be judged of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from syncano_contract import judge
from syncano_contract.document import Shape
from syncano_contract.judge import Difference
from syncano_contract.recorded.differing import difference
from syncano_contract.recorded.vocabulary import Vocabulary
from syncano_contract.redact import ALONE

REDUCED = "was reduced to its shape before"

# What stands for a value, and some value of that type; a text stands for itself.
TYPES: dict[str, Any] = {"<string>": "<string>", "<number>": 0, "<boolean>": False, "<null>": None}
JUDGED = (jsonschema_rs.ValidationErrorKind.Required, jsonschema_rs.ValidationErrorKind.Type)


def is_reduced(value: Any) -> bool:
    """Whether a JSON value has names of types in the place of all that was in it."""
    waiting, found = [value], False
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict | list):
            waiting += each.values() if isinstance(each, dict) else each
        elif isinstance(each, str) and each in TYPES:
            found = True
        elif not isinstance(each, str) or not ALONE.fullmatch(each):  # a placeholder may stand there for a key
            return False
    return found


def differences(shape: Shape, body: bytes, vocabulary: Vocabulary) -> Iterator[Difference]:
    """Yield each member that a reduced body lacks or that has another type; what names it hides leaves it unjudged."""
    if shape.validator is None or b'"<name>"' in body:
        return
    for error in shape.validator.iter_errors(_restored(json.loads(body))):
        if isinstance(error.kind, JUDGED):
            yield difference(error, shape, judge.BODY, vocabulary)


def _restored(value: Any) -> Any:
    match value:
        case dict():
            return {name: _restored(member) for name, member in value.items()}
        case list():
            return [_restored(member) for member in value]
        case _:
            return TYPES.get(value, value)
