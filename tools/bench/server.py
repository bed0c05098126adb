"""The deployment that a run is measured against: a process of its own, that counts what reaches it.

The parent reads one line of JSON with the base URL and the keys, and another with the counts once it has closed the
standard input. Keys are made from a fixed seed, so that requests that were recorded once can be sent again.
"""

from __future__ import annotations

import json
import logging
import random
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any
from unittest.mock import patch

import click
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bench.recording import Recorded, recording
from syncano_contract.reference.faults import build, find
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.seeds import Seeds
from syncano_contract.reference.server import Build, Embedded
from syncano_contract.reference.store import Store

SEED = 1
LONGEST_GOODBYE = 30  # seconds


@dataclass(frozen=True)
class Counts:
    """What reached a server: `busy` is the seconds from the first request to the last reply."""

    requests: int = 0
    busy: float = 0.0
    statuses: tuple[int, ...] = ()
    recorded: tuple[Recorded, ...] = ()


@dataclass
class Served:
    """A server that runs; its counts are there when it has ended."""

    url: str
    seeds: Seeds
    counts: Counts = field(default_factory=Counts)


@contextmanager
def served(alterations: Sequence[str] = (), *, record: bool = False) -> Iterator[Served]:
    """Serve the reference deployment with these alterations, afresh, until the block ends."""
    command = [sys.executable, "-m", "bench.server", *alterations, *(["--record"] if record else [])]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter, with names of our own alterations
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    with process:
        try:
            assert process.stdout is not None
            said = json.loads(process.stdout.readline())
            place = Served(said["url"], Seeds(**said["seeds"]))
            yield place
            place.counts = _counts(process.communicate(timeout=LONGEST_GOODBYE)[0])
        finally:
            process.kill()


def _counts(said: bytes) -> Counts:
    values = json.loads(said)
    recorded = tuple(Recorded.from_json(each) for each in values["recorded"])
    return Counts(values["requests"], values["busy"], tuple(values["statuses"]), recorded)


class Counter:
    """Stands in front of an application and counts."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.statuses: list[int] = []
        self.requests = 0
        self.first = self.last = 0.0

    def before(self, app: ASGIApp) -> ASGIApp:
        """Return the application with this counter in front."""

        async def counting(scope: Scope, receive: Receive, send: Send) -> None:
            async def noting(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self.statuses.append(message["status"])
                await send(message)

            self.requests += 1
            self.first = self.first or time.perf_counter()
            try:
                await app(scope, receive, noting)
            finally:
                self.last = time.perf_counter()

        return counting


def _built(names: Sequence[str], in_front: Callable[[ASGIApp], ASGIApp]) -> Build:
    chosen = build([find(name) for name in names])

    def make_app(store: Store, passwords: Passwords) -> ASGIApp:
        return in_front(chosen.make_app(store, passwords))

    return Build(make_app, chosen.mount_point)


@contextmanager
def _foreseeable_keys() -> Iterator[None]:
    numbers = random.Random(SEED)
    with (
        patch.object(secrets, "token_hex", lambda size: numbers.randbytes(size).hex()),
        patch.object(secrets, "choice", numbers.choice),
    ):
        yield


@click.command()
@click.argument("alterations", nargs=-1)
@click.option("--record", is_flag=True, help="Tell every request in full at the end.")
def main(alterations: tuple[str, ...], record: bool) -> None:
    """Serve until the standard input ends."""
    logging.disable()  # what a fault breaks in the server is for the suites to notice
    counter, kept = Counter(), list[Recorded]()

    def in_front(app: ASGIApp) -> ASGIApp:
        return counter.before(recording(app, kept) if record else app)

    with _foreseeable_keys(), Embedded(_built(alterations, in_front)) as embedded:
        _tell({"url": embedded.url, "seeds": asdict(embedded.seeds)})
        sys.stdin.read()
        requests, busy, statuses = counter.requests, counter.last - counter.first, list(counter.statuses)
    _tell({"requests": requests, "busy": busy, "statuses": statuses, "recorded": [each.to_json() for each in kept]})


def _tell(values: dict[str, Any]) -> None:
    click.echo(json.dumps(values))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
