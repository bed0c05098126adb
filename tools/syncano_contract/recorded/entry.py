"""An entry of a HAR file -> the exchange that it records.

Source: HAR 1.1 and 1.2, and what browsers and proxies make of them. Nothing that an entry claims of its sizes counts.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import zlib
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from syncano_contract.model import Exchange, Headers, Request, Response, header

SENDER = "recorded"
NO_REPLY = "no reply was recorded"
UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)  # stands where no usable time is told
BEFORE_FRACTION = len("20261121T1200")  # characters of a time that come before any fraction
EXACTNESS = tuple(10.0**-digits for digits in range(7))  # seconds, by digits of the fraction
YEARS = range(1971, 2200)
FRACTION = re.compile(r"\.(\d+)")
LARGEST_BODY = 5_000_000  # bytes
LONGEST = 1e9  # milliseconds that an exchange may have taken

# What a deployment had no part in, or what is no exchange of this API, each with its plural.
CACHED, PREFLIGHT, UPGRADED, OTHER_SCHEME = "from a cache", "CORS preflight", "of a web socket", "of no HTTP"


class PassedOver(Exception):
    """The entry is none of a deployment's replies; its one argument says what it is."""


class Odd(Exception):
    """The entry is no HAR entry; its one argument says why."""


class Recorded(NamedTuple):
    """An exchange, when (seconds since 1970) its request began and its reply was there for sure, and what is unknown.

    `began` is None and `ended` infinite where the entry does not tell. `lacks` says why a body of the reply is not
    known; it is empty where it is.
    """

    exchange: Exchange
    began: float | None
    ended: float
    lacks: str


def recorded(entry: Any, number: int) -> Recorded:
    """Return what an entry records; raises PassedOver and Odd."""
    if not isinstance(entry, dict):
        raise Odd("it is no object")
    request = _request(entry.get("request"))
    if entry.get("_fromCache") or entry.get("_fetchedViaServiceWorker"):
        raise PassedOver(CACHED)
    if request.method == "OPTIONS" and header(request.headers, "Access-Control-Request-Method"):
        raise PassedOver(PREFLIGHT)
    response, lacks = _response(entry.get("response"))
    started, began = _moment(entry.get("startedDateTime"))
    seconds, ended = _duration(entry, began)
    error = None if response else NO_REPLY
    return Recorded(Exchange(number, started, seconds, SENDER, request, response, error), began, ended, lacks)


def _request(given: Any) -> Request:
    if not isinstance(given, dict):
        raise Odd("it has no request")
    method, url = given.get("method"), given.get("url")
    if not isinstance(method, str) or not method.strip():
        raise Odd("its request has no method")
    if not isinstance(url, str) or not url:
        raise Odd("its request has no url")
    if url[:4].lower() != "http":
        raise PassedOver(UPGRADED if url[:2].lower() == "ws" else OTHER_SCHEME)
    return Request(method.strip().upper(), url, _headers(given.get("headers")), _posted(given.get("postData")))


def _headers(given: Any) -> Headers:
    """Return the headers without the pseudo headers of HTTP/2 (RFC 9113, section 8.3)."""
    if type(given) is not list:
        return ()
    try:
        pairs = [(each["name"], each["value"]) for each in given]
    except (TypeError, KeyError):
        pairs = [(each.get("name"), each.get("value")) for each in given if isinstance(each, dict)]
    return tuple([pair for pair in pairs if type(pair[0]) is str is type(pair[1]) and pair[0][:1] != ":"])


def _posted(given: Any) -> bytes | None:
    if not isinstance(given, dict):
        return None
    text = given.get("text")
    if isinstance(text, str) and (text or not given.get("params")):
        is_packed = "base64" in (given.get("encoding"), given.get("comment"))
        return (_unpacked(text) if is_packed else None) or text.encode("utf-8", "replace")
    pairs = [(each.get("name"), each.get("value")) for each in _list(given.get("params")) if isinstance(each, dict)]
    form = urlencode([(str(name), str(value or "")) for name, value in pairs], errors="replace")
    return form.encode() if pairs else None


def _response(given: Any) -> tuple[Response | None, str]:
    """Return the reply, or None, and what is not known of its body."""
    if not isinstance(given, dict):
        return None, ""
    status = _number(given.get("status"))
    if not 100 <= status <= 999:
        return None, ""
    if status == 101:
        raise PassedOver(UPGRADED)
    reason, headers = given.get("statusText"), _headers(given.get("headers"))
    body, lacks = _content(given.get("content"), int(status), headers)
    return Response(int(status), reason if isinstance(reason, str) else "", headers, body), lacks


def _content(given: Any, status: int, headers: Headers) -> tuple[bytes, str]:
    content = given if isinstance(given, dict) else {}
    text = content.get("text")
    if not isinstance(text, str):
        is_empty = status in (204, 304) or content.get("size") == 0 or header(headers, "Content-Length") == "0"
        return b"", "" if is_empty else "was not recorded"
    if content.get("encoding") != "base64":
        return text.encode("utf-8", "replace"), ""
    body = _unpacked(text)
    if body is None:
        return b"", "is no base64"
    return _decoded(body, (header(headers, "Content-Encoding") or "").strip().lower())


def _unpacked(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()).encode("ascii", "replace"), validate=True)
    except (binascii.Error, ValueError):
        return None


def _decoded(body: bytes, coding: str) -> tuple[bytes, str]:
    """Return a body without the content coding that it may still have."""
    if body.startswith(b"\x1f\x8b"):
        return _inflated(body, 31)
    if coding == "deflate" and not _is_text(body):
        plain, lacks = _inflated(body, 15)
        return _inflated(body, -15) if lacks else (plain, "")
    if coding in ("br", "zstd", "compress") and not _is_text(body):
        return b"", f"is compressed with {coding}"
    return body, ""


def _inflated(body: bytes, wbits: int) -> tuple[bytes, str]:
    inflating = zlib.decompressobj(wbits)
    try:
        plain = inflating.decompress(body, LARGEST_BODY)
    except zlib.error:
        return b"", "is compressed, and broken"
    return (plain, "") if inflating.eof else (b"", "is compressed, and cut off or too long")


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _moment(given: Any) -> tuple[datetime, float | None]:
    try:
        found = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        return UNKNOWN, None
    if found.year not in YEARS:
        return UNKNOWN, None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return found, found.timestamp()


def _duration(entry: dict[str, Any], began: float | None) -> tuple[float, float]:
    """Return the seconds that an exchange took, and when it had ended for sure: times are as exact as they are written.

    A negative time says that none is known.
    """
    given = _number(entry.get("time"))
    if not 0 <= given <= LONGEST or began is None:
        return 0.0, math.inf
    fraction = FRACTION.search(entry["startedDateTime"], BEFORE_FRACTION)
    exactness = EXACTNESS[min(len(fraction[1]), 6)] if fraction else 1.0
    return given / 1000, began + given / 1000 + exactness


def _number(given: Any) -> float:
    """Return a number, also one that is written as text; -1, which stands for an unknown one in HAR, for no number."""
    try:
        return -1 if isinstance(given, bool) else float(given)
    except (TypeError, ValueError, OverflowError):
        return -1


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []
