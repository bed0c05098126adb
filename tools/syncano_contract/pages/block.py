"""JSON values -> YAML in block style, line by line and fast: what needs quotes is written as JSON, which YAML holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

Member = tuple[tuple[str, ...], Any]

PLAIN = re.compile(r"[A-Za-z/](?:[!-9;-~]|:(?=\S)| (?=[^\s#]))*")
NO_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})  # YAML 1.1, for readers that know it
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
LONGEST_KEY = 1000  # YAML takes 1024 characters before the colon
STEP = "  "


def lines(members: Iterable[Member]) -> Iterator[str]:
    """Yield a document of which each member is given with the names of all that it stands in, those that go together.

    What is yielded is a member as a whole, with the line breaks in it.
    """
    before: tuple[str, ...] = ()
    for where, value in members:
        *above, name = where
        known = next((depth for depth, each in enumerate(above) if before[depth : depth + 1] != (each,)), len(above))
        written = [f"{_opening(above[depth], STEP * depth)}\n" for depth in range(known, len(above))]
        pad = STEP * len(above)
        _entry(_opening(name, pad), value, pad, written)
        yield "".join(written)
        before = where


def _entry(opening: str, value: Any, pad: str, written: list[str]) -> None:
    """Write a value behind what opens its line, or below that."""
    scalar = SCALARS.get(type(value))
    if scalar:
        written.append(f"{opening} {scalar(value)}\n")
    elif not value:
        written.append(f"{opening} {json.dumps(value)}\n")
    elif isinstance(value, Mapping):
        written.append(f"{opening}\n")
        _mapping(value, f"{pad}{STEP}", written)
    else:
        written.append(f"{opening}\n")
        _sequence(value, pad, written)


def _mapping(value: Mapping[str, Any], pad: str, written: list[str]) -> None:
    for name, each in value.items():
        _entry(_opening(name, pad), each, pad, written)


def _sequence(value: Sequence[Any], pad: str, written: list[str]) -> None:
    for each in value:
        scalar = SCALARS.get(type(each))
        if scalar or not each:
            _entry(f"{pad}-", each, pad, written)
            continue
        first = len(written)
        (_mapping if isinstance(each, Mapping) else _sequence)(each, f"{pad}{STEP}", written)
        written[first] = f"{pad}- {written[first][len(pad) + len(STEP) :]}"


@lru_cache(maxsize=1 << 12)
def _text(value: str) -> str:
    """Return a text bare where it can be nothing else, and with double quotes where it could."""
    if PLAIN.fullmatch(value) and value.lower() not in NO_TEXT:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)


def _opening(name: str, pad: str) -> str:
    written = _text(name)
    return f"{pad}{written}:" if len(written) < LONGEST_KEY else f"{pad}? {written}\n{pad}:"


def _number(value: float) -> str:
    """Return a number that YAML 1.1 takes for one too: it wants a point in it."""
    written = repr(value)
    return written if "." in written else written.replace("e", ".0e")


SCALARS: Mapping[type, Callable[[Any], str]] = {
    str: _text,
    int: str,
    float: _number,
    bool: lambda value: "true" if value else "false",
    type(None): lambda value: "null",  # noqa: ARG005 - one of many, and all others need their value
}
