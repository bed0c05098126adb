"""Secrets and strangers out of recorded exchanges: all users are strangers here, and any header may be a secret.

Of bodies the shape is left, and of an error what it says. Headers that are known to be harmless keep their values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from syncano_contract.model import Exchange, Headers, Request, Response
from syncano_contract.recorded.base import normal
from syncano_contract.recorded.seen import Seen
from syncano_contract.redact import ALONE, PLACEHOLDER, SECRET_HEADERS, SHORTEST, Redactor
from syncano_contract.strangers import shape, shaped

HIDDEN = "<redacted>"
KEYS = {"x-api-key": "api_key", "x-user-key": "user_key", "api_key": "api_key", "user_key": "user_key"}
MEMBERS = re.compile(rb'"(user_key|api_key|password)"\s*:\s*"((?:[^"\\]|\\.){6,400})"')
PIECE = re.compile(r"[^\s;,=]{6,}")  # of a cookie or a scheme with its key

COOKIES = SECRET_HEADERS - KEYS.keys()
OPEN_HEADERS = frozenset(
    {
        *("accept", "accept-encoding", "accept-language", "allow", "cache-control", "connection", "content-encoding"),
        *("content-language", "content-length", "content-type", "date", "host", "retry-after", "server"),
        *("transfer-encoding", "user-agent", "vary", "x-api-key", "x-user-key"),
    }
)


class Secrets:
    """What recorded exchanges carried as a secret, by its kind."""

    def __init__(self) -> None:
        """Start with none."""
        self._kinds: dict[str, str] = {}

    def learn(self, seen: Seen) -> None:
        """Keep the keys, passwords and cookies of an exchange that is judged."""
        self._keep("api_key", seen.api_key)
        self._keep("user_key", seen.user_key)
        if isinstance(seen.value, dict):
            self._keep("user_key", seen.value.get("user_key"))
        if isinstance(seen.sent, dict):
            self._keep("password", seen.sent.get("password"))
        for headers in (seen.headers, seen.answered):
            for name in () if COOKIES.isdisjoint(headers) else COOKIES & headers.keys():
                for piece in PIECE.findall(headers[name]):
                    self._keep("header", piece)

    def _keep(self, kind: str, value: object) -> None:
        if isinstance(value, str) and len(value) >= SHORTEST and value not in self._kinds:
            self._kinds[value] = kind

    def teach(self, redactor: Redactor, exchanges: Iterable[Exchange], texts: Iterable[str]) -> None:
        """Let a redactor know the secrets of exchanges, and those of any other that stand in them or in texts."""
        held = [*texts]
        for exchange in exchanges:
            for kind, value in _carried(exchange):
                if not PLACEHOLDER.match(value):
                    redactor.learn(kind, value)
            held += _texts(exchange)
        for size in sorted({len(value) for value in self._kinds}):
            windows = {text[at : at + size] for text in held for at in range(len(text) - size + 1)}
            for value in sorted(windows & self._kinds.keys()):
                if not PLACEHOLDER.match(value):
                    redactor.learn(self._kinds[value], value)


def reduced(exchange: Exchange) -> Exchange:
    """Return an exchange without what its bodies tell of anybody, and with no header or parameter that may be a key."""
    request, response = exchange.request, exchange.response
    body = None if request.body is None else _shape_of(request.body)
    kept = replace(request, url=_url(request), headers=_headers(request.headers), body=body)
    return replace(exchange, request=kept, response=response and _response(exchange, response))


def _response(exchange: Exchange, response: Response) -> Response:
    found = shaped(exchange, lambda _: False).response or response
    is_told = response.status >= 400 and _is_object(found.body)
    body = found.body if is_told else _shape_of(response.body)
    return replace(response, reason="", headers=_headers(response.headers), body=body)


def _shape_of(body: bytes) -> bytes:
    """Return the types that a JSON body holds; of any other, and of what names its members by secrets, its size."""
    try:
        return json.dumps(shape(json.loads(body)), indent=2).encode() if body else b""
    except (ValueError, RecursionError):
        return f"<{len(body)} bytes>".encode()


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def _url(request: Request) -> str:
    """Return a URL without user name, fragment, and the values in its query but for keys, which a redactor hides."""
    parts = urlsplit(request.url)
    pairs = [(name, value if name in KEYS else HIDDEN) for name, value in _query(request)]
    query = "&".join(f"{name}={value}" for name, value in pairs)
    return f"{normal(request.url) or HIDDEN}{'/' if parts.path.endswith('/') else ''}{f'?{query}' if query else ''}"


def _query(request: Request) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(request.url).query, keep_blank_values=True, errors="replace")
    except ValueError:
        return []


def _headers(headers: Headers) -> Headers:
    return tuple(
        (name, value if name.lower() in OPEN_HEADERS or ALONE.fullmatch(value) else HIDDEN) for name, value in headers
    )


def _carried(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Yield each secret of an exchange with its kind."""
    request, response = exchange.request, exchange.response
    for name, value in (*request.headers, *(response.headers if response else ())):
        lower = name.lower()
        if lower in KEYS:
            yield KEYS[lower], value
        elif lower in SECRET_HEADERS:
            yield from (("header", piece) for piece in PIECE.findall(value))
    if "_key=" in request.url or "@" in request.url or "password=" in request.url:
        yield from _in_url(request)
    for body in (request.body, response.body if response else None):
        for name, value in MEMBERS.findall(body) if body else ():
            yield name.decode(), _unescaped(value)


def _in_url(request: Request) -> Iterator[tuple[str, str]]:
    for name, value in _query(request):
        if name in KEYS or name == "password":
            yield KEYS.get(name, name), value
    password = urlsplit(request.url).password
    if password:
        yield "password", unquote(password)


def _unescaped(value: bytes) -> str:
    try:
        return str(json.loads(b'"' + value + b'"'))
    except ValueError:
        return value.decode("utf-8", "replace")


def _texts(exchange: Exchange) -> Iterator[str]:
    """Yield what a report may show of an exchange, as it stands there and without its escapes."""
    request, response = exchange.request, exchange.response
    texts: list[Any] = [unquote(request.url), *(value for _, value in request.headers)]
    if response is not None:
        body = response.body.decode("utf-8", "replace")
        texts += [body, _unescaped(body.replace('"', "'").encode()), *(value for _, value in response.headers)]
    yield from texts
