"""Removing users that a run made, and proving that they are gone."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import Enum

from syncano_contract.bounds import Bounds, Over, begun
from syncano_contract.client import Client, Log, Unreachable
from syncano_contract.model import Exchange
from syncano_contract.settings import MOST_JOBS, Settings
from syncano_contract.target import Target
from syncano_contract.text import counted

GONE = frozenset({404, 410})
CUT_SHORT = "it was interrupted"
UNPROVEN = "there was no time for a second DELETE"
AT_ONCE = 4  # users, where the settings ask for fewer: no DELETE waits for another
FOR_ALL, FOR_EACH = 10.0, 0.25  # seconds that all may take, and what each user adds to that
HURRY = 0.8  # seconds for all users after an interrupt


class State(Enum):
    """What became of one user; the values begin the sentence on those of whom it is true."""

    REMOVED = "removed"
    UNPROVEN = "could not prove that they are gone"
    LEFT = "could not remove"


@dataclass(frozen=True)
class Fate:
    """What became of one user, by its path, and why it is not proven to be gone."""

    path: str
    state: State
    reason: str = ""


@dataclass(frozen=True)
class Removal:
    """What became of all users, in the order in which they were to be removed."""

    fates: tuple[Fate, ...]

    @property
    def left(self) -> tuple[str, ...]:
        """The paths of the users that are there still, or may be."""
        return tuple(fate.path for fate in self.fates if fate.state is not State.REMOVED)

    def sentences(self, who: str) -> Iterator[str]:
        """Yield what became of how many users, and why."""
        states, users = Counter(fate.state for fate in self.fates), counted(len(self.fates), "user")
        if states[State.REMOVED]:
            yield f"{who} removed {states[State.REMOVED]} of {users}, each proven: a further DELETE finds nobody"
        for state in (State.UNPROVEN, State.LEFT):
            if states[state]:
                reason = next(fate.reason for fate in self.fates if fate.state is state)
                yield f"{who} {state.value}: {states[state]} of {users} ({reason})"


@dataclass(frozen=True)
class Cleaner:
    """Removes users with the account key: the one kind of write that it goes with.

    After an interrupt (`is_hurried`) all of it takes a moment at most. Where users may have been removed before
    (`may_be_gone`), a 404 is enough; else it only says that DELETE is not there.
    """

    target: Target
    log: Log
    settings: Settings
    is_hurried: bool = False
    may_be_gone: bool = False

    def remove(self, paths: tuple[str, ...], bounds: Bounds) -> Removal:
        """Remove the users with these paths, some at a time, until the bounds, or the time that it may take, end it."""
        fates: dict[str, Fate] = {}
        waiting = deque((path, False) for path in paths)
        client = Client(self.target, self.log, timeout=self.settings.timeout, rate=self.settings.rate, bounds=bounds)
        longest = self._longest(len(paths))
        with closing(client):
            workers = [begun(lambda: self._work(client, waiting, fates)) for _ in range(self._at_once)]
            work = begun(lambda: [worker.result() for worker in workers])
            if bounds.outlasts(work, longest, f"it took longer than {longest:g} s"):
                work.result()
            client.abandon(CUT_SHORT)
        reason = CUT_SHORT if bounds.was_interrupted else str(bounds.reason)
        return Removal(tuple(fates.get(path) or Fate(path, State.LEFT, reason) for path in paths))

    @property
    def _at_once(self) -> int:
        return MOST_JOBS if self.is_hurried else max(self.settings.jobs, AT_ONCE)

    def _longest(self, users: int) -> float:
        """Return the seconds that all of it may take."""
        at_rate = 2 * users / self.settings.rate if self.settings.rate else 0.0
        return HURRY if self.is_hurried else FOR_ALL + FOR_EACH * users + at_rate

    def _work(self, client: Client, waiting: deque[tuple[str, bool]], fates: dict[str, Fate]) -> None:
        """Remove one user after the other, each with whether it was removed before, and is to be proven gone."""
        client.sender = "cleanup"
        while waiting:
            try:
                path, is_removed = waiting.popleft()
                fates[path] = Fate(path, *self._remove(client, path, is_removed=is_removed))
            except (IndexError, Over):  # another worker was faster, or there is no more time
                return
            if not is_removed and fates[path].state is State.UNPROVEN:
                waiting.append((path, True))  # proofs come last: there may be no time for them

    def _remove(self, client: Client, path: str, *, is_removed: bool) -> tuple[State, str]:
        try:
            sent = self._delete(client, path)
        except Unreachable as error:
            return State.UNPROVEN if is_removed else State.LEFT, f"there was no reply before: {error}"
        status = sent.response.status if sent.response else 0
        if (is_removed or self.may_be_gone) and status in GONE:
            return State.REMOVED, ""
        if is_removed:
            return State.UNPROVEN, f"a second {_worded(sent)}"
        return (State.UNPROVEN, UNPROVEN) if status // 100 == 2 else (State.LEFT, _worded(sent))

    def _delete(self, client: Client, path: str) -> Exchange:
        headers = {"X-API-KEY": self.target.account_key or ""}
        return client.send("DELETE", path, headers, None, "cleanup")


def _worded(exchange: Exchange) -> str:
    if exchange.response is None:
        return f"DELETE had no reply: {exchange.error}"
    hint = "; is the account_key right?" if exchange.response.status in (401, 403) else ""
    return f"DELETE was answered with {exchange.response.status}{hint}"
