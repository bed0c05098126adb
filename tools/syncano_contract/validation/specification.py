"""What openapi-spec-validator finds wrong with the document, each with a pointer of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation.exceptions import UnresolvableParameterError
from openapi_spec_validator.validation.keywords import KeywordValidator

from syncano_contract.pointer import child, exists, key_of
from syncano_contract.validation.outline import Breach, Outline, Part

QUOTED = re.compile(r"'([^']*)'")


def malformed(outline: Outline) -> Iterator[Breach]:
    """Every member of the document is one that OpenAPI 3.1 knows, and of the type it asks for."""
    for error in OpenAPIV31SpecValidator.schema_validator.iter_errors(dict(outline.tree)):
        pointer = _pointer(error.absolute_path)
        surplus = _surplus(outline, pointer, error.message)
        yield from (Breach(child(pointer, name), f"`{name}` has no place here in OpenAPI") for name in surplus)
        if not surplus:
            yield Breach(pointer, _sentence(error))


def _surplus(outline: Outline, pointer: str, message: str) -> list[str]:
    """Return the members that a message calls unexpected: it names them, but points to what they are in."""
    named = QUOTED.findall(message) if message.startswith("Unevaluated properties") else ()
    return [name for name in named if exists(outline.tree, child(pointer, name))]


def inconsistent(outline: Outline) -> Iterator[Breach]:
    """Schemas are schemas, and no name is given twice; the parameters of paths are left to a rule of ours."""
    validator = _Validator(dict(outline.tree))
    for error in validator.root_validator(validator.schema_path):
        if isinstance(error, UnresolvableParameterError):
            continue
        place = (*getattr(error, "place", ()), *error.absolute_path)
        yield Breach(_through(outline, place), _sentence(error))


def _sentence(error: Any) -> str:
    """Return the message without the copy of the document that follows it."""
    return f"{error.message}".partition("\n")[0]


def _pointer(steps: Iterable[Any]) -> str:
    pointer = ""
    for step in steps:
        pointer = child(pointer, step)
    return pointer


def _through(outline: Outline, steps: Iterable[Any]) -> str:
    """Return where steps lead that go through references as if they were not there."""
    value, pointer = outline.tree, ""
    for step in steps:
        part = outline.by_pointer.get(pointer)
        if part and part.reference and key_of(value, str(step)) is None:
            meant: Part = outline.meant(part) or part
            value, pointer = meant.node, meant.pointer
        key = key_of(value, str(step))
        if key is None:
            return pointer
        value, pointer = value[key], child(pointer, step)  # type: ignore[index]  # a list, if the key is an index
    return pointer


def _placed(base: type[KeywordValidator]) -> type[KeywordValidator]:
    """Return a validator of the library's that notes in each error which part it was looking at."""

    class Placed(base):  # type: ignore[misc,valid-type]  # one class for each that the library has
        def __call__(self, *arguments: Any, **options: Any) -> Iterator[Any]:
            place = next((each.parts for each in arguments if hasattr(each, "parts")), ())
            for error in super().__call__(*arguments, **options):
                if not hasattr(error, "place"):
                    error.place = place
                yield error

    return Placed


class _Unchecked(KeywordValidator):
    """Passes over defaults: they are checked as examples are, by a validator that no pattern can hold up."""

    def __call__(self, *_arguments: Any) -> Iterator[Any]:
        return iter(())


THEIRS = OpenAPIV31SpecValidator.keyword_validators
OURS: dict[str, type[KeywordValidator]] = {
    **{name: _placed(each) for name, each in THEIRS.items()},
    "__root__": THEIRS["__root__"],
    "default": _Unchecked,
}


class _Validator(OpenAPIV31SpecValidator):
    keyword_validators = OURS
