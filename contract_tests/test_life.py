"""The life of users: whatever the order of calls, each user is as the last acknowledged change left it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from syncano_contract import expect
from syncano_contract.api import ABSENT, Api, Reply, User, arranged, lasting
from syncano_contract.outcome import CannotTell, Failed
from syncano_contract.plugin import MUST, requirement
from syncano_contract.session import Session
from syncano_contract.settings import Depth

EXAMPLES = {Depth.STANDARD: 20, Depth.DEEP: 200}
STEPS = 12
MOST_PEOPLE = 4
MOST_TO_SHRINK = 400  # requests that may go into making a failure shorter

ACTION = st.sampled_from(
    [
        "add",
        "update",
        "update",
        "reset the key of",
        "reset the key of",
        "update without a password",
        "touch somebody else as",
    ]
)
WHICH = st.integers(min_value=0, max_value=MOST_PEOPLE - 1)
FORMS: tuple[Literal["header", "query"], ...] = ("header", "query")


@dataclass
class Person:
    """What the model knows of one user: how details has to show it, and the keys that it had before."""

    user: User
    shown: dict[str, Any]
    dead_keys: list[str] = field(default_factory=list)


@dataclass
class Story:
    """What came of the lives that were tried: the shortest that failed, or what stood in the way."""

    api: Api
    failure: tuple[list[str], Failed] | None = None
    obstacle: CannotTell | None = None
    stop_at: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether no more is to be sent."""
        spent = self.stop_at is not None and len(self.api.client.log.exchanges) > self.stop_at
        return spent or self.obstacle is not None

    @contextmanager
    def told(self, steps: list[str]) -> Iterator[None]:
        """Keep what a step raises; only a failure goes on to Hypothesis, which makes it shorter."""
        try:
            yield
        except CannotTell as obstacle:
            self.obstacle = obstacle
        except Failed as failure:
            if self.failure is None or len(steps) <= len(self.failure[0]):
                self.failure = list(steps), failure
            self.stop_at = self.stop_at or len(self.api.client.log.exchanges) + MOST_TO_SHRINK
            raise


class Life(RuleBasedStateMachine):
    """Adds, updates, resets and looks, rightly and wrongly, over a few users of one instance."""

    def __init__(self, story: Story) -> None:
        """Begin with nobody."""
        super().__init__()
        self.story = story
        self.api = story.api
        self.people: list[Person] = []
        self.steps: list[str] = []

    @initialize()
    def first(self) -> None:
        """Add the first user."""
        self.take("add a user", self._add)

    @rule(action=ACTION, which=WHICH, other=WHICH)
    def act(self, action: str, which: int, other: int) -> None:
        """Take any of the steps; one rule for all of them, since Hypothesis would favour some of many."""
        if action == "add":
            if len(self.people) < MOST_PEOPLE:
                self.take("add a user", self._add)
            return
        number, stranger = which % len(self.people or " "), other % len(self.people or " ")
        if self.people and (action != "touch somebody else as" or number != stranger):
            steps: dict[str, Callable[[Person], None]] = {
                "update": self._update,
                "update without a password": self._update_wrongly,
                "reset the key of": self._reset,
                "touch somebody else as": lambda person: self._meddle(person, self.people[stranger]),
            }
            self.take(f"{action} user {number + 1}", lambda: steps[action](self.people[number]))

    def teardown(self) -> None:
        """Look at everybody at the end, with every key that they have or had, in both forms."""
        for number, person in enumerate(self.people, start=1):
            self.take(f"look at user {number}", lambda person=person: self._look_everywhere(person))  # type: ignore[misc]

    def take(self, step: str, act: Callable[[], None]) -> None:
        """Take a step, unless the story is over."""
        if not self.story.is_over:
            self.steps.append(step)
            with self.story.told(self.steps):
                act()

    def _add(self) -> None:
        user = self.api.fresh()
        self.people.append(Person(user, lasting(self.api.shown(user))))

    def _update(self, person: Person) -> None:
        reply = arranged(self.api.update(person.user))
        person.shown = {**person.shown, "/username": reply.at("username")}
        self._look(person, "header")

    def _update_wrongly(self, person: Person) -> None:
        expect.any_refusal(self.api.update(person.user, password=ABSENT))

    def _reset(self, person: Person) -> None:
        reply = arranged(self.api.reset(person.user))
        key = reply.at("user_key")
        is_new = key not in (person.user.user_key, *person.dead_keys)
        expect.that(is_new, "a user_key that was never used", "an old one", reply, "USERS-RESET-2")
        person.dead_keys.append(person.user.user_key)
        person.user = replace(person.user, user_key=key)
        person.shown = {**person.shown, "/user_key": key}
        self._look(person, "header")

    def _look(self, person: Person, form: Literal["header", "query"]) -> None:
        reply = arranged(self.api.details(person.user.user_key, by=form))
        expect.same_user("the user", lasting(reply.body), person.shown, reply)

    def _look_everywhere(self, person: Person) -> None:
        for form in FORMS:
            self._look(person, form)
            for key in person.dead_keys:
                expect.refused(self.api.details(key, by=form), 403, 404, subject="USERS-RESET-5")

    def _meddle(self, person: Person, stranger: Person) -> None:
        for call, subject in ((self.api.update, "USERS-UPDATE-12"), (self.api.reset, "USERS-RESET-8")):
            reply: Reply = call(person.user, user_id=stranger.user.id)
            expect.refused(reply, 403, 404, subject=subject)


@requirement(
    "LIFE-1",
    MUST,
    source=("users-add#text", "users-update-put#text", "user-details#text", "users-reset-user-key#text"),
    depth=Depth.STANDARD,
)
def test_users_are_as_their_last_change_left_them(api: Api, session: Session) -> None:
    """Whatever the order of calls, each user is as its last acknowledged change left it, and so are its keys."""
    story = Story(api)
    api.require("api_key")
    if api.read_only:
        api.fresh()

    try:
        _tell(story, session)
    except Exception:
        if story.failure is None:  # what the story keeps, Hypothesis' own error would only repeat
            raise

    if story.failure is not None:
        steps, failure = story.failure
        raise Failed(failure.expected, f"{failure.seen}, after: {'; '.join(steps)}", failure.exchange, failure.subject)
    if story.obstacle is not None:
        raise story.obstacle


def _tell(story: Story, session: Session) -> None:
    deterministic = settings(
        max_examples=EXAMPLES[session.settings.depth],
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    seeded = seed(session.settings.seed)(lambda: Life(story))
    run_state_machine_as_test(seeded, settings=deterministic)  # type: ignore[arg-type]  # a factory will do too
