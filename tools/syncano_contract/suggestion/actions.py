"""The actions of an overlay, each with what it rests on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from syncano_contract import pointer
from syncano_contract.suggestion.seen import Where

LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
SHORTHAND = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Action:
    """One change of the document; `update` is None for an action that removes, `evidence` counts what it rests on."""

    target: str
    description: str
    evidence: str
    update: Any = None


def path_to(place: str, *further: str | int) -> str:
    """Return a JSON pointer, and further steps, as a JSONPath (RFC 9535).

    Numbers are indices among the `further` steps, and in the pointer where a keyword of JSON Schema has a list.
    """
    steps = pointer.steps(place)
    listed = (int(step) if before in LISTS else step for before, step in zip(["", *steps], steps, strict=False))
    return "$" + "".join(_segment(step) for step in (*listed, *further))


def _segment(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if SHORTHAND.fullmatch(step) else f"[{quoted(step)}]"


def quoted(text: str) -> str:
    """Return a text as a string of JSONPath in single quotes (RFC 9535, section 2.3.1)."""
    escaped = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{escaped}'"


def counted(times: Mapping[Where, int], replies: Mapping[Where, int]) -> str:
    """Say in how many replies of which operation and status something was seen."""
    return "; ".join(
        seen_in(times[where], replies[where], f"{where.operation} with {where.status}") for where in sorted(times)
    )


def seen_in(times: int, replies: int, whose: str) -> str:
    """Say how often something was seen in how many replies."""
    often = "once" if times == 1 else f"{times} times"
    return f"seen {often} in {replies} {'reply' if replies == 1 else 'replies'} of {whose}"


def removal(place: str, description: str, evidence: str) -> Action:
    """Return the action that removes what stands at a pointer."""
    return Action(path_to(place), description, evidence)


def without(place: str, item: str, description: str, evidence: str) -> Action:
    """Return the action that removes an item, a text, of the array at a pointer."""
    return Action(f"{path_to(place)}[?@ == {quoted(item)}]", description, evidence)


def json_names(names: Iterable[str]) -> str:
    """Return names as a sentence has them."""
    return ", ".join(f"`{name}`" for name in names)
