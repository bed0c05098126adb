"""Departures of many replies, counted by what they are: one failure tells the commonest of an aspect."""

from __future__ import annotations

from collections import Counter

from syncano_contract.judge import Departure
from syncano_contract.outcome import Failed

MOST_KINDS = 1000  # that are told apart: what a reply shows may be in each

Kind = tuple[str, str, str]  # operation, expected, seen


class Departures:
    """Departures in any number of aspects; the first one of each kind is kept."""

    def __init__(self) -> None:
        """Start with none."""
        self._counts: dict[str, Counter[Kind]] = {}
        self._first: dict[tuple[str, Kind], Departure] = {}
        self._others: Counter[str] = Counter()

    def add(self, departure: Departure, times: int = 1) -> None:
        """Count a departure."""
        kind = departure.operation, departure.expected, departure.seen
        counts = self._counts.setdefault(departure.aspect, Counter())
        if kind in counts or len(counts) < MOST_KINDS:
            counts[kind] += times
            self._first.setdefault((departure.aspect, kind), departure)
        else:
            self._others[departure.aspect] += times

    def join(self, later: Departures) -> None:
        """Add those that came later on."""
        for (aspect, kind), first in later._first.items():
            self.add(first, later._counts[aspect][kind])
        self._others += later._others

    def failure(self, aspect: str) -> Failed | None:
        """Return the failure that the departures in an aspect are, if there are any."""
        found = self._counts.get(aspect)
        if not found:
            return None
        kind, times = found.most_common(1)[0]
        operation, expected, seen = kind
        counted = "once" if times == 1 else f"{times} times"
        more = len(found) - 1 + self._others[aspect]
        others = f", and {more} other departures" if more else ""
        first = self._first[aspect, kind]
        said = f"{seen} ({counted}{others})"
        return Failed(f"{operation} to send {expected}", said, first.exchange, places=first.places)
