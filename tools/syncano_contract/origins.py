"""Where what a request carries came from: which exchanges added its users and showed its keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from syncano_contract.model import Exchange, Request

SHOWN_KEY = re.compile(r'"user_key"\s*:\s*"<user_key (\d+)>"')
SENT_KEY = re.compile(r"<user_key (\d+)>")
INSTANCE = re.compile(r"/instances/(?P<name>[^/]*)/")
ADD = re.compile(r"/instances/(?P<instance>[^/]*)/users/?\Z")
ADDRESSED = re.compile(r"/instances/(?P<instance>[^/]*)/users/(?P<id>0|[1-9][0-9]{0,17})(?=/|\Z)")

User = tuple[str, int]  # instance and id


@dataclass(frozen=True)
class Origins:
    """The exchanges of a run by number, and which of them made what later ones need; all learnt in order of sending."""

    base: str
    home: str  # the instance whose users the run works with
    exchanges: dict[int, Exchange] = field(default_factory=dict)
    adds: dict[User, int] = field(default_factory=dict)
    names: dict[tuple[str, str], int] = field(default_factory=dict)  # of (instance, username): who took it first
    keys: dict[str, int] = field(default_factory=dict)  # of the `3` in `<user_key 3>`: who showed it first
    resets: dict[User, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, base_url: str, instance: str, exchanges: Iterable[Exchange]) -> Origins:
        """Learn from exchanges with an instance, and maybe others, of the deployment at a base URL."""
        origins = cls(base_url, quote(instance, safe=""))
        for exchange in exchanges:
            origins.exchanges[exchange.number] = exchange
            origins._learn(exchange)
        return origins

    def path(self, request: Request) -> str:
        """Return what a request's URL has below the base URL, with the query."""
        if request.url.startswith(self.base):
            return request.url[len(self.base) :]
        parts = urlsplit(request.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def addressed(self, request: Request) -> tuple[User, slice] | None:
        """Return the user whose id stands in the path, and where in the path."""
        found = ADDRESSED.match(self.path(request))
        return ((found["instance"], int(found["id"])), slice(*found.span("id"))) if found else None

    def instance(self, request: Request) -> str | None:
        """Return the instance in the path of a request."""
        found = INSTANCE.match(self.path(request))
        return found["name"] if found else None

    def owner(self, key: str) -> User | None:
        """Return the user whom a key (the `3` in `<user_key 3>`) was first shown for."""
        origin = self.exchanges.get(self.keys.get(key, 0))
        if origin is None or origin.response is None:
            return None
        instance, user_id = self.instance(origin.request), member(origin.response.body, "id")
        return (instance, user_id) if instance is not None and type(user_id) is int else None

    def end_of(self, key: str, before: int) -> int | None:
        """Return the reset that made a key an old one, if there was one by then."""
        owner = self.owner(key)
        resets = self.resets.get(owner, []) if owner else []
        return next((number for number in resets if self.keys[key] < number < before), None)

    def chain(self, evidence: tuple[int, ...]) -> list[Exchange]:
        """Return the exchanges with these numbers in the order of sending, each after all that it needs."""
        wanted, found = [number for number in evidence if number in self.exchanges], set[int]()
        while wanted:
            number = wanted.pop()
            if number not in found:
                found.add(number)
                wanted += self._needs(self.exchanges[number])
        return [self.exchanges[number] for number in sorted(found)]

    def _learn(self, exchange: Exchange) -> None:
        request, response = exchange.request, exchange.response
        if response is None:
            return
        for number in SHOWN_KEY.findall(response.body.decode("utf-8", "replace")):
            self.keys.setdefault(number, exchange.number)
        if request.method != "POST" or response.status // 100 != 2:
            return
        path = self.path(request)
        added, addressed = ADD.match(path), self.addressed(request)
        if added:
            self._enter(
                exchange.number, added["instance"], member(response.body, "id"), member(request.body, "username")
            )
        elif addressed and path.rstrip("/").endswith("/reset_key"):
            self.resets.setdefault(addressed[0], []).append(exchange.number)

    def _enter(self, number: int, instance: str, user_id: object, username: object) -> None:
        if type(user_id) is int:  # and not a boolean
            self.adds.setdefault((instance, user_id), number)
        if isinstance(username, str):
            self.names.setdefault((instance, username), number)

    def _needs(self, exchange: Exchange) -> list[int]:
        """Return what has to be sent before: the adds of its users and names, the source and the end of its keys."""
        addressed = self.addressed(exchange.request)
        needed = [self.adds.get(addressed[0]) if addressed else None, self._holder(exchange.request)]
        for key in _keys(exchange.request):
            needed += [self.keys.get(key), self.end_of(key, exchange.number)]
        return [number for number in needed if number is not None and number < exchange.number]

    def _holder(self, request: Request) -> int | None:
        """Return who took the user name that a body gives."""
        instance, username = self.instance(request), member(request.body, "username")
        return self.names.get((instance, username)) if instance is not None and isinstance(username, str) else None


def member(body: bytes | None, name: str) -> object:
    """Return a member of a JSON object, or None for what is none."""
    try:
        value = json.loads(body or b"null")
    except (ValueError, RecursionError):
        return None
    return value.get(name) if isinstance(value, dict) else None


def _keys(request: Request) -> list[str]:
    texts = [request.url, *(value for _, value in request.headers), (request.body or b"").decode("latin-1")]
    return [number for text in texts for number in SENT_KEY.findall(text)]
