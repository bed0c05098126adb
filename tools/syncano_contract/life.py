"""A life of users: any steps in any order, rightly and wrongly, beside a model of how each user has to be by then."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from syncano_contract import expect
from syncano_contract.api import ABSENT, Api
from syncano_contract.outcome import CannotTell, Failed
from syncano_contract.reply import Reply, User, arranged, lasting

MOST_PEOPLE = 4
MOST_TO_SHORTEN = 400  # requests that may go into making a life shorter
FORMS: dict[Literal["header", "query"], str] = {"header": "USER-DETAILS-1", "query": "USER-DETAILS-2"}

Act = tuple[int, int, int]  # a place in `ACTIONS`, whose turn it is, and who else is concerned


@dataclass
class Person:
    """What the model knows of one user: how details has to show it, and the keys that it had before."""

    name: str
    user: User
    shown: dict[str, Any]
    dead_keys: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """The words for this user in a step."""
        return self.name


class Life:
    """Adds, updates, resets and looks, rightly and wrongly, over a few users of one or two instances."""

    def __init__(self, api: Api) -> None:
        """Begin with one user."""
        self.api = api
        self.began = len(api.client.log.exchanges)
        self.people: list[Person] = []
        self.steps: list[str] = []
        self.acts: list[Act] = []

    def act(self, act: Act) -> None:
        """Take a step, the first one after adding the first user; what comes to nothing is forgotten."""
        if not self.people:
            self.take("add user 1", lambda: self._enter(self.api.fresh()))
        action, which, other = act
        one, another = (self.people[number % len(self.people)] for number in (which, other))
        self.acts.append(act)
        before = len(self.steps)
        ACTIONS[action](self, one, another)
        if len(self.steps) == before:
            self.acts.pop()

    def end(self) -> None:
        """Look at everybody, with every key that they have or had, in both forms."""
        for person in self.people:
            self.take(f"look at {person}", lambda person=person: self._look_everywhere(person))  # type: ignore[misc]

    def take(self, step: str, act: Callable[[], object]) -> None:
        """Take a step; raises Failed with all the requests of this life as evidence."""
        self.steps.append(step)
        try:
            act()
        except Failed as failure:
            failure.evidence = tuple(range(self.began + 1, len(self.api.client.log.exchanges) + 1))
            raise

    # What is right, and changes the model too.

    def add(self, _: Person, __: Person) -> None:
        """Add a user."""
        if len(self.people) < MOST_PEOPLE:
            self.take(f"add user {len(self.people) + 1}", lambda: self._enter(self.api.fresh()))

    def add_elsewhere(self, _: Person, __: Person) -> None:
        """Add a user of the second tenant, where there is one."""
        if len(self.people) < MOST_PEOPLE and self.api.target.other:
            step = f"add user {len(self.people) + 1} in the other instance"
            self.take(step, lambda: self._enter(self.api.fresh_elsewhere()))

    def update(self, person: Person, _: Person) -> None:
        """Give a user another name and password."""

        def act() -> None:
            reply = arranged(self.api.update(person.user))
            person.shown = {**person.shown, "/username": reply.at("username")}

        self.take(f"update {person}", act)

    def reset(self, person: Person, _: Person) -> None:
        """Give a user another key."""

        def act() -> None:
            reply = arranged(self.api.reset(person.user))
            key = reply.at("user_key")
            is_new = key not in (person.user.user_key, *person.dead_keys)
            expect.that(is_new, "a user_key that was never used", "an old one", reply, "USERS-RESET-2")
            person.dead_keys.append(person.user.user_key)
            person.user = replace(person.user, user_key=key)
            person.shown = {**person.shown, "/user_key": key}

        self.take(f"reset the key of {person}", act)

    def look(self, person: Person, _: Person) -> None:
        """Look at a user, so that a copy of it may be kept."""
        self.take(f"look at {person}", lambda: self._look(person, "header"))

    # What is refused, and leaves everybody as they were.

    def update_wrongly(self, person: Person, _: Person) -> None:
        """Send no password."""
        self._refuse(f"update {person} without a password", lambda: self.api.update(person.user, password=ABSENT))

    def update_with_an_old_key(self, person: Person, _: Person) -> None:
        """Use a key from before a reset."""
        for key in person.dead_keys[-1:]:
            step = f"update {person} with an old key"
            self._refuse(step, lambda key=key: self.api.update(person.user, user_key=key), "USERS-RESET-5")  # type: ignore[misc]

    def reset_with_an_old_key(self, person: Person, _: Person) -> None:
        """Use a key from before a reset."""
        for key in person.dead_keys[-1:]:
            step = f"reset the key of {person} with an old key"
            self._refuse(step, lambda key=key: self.api.reset(person.user, user_key=key), "USERS-RESET-5")  # type: ignore[misc]

    def update_somebody_else(self, person: Person, other: Person) -> None:
        """Use one's own keys, of whichever instance, on somebody else."""
        if person is not other:
            api_key, key = person.user.api_key, person.user.user_key
            step = f"update {other} with the keys of {person}"
            self._refuse(step, lambda: self.api.update(other.user, api_key=api_key, user_key=key), "USERS-UPDATE-12")

    def reset_somebody_else(self, person: Person, other: Person) -> None:
        """Use one's own keys, of whichever instance, on somebody else."""
        if person is not other:
            api_key, key = person.user.api_key, person.user.user_key
            step = f"reset the key of {other} with the keys of {person}"
            self._refuse(step, lambda: self.api.reset(other.user, api_key=api_key, user_key=key), "USERS-RESET-8")

    def add_again(self, person: Person, _: Person) -> None:
        """Add a name that is taken, which may be accepted as long as its holder is left alone."""
        user, name = person.user, person.shown.get("/username", person.user.username)
        step = f"add the name of {person} again"
        self.take(step, lambda: self.api.add(username=name, instance=user.instance, api_key=user.api_key).status)

    def take_a_name(self, person: Person, other: Person) -> None:
        """Give a user the name of another one; where that is accepted, the model follows."""

        def act() -> None:
            reply = self.api.update(person.user, username=other.shown.get("/username", other.user.username))
            if reply.ok:
                person.shown = {**person.shown, "/username": reply.at("username")}

        if person is not other:
            self.take(f"give {person} the name of {other}", act)

    def go_nowhere(self, person: Person, _: Person) -> None:
        """Update in an instance that does not exist."""
        step = f"update {person} in an instance that does not exist"
        self._refuse(step, lambda: self.api.update(person.user, instance=self.api.nowhere), "USERS-UPDATE-13")

    def _enter(self, user: User) -> None:
        self.people.append(Person(f"user {len(self.people) + 1}", user, lasting(user.body)))

    def _refuse(self, step: str, call: Callable[[], Reply], subject: str = "USERS-UPDATE-7") -> None:
        self.take(step, lambda: expect.any_refusal(call(), subject))

    def _look(self, person: Person, form: Literal["header", "query"]) -> None:
        reply = self._details(person, person.user.user_key, form)
        expect.that(reply.ok, f"the key of {person} to work", str(reply), reply, FORMS[form])
        expect.same_user(str(person), lasting(reply.body), person.shown, reply)

    def _look_everywhere(self, person: Person) -> None:
        for form in FORMS:
            self._look(person, form)
            for key in person.dead_keys:
                expect.refused(self._details(person, key, form), 403, 404, subject="USERS-RESET-5")

    def _details(self, person: Person, key: str, form: Literal["header", "query"]) -> Reply:
        return self.api.details(key, by=form, instance=person.user.instance, api_key=person.user.api_key)


ACTIONS: tuple[Callable[[Life, Person, Person], None], ...] = (
    *(Life.update, Life.update, Life.reset, Life.reset, Life.look, Life.add, Life.add_elsewhere),
    *(Life.update_wrongly, Life.update_with_an_old_key, Life.reset_with_an_old_key),
    *(Life.update_somebody_else, Life.reset_somebody_else, Life.add_again, Life.take_a_name, Life.go_nowhere),
)


def shortened(life: Life, failure: Failed) -> tuple[Life, Failed]:
    """Leave out of a life what it fails without, larger parts first, as long as few requests do for that."""
    log = life.api.client.log.exchanges
    most, size = len(log) + MOST_TO_SHORTEN, len(life.acts)
    while size:
        for start in range(len(life.acts) - size, -1, -1):
            acts = life.acts[:start] + life.acts[start + size :]
            shorter = _lived(life.api, acts) if len(log) < most and len(acts) < len(life.acts) else None
            life, failure = shorter or (life, failure)
        size //= 2
    return life, failure


def _lived(api: Api, acts: list[Act]) -> tuple[Life, Failed] | None:
    """Live once more with other acts; None where nothing fails."""
    life = Life(api)
    with suppress(CannotTell):
        try:
            for act in acts:
                life.act(act)
            life.end()
        except Failed as failure:
            return life, failure
    return None
