"""Removing users that a run made, and proving that they are gone."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import closing
from dataclasses import dataclass
from enum import Enum

from syncano_contract.bounds import LONGEST_END, Bounds, Over, begun
from syncano_contract.client import Client, Log, Unreachable
from syncano_contract.model import Exchange
from syncano_contract.settings import Settings
from syncano_contract.target import Target
from syncano_contract.text import counted

GONE = frozenset({404, 410})
CUT_SHORT = "it was interrupted"
HURRY = 2.0  # seconds for one request after an interrupt


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
    was_interrupted: bool = False

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

    After an interrupt (`is_hurried`) no request may take long, and another interrupt goes through. Where users may have
    been removed before (`may_be_gone`), a 404 is enough; else it only says that DELETE is not there.
    """

    target: Target
    log: Log
    settings: Settings
    is_hurried: bool = False
    may_be_gone: bool = False

    def remove(self, paths: tuple[str, ...]) -> Removal:
        """Remove the users with these paths, as many at a time as the settings say; an interrupt ends it early."""
        bounds, waiting = Bounds(), deque(paths)
        fates: dict[str, Fate] = {}
        timeout = min(self.settings.timeout, HURRY) if self.is_hurried else self.settings.timeout
        client = Client(self.target, self.log, timeout=timeout, rate=self.settings.rate, bounds=bounds)
        with closing(client):
            working = [begun(lambda: self._work(client, waiting, fates)) for _ in range(self.settings.jobs)]
            was_interrupted = self._wait(working, bounds)
            client.abandon(CUT_SHORT)
        known = (fates.get(path) or Fate(path, State.LEFT, CUT_SHORT) for path in paths)
        return Removal(tuple(known), was_interrupted)

    def _wait(self, working: list[Future[None]], bounds: Bounds) -> bool:
        try:
            wait(working)
        except KeyboardInterrupt:
            if self.is_hurried:
                raise
            bounds.end(CUT_SHORT)
            wait(working, timeout=LONGEST_END)
            return True
        for done in working:
            done.result()
        return False

    def _work(self, client: Client, waiting: deque[str], fates: dict[str, Fate]) -> None:
        client.sender = "cleanup"
        while waiting:
            try:
                path = waiting.popleft()
            except IndexError:  # another worker was faster
                return
            fates[path] = Fate(path, *self._remove(client, path))

    def _remove(self, client: Client, path: str) -> tuple[State, str]:
        try:
            first = self._delete(client, path)
            if first.response and self.may_be_gone and first.response.status in GONE:
                return State.REMOVED, ""
            if first.response is None or first.response.status // 100 != 2:
                return State.LEFT, _worded(first)
            second = self._delete(client, path)
        except Unreachable as error:
            return State.LEFT, f"there was no reply before: {error}"
        except Over as over:
            return State.LEFT, str(over)
        if second.response and second.response.status in GONE:
            return State.REMOVED, ""
        return State.UNPROVEN, f"a second {_worded(second)}"

    def _delete(self, client: Client, path: str) -> Exchange:
        headers = {"X-API-KEY": self.target.account_key or ""}
        return client.send("DELETE", path, headers, None, "cleanup")


def _worded(exchange: Exchange) -> str:
    if exchange.response is None:
        return f"DELETE had no reply: {exchange.error}"
    hint = "; is the account_key right?" if exchange.response.status in (401, 403) else ""
    return f"DELETE was answered with {exchange.response.status}{hint}"
