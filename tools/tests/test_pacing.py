"""How fast requests are sent: evenly at a given rate, and no more of them than a target that throttles takes."""

from __future__ import annotations

import random
from collections import deque
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncano_contract import pacing
from syncano_contract.model import Response
from syncano_contract.pacing import Pace, pause_of


class Clock:
    """Time that passes in sleep only."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.slept: list[float] = []
        monkeypatch.setattr(pacing, "time", self)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_rate_spaces_requests_evenly(clock: Clock) -> None:
    pace = Pace(4)

    for _ in range(4):
        pace.wait()

    assert clock.slept == [0.25, 0.25, 0.25]


class Limited:
    """A deployment that takes 60 requests in any second, counts those it forbids or not, and refuses the rest."""

    def __init__(self, clock: Clock, *, counts_forbidden: bool) -> None:
        self.clock = clock
        self.counts_forbidden = counts_forbidden
        self.latest: deque[float] = deque(maxlen=60)
        self.counted = 0

    def answer(self, *, is_forbidden: bool) -> int:
        self.clock.now += 0.003
        status = 403 if is_forbidden else 200
        if is_forbidden and not self.counts_forbidden:
            return status
        if len(self.latest) == 60 and self.clock.now - self.latest[0] < 1:
            return 429
        self.latest.append(self.clock.now)
        self.counted += 1
        return status


@pytest.mark.parametrize("counts_forbidden", [False, True])
@pytest.mark.parametrize("forbidden", [0.0, 0.2, 0.5])
def test_a_limit_costs_at_most_1_2_times_the_bare_time_and_few_refusals(
    clock: Clock, forbidden: float, counts_forbidden: bool
) -> None:
    deployment, pace = Limited(clock, counts_forbidden=counts_forbidden), Pace(None)
    odds, share = random.Random(1), 0.0
    refusals, began = 0, clock.now

    for number in range(1000):
        share = odds.random() * 2 * forbidden if number % 50 == 0 else share  # some requirements send more of them
        is_forbidden = odds.random() < share
        while True:
            turn = pace.wait()
            status = deployment.answer(is_forbidden=is_forbidden)
            pace.answered(turn, status)
            if status != 429:
                break
            refusals += 1
            pace.hold(1.0)

    assert refusals < 5
    assert clock.now - began < 1.2 * max(deployment.counted / 60, 1000 * 0.003)


def test_requests_that_are_meant_to_race_are_not_kept_apart_by_a_limit(clock: Clock) -> None:
    deployment, pace = Limited(clock, counts_forbidden=True), Pace(None)

    def turn(seconds: float) -> float:
        clock.now += seconds
        when = pace.wait()
        if deployment.answer(is_forbidden=False) == 429:
            pace.answered(when, 429)
            pace.hold(1.0)
        return when

    learnt, even = [turn(0.0) for _ in range(61)], [turn(0.015) for _ in range(120)]  # as a slow network has them
    racing = [turn(0.0) for _ in range(120)]

    assert learnt < even
    assert sum(after - before > 0.01 for before, after in pairwise(racing)) < 30


def test_a_pause_holds_every_request_back(clock: Clock) -> None:
    pace = Pace(None)
    pace.hold(7)

    pace.wait()
    pace.wait()

    assert clock.slept == [7]


def reply(**headers: str) -> Response:
    return Response(429, "", tuple((name.replace("_", "-"), value) for name, value in headers.items()), b"")


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        *(("0", 0.1), ("7", 7), (" 7 ", 7), ("3600", 3600), ("9" * 400, 999_999_999)),
        *(("", 1), ("-5", 1), ("1.5", 1), ("soon", 1), ("²", 1), ("7, 9", 1), ("Thu, 99 Foo 2026 99:99:99 GMT", 1)),
        ("Sun, 22 Nov 2026 00:00:07 GMT", 7),
        ("Sun, 22 Nov 2026 00:00:07", 7),
        ("Sun, 22 Nov 2026 01:00:07 +0100", 7),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0.1),
    ],
)
def test_a_retry_after_is_read_by_the_clock_of_the_reply(retry_after: str, seconds: float) -> None:
    assert pause_of(reply(Retry_After=retry_after, Date="Sun, 22 Nov 2026 00:00:00 GMT")) == seconds


def test_without_a_retry_after_a_second_is_waited() -> None:
    assert pause_of(reply()) == 1


@given(st.text(), st.text())
def test_no_retry_after_breaks_the_reader(retry_after: str, date: str) -> None:
    assert pause_of(reply(Retry_After=retry_after, Date=date)) >= 0.1


@given(st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,2} (Jan|Dec) [0-9]{1,9} [0-9:]{1,9}( [-+]?[0-9A-Z]{0,9})?"))
def test_no_date_breaks_the_reader(text: str) -> None:
    assert pause_of(reply(Retry_After=text)) >= 0.1
