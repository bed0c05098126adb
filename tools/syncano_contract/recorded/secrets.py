"""Recorded exchanges without secrets and strangers: all users are strangers here, and any header may be a secret.

What is left of an exchange is what can be listed: places, types, sizes, statuses, and names and texts of the document.
A key is left as a number, so that one is told from another.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from syncano_contract import judge
from syncano_contract.document import Document
from syncano_contract.model import Exchange, Headers, Request, Response
from syncano_contract.recorded.base import path_in
from syncano_contract.recorded.vocabulary import METHODS, Vocabulary, path_of
from syncano_contract.redact import SECRET_HEADERS
from syncano_contract.redact import WITHHELD as HIDDEN
from syncano_contract.strangers import shape

KEYS = frozenset({"api_key", "user_key"})  # in a query
KEY_HEADERS = {"x-api-key": "api_key", "x-user-key": "user_key"}
ID = re.compile(r"[0-9]{1,19}")

# The headers that are shown, beside those of the document: the first with a value that is made of VALUES alone.
OPEN_HEADERS = frozenset(
    {
        *("accept", "accept-encoding", "allow", "cache-control", "connection", "content-encoding", "content-length"),
        *("content-type", "date", "retry-after", "transfer-encoding", "vary"),
    }
)
CLOSED_HEADERS = SECRET_HEADERS | {"accept-language", "host", "location", "server", "user-agent"}
_VALUES = """
    accept age api apr application aug authorization br charset chunked close cookie dec deflate delete encoding feb
    form data encoded fri get gmt gzip head html identity iso jan javascript json jul jun keep alive key language
    mar max may mon multipart must no cache nov oct octet options origin patch plain post private problem public put
    q revalidate s sat sep stale store stream sun text thu transform trace tue urlencoded user utf wed www x xml
    zstd
"""
VALUES = frozenset(_VALUES.split())
MOST_DIGITS = 12  # in a header, as a date has them; more may be a number of somebody's
SIZE = re.compile(r"[0-9]{1,12}")


class Evidence:
    """Takes out of exchanges of one base URL whatever may be anybody's."""

    def __init__(self, document: Document, vocabulary: Vocabulary, base_url: str, instance: str) -> None:
        """Keep what may be shown: the base URL and the instance that the report is on."""
        self._document = document
        self._vocabulary = vocabulary
        self._base_url = base_url
        self._instance = instance
        self._numbers: defaultdict[str, dict[str, int]] = defaultdict(dict)

    def of(self, exchange: Exchange) -> Exchange:
        """Return an exchange with types in the place of what its bodies hold, and with no free text anywhere."""
        request, response = exchange.request, exchange.response
        kept = Request(
            request.method if request.method in METHODS else HIDDEN,
            self._url(request),
            self._headers(request.headers),
            None if request.body is None else self._body(request.body, is_error=False),
        )
        return replace(exchange, request=kept, response=response and self._response(response))

    def _response(self, response: Response) -> Response:
        body = self._body(response.body, is_error=response.status >= 400)
        return replace(response, reason="", headers=self._headers(response.headers), body=body)

    def _numbered(self, kind: str, value: str) -> str:
        """Return what stands for a value, the same each time; nothing and what stands for many stay."""
        if value in ("", HIDDEN):
            return value
        numbers = self._numbers[kind]
        return f"<{kind} {numbers.setdefault(value, len(numbers) + 1)}>"

    def _url(self, request: Request) -> str:
        path = path_in(self._base_url, request.url)
        operation, given = self._document.match(request.method, path) or (None, {})
        if operation is None:
            shown = path_of(path, self._vocabulary, HIDDEN)
        else:
            shown = operation.path.format(**{name: self._parameter(name, value) for name, value in given.items()})
        query = "&".join(f"{name}={self._numbered(name, value)}" for name, value in _query(request) if name in KEYS)
        return f"{self._vocabulary.base(self._base_url)}{shown}{f'?{query}' if query else ''}"

    def _parameter(self, name: str, value: str) -> str:
        """Return an id or the instance that the report is on; another instance is told by a number."""
        if name != "instance_name":
            return value if ID.fullmatch(value) else HIDDEN
        others = self._numbers[name]
        return instance_of(value) if value == self._instance else f"other-{others.setdefault(value, len(others) + 1)}"

    def _headers(self, headers: Headers) -> Headers:
        listed = ((name, name.lower(), value) for name, value in headers)
        return tuple(
            (name, self._value(lower, value))
            for name, lower, value in listed
            if lower in OPEN_HEADERS or lower in CLOSED_HEADERS or self._vocabulary.knows(name)
        )

    def _value(self, name: str, value: str) -> str:
        if name in KEY_HEADERS:
            return self._numbered(KEY_HEADERS[name], value)
        is_size = name == "content-length" and SIZE.fullmatch(value)
        return value if is_size or (name in OPEN_HEADERS and is_plain(value)) else HIDDEN

    def _body(self, body: bytes, *, is_error: bool) -> bytes:
        """Return the types that a JSON body holds, and the texts of an error that the document has; else its size."""
        try:
            value = json.loads(body) if body else None
            shown = self._shape(value, is_error)
            if isinstance(value, dict) and isinstance(value.get("user_key"), str) and not is_error:
                shown["user_key"] = self._numbered("user_key", value["user_key"])
            return json.dumps(shown, indent=2).encode() if body else b""
        except (ValueError, RecursionError):
            return f"<{len(body)} bytes>".encode()

    def _shape(self, value: Any, is_error: bool) -> Any:
        match value:
            case dict():
                return {self._vocabulary.name(name): self._shape(each, is_error) for name, each in value.items()}
            case list():
                return [self._shape(each, is_error) for each in value]
            case str() if is_error and self._vocabulary.tells(value):
                return value
            case _:
                return shape(value)


def instance_of(name: str) -> str:
    """Return the name of the instance that a report is on, if it is such a name."""
    return name if judge.PLAIN["instance_name"].match(name) else HIDDEN


def with_known_headers(exchange: Exchange, vocabulary: Vocabulary) -> Exchange:
    """Return an exchange whose reply has only headers that may be in a suggested overlay."""
    response = exchange.response
    if response is None:
        return exchange
    known = tuple(each for each in response.headers if is_plain(each[1]) or each[0].lower() != "content-type")
    kept = tuple(each for each in known if vocabulary.knows(each[0]) or each[0].lower() in OPEN_HEADERS)
    return replace(exchange, response=replace(response, headers=kept))


def is_plain(value: str) -> bool:
    """Whether the value of a header is made of words of HTTP and of few digits."""
    words, digits = re.findall("[A-Za-z]+", value), re.findall("[0-9]", value)
    is_known = len(digits) <= MOST_DIGITS and all(word.lower() in VALUES for word in words)
    return is_known and value.isascii() and value.isprintable()


def _query(request: Request) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(request.url).query, keep_blank_values=True, errors="replace")
    except ValueError:
        return []
