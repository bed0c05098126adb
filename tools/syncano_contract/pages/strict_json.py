"""JSON as RFC 8259 has it: no NaN, no infinities, and no nesting that a later step would choke on."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn

DEEPEST = 100
NESTING = frozenset({dict, list})


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is beyond all bounds")
    return number


DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def parse(text: str) -> Any:
    """Return the value that the whole text is; raises ValueError."""
    try:
        value = DECODER.decode(text)
    except RecursionError:
        value, text = None, "[" * (DEEPEST + 1)
    if text.count("[") + text.count("{") > DEEPEST and (value is None or is_deep(value)):
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    if "\\u" in text:
        canonical(value)
    return value


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
