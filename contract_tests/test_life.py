"""The life of users: whatever the order of calls, each user is as the last acknowledged change left it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from syncano_contract.api import Api
from syncano_contract.life import ACTIONS, MOST_PEOPLE, Life, shortened
from syncano_contract.outcome import CannotTell, Failed
from syncano_contract.plugin import MUST, requirement
from syncano_contract.session import Session
from syncano_contract.settings import Depth

EXAMPLES = {Depth.STANDARD: 20, Depth.DEEP: 200}
STEPS = 14

ACTION = st.integers(min_value=0, max_value=len(ACTIONS) - 1)
WHICH = st.integers(min_value=0, max_value=MOST_PEOPLE - 1)


@dataclass
class Story:
    """What came of the lives that were tried: the last that failed, or what stood in the way."""

    api: Api
    life: Life | None = None
    failure: Failed | None = None
    obstacle: CannotTell | None = None

    @property
    def is_over(self) -> bool:
        """Whether Hypothesis is to send no more."""
        return self.failure is not None or self.obstacle is not None


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

    if story.obstacle is not None:
        raise story.obstacle
    if story.failure is not None and story.life is not None:
        life, found = shortened(story.life, story.failure)
        seen = f"{found.seen}, after: {'; '.join(life.steps)}"
        raise Failed(found.expected, seen, found.exchange, found.subject, found.evidence, places=found.places)


class Machine(RuleBasedStateMachine):
    """Lets Hypothesis choose what comes next in a life."""

    def __init__(self, story: Story) -> None:
        """Begin a life."""
        super().__init__()
        self.story = story
        self.life = Life(story.api)

    @rule(action=ACTION, which=WHICH, other=WHICH)
    def act(self, action: int, which: int, other: int) -> None:
        """Take any of the steps; one rule for all of them, since Hypothesis would favour some of many."""
        self._live(lambda: self.life.act((action, which, other)))

    def teardown(self) -> None:
        """End the life, unless the story is over."""
        self._live(self.life.end)

    def _live(self, go_on: Callable[[], None]) -> None:
        """Keep what a step raises; only a failure goes on to Hypothesis."""
        if self.story.is_over:
            return
        try:
            go_on()
        except CannotTell as obstacle:
            self.story.obstacle = obstacle
        except Failed as failure:
            self.story.life, self.story.failure = self.life, failure
            raise


def _tell(story: Story, session: Session) -> None:
    deterministic = settings(
        max_examples=EXAMPLES[session.settings.depth],
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate,),  # what fails is shortened here, in a tenth of the requests
        suppress_health_check=list(HealthCheck),
    )
    seeded = seed(session.settings.seed)(lambda: Machine(story))
    run_state_machine_as_test(seeded, settings=deterministic)  # type: ignore[arg-type]  # a factory will do too
