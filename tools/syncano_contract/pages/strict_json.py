"""JSON as RFC 8259 has it: no NaN, no number beyond all bounds, and no nesting that a later step would choke on."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

DEEPEST = 100
NESTING = frozenset({dict, list})
SAFE_DIGITS = 308  # a number of that many digits can be no infinity


@dataclass(frozen=True)
class Repeated:
    """A member that stands more than once in one object, `owner`; the last of its values counts there."""

    owner: dict[str, Any]
    name: str
    values: tuple[Any, ...]

    @property
    def before(self) -> dict[str, Any]:
        """Return the member with all its values."""
        return {self.name: list(self.values)}

    @property
    def after(self) -> dict[str, Any]:
        """Return the member with the value that counts."""
        return {self.name: self.values[-1]}


def decoder(repeated: list[Repeated]) -> json.JSONDecoder:
    """Return a decoder that adds to that list each member that it finds more than once in an object."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) < len(pairs):
            repeated.extend(_repeated(value, pairs))
        return value

    return json.JSONDecoder(
        object_pairs_hook=members, parse_constant=_no_constant, parse_float=_finite, parse_int=_integer
    )


def _repeated(value: dict[str, Any], pairs: list[tuple[str, Any]]) -> Iterator[Repeated]:
    given: dict[str, list[Any]] = {}
    for name, each in pairs:
        given.setdefault(name, []).append(each)
    return (Repeated(value, name, tuple(each)) for name, each in given.items() if len(each) > 1)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is beyond all bounds")
    return number


def _integer(digits: str) -> int:
    if len(digits) > SAFE_DIGITS:
        _finite(digits)
    return int(digits)


def parse(text: str) -> Any:
    """Return the value that the whole text is; raises ValueError, also where an object has a member twice."""
    value, repeated = parse_repeated(text)
    if repeated:
        raise ValueError(f"a member {repeated[0].name} stands more than once in an object")
    return value


def parse_repeated(text: str) -> tuple[Any, tuple[Repeated, ...]]:
    """Return the value that the whole text is, and what its objects have more than once; raises ValueError."""
    repeated: list[Repeated] = []
    try:
        value = decoder(repeated).decode(text)
    except RecursionError:
        value, text = None, "[" * (DEEPEST + 1)
    said = [value, *(each.before for each in repeated)]
    if text.count("[") + text.count("{") > DEEPEST and (value is None or any(map(is_deep, said))):
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    if "\\u" in text:
        canonical(said)
    return value, tuple(repeated)


def canonical(value: Any) -> bytes:
    """Return the bytes that are the same for equal values; raises ValueError for half a surrogate pair."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode("utf-8")


def is_deep(value: Any) -> bool:
    """Tell whether arrays and objects stand in each other more than DEEPEST levels deep."""
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [each for parent in level for each in _children(parent) if type(each) in NESTING]
        if not level:
            return False
    return True


def _children(value: Any) -> Iterable[Any]:
    return value.values() if type(value) is dict else value if type(value) is list else ()
