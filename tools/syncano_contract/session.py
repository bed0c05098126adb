"""What one run works with: the target, the client that records, and the calls made of them."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncano_contract.api import Api
from syncano_contract.bounds import Bounds
from syncano_contract.client import Client, Log
from syncano_contract.document import Document, Operation
from syncano_contract.judge import BODY, ERROR_BODY, Departure, judge, parse
from syncano_contract.ledger import Ledger
from syncano_contract.model import Exchange, path_below
from syncano_contract.redact import Redactor
from syncano_contract.settings import Settings
from syncano_contract.strangers import shaped
from syncano_contract.target import Target
from syncano_contract.volume import Volume, is_shortened

Match = tuple[Operation, dict[str, str]]


@dataclass(frozen=True)
class Sighting:
    """A reply that showed a user: the parsed body and the instance that was called."""

    exchange: Exchange
    instance: str
    body: Mapping[str, Any]


@dataclass
class Session:
    """One run against one target."""

    target: Target
    document: Document
    settings: Settings
    log: Log
    redactor: Redactor
    ledger: Ledger
    bounds: Bounds
    client: Client
    api: Api
    volume: Volume
    _matches: list[tuple[Exchange, Match | None]] = field(default_factory=list)
    _departures: list[Departure] = field(default_factory=list)
    _judged: int = 0
    _judging: threading.Lock = field(default_factory=threading.Lock)

    def departures(self, *aspects: str) -> Iterator[Departure]:
        """Yield the departures, in these aspects, of every exchange so far; each exchange is judged once."""
        with self._judging:
            for exchange in self.log.exchanges[self._judged :]:
                self._departures += self._of(exchange)
                self._judged += 1
            found = tuple(self._departures)
        return (departure for departure in found if departure.aspect in aspects)

    def _of(self, exchange: Exchange) -> Iterator[Departure]:
        """Yield the departures of one exchange, but none of a body that is not here as a whole."""
        for each in judge(self.document, self.target.url, exchange):
            if each.aspect not in (BODY, ERROR_BODY) or not is_shortened(exchange):
                yield each

    def sightings(self) -> Iterator[Sighting]:
        """Yield every user that a success of an operation showed, in the order of their exchanges."""
        for exchange, matched in self._matched():
            if matched is None or exchange.response is None or exchange.response.status // 100 != 2:
                continue
            body = _user(exchange.response.body)
            if body is not None:
                yield Sighting(exchange, matched[1]["instance_name"], body)

    def replies(self) -> Counter[tuple[str, int]]:
        """Count the replies so far by operationId and status."""
        replies: Counter[tuple[str, int]] = Counter()
        for exchange, matched in self._matched():
            if matched is not None and exchange.response is not None:
                replies[matched[0].id, exchange.response.status] += 1
        return replies

    def has_succeeded(self, operation_id: str, sender: str) -> bool:
        """Whether any request of an operation, sent for a requirement, was answered with a 2xx."""
        return any(
            exchange.response is not None
            and exchange.response.status // 100 == 2
            and exchange.sender == sender
            and (operation := self.operation(exchange)) is not None
            and operation.id == operation_id
            for exchange in self.log.exchanges
        )

    def operation(self, exchange: Exchange) -> Operation | None:
        """Return the operation whose method and path a request has."""
        _, matched = self._matched()[exchange.number - 1]
        return matched[0] if matched else None

    def _matched(self) -> list[tuple[Exchange, Match | None]]:
        """Return each exchange so far with what it matched in the document; each is matched once."""
        with self._judging:
            for exchange in self.log.exchanges[len(self._matches) :]:
                path = path_below(self.target.url, exchange.request.url)
                self._matches.append((exchange, self.document.match(exchange.request.method, path)))
        return self._matches


def begin(target: Target, document: Document, settings: Settings) -> Session:
    """Make a session with a run prefix of its own; sends nothing."""
    log = Log()
    redactor = Redactor(target)
    ledger = Ledger(target, prefix=f"contract-{secrets.token_hex(4)}")
    log.watchers += [ledger.enter, lambda exchange: _learn(redactor, exchange)]
    volume = Volume(lambda exchange: shaped(exchange, ledger.shows_ours) is not exchange)
    log.keep = volume.keep
    bounds = Bounds(settings.max_requests)
    client = Client(target, log, timeout=settings.timeout, rate=settings.rate, bounds=bounds)
    api = Api(client, document, target, ledger, redactor, read_only=settings.read_only)
    return Session(target, document, settings, log, redactor, ledger, bounds, client, api, volume)


def _user(body: bytes) -> dict[str, Any] | None:
    try:
        value = parse(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) and "id" in value else None


def _learn(redactor: Redactor, exchange: Exchange) -> None:
    if exchange.response is not None:
        redactor.learn_from(exchange.response.body.decode("utf-8", "replace"))
