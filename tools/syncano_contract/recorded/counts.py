"""Counts of many kinds of each of a few sorts."""

from __future__ import annotations

from collections import Counter

MOST_KINDS = 200  # of each sort that are told apart
OTHERS = "others"


class Counts:
    """Counts by sort and kind."""

    def __init__(self) -> None:
        """Start with none."""
        self._counts: dict[str, Counter[str]] = {}

    def add(self, sort: str, kind: str, times: int = 1) -> None:
        """Count a kind of a sort."""
        counts = self._counts.setdefault(sort, Counter())
        counts[kind if kind in counts or len(counts) < MOST_KINDS else OTHERS] += times

    def of(self, sort: str) -> Counter[str]:
        """Return the counts of a sort."""
        return self._counts.get(sort, Counter())

    def join(self, later: Counts) -> None:
        """Add what was counted later on."""
        for sort, counts in later._counts.items():
            for kind, times in counts.items():
                self.add(sort, kind, times)
