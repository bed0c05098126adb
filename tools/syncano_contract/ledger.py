"""The users that a run made: where it may write, and what it leaves behind."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from syncano_contract.client import SAFE_METHODS
from syncano_contract.model import Exchange
from syncano_contract.target import Target

NOBODY = 2_147_483_647  # the largest id of a 32-bit column: sent where an id is needed that is nobody's
NOWHERE = "nowhere"  # what the name of an instance that cannot exist ends in

USERS = re.compile(r"/instances/(?P<instance>[^/]*)/users/?\Z")
USER = re.compile(r"/instances/(?P<instance>[^/]*)/users/(?P<id>[^/]*)/?(reset_key/?)?\Z")
OWN = re.compile(r"/instances/(?P<instance>[^/]*)/user/?\Z")


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
        return f"/instances/{self.instance}/users/{self.id}/"


class Ledger:
    """Watches the exchanges of a run; every successful add enters its user."""

    def __init__(self, target: Target, prefix: str) -> None:
        """Start with nobody; `prefix` begins the name of every user of this run."""
        self.prefix = prefix
        self._secret = secrets.token_hex(8)
        self._passwords = 0
        self._target = target
        self._base = urlsplit(target.url).path
        self._instances = {target.instance, target.other.instance} if target.other else {target.instance}
        self._made: dict[tuple[str, int], Made] = {}
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
    def password_stem(self) -> str:
        """What every password of this run begins with, and nothing else holds."""
        return f"pw-{self._secret}-"

    def password(self) -> str:
        """Return the next password; no name tells it."""
        self._passwords += 1
        return f"{self.password_stem}{self._passwords:06d}"  # as long as any other: none begins another

    def enter(self, exchange: Exchange) -> None:
        """Note the user of an exchange that added one, or may have."""
        request, response = exchange.request, exchange.response
        found = USERS.match(self._below_base(request.url))
        if request.method != "POST" or found is None or (response and response.status // 100 != 2):
            return
        instance = unquote(found["instance"])
        body = _object(response.body if response else b"")
        username = str(_object(request.body or b"").get("username", ""))
        if isinstance(body.get("id"), int):
            made = Made(instance, int(str(body["id"])), username, exchange.number)
            self._made.setdefault((instance, made.id), made)
        elif not instance.endswith(NOWHERE):
            self._unknown.append(username)

    def check(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """Raise Unsafe for a write that could reach somebody else's user, or that carries the account key."""
        if method in SAFE_METHODS:
            return
        account_key = self._target.account_key
        if account_key and any(account_key in value for value in (path, *headers.values())):
            raise Unsafe(f"{method} {path.split('?', maxsplit=1)[0]} with the account key")
        if not self._may_write(method, path.split("?", maxsplit=1)[0]):
            raise Unsafe(f"{method} {path.split('?', maxsplit=1)[0]} could reach a user that this run did not make")

    def _may_write(self, method: str, path: str) -> bool:
        for pattern in (USERS, USER, OWN):
            found = pattern.match(path)
            if found:
                break
        else:
            return False
        instance = unquote(found["instance"])
        if instance.endswith(NOWHERE):
            return True
        if instance not in self._instances:
            return False
        if pattern is OWN:
            return True  # it has no id: it is the user of the key, and only keys of the run's own users go with writes
        if pattern is USERS:
            return method == "POST"
        return self._is_safe_id(instance, unquote(found["id"]))

    def _is_safe_id(self, instance: str, text: str) -> bool:
        """Whether no reading of the text, however lenient, is the id of somebody else's user."""
        if text.startswith("-"):
            return True
        numbers = [int(digits) for digits in re.findall(r"\d+", text)]
        return all(number in (0, NOBODY) or number >= 2**63 or (instance, number) in self._made for number in numbers)

    def _below_base(self, url: str) -> str:
        return urlsplit(url).path.removeprefix(self._base)


def _object(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
