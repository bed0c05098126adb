"""How often each operation was answered with each status, and how much of those replies was recorded."""

from __future__ import annotations

from collections import Counter


class Replies:
    """Counts replies by operation and status."""

    def __init__(self) -> None:
        """Start with none."""
        self._counts: Counter[tuple[str, int, bool, bool]] = Counter()

    def add(self, operation: str, status: int, *, has_body: bool, has_headers: bool) -> None:
        """Count a reply, of which the body is known and the headers are, or not."""
        self._counts[operation, status, has_body, has_headers] += 1

    def counts(self, *, with_body: bool = False, with_headers: bool = False) -> Counter[tuple[str, int]]:
        """Return how many there are; where that is asked for, only of those whose body or headers are known."""
        found: Counter[tuple[str, int]] = Counter()
        for (operation, status, has_body, has_headers), times in self._counts.items():
            if has_body >= with_body and has_headers >= with_headers:
                found[operation, status] += times
        return found

    def join(self, later: Replies) -> None:
        """Add what was counted later on."""
        self._counts += later._counts
