"""How long an operation took in a run, and whether it takes longer than it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import quantiles

from syncano_contract.model import Brief

FEWEST = 20  # replies of a run, below which their quartiles say little
RATIO = 1.5  # of the medians
LEAST = 0.005  # seconds between the medians: on a busy machine those of one server wavered from 1.2 to 4.7 ms


@dataclass(frozen=True)
class Times:
    """The quartiles, in seconds, of how long the replies took that did what was asked."""

    replies: int
    lower: float
    median: float
    upper: float


@dataclass(frozen=True)
class Slower:
    """An operation that takes longer than it did, and how many times as long by the medians."""

    operation: str
    before: Times
    now: Times
    ratio: float


def times(traffic: Iterable[Brief]) -> dict[str, Times]:
    """Return the times of each operation by its operationId; a refusal is quick and says nothing of the work."""
    found: dict[str, list[float]] = {}
    for brief in traffic:
        if brief.operation is not None and brief.status is not None and 200 <= brief.status < 300:
            found.setdefault(brief.operation, []).append(brief.seconds)
    return {operation: _times(found[operation]) for operation in sorted(found)}


def slower(before: Mapping[str, Times], now: Mapping[str, Times]) -> Iterator[Slower]:
    """Yield each operation whose replies take longer, by more than what wavers from run to run.

    The median has grown to RATIO times what it was and by LEAST, and of four replies three take longer than three of
    four did.
    """
    for operation, later in now.items():
        earlier = before.get(operation)
        if earlier is None or min(earlier.replies, later.replies) < FEWEST:
            continue
        is_apart = later.lower > earlier.upper and later.median - earlier.median >= LEAST
        if is_apart and later.median >= RATIO * earlier.median > 0:
            yield Slower(operation, earlier, later, later.median / earlier.median)


def _times(seconds: list[float]) -> Times:
    if len(seconds) == 1:
        return Times(1, *seconds * 3)
    return Times(len(seconds), *quantiles(seconds, n=4, method="inclusive"))
