"""What recorded exchanges show together, in the order of their times: whose each key is, and until when.

Traffic has gaps. A key belongs to one user for ever, and one that a reset replaced never comes back; whatever else
a request could explain that was not recorded (a change, a reset, a removal, a right of an API key) cannot be told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from syncano_contract.outcome import CannotTell, Failed
from syncano_contract.recorded.checks import DETAILS, Outcome
from syncano_contract.recorded.seen import Seen, object_of
from syncano_contract.redact import ALONE, SHORTEST

UNHIDDEN = "<redacted>"  # stands for many secrets, so that it is none
REFUSED = frozenset({403, 404})
User = tuple[str, int]  # instance and id


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
    shown: int | None
    shown_key: str
    lasting: int  # a hash of what of a user nothing ever changes
    profile: int | None

    @property
    def is_success(self) -> bool:
        """Whether this is a 2xx."""
        return self.status // 100 == 2

    @property
    def user(self) -> User | None:
        """The user that was shown."""
        return None if self.shown is None else (self.instance, self.shown)


class Story:
    """Keeps what the rules below need of each exchange."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._events: list[Event] = []
        self._texts: dict[str, str] = {}

    def add(self, seen: Seen) -> None:
        """Keep an exchange whose time is known."""
        if seen.operation is None or seen.recorded.began is None or not seen.status:
            return
        same, body = self._texts.setdefault, object_of(seen.user.body if seen.user else None)
        profile = object_of(body.get("profile"))
        key, number = body.get("user_key"), seen.parameters.get("user_id", "")
        user_key, api_key, instance = _telling(seen.user_key), seen.api_key, seen.parameters["instance_name"]
        event = Event(
            began=seen.recorded.began,
            ended=seen.recorded.ended,
            seconds=seen.recorded.exchange.seconds,
            number=seen.recorded.exchange.number,
            operation=seen.operation.id,
            instance=same(instance, instance),
            addressed=int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None,
            api_key=same(api_key, api_key),
            user_key=same(user_key, user_key),
            form="header" if seen.headers.get("x-user-key") else "query",
            status=seen.status,
            shown=_integer(body.get("id")),
            shown_key=_telling(same(key, key)) if isinstance(key, str) else "",
            lasting=_lasting(body, profile) if seen.operation.id == "getUserDetails" else 0,
            profile=_integer(profile.get("id")),
        )
        self._events.append(event)

    def told(self) -> tuple[list[Event], Known]:
        """Return the events in the order of their times, and what they tell of keys."""
        self._events.sort(key=lambda event: (event.began, event.number))
        return self._events, Known(self._events)


class Known:
    """Who has which key, and since and until when, as far as replies told."""

    def __init__(self, events: list[Event]) -> None:
        """Learn from events in the order of their times."""
        self.first: dict[str, Event] = {}  # the event that showed a key first
        self.of_user: dict[User, list[str]] = defaultdict(list)
        self.ends: dict[str, Event] = {}  # the reset that replaced a key
        self.shared: set[str] = set()  # keys that were shown for two users, which tell nobody
        self.resets: dict[User, list[Event]] = defaultdict(list)
        self.trusted: set[tuple[str, str]] = set()  # API keys that details has taken, by instance
        for event in events:
            self._learn(event)
        for resets in self.resets.values():
            for event in resets:
                for key in self.before(event):
                    if key != event.shown_key:
                        self.ends.setdefault(key, event)

    def _learn(self, event: Event) -> None:
        if event.operation == "getUserDetails" and event.is_success:
            self.trusted.add((event.api_key, event.instance))
        # Details shows whoever a key is taken for: that it is that user's is what the rules look at.
        if not event.is_success or event.user is None:
            return
        if event.operation == "resetUserKey":
            self.resets[event.user].append(event)
        if event.shown_key and event.shown_key not in self.first:
            self.first[event.shown_key] = event
            self.of_user[event.user].append(event.shown_key)
        elif event.shown_key and event.operation == "addUser":
            self.shared.add(event.shown_key)

    def owner(self, key: str) -> User | None:
        """Return whose a key is."""
        event = self.first.get(key)
        return event.user if event and key not in self.shared else None

    def is_replaced(self, first: Event) -> bool:
        """Whether another reset may have replaced the key that a reset showed first."""
        resets = self.resets[first.user] if first.user else []
        return any(event is not first and event.ended > first.began for event in resets)

    def before(self, event: Event) -> list[str]:
        """Return the keys that the user of an event had for sure when it began."""
        keys = self.of_user.get(event.user, []) if event.user else []
        return [key for key in keys if self.first[key].ended <= event.began]

    def is_old(self, event: Event) -> bool:
        """Whether a request was sent with a key after a reset had replaced it."""
        end = self.ends.get(event.user_key)
        return end is not None and end.ended <= event.began


Found = Iterator[tuple[Outcome, tuple[int, ...]]]
Rule = Callable[[list[Event], Known], Found]


def a_key_shows_its_user(events: list[Event], known: Known) -> Found:
    """Details with somebody's key shows that user, and no other instance knows the key."""
    for event in events:
        owner = known.owner(event.user_key)
        if event.operation != "getUserDetails" or owner is None or event.number == known.first[event.user_key].number:
            continue
        first = known.first[event.user_key].number
        if event.instance != owner[0]:
            yield from _of_another_instance(event, first)
        elif event.user is not None and event.is_success:
            failed = Failed("the user of the key", "another user", places=("/id",))
            yield (DETAILS[event.form], failed if event.user != owner else None), (first, event.number)


def _of_another_instance(event: Event, first: int) -> Found:
    if event.is_success and event.user:
        seen = f"{event.status}, with a user"
        yield ("USER-DETAILS-7", Failed("a key of another instance to show nothing", seen)), (first, event.number)
    elif event.status in REFUSED:
        yield ("USER-DETAILS-7", None), (event.number,)


def a_user_stays_the_same(events: list[Event], _: Known) -> Found:
    """What nothing ever changes of a user (id, profile, creation) is the same at every look with the same key."""
    looks: dict[tuple[str, str], Event] = {}
    for event in events:
        if event.operation != "getUserDetails" or not event.is_success or not event.lasting or not event.user_key:
            continue
        before = looks.setdefault((event.instance, event.user_key), event)
        if before.lasting != event.lasting:
            failed = Failed("id, profile and creation time to be as they were", "others")
            yield ("USER-DETAILS-9", failed), (before.number, event.number)


def an_id_is_the_one_addressed(events: list[Event], _: Known) -> Found:
    """An update or a reset shows the user whose id the path has."""
    names = {"updateUser": "USERS-UPDATE-4", "resetUserKey": "USERS-RESET-3"}
    for event in events:
        name = names.get(event.operation)
        if name and event.is_success and None not in (event.addressed, event.shown) and event.addressed != event.shown:
            yield (
                (name, Failed("the id in the path to be that in the reply", "another", places=("/id",))),
                (event.number,),
            )


def users_are_distinct(events: list[Event], _: Known) -> Found:
    """No two adds show the same id, profile or key; where a removal frees ids, only the key tells."""
    ids: dict[tuple[str, object], Event] = {}
    keys: dict[str, Event] = {}
    for event in events:
        if event.operation != "addUser" or not event.is_success or event.user is None:
            continue
        told = [(event.instance, event.shown), (event.instance, ("profile", event.profile))]
        is_again = [ids[each] for each in told if each in ids and event.profile is not None]
        same_key = keys.get(event.shown_key) if event.shown_key else None
        if same_key:
            failed = Failed("two users with different user_key", "the same in both", places=("/user_key",))
            yield ("USERS-ADD-3", failed), (same_key.number, event.number)
        elif is_again:
            reason = "two adds showed the same id or profile, and the first user may have been removed meanwhile"
            yield ("USERS-ADD-3", CannotTell(reason)), (is_again[0].number, event.number)
        elif ids:
            yield ("USERS-ADD-3", None), (event.number,)
        ids.update(dict.fromkeys(told, event))
        keys[event.shown_key] = event


def a_reset_shows_a_new_key(events: list[Event], known: Known) -> Found:
    """The key in the reply to a reset is none that the user had before."""
    for event in events:
        if event.operation != "resetUserKey" or not event.is_success or not event.shown_key:
            continue
        before = known.before(event)
        if event.shown_key in before or event.shown_key == event.user_key:
            failed = Failed("a new user_key", "the old one", places=("/user_key",))
            yield ("USERS-RESET-2", failed), (known.first[event.shown_key].number, event.number)
        elif before:
            yield ("USERS-RESET-2", None), (event.number,)


def a_new_key_works(events: list[Event], known: Known) -> Found:
    """A key from a reset works from then on; where it does not, another reset may have come between, unless it does."""
    refused: dict[tuple[str, str, str], Event] = {}
    for event in events:
        first = known.first.get(event.user_key)
        if first is None or first.operation != "resetUserKey" or first.ended > event.began:
            continue
        if event.operation != "getUserDetails" or event.instance != first.instance or known.is_old(event):
            continue
        asked = event.user_key, event.api_key, event.form
        is_odd = event.status in REFUSED and (event.api_key, event.instance) in known.trusted
        if is_odd and not known.is_replaced(first):
            refused.setdefault(asked, event)
        elif event.is_success:
            before = refused.pop(asked, None)
            if before and before.ended <= event.began:
                failed = Failed("the new key to work at once", f"{before.status}, and later {event.status}")
                yield ("USERS-RESET-4", failed), (first.number, event.number, before.number)
            else:
                yield ("USERS-RESET-4", None), (first.number, event.number)
    for event in refused.values():
        reason = f"a key from a reset was refused with {event.status}: another reset or a removal may explain that"
        yield ("USERS-RESET-4", CannotTell(reason)), (known.first[event.user_key].number, event.number)


def an_old_key_is_refused(events: list[Event], known: Known) -> Found:
    """A key that a reset replaced shows nobody any more; an API key may update and reset without it."""
    for event in events:
        if not known.is_old(event):
            continue
        numbers = (known.first[event.user_key].number, known.ends[event.user_key].number, event.number)
        if event.status in REFUSED:
            yield ("USERS-RESET-5", None), numbers
        elif event.is_success and event.operation == "getUserDetails" and event.user:
            yield ("USERS-RESET-5", Failed("the old key to be refused with 403 or 404", f"{event.status}")), numbers
        elif event.is_success and event.operation in ("updateUser", "resetUserKey") and event.user:
            reason = f"{event.operation} succeeded with an old key, which the rights of the API key may explain"
            yield ("USERS-RESET-5", CannotTell(reason)), numbers


def outcomes(events: list[Event], known: Known) -> Found:
    """Yield what the rules find, each with the numbers of the exchanges that show it."""
    for rule in RULES:
        yield from rule(events, known)


RULES: tuple[Rule, ...] = (
    *(a_key_shows_its_user, a_user_stays_the_same, an_id_is_the_one_addressed, users_are_distinct),
    *(a_reset_shows_a_new_key, a_new_key_works, an_old_key_is_refused),
)


def _telling(key: str) -> str:
    """Return a key that can only be one user's; placeholders of our own redactor are such."""
    return key if key != UNHIDDEN and (len(key) >= SHORTEST or ALONE.fullmatch(key)) else ""


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _lasting(user: dict[str, Any], profile: dict[str, Any]) -> int:
    """Return a number for what nothing ever changes of a user; 0 where not all of that is as documented."""
    numbers = user.get("id"), profile.get("id"), profile.get("owner")
    created = profile.get("created_at")
    return hash((*numbers, created)) if {*map(type, numbers)} == {int} and type(created) is str else 0
