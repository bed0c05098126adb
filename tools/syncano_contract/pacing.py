"""How fast a client sends: at most at a given rate, and no faster than a target takes that answers with 429."""

from __future__ import annotations

import email.utils
import re
import threading
import time
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime

from syncano_contract.model import Response, header

WINDOW = 1.0  # seconds: limits on requests are mostly given for a second
GUARD = 0.02  # seconds by which requests may come closer together on their way
SHORTEST_LESSON = 0.5  # seconds: a target that asks for less has no limit for a second
LONGEST_LESSON = 2.0  # seconds: a target that asks for a longer pause counts in longer windows
BUNCHES = 6  # in a window, so that those of one follow each other as if there was no limit
ENOUGH = 10  # requests in a window that say something of how many a target takes
REFUSED = 429  # which uses nothing up
FORBIDDEN = frozenset({401, 403})  # which uses something up where a limit comes before the keys are looked at
SLACK = 4  # requests in a window by which a target that counts them so may differ
SHORTEST_PAUSE = 0.1  # seconds
USUAL_PAUSE = 1.0  # seconds, where a target does not say


class Pace:
    """Holds requests back: to a given rate, and, all threads together, to what a target took when it refused one."""

    def __init__(self, rate: float | None) -> None:
        """Send as fast as can be where no `rate` (requests a second) is given, until the target refuses one."""
        self._interval = 1 / rate if rate else 0.0
        self._next = 0.0
        self._sent: deque[float] = deque(maxlen=1000)  # all that may count
        self._allowed: deque[float] = deque(maxlen=1000)  # those of them that were not forbidden
        self._counts_all = False  # as long as nothing else is seen, what is forbidden does not count
        self._most: int | None = None  # requests in a window
        self._learnt_at = 0.0
        self._lock = threading.Lock()

    def wait(self) -> float:
        """Sleep until it is this request's turn, and return when that is (monotonic seconds)."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            counted = self._sent if self._counts_all else self._allowed
            if self._most is not None and len(counted) >= self._most:
                turn = max(turn, self._room_at(counted, now))
            self._next = max(self._next, turn + self._interval)
            self._sent.append(turn)
            self._allowed.append(turn)
        if turn > now:
            time.sleep(turn - now)
        return turn

    def _room_at(self, counted: deque[float], now: float) -> float:
        """Return when there is room in a window: for some at once, or requests that are meant to race could not."""
        most = self._most or 0
        soonest = counted[-most] + WINDOW + GUARD
        return soonest if soonest <= now else counted[-most + most // BUNCHES] + WINDOW + GUARD

    def answered(self, turn: float, status: int) -> None:
        """Take note of the status that the request of a turn had: not every request uses something up."""
        with self._lock:
            for turns, is_free in ((self._sent, {REFUSED}), (self._allowed, {REFUSED, *FORBIDDEN})):
                if status in is_free:
                    with suppress(ValueError):
                        turns.remove(turn)

    def hold(self, pause: float) -> None:
        """Send nothing for so many seconds, as the target refused a request, and then no more than it took."""
        with self._lock:
            now = time.monotonic()
            if SHORTEST_LESSON <= pause <= LONGEST_LESSON and now > self._learnt_at:
                self._learn(_within(self._sent, now), _within(self._allowed, now))
                self._learnt_at = now + pause  # until then others are refused for the same reason
            self._next = max(self._next, now + pause)

    def _learn(self, sent: int, allowed: int) -> None:
        """Take no more for a window than it had when a request was refused, of what the target seems to count."""
        if self._most is not None and not self._counts_all and allowed < self._most - SLACK:
            self._counts_all, self._most = True, None  # so few would not have been refused
        taken = sent if self._counts_all else allowed
        if taken >= ENOUGH:
            self._most = taken if self._most is None else max(ENOUGH, min(taken, self._most - 1))


def _within(turns: deque[float], now: float) -> int:
    return sum(now - WINDOW < turn <= now for turn in turns)


def pause_of(response: Response) -> float:
    """Return the seconds that a reply asks to wait (RFC 9110, section 10.2.3), from SHORTEST_PAUSE up."""
    return max(SHORTEST_PAUSE, _seconds(header(response.headers, "Retry-After"), header(response.headers, "Date")))


def _seconds(retry_after: str | None, date: str | None) -> float:
    """Read both forms of Retry-After; a date counts from the reply's own, as its clock may be another one."""
    text = (retry_after or "").strip()
    if re.fullmatch(r"[0-9]+", text):
        return float(text[:9])
    until = _moment(text)
    if until is None:
        return USUAL_PAUSE
    return (until - (_moment(date or "") or datetime.now(UTC))).total_seconds()


def _moment(text: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):  # what the parser does not take, it says in many ways
        return None
