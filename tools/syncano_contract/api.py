"""The four operations as calls, with any key, body or id, right or wrong; each gives a Reply."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum, auto
from itertools import count
from typing import Any, Literal
from urllib.parse import quote, urlencode

from syncano_contract import judge
from syncano_contract.bounds import Over
from syncano_contract.client import REPEATABLE, SAFE_METHODS, Client, Unreachable, Unsendable
from syncano_contract.document import Document
from syncano_contract.ledger import NOBODY, Ledger, is_id
from syncano_contract.model import Exchange
from syncano_contract.outcome import CannotTell, Inapplicable
from syncano_contract.redact import Redactor
from syncano_contract.reply import Reply, User, arranged
from syncano_contract.settings import MOST_JOBS
from syncano_contract.target import Other, Target


class Choice(Enum):
    """What stands for a value that a test does not spell out."""

    ABSENT = auto()  # leave it out of the request
    DEFAULT = auto()  # what a correct request has here


ABSENT, DEFAULT = Choice.ABSENT, Choice.DEFAULT
Key = str | Choice
LONG_KEY = 16  # characters from which on another end makes a key that nobody has


class Api:
    """Calls the operations of one target, from any thread; `prefix` begins the name of every user that it adds."""

    def __init__(
        self,
        client: Client,
        document: Document,
        target: Target,
        ledger: Ledger,
        redactor: Redactor,
        *,
        read_only: bool,
    ) -> None:
        """Send nothing yet."""
        self.client = client
        self.document = document
        self.target = target
        self.ledger = ledger
        self.prefix = ledger.prefix
        self.nowhere = ledger.nowhere
        self.nobody = NOBODY
        self.unknown_key = hashlib.sha1(ledger.prefix.encode(), usedforsecurity=False).hexdigest()
        self.read_only = read_only
        self._redactor = redactor
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._here = threading.local()  # each worker has kept users of its own: what one spoils is no other's
        self._kept: dict[tuple[int, str], User] = {}  # by worker and by what it is for
        self._keeping = [threading.Lock() for _ in range(MOST_JOBS)]  # by worker, which may have threads of its own
        self._given: set[object] = set()  # ids and keys of users added so far

    @property
    def worker(self) -> int:
        """Which of the workers this thread is, from 0 on."""
        return int(getattr(self._here, "worker", 0))

    @worker.setter
    def worker(self, number: int) -> None:
        self._here.worker = number

    # The operations. What is not given is what a correct request has.

    def add(
        self,
        *,
        username: Any = DEFAULT,
        password: Any = DEFAULT,
        instance: str = "",
        api_key: Key = DEFAULT,
        raw: bytes | None = None,
        media_type: str = "application/json",
    ) -> Reply:
        """Call addUser; `raw` is sent in the place of a JSON object with the two members."""
        body = self._credentials(username, password) if raw is None else raw
        path = f"/instances/{self._instance(instance)}/users/"
        return self._call("addUser", path, self._headers(api_key, ABSENT, media_type), body)

    def update(
        self,
        user: User,
        *,
        username: Any = DEFAULT,
        password: Any = DEFAULT,
        user_id: object = DEFAULT,
        instance: str = "",
        api_key: Key = DEFAULT,
        user_key: Key = DEFAULT,
        raw: bytes | None = None,
        media_type: str = "application/json",
    ) -> Reply:
        """Call updateUser with the user's own id and key, unless another is given."""
        body = self._credentials(username, password) if raw is None else raw
        path = self._path(user, user_id, instance)
        headers = self._headers(_or(api_key, user.api_key), _or(user_key, user.user_key), media_type)
        return self._call("updateUser", path, headers, body)

    def details(
        self,
        user_key: Key,
        *,
        by: Literal["header", "query"] = "header",
        instance: str = "",
        api_key: Key = DEFAULT,
    ) -> Reply:
        """Call getUserDetails with a user key in one of its two places."""
        path = f"/instances/{self._instance(instance)}/user/"
        if by == "query" and isinstance(user_key, str):
            path += "?" + urlencode({"user_key": user_key})
        headers = self._headers(api_key, user_key if by == "header" else ABSENT, None)
        return self._call("getUserDetails", path, headers, None, f"getUserDetails by {by}")

    def reset(
        self,
        user: User,
        *,
        user_id: object = DEFAULT,
        instance: str = "",
        api_key: Key = DEFAULT,
        user_key: Key = DEFAULT,
        raw: bytes = b"",
    ) -> Reply:
        """Call resetUserKey with the user's own id and key, unless another is given."""
        path = self._path(user, user_id, instance) + "reset_key/"
        # The page's sample names a media type, though it sends no body.
        headers = self._headers(_or(api_key, user.api_key), _or(user_key, user.user_key), "application/json")
        return self._call("resetUserKey", path, headers, raw)

    # What a test arranges. Whatever it is not about is tolerated here.

    def fresh(self) -> User:
        """Add a user; raises CannotTell when that gives none that can be used."""
        return self._fresh(self.target.instance, self.require("api_key"))

    def anyone(self) -> User:
        """Return a user, as details shows it, for requests that are to be refused: the same while nothing fails."""
        return self._keep("anyone", self.target.instance, self.require("api_key"))

    def somebody(self) -> User:
        """Return a user on whom nothing relies, for requests that may be accepted."""
        return self._keep("somebody", self.target.instance, self.require("api_key"))

    def stranger(self) -> User:
        """Return a user of the second tenant as `anyone` does; raises Inapplicable when the target names none."""
        return self._keep("stranger", self.second_tenant.instance, self.second_tenant.api_key)

    def forget(self) -> None:
        """Let the next `anyone` and the like of this worker be other users, since these may have been changed."""
        with self._lock:
            self._kept = {kept: user for kept, user in self._kept.items() if kept[0] != self.worker}

    def fresh_elsewhere(self) -> User:
        """Add a user of the second tenant; raises Inapplicable when the target names none."""
        return self._fresh(self.second_tenant.instance, self.second_tenant.api_key)

    def shown(self, user: User, user_key: str | None = None) -> Any:
        """Return what details shows for a user, by whichever form of the key works."""
        key = user_key or user.user_key
        reply = self.details(key, instance=user.instance, api_key=user.api_key)
        if not reply.ok:
            reply = self.details(key, by="query", instance=user.instance, api_key=user.api_key)
        return arranged(reply).body

    def require(self, name: Literal["api_key", "plain_key", "account_key", "user_key"]) -> str:
        """Return a key of the target; raises Inapplicable when it gives none."""
        key: str | None = getattr(self.target, name)
        if key is None:
            raise Inapplicable(f"the target gives no {name}")
        return key

    @property
    def altered_key(self) -> str:
        """The API key with another end, which nobody has; raises Inapplicable where the key is too short for that."""
        key = self.require("api_key")
        if len(key) < LONG_KEY:
            raise Inapplicable("the api_key is so short that with another end it may be somebody else's")
        altered = key[:-8] + self.unknown_key[:8]
        self._redactor.learn("altered api_key", altered)
        return altered

    def keys(self, user_key: Key = ABSENT) -> dict[str, str]:
        """Return the headers that carry the API key and a user key, for requests that are none of the operations."""
        return self._headers(DEFAULT, user_key, None)

    @property
    def second_tenant(self) -> Other:
        """The second tenant; raises Inapplicable when the target names none."""
        if self.target.other is None:
            raise Inapplicable("the target gives no second tenant ([other])")
        return self.target.other

    def name(self) -> str:
        """Return a user name that nobody has."""
        return f"{self.prefix}-{next(self._numbers)}"

    def password(self) -> str:
        """Return a password that nobody can guess from the name."""
        password = self.ledger.password()
        for spelled in (password, base64.b64encode(password.encode()).decode().rstrip("=")):
            self._redactor.learn("password", spelled)
        return password

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, kind: str) -> Exchange:
        """Send any request to a path below the base URL, if the settings allow it and it can harm nobody."""
        if self.read_only and method not in SAFE_METHODS:
            raise Inapplicable("--read-only sends GET, HEAD and OPTIONS only")
        self.ledger.check(method, path, headers)
        try:
            return self.client.send(method, path, headers, body, kind)
        except Unreachable as error:
            raise CannotTell(f"{kind} gave no reply before: {error}", judge.NO_REPLY) from error
        except Unsendable as error:
            raise CannotTell(f"{kind} cannot be sent: {error}", judge.BODY) from error
        except Over as over:
            raise CannotTell(str(over)) from over

    def _call(
        self, operation_id: str, path: str, headers: Mapping[str, str], body: bytes | None, kind: str = ""
    ) -> Reply:
        operation = self.document.operation(operation_id)
        exchange = self.request(operation.method, path, headers, body, kind or operation_id)
        is_refused = exchange.response is not None and exchange.response.status // 100 == 4
        is_once_only = is_refused and operation.method not in REPEATABLE
        return Reply(operation, exchange, is_once_only and self.client.log.is_repeated(exchange))

    def _keep(self, use: str, instance: str, api_key: str) -> User:
        kept = self.worker, use
        with self._keeping[self.worker]:
            if kept not in self._kept:
                user = self._fresh(instance, api_key)
                self._kept[kept] = replace(user, body=self.shown(user))
            return self._kept[kept]

    def _fresh(self, instance: str, api_key: str) -> User:
        username, password = self.name(), self.password()
        reply = arranged(self.add(username=username, password=password, instance=instance, api_key=api_key))
        user_id, user_key = reply.at("id"), reply.at("user_key")
        if not is_id(user_id) or not isinstance(user_key, str) or not user_key:
            raise CannotTell("the reply of addUser has no usable id and user_key", judge.BODY)
        made = self.ledger.user(instance, user_id)
        if made is None or made.username != username:
            subject = "USERS-ADD-3" if made else "USERS-ADD-17"
            raise CannotTell("addUser showed another user than the one that it was to add", subject)
        with self._lock:
            if user_id in self._given or user_key in self._given:
                raise CannotTell("addUser gave two users the same id or key", "USERS-ADD-3")
            self._given |= {user_id, user_key}
        return User(instance, api_key, user_id, user_key, username, password, reply.body)

    def _credentials(self, username: Any, password: Any) -> bytes:
        members = {
            "username": self.name() if username is DEFAULT else username,
            "password": self.password() if password is DEFAULT else password,
        }
        return json.dumps({name: value for name, value in members.items() if value is not ABSENT}).encode()

    def _path(self, user: User, user_id: object, instance: str) -> str:
        shown = user.id if user_id is DEFAULT else user_id
        return f"/instances/{self._instance(instance or user.instance)}/users/{quote(str(shown), safe='')}/"

    def _instance(self, instance: str) -> str:
        return quote(instance or self.target.instance, safe="")

    def _headers(self, api_key: Key, user_key: Key, media_type: str | None) -> dict[str, str]:
        headers = {
            "X-API-KEY": self.require("api_key") if api_key is DEFAULT else api_key,
            "X-USER-KEY": user_key,
            "Content-Type": media_type or ABSENT,
        }
        return {name: value for name, value in headers.items() if isinstance(value, str)}


def _or(choice: Key, own: str) -> Key:
    return own if choice is DEFAULT else choice
