"""Failures on what a request lacks, which whoever cleaned a recording may have taken out of all of them."""

from __future__ import annotations

from collections.abc import Iterator

from syncano_contract.outcome import CannotTell, Failed
from syncano_contract.recorded.checks import Check, Outcome, members, without_a_user_key
from syncano_contract.recorded.seen import Seen, object_of

USER_KEY, PASSWORD = "user key", "password"
NEEDS: dict[Check, str] = {without_a_user_key: USER_KEY, members: PASSWORD}


class Masks:
    """Holds failures back until it is known that requests were recorded with what theirs lack."""

    def __init__(self) -> None:
        """Start with nothing held."""
        self._there: set[str] = set()
        self._held: list[tuple[str, str, Failed]] = []

    def look(self, seen: Seen) -> None:
        """Note what a request was recorded with."""
        if seen.user_key:
            self._there.add(USER_KEY)
        if object_of(seen.sent).get("password"):
            self._there.add(PASSWORD)

    def hold(self, needed: str, outcome: Outcome) -> None:
        """Keep a failure, of each requirement the first."""
        name, failed = outcome
        if isinstance(failed, Failed) and name not in {held for _, held, _ in self._held}:
            self._held.append((needed, name, failed))

    def join(self, later: Masks) -> None:
        """Take what later requests were recorded with, and what was held of them."""
        self._there |= later._there
        for needed, name, failed in later._held:
            self.hold(needed, (name, failed))

    def outcomes(self) -> Iterator[Outcome]:
        """Yield each failure, as such only where what its request lacks was recorded of others."""
        for needed, name, failed in self._held:
            reason = f"no recorded request has a {needed}, so that it may have been taken out"
            yield name, failed if needed in self._there else CannotTell(reason)
