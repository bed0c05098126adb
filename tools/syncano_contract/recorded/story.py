"""What recorded exchanges show together, in the order of their times: whose each key is, and until when."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from syncano_contract.recorded.seen import Seen, object_of

REFUSED = frozenset({403, 404})
KEY = re.compile(r"(?=[^0-9]*[0-9])[\w.~+/=-]{16,}|<[a-z_ ]+ [0-9]+>")

User = tuple[str, int]  # instance and id


NOBODY = (None, "", 0, None)  # what `_shown` returns where nobody was shown


class Event(NamedTuple):
    """What a story needs of an exchange; times are seconds since 1970, and `ended` is when its end was sure."""

    began: float
    ended: float
    seconds: float
    number: int
    operation: str
    instance: str
    addressed: int | None
    api_key: str
    user_key: str
    form: str
    status: int
    is_success: bool
    user: User | None  # that was shown
    shown_key: str
    lasting: int  # a hash of what of a user nothing ever changes
    profile: int | None
    shows: bool  # somebody, though perhaps by a shape alone
    is_refusal: bool  # in the API's own form, and not that of something in front of it
    copy: int  # a hash of all that was sent and shown, of an add or a reset
    clock: int  # of the times: those of two clocks cannot be compared

    def follows(self, other: Event) -> bool:
        """Whether this began for sure when another had ended."""
        return self.clock == other.clock and other.ended <= self.began

    @property
    def shown(self) -> int | None:
        """The id that was shown."""
        return self.user[1] if self.user else None

    @property
    def is_astray(self) -> bool:
        """Whether another user was shown than the one that the path addresses."""
        return None not in (self.addressed, self.shown) and self.addressed != self.shown


class Story:
    """Keeps what the rules below need of each exchange."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._events: list[Event] = []
        self._texts: dict[str, str] = {}
        self._users: dict[User, User] = {}

    def add(self, seen: Seen) -> None:
        """Keep an exchange whose time is known."""
        began = seen.recorded.began
        if seen.operation is None or began is None or not seen.status:
            return
        same, operation, recorded = self._texts.setdefault, seen.operation.id, seen.recorded
        user_key, api_key, instance = _telling(seen.user_key), seen.api_key, seen.parameters["instance_name"]
        shown, shown_key, lasting, profile = _shown(seen.user) if seen.user else NOBODY
        event = Event(
            began,
            recorded.ended,
            recorded.seconds,
            recorded.number,
            operation,
            same(instance, instance),
            _id_in(seen.parameters.get("user_id", "")),
            same(api_key, api_key),
            same(user_key, user_key),
            "header" if seen.headers.get("x-user-key") else "query",
            seen.status,
            seen.is_success,
            None if shown is None else self._users.setdefault((instance, shown), (instance, shown)),
            same(shown_key, shown_key),
            lasting if operation == "getUserDetails" else 0,
            profile,
            seen.shows_somebody,
            seen.status in REFUSED and "detail" in object_of(seen.value),
            _copy(seen) if operation in ("addUser", "resetUserKey") else 0,
            recorded.clock,
        )
        self._events.append(event)

    def take(self) -> list[Event]:
        """Return the events so far, and keep them no longer."""
        events, self._events = self._events, []
        return events

    def extend(self, events: Iterable[Event]) -> None:
        """Keep the events of later exchanges."""
        self._events += events

    def told(self) -> tuple[list[Event], Known]:
        """Return the events, those of each clock in the order of their times, and what they tell of keys."""
        self._events.sort(key=lambda event: (event.clock, event.began, event.number))
        events = [*_without_copies(self._events)]
        return events, Known(events)


class Known:
    """Who has which key, and since and until when, as far as replies told."""

    def __init__(self, events: list[Event]) -> None:
        """Learn from events in the order of their times."""
        self.first: dict[str, Event] = {}  # the event that showed a key first
        self.ends: dict[str, Event] = {}  # the reset that replaced a key
        self.sent: dict[str, Event] = {}  # the reset that a key came along with, of which nothing was known before
        self.shared: set[str] = set()  # keys that were shown for two users, which tell nobody
        self.resets: dict[User | None, list[Event]] = defaultdict(list)
        self.trusted: set[tuple[str, str]] = set()  # API keys that details has taken, by instance
        self._earliest: dict[tuple[User | None, int], float] = {}  # when a key of a user was known first, by clock
        for event in events:
            self._learn(event)
        for key, event in self.first.items():
            self._note_end(key, event)
        for event in chain.from_iterable(self.resets.values()):
            if event.user_key not in ("", event.shown_key) and not self.had(event, event.user_key):
                self.sent.setdefault(event.user_key, event)

    def _learn(self, event: Event) -> None:
        if event.operation == "getUserDetails" and event.is_success:
            self.trusted.add((event.api_key, event.instance))
        # Details shows whoever a key is taken for: that it is that user's is what the rules look at.
        if not event.is_success or event.user is None:
            return
        if event.operation == "resetUserKey":
            self.resets[event.user].append(event)
        if not event.shown_key:
            return
        first = self.first.get(event.shown_key)
        if first is None:
            self.first[event.shown_key] = event
        elif first.user != event.user and event.operation != "getUserDetails" and not event.is_astray:
            self.shared.add(event.shown_key)
        elif first.user == event.user and event.clock == first.clock and event.ended < first.ended:
            self.first[event.shown_key] = event

    def _note_end(self, key: str, first: Event) -> None:
        """Note the first reset that followed what showed a key first, and showed another one."""
        whose, resets = (first.user, first.clock), self.resets[first.user]
        self._earliest[whose] = min(self._earliest.get(whose, first.ended), first.ended)
        start = bisect_left(resets, (first.clock, first.ended), key=lambda event: (event.clock, event.began))
        for number in range(start, len(resets)):
            if resets[number].shown_key != key:
                if resets[number].clock == first.clock:
                    self.ends[key] = resets[number]
                return

    def owner(self, key: str) -> User | None:
        """Return whose a key is."""
        event = self.first.get(key)
        return event.user if event and key not in self.shared else None

    def is_replaced(self, first: Event) -> bool:
        """Whether another reset may have replaced the key that a reset showed first."""
        return any(event is not first and not first.follows(event) for event in reversed(self.resets[first.user]))

    def had(self, event: Event, key: str) -> bool:
        """Whether the user of an event had a key for sure when it began."""
        first = self.first.get(key)
        return first is not None and first.user == event.user and event.follows(first)

    def had_any(self, event: Event) -> bool:
        """Whether the user of an event had any key that is known for sure when it began."""
        return self._earliest.get((event.user, event.clock), math.inf) <= event.began

    def is_old(self, event: Event) -> bool:
        """Whether a request was sent with a key after a reset had replaced it."""
        end = self.ends.get(event.user_key)
        return end is not None and event.follows(end)


def _without_copies(events: list[Event]) -> Iterator[Event]:
    """Yield the events without what was recorded twice: the same request and reply at the same time."""
    met: set[tuple[int, float]] = set()
    for event in events:
        if event.copy and (event.copy, event.began) in met:
            continue
        met.add((event.copy, event.began))
        yield event


def _copy(seen: Seen) -> int:
    body = seen.recorded.response.content.body
    return hash((seen.path, seen.recorded.request.body, seen.user_key, body)) or 1


@lru_cache(maxsize=1024)
def _telling(key: str) -> str:
    """Return a key that can only be one user's: what looks like a key, or a numbered placeholder of our own."""
    return key if KEY.fullmatch(key) else ""


def _id_in(step: str) -> int | None:
    """Return the id that a step of a path is."""
    return int(step) if step.isascii() and step.isdigit() and len(step) < 20 else None


def _shown(user: Mapping[str, Any]) -> tuple[int | None, str, int, int | None]:
    """Return id and key of a user, a number for what nothing ever changes of it, and the id of its profile.

    That number is 0 where not all of what it is for is as documented.
    """
    profile, key = object_of(user.get("profile")), user.get("user_key")
    numbers = (user.get("id"), profile.get("id"), profile.get("owner"))
    created = profile.get("created_at")
    lasting = hash((*numbers, created)) if {*map(type, numbers)} == {int} and type(created) is str else 0
    return _integer(numbers[0]), _telling(key) if isinstance(key, str) else "", lasting, _integer(numbers[1])


def _integer(value: object) -> int | None:
    return value if type(value) is int else None
