"""How a test says what it found when that is not `passed`."""

from __future__ import annotations

from functools import partial
from typing import Any

from syncano_contract.model import Exchange


class Failed(AssertionError):
    """The target did something else than the requirement asks.

    `subject` names what else this may be the fault of (an aspect of `judge`, or an operationId): where the requirement
    on that subject failed too, this one cannot tell. `evidence` is what a replay has to send, by number, where that is
    not all that the test sent. `places` are where in the reply the difference stands, as in a result.
    """

    def __init__(
        self,
        expected: str,
        seen: str,
        exchange: Exchange | None = None,
        subject: str | None = None,
        evidence: tuple[int, ...] = (),
        *,
        places: tuple[str, ...] = (),
    ) -> None:
        """Keep both halves of the sentence "expected …, saw …"."""
        super().__init__(f"expected {expected}, saw {seen}")
        self.expected = expected
        self.seen = seen
        self.exchange = exchange
        self.subject = subject
        self.evidence = evidence
        self.places = places

    def __reduce__(self) -> tuple[Any, ...]:
        """Let another process have this: an exception is usually made anew of its message alone."""
        given = self.expected, self.seen, self.exchange, self.subject, self.evidence
        return partial(Failed, places=self.places), given


class CannotTell(Exception):
    """The requirement could not be judged; `subject` names what stands in its way, as for `Failed`."""

    def __init__(self, reason: str, subject: str | None = None) -> None:
        """Keep the reason as a sentence without a full stop."""
        super().__init__(reason)
        self.subject = subject


class Inapplicable(Exception):
    """The requirement's precondition is not given by this target or these settings."""


class Untested(Exception):
    """The requirement holds or not, but no operation of this API can show it."""
