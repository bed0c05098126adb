"""What one place of a page says, before it has an id: a fact in the making, and what was repaired in reading it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LONGEST = 80


@dataclass(frozen=True)
class Repair:
    """One thing that was read otherwise than the page has it; `at` is the member that it stands in."""

    what: str
    before: Any
    after: Any
    at: str = ""


@dataclass(frozen=True)
class Found:
    """One fact in the making; `repairs` are about it. Where `name` is empty they are about no fact."""

    name: str
    pointer: str
    statement: str = ""
    value: Any = None
    repairs: tuple[Repair, ...] = ()


def shown(value: Any) -> str:
    """Return a value as a sentence shows it: JSON, cut where it is long."""
    text = json.dumps(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def named(names: Iterable[str]) -> str:
    """Return names as a sentence lists them, or `nothing`."""
    return ", ".join(f"`{name}`" for name in names) or "nothing"
