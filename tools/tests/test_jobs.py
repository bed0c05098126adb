"""Requirements at the same time: as many as asked for, with the verdicts and requests of one after the other."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import replace

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from altered import QUICK, Answer, altered, run_against, target_of
from syncano_contract import document
from syncano_contract.model import Report, Verdict
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.server import Build, Embedded, reference_app
from syncano_contract.reference.store import Store
from syncano_contract.run import run

JOBS = 6
PREFLIGHT = 8  # requests, at most


@pytest.fixture(scope="module")
def one_by_one() -> Report:
    return run_against(altered(_faulty), QUICK)


@pytest.fixture(scope="module")
def at_once() -> Report:
    return run_against(altered(_faulty), replace(QUICK, jobs=JOBS))


def _faulty(answer: Answer) -> Answer:
    """Name another field than the password, and answer 404 in the place of 403, so that there are failures."""
    if answer.status == 400 and b"password" in answer.content:
        return answer.with_body({"nickname": ["?"]})
    return replace(answer, status=404) if answer.status == 403 else answer


def test_the_verdicts_are_those_of_one_after_the_other(one_by_one: Report, at_once: Report) -> None:
    assert _verdicts(at_once) == _verdicts(one_by_one)
    assert Verdict.FAILED in set(_verdicts(at_once).values())


def test_the_requests_are_those_of_one_after_the_other(one_by_one: Report, at_once: Report) -> None:
    assert _requests(at_once) == _requests(one_by_one)


def test_evidence_is_what_a_requirement_sent_itself(at_once: Report) -> None:
    senders = {exchange.number: exchange.sender for exchange in at_once.exchanges}
    traffic = ("SHAPE-", "LINKS-", "SECRETS-", "HTTP-")  # these judge what others sent too

    for result in at_once.results:
        if not result.requirement.startswith(traffic):
            assert {senders[number] for number in result.evidence} <= {result.requirement}


def test_as_many_requests_as_jobs_are_under_way_at_once() -> None:
    meeting = Meeting()
    told: list[tuple[str, int]] = []

    with meeting.deployment() as deployment:
        settings = replace(QUICK, jobs=JOBS, only=("USERS-*",))
        run(target_of(deployment), document.load(), settings, lambda name, number, _: told.append((name, number)))

    assert meeting.most == JOBS
    assert [number for _, number in told] == sorted(number for _, number in told)


class Meeting:
    """Holds requests back until so many have come, once the preflight is over."""

    def __init__(self) -> None:
        self.most = 0
        self._under_way = 0
        self._seen = 0

    def deployment(self) -> Embedded:
        def make_app(store: Store, passwords: Passwords) -> ASGIApp:
            app, everybody = reference_app(store, passwords), asyncio.Event()

            async def meeting(scope: Scope, receive: Receive, send: Send) -> None:
                self._seen += 1
                self._under_way += 1
                self.most = max(self.most, self._under_way)
                if self._under_way == JOBS:
                    everybody.set()
                if self._seen > PREFLIGHT:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(everybody.wait(), timeout=5)
                await app(scope, receive, send)
                self._under_way -= 1

            return meeting

        return Embedded(Build(make_app))


def _verdicts(report: Report) -> dict[str, Verdict]:
    return {result.requirement: result.verdict for result in report.results}


def _requests(report: Report) -> set[tuple[str, str, str]]:
    """What was sent, whoever had to arrange it, without what a run draws for itself and what differs with the order."""
    return {
        (
            exchange.request.method,
            _plain(re.sub(r"^http://[^/]+", "", exchange.request.url)),
            _plain((exchange.request.body or b"").decode("utf-8", "backslashreplace")),
        )
        for exchange in report.exchanges
    }


def _plain(text: str) -> str:
    for pattern, name in (
        (r"contract-[0-9a-f]{8}(-\d+)?", "NAME"),
        (r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])", "KEY"),
        (r"_key \d+>|<password \d+>", "SECRET"),
        (r"users/\d{1,4}/", "users/ID/"),
        (r"x{30,50}", "LONG"),  # what fills a name up, whatever its number
    ):
        text = re.sub(pattern, name, text)
    return text
