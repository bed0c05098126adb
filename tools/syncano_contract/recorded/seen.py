"""A recorded exchange as the document has it: its operation, its keys, and what its two bodies hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

from syncano_contract import judge, leaks
from syncano_contract.document import Document, Operation
from syncano_contract.model import Request, header, path_below
from syncano_contract.recorded.entry import Recorded
from syncano_contract.session import Sighting

# What stands for a value in a body that was reduced to its shape before it was recorded, see `strangers`.
TYPES = frozenset({"<string>", "<number>", "<boolean>", "<null>"})
REDUCED = "was reduced to its shape before"


@dataclass(frozen=True)
class Seen:
    """One exchange below a base URL; `lacks` says why the body of its reply cannot be judged, if that is so."""

    recorded: Recorded
    base_url: str
    path: str
    operation: Operation | None
    parameters: Mapping[str, str]
    status: int
    value: Any
    is_json: bool
    lacks: str

    @property
    def is_success(self) -> bool:
        """Whether an operation was answered with a 2xx."""
        return self.operation is not None and self.status // 100 == 2

    @cached_property
    def user(self) -> Sighting | None:
        """The user that a success of an operation showed."""
        if self.is_success and isinstance(self.value, dict) and "id" in self.value:
            return Sighting(self.recorded.exchange, self.parameters["instance_name"], self.value)
        return None

    @cached_property
    def text(self) -> str:
        """All that the reply shows."""
        response = self.recorded.exchange.response
        return leaks.text_of(response) if response else ""

    @cached_property
    def sent(self) -> Any:
        """The JSON that was sent, or None."""
        body = self.recorded.exchange.request.body
        try:
            return judge.parse(body) if body else None
        except ValueError:
            return None

    @cached_property
    def api_key(self) -> str:
        """The API key that was sent, from wherever deployments look for one, or an empty string."""
        request = self.recorded.exchange.request
        by_scheme = (header(request.headers, "Authorization") or "").rpartition(" ")[2]
        return header(request.headers, "X-API-KEY") or in_query(request, "api_key") or by_scheme

    @cached_property
    def user_key(self) -> str:
        """The user key that was sent, in the header or else in the query, or an empty string."""
        request = self.recorded.exchange.request
        return header(request.headers, "X-USER-KEY") or in_query(request, "user_key")


def seen(recorded: Recorded, base_url: str, document: Document) -> Seen:
    """Return a recorded exchange as the document has it."""
    exchange = recorded.exchange
    path = path_below(base_url, exchange.request.url)
    matched = document.match(exchange.request.method, path)
    operation, parameters = matched or (None, {})
    value, is_json, lacks = None, False, recorded.lacks
    if exchange.response is not None and not lacks:
        try:
            value, is_json = judge.parse(exchange.response.body), True
        except ValueError:
            value = None
        if b'"<' in exchange.response.body and is_reduced(value):
            value, lacks = None, REDUCED
    status = exchange.response.status if exchange.response else 0
    return Seen(recorded, base_url, path, operation, parameters, status, value, is_json, lacks)


def is_reduced(value: Any) -> bool:
    """Whether a JSON value has names of types in the place of all that was in it."""
    waiting, found = [value], False
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict | list):
            waiting += each.values() if isinstance(each, dict) else each
        elif isinstance(each, str) and each in TYPES:
            found = True
        else:
            return False
    return found


def in_query(request: Request, name: str) -> str:
    """Return a parameter of the query, or an empty string."""
    if f"{name}=" not in request.url:
        return ""
    return parse_qs(urlsplit(request.url).query, errors="replace").get(name, [""])[0]


def object_of(value: Any) -> dict[str, Any]:
    """Return a value that is a JSON object, and an empty one for any other."""
    return value if isinstance(value, dict) else {}


def compact(value: Any) -> str:
    """Return a value as JSON."""
    return json.dumps(value, ensure_ascii=False)
