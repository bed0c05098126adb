"""What is wrong with a JSON body of somebody's, told by places and types alone."""

from __future__ import annotations

import json

import jsonschema_rs

from syncano_contract import pointer
from syncano_contract.document import Shape
from syncano_contract.judge import Difference
from syncano_contract.recorded.vocabulary import Vocabulary
from syncano_contract.suggestion.changes import json_type


def difference(error: jsonschema_rs.ValidationError, shape: Shape, aspect: str, vocabulary: Vocabulary) -> Difference:
    """Return what an error of a shape's validator says, without any value and without names that may be somebody's."""
    place = vocabulary.place(pointer.of(error.instance_path))
    return Difference(aspect, f"a body as {shape.pointer} has it", f"at {place or '/'}: {_said(error)}", (place,))


def _said(error: jsonschema_rs.ValidationError) -> str:
    kind, seen = error.kind, json_type(error.instance)
    match kind:
        case jsonschema_rs.ValidationErrorKind.Required():
            return f'"{kind.property}" is a required property'
        case jsonschema_rs.ValidationErrorKind.Type():
            return f"{seen} is not of type {' or '.join(json.dumps(each) for each in kind.types)}"
        case _:
            return f"{seen} that does not keep `{kind.name}`"
