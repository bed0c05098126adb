"""Slow proof, run by `make networks`: a target that is far away, or throttles, is judged in good time."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from altered import run_against, with_verdict
from syncano_contract.conclusion import conclude
from syncano_contract.model import Conclusion, Report, Verdict
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.server import Build, Embedded, reference_app
from syncano_contract.reference.store import Store
from syncano_contract.settings import Depth, Settings

ALLOWED = 60  # requests a second
DISTANCE = 0.1  # seconds that each reply takes longer
MOST_OF_BARE = 1.3
LONGEST = 60.0  # seconds


def behind(gate: Callable[[ASGIApp], ASGIApp]) -> Embedded:
    """The reference deployment behind what lets requests through."""

    def make_app(store: Store, passwords: Passwords) -> ASGIApp:
        return gate(reference_app(store, passwords))

    return Embedded(Build(make_app))


class Throttle:
    """Lets so many requests through in any second, and answers the others with 429."""

    def __init__(self) -> None:
        self.accepted, self.refused = 0, 0
        self._last = deque[float](maxlen=ALLOWED)

    def gate(self, app: ASGIApp) -> ASGIApp:
        async def throttling(scope: Scope, receive: Receive, send: Send) -> None:
            now = time.monotonic()
            if len(self._last) == ALLOWED and now - self._last[0] < 1:
                self.refused += 1
                await JSONResponse({"detail": "Slow down."}, 429, {"Retry-After": "1"})(scope, receive, send)
                return
            self.accepted += 1
            self._last.append(now)
            await app(scope, receive, send)

        return throttling


def far_away(app: ASGIApp) -> ASGIApp:
    async def late(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(DISTANCE)
        await app(scope, receive, send)

    return late


def is_clean(report: Report) -> bool:
    return conclude(report) is Conclusion.CONFORMANT and not with_verdict(report, Verdict.FAILED)


def test_sixty_requests_a_second_take_little_more_than_their_number_needs() -> None:
    throttle = Throttle()

    report = run_against(behind(throttle.gate), Settings(depth=Depth.STANDARD))

    bare = throttle.accepted / ALLOWED
    print(f"{report.seconds:.1f} s, bare {bare:.1f} s ({report.seconds / bare:.2f}), refused {throttle.refused}")  # noqa: T201
    assert is_clean(report)
    assert throttle.refused > 0
    assert report.seconds <= MOST_OF_BARE * bare


def test_a_target_100_ms_away_is_judged_within_a_minute_with_eight_jobs() -> None:
    report = run_against(behind(far_away), Settings(depth=Depth.STANDARD, jobs=8))

    print(f"{report.seconds:.1f} s for {report.requests} requests")  # noqa: T201
    assert is_clean(report)
    assert report.requests * DISTANCE > report.seconds  # else nothing ran at the same time
    assert report.seconds <= LONGEST
