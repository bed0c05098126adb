"""The users that a run made: where it may write, and what it leaves behind."""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import TypeGuard
from urllib.parse import quote, unquote

from syncano_contract.client import SAFE_METHODS
from syncano_contract.judge import integer, number
from syncano_contract.model import Exchange, path_below
from syncano_contract.target import Target
from syncano_contract.unanswered import is_unconnected

ABOUT_THE_BODY = frozenset({"content-type", "accept"})  # headers that are words, and no place for a key
# It has to fit every column, since a refusal for its size would prove nothing; no row of a 32-bit column gets that far,
# and where ids are longer the run's keys could not reach its user.
NOBODY = 2_147_483_647  # the largest id of a 32-bit column: sent where an id is needed that is nobody's
TOO_LONG = 2**63  # from here on an id is nobody's
NOWHERE = "nowhere"  # what the name of an instance that cannot exist ends in

USERS = re.compile(r"/instances/(?P<instance>[^/]*)/users/?\Z")
USER = re.compile(r"/instances/(?P<instance>[^/]*)/users/(?P<id>[^/]*)/?(reset_key/?)?\Z")
OWN = re.compile(r"/instances/(?P<instance>[^/]*)/user/?\Z")

# The one form of a number that every reader takes for the same: 10_0 is a hundred to some, 1e2 and 0x64 to others.
NUMBER = re.compile(r"\s*\+?(?P<whole>\d{1,1000})(?P<part>\.\d+)?(e0+)?\s*\Z")
NEGATIVE = re.compile(r"-\d+\Z")


class Unsafe(Exception):
    """A request that the suite must never send; raising it is a defect of the suite."""


@dataclass(frozen=True)
class Made:
    """One user that the run made; `number` is that of the exchange that added it."""

    instance: str
    id: int
    username: str
    number: int

    @property
    def path(self) -> str:
        """The user's path below the base URL."""
        return f"/instances/{quote(self.instance, safe='')}/users/{self.id}/"


class Ledger:
    """Watches the exchanges of a run; every successful add enters its user."""

    def __init__(self, target: Target, prefix: str) -> None:
        """Start with nobody; `prefix` begins the name of every user of this run."""
        self.prefix = prefix
        self._secret = secrets.token_hex(8)
        self._passwords = count(1)
        self._target = target
        self._instances = {target.instance, target.other.instance} if target.other else {target.instance}
        self._made: dict[tuple[str, int], Made] = {}
        self._strange: set[tuple[str, int]] = set()  # ids that were shown with a name of somebody else
        self._throttled: set[str] = set()  # names of adds that were answered with 429
        self._unknown: list[str] = []

    @property
    def made(self) -> tuple[Made, ...]:
        """Every user that the run made, in order."""
        return tuple(self._made.values())

    @property
    def unidentified(self) -> tuple[str, ...]:
        """User names of adds that may have succeeded without telling an id."""
        return tuple(self._unknown)

    @property
    def nowhere(self) -> str:
        """The name of an instance that cannot exist."""
        return f"{self.prefix}-{NOWHERE}"

    @property
    def password_stem(self) -> str:
        """What every password of this run begins with, and nothing else holds."""
        return f"pw-{self._secret}-"

    def password(self) -> str:
        """Return the next password; no name tells it."""
        return f"{self.password_stem}{next(self._passwords):06d}"  # as long as any other: none begins another

    def user(self, instance: str, user_id: int) -> Made | None:
        """Return the user with this id, if the run made it."""
        return self._made.get((instance, user_id))

    def enter(self, exchange: Exchange) -> None:
        """Note whom an exchange shows, and the user that it added or may have."""
        request, response = exchange.request, exchange.response
        found = _addressed(path_below(self._target.url, request.url))
        if found is None:
            return
        instance, shown = unquote(found["instance"]), json_object(response.body if response else b"")
        is_add, is_success = request.method == "POST" and found.re is USERS, not response or response.status // 100 == 2
        if is_success:
            self._tell_apart(instance, shown)
        if is_add and is_success:
            self._enter(instance, shown, exchange)
        elif is_add and response:
            self._doubt(_sent_name(exchange), response.status, shown)

    def _tell_apart(self, instance: str, shown: Mapping[str, object]) -> None:
        """Note the id of somebody else: one that goes with a name which this run did not make up."""
        user_id, username = shown.get("id"), shown.get("username")
        is_strange = isinstance(username, str) and not self._is_ours(username)
        if is_id(user_id) and is_strange and (instance, user_id) not in self._made:
            self._strange.add((instance, user_id))

    def _enter(self, instance: str, shown: Mapping[str, object], exchange: Exchange) -> None:
        """Enter the user that an add shows, or else the name that it sent: an id may be that of somebody else."""
        user_id, username = shown.get("id"), _sent_name(exchange)
        is_named = self._is_ours(username) or self._is_ours(shown.get("username"))
        if is_id(user_id) and is_named and (instance, user_id) not in self._strange:
            made = self._made.setdefault((instance, user_id), Made(instance, user_id, username, exchange.number))
            if _folded(made.username) == _folded(username):
                return
        if instance != self.nowhere and not is_unconnected(exchange):
            self._unknown.append(username)

    def _doubt(self, username: str, status: int, shown: Mapping[str, object]) -> None:
        """Note the name of an add that was throttled and then refused as taken: it may have been heeded before."""
        if status == 429:
            self._throttled.add(username)
        elif username in self._throttled and "username" in shown and "password" not in shown:
            self._unknown.append(username)

    def check(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """Raise Unsafe for a write that could reach somebody else's user, or that carries the account key."""
        if method in SAFE_METHODS:
            return
        where, carried = path.split("?", maxsplit=1)[0], [*_readings(path)]
        carried += [value for name, value in headers.items() if name.lower() not in ABOUT_THE_BODY]
        for name in ("account_key", "user_key"):
            key = getattr(self._target, name)
            if key and any(key in value for value in carried):
                raise Unsafe(f"{method} {where} with the target's {name}")
        if "#" in path or not self._may_write(method, where):  # a client cuts off what follows #
            raise Unsafe(f"{method} {where} could reach a user that this run did not make")

    def _may_write(self, method: str, path: str) -> bool:
        found = _addressed(path)
        if found is None:
            return False
        instance, ids = unquote(found["instance"]), tuple(_readings(unquote(found.groupdict().get("id", "-1"))))
        if instance not in (self.nowhere, *self._instances) or not all(_is_one_step(reading) for reading in ids):
            return False
        if instance == self.nowhere or found.re is OWN:
            return True  # OWN has no id: it is the user of the key, and keys of others never go with writes
        if found.re is USERS:
            return method == "POST"
        return all(self._is_safe_id(instance, reading) for reading in ids)

    def _is_safe_id(self, instance: str, text: str) -> bool:
        """Whether no reading of the text, however lenient, is the id of somebody else's user."""
        text = unicodedata.normalize("NFKC", text)  # as some servers do: ² is a 2 to them
        if not re.search(r"\d", text) or NEGATIVE.match(text):
            return True
        number = NUMBER.match(text)
        if number is None:
            return False
        whole = int(number["whole"])
        ids = (whole, whole + 1) if number["part"] else (whole,)  # a fraction may be cut off or rounded
        return all(self._is_nobodys(each) or (instance, each) in self._made for each in ids)

    def _is_nobodys(self, user_id: int) -> bool:
        return user_id in (0, NOBODY, NOBODY + 1) or user_id >= TOO_LONG

    def shows_ours(self, user: Mapping[str, object]) -> bool:
        """Whether a user that a reply shows is one that the run made: by its id, or by its name."""
        user_id = user.get("id")
        is_made = is_id(user_id) and any(user_id == made for _, made in self._made)
        return is_made or self._is_ours(user.get("username"))

    def _is_ours(self, username: object) -> bool:
        """Whether this run made up the name: a user of another name may be one that was there before."""
        return isinstance(username, str) and _folded(username).startswith(self.prefix)


def _addressed(path: str) -> re.Match[str] | None:
    """Match a path below the base URL to the resource that it addresses, if it is one of users."""
    return next((found for pattern in (USERS, USER, OWN) if (found := pattern.match(path))), None)


def _sent_name(exchange: Exchange) -> str:
    return str(json_object(exchange.request.body or b"").get("username", ""))


def _folded(username: str) -> str:
    """Return a name without what deployments may change in it: case, space around it and Unicode normal form."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def _readings(text: str) -> Iterator[str]:
    """Yield the text as it is and decoded as often as anything on the way may decode it."""
    yield text
    while (decoded := unquote(text)) != text:
        text = decoded
        yield text


def _is_one_step(text: str) -> bool:
    """Whether the text stays one segment of a path: a client or a server resolves `..` and may drop empty ones."""
    return not re.search(r"[/\\]", text) and text.partition(";")[0].strip() not in ("", ".", "..")


def is_id(value: object) -> TypeGuard[int]:
    """Whether a value is an integer that may be somebody's id."""
    return type(value) is int and abs(value) < TOO_LONG


def json_object(body: bytes) -> dict[str, object]:
    """Return a body that is a JSON object, and an empty one for any other."""
    try:
        value = json.loads(body, parse_int=integer, parse_float=number)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
