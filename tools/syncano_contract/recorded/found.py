"""What the exchanges of one base URL showed so far, and what two parts of a recording show together."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from syncano_contract.departures import Departures
from syncano_contract.outcome import CannotTell, Failed
from syncano_contract.recorded.checks import Outcome
from syncano_contract.recorded.counts import Counts
from syncano_contract.recorded.entry import Recorded
from syncano_contract.recorded.masks import Masks
from syncano_contract.recorded.replies import Replies
from syncano_contract.recorded.story import Story

MOST_INSTANCES = 1000  # whose errors are kept until it is known that they are there


@dataclass
class Tally:
    """What was found of one requirement so far."""

    is_kept: bool = False
    failed: Failed | None = None
    failures: int = 0
    untold: CannotTell | None = None
    evidence: tuple[int, ...] = ()

    def join(self, later: Tally) -> None:
        """Take what was found of the same requirement later on."""
        self.is_kept |= later.is_kept
        self.failures += later.failures
        if self.failed is None:
            self.failed, self.untold = later.failed, self.untold or later.untold


@dataclass
class Found:
    """What exchanges showed: much of it is a count of something, or the first of something."""

    exchanges: int = 0
    unanswered: int = 0
    began: float | None = None
    ended: float | None = None
    instances: Counter[str] = field(default_factory=Counter)
    there: set[str] = field(default_factory=set)  # instances in which something succeeded
    lacks: Counter[str] = field(default_factory=Counter)
    replies: Replies = field(default_factory=Replies)
    notes: Counts = field(default_factory=Counts)
    departures: Departures = field(default_factory=Departures)
    tallies: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    masks: Masks = field(default_factory=Masks)
    unknown_users: dict[str, Outcome] = field(default_factory=dict)  # by instance, until that is known to be there
    story: Story = field(default_factory=Story)

    def note_times(self, recorded: Recorded) -> None:
        """Note when an exchange began and ended, if that is known."""
        if recorded.began is not None:
            self._span(recorded.began, recorded.began + recorded.seconds)

    def note_instance(self, instance: str, *, is_there: bool, times: int = 1) -> None:
        """Count requests to an instance, in which something succeeded if it `is_there` for sure."""
        if len(self.instances) < MOST_INSTANCES or instance in self.instances:
            self.instances[instance] += times
        if is_there and len(self.there) < MOST_INSTANCES:
            self.there.add(instance)

    def enter(self, outcome: Outcome, numbers: tuple[int, ...] = ()) -> None:
        """Enter what was found of a requirement, and the numbers of the exchanges that show it."""
        name, found = outcome
        tally = self.tallies[name]
        match found:
            case Failed():
                tally.failures += 1
                if tally.failed is None:
                    tally.failed, tally.evidence = found, numbers
            case CannotTell():
                if tally.untold is None and tally.failed is None:
                    tally.untold, tally.evidence = found, numbers
            case _:
                tally.is_kept = True

    def join(self, later: Found) -> None:
        """Take what later exchanges showed, as if they had been looked at one after the other."""
        self.exchanges += later.exchanges
        self.unanswered += later.unanswered
        if later.began is not None and later.ended is not None:
            self._span(later.began, later.ended)
        for instance, times in later.instances.items():
            self.note_instance(instance, is_there=instance in later.there, times=times)
        self.lacks += later.lacks
        self.replies.join(later.replies)
        self.notes.join(later.notes)
        self.departures.join(later.departures)
        for name, tally in later.tallies.items():
            self.tallies[name].join(tally)
        self.masks.join(later.masks)
        for instance, outcome in later.unknown_users.items():
            self.unknown_users.setdefault(instance, outcome)
        self.story.extend(later.story.take())

    def _span(self, began: float, ended: float) -> None:
        if self.began is None or began < self.began:
            self.began = began
        if self.ended is None or ended > self.ended:
            self.ended = ended
