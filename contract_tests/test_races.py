"""Races: what holds for one request after the other holds for requests at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from threading import Barrier
from time import sleep

from syncano_contract import expect
from syncano_contract.api import Api
from syncano_contract.bounds import begun
from syncano_contract.outcome import CannotTell
from syncano_contract.plugin import MUST, SHOULD, requirement
from syncano_contract.reply import Reply, arranged, lasting
from syncano_contract.settings import Depth

ROUNDS = 3
MOST_ROUNDS = 20  # until two requests did overlap
LEADS = {1: 0.005, 2: 0.005}  # by round: seconds by which one request is ahead of the next, else none

Call = Callable[[], Reply]


class Race:
    """Makes calls at the same time, round after round: all at once, or one shortly ahead of the other, either way."""

    def __init__(self, api: Api) -> None:
        """Begin with no round."""
        self._api = api
        self._round = 0
        self._has_overlapped = False

    def rounds(self) -> Iterator[None]:
        """Yield for each round; raises CannotTell at the end when no two requests were under way at once."""
        while self._round < (ROUNDS if self._has_overlapped else MOST_ROUNDS):
            yield
            self._round += 1
        if not self._has_overlapped:
            raise CannotTell("no two requests were under way at the same time (does --rate keep them apart?)")

    def at_once(self, *calls: Call) -> list[Reply]:
        """Make the calls, each in a thread of its own, and return their replies in the order of the calls."""
        sender, start = self._api.client.sender, Barrier(len(calls))
        lead = LEADS.get(self._round, 0.0)

        def make(call: Call, place: int) -> Reply:
            self._api.client.sender = sender
            start.wait()
            sleep(place * lead)
            return call()

        places = range(len(calls)) if self._round % 2 else range(len(calls))[::-1]
        made = [begun(partial(make, *each)) for each in zip(calls, places, strict=True)]
        replies = [each.result() for each in made]
        self._has_overlapped |= _overlap(replies)
        return replies


@requirement("RACE-1", SHOULD, source="users-add#param/username", depth=Depth.STANDARD, is_alone=True)
def test_one_name_at_the_same_time(api: Api) -> None:
    """Of adds of one name at the same time at most one is accepted."""
    race = Race(api)
    for _ in race.rounds():
        name = api.name()

        replies = race.at_once(*(_add(api, name) for _ in range(3)))

        accepted = [reply for reply in replies if reply.ok]
        seen = f"{len(accepted)} accepted"
        expect.that(len(accepted) < 2, "one name to be given once", seen, (accepted or replies)[-1], "USERS-ADD-15")


@requirement(
    "RACE-2",
    MUST,
    source=("users-update-put#text", "users-update-put#response/200", "users-reset-user-key#text"),
    depth=Depth.STANDARD,
    is_alone=True,
)
def test_an_update_and_a_reset_at_the_same_time(api: Api) -> None:
    """Of an update and a reset of one user at the same time each that is accepted lasts."""
    race = Race(api)
    for _ in race.rounds():
        user, name, password = api.fresh(), api.name(), api.password()

        update, reset = race.at_once(
            lambda: api.update(user, username=name, password=password),  # noqa: B023 - called in this round
            lambda: api.reset(user),  # noqa: B023 - called in this round
        )

        key = reset.at("user_key") if reset.ok else user.user_key
        look, old = api.details(key), api.details(user.user_key)
        expect.that(look.ok, "the last key that was shown to work", str(look), look, "USERS-RESET-4")
        kept = name if update.ok else user.username
        expect.name("the username after update and reset", look.at("username"), kept, look, "USERS-UPDATE-3")
        if reset.ok:
            expect.refused(old, 403, 404, subject="USERS-RESET-5")


@requirement(
    "RACE-3",
    MUST,
    source=("users-reset-user-key#text", "users-reset-user-key#response/200", "user-details#response/403"),
    depth=Depth.STANDARD,
    is_alone=True,
)
def test_two_resets_at_the_same_time(api: Api) -> None:
    """After resets of one user at the same time exactly one of the keys that they showed works, and the old one not."""
    race = Race(api)
    for _ in race.rounds():
        user = api.fresh()

        replies = race.at_once(lambda: api.reset(user), lambda: api.reset(user))  # noqa: B023 - called in this round

        accepted = [reply for reply in replies if reply.ok]
        keys = sorted({str(reply.at("user_key")) for reply in accepted}) or [user.user_key]
        looks = [api.details(key) for key in keys]
        working = sum(look.ok and look.shows_user for look in looks)
        subject = "USERS-RESET-4" if working == 0 else None
        expect.that(working == 1, "one key to work after two resets", f"{working} that do", looks[-1], subject)
        if accepted:
            expect.refused(api.details(user.user_key), 403, 404, subject="USERS-RESET-5")


@requirement(
    "RACE-4",
    MUST,
    source=("user-details#response/200", "user-details#param/user_key"),
    depth=Depth.STANDARD,
    is_alone=True,
)
def test_two_looks_at_the_same_time(api: Api) -> None:
    """Looks at the same time, with different keys, show each the user of its own key."""
    race, users = Race(api), (api.fresh(), api.fresh())
    for _ in race.rounds():
        looks = race.at_once(*(_look(api, user.user_key) for user in users))

        for user, look in zip(users, looks, strict=True):
            shown = lasting(arranged(look).body)
            expect.same_user("the user of the key", shown, lasting(user.body), look, "USER-DETAILS-1")


@requirement(
    "RACE-5",
    MUST,
    source=("users-add#response/200", "users-add#text", "user-details#response/200"),
    depth=Depth.STANDARD,
    is_alone=True,
)
def test_two_adds_at_the_same_time(api: Api) -> None:
    """Adds of different names at the same time give different users, each with a key of its own."""
    race = Race(api)
    for _ in race.rounds():
        adds = race.at_once(*(_add(api, api.name()) for _ in range(2)))

        first, second = (lasting(arranged(add).body) for add in adds)
        for member in ("/id", "/profile/id", "/user_key"):
            is_alike = member in first and first[member] == second.get(member)
            expect.that(not is_alike, f"two users with different {member}", "the same in both", adds[-1], "USERS-ADD-3")
        for add in adds:
            look = arranged(api.details(add.at("user_key")))
            expect.same_user("the user of the new key", lasting(look.body), lasting(add.body), look, "USERS-ADD-2")


def _add(api: Api, name: str) -> Call:
    password = api.password()
    return lambda: api.add(username=name, password=password)


def _look(api: Api, user_key: str) -> Call:
    return lambda: api.details(user_key)


def _overlap(replies: list[Reply]) -> bool:
    """Whether a request was sent before the one ahead of it was answered."""
    spans = sorted((reply.exchange.started.timestamp(), reply.exchange.seconds) for reply in replies)
    return any(later[0] < earlier[0] + earlier[1] for earlier, later in pairwise(spans))
