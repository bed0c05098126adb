"""An entry of a HAR file -> the exchange that it records.

Source: HAR 1.1 and 1.2, and what browsers and proxies make of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from syncano_contract.model import Exchange, Headers, Request, Response
from syncano_contract.recorded.content import Content, content_of, is_json, json_of, number, unpacked

SENDER = "recorded"
NO_REPLY = "no reply was recorded"
UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)  # stands where no usable time is told
BEFORE_FRACTION = len("20261121T1200")  # characters of a time that come before any fraction
EXACTNESS = tuple(10.0**-digits for digits in range(7))  # seconds, by digits of the fraction
YEARS = range(1971, 2200)
FRACTION = re.compile(r"\.(\d+)")
LONGEST = 1e9  # milliseconds that an exchange may have taken

# What a deployment had no part in, or what is no exchange of this API, each with its plural.
CACHED, PREFLIGHT, UPGRADED, OTHER_SCHEME = "from a cache", "CORS preflight", "of a web socket", "of no HTTP"
MADE, OF_PROXY, INTERIM = "made by whoever recorded", "of the client's own proxy", "that end nothing (1xx)"
FETCHED = {  # as Safari says it
    **dict.fromkeys(("Disk Cache", "Memory Cache", "Service Worker"), CACHED),
    "Inspector Override": MADE,
}

# Proxies that record, and answer for a deployment that they cannot reach.
RECORDERS = re.compile(rb"\[Fiddler\]|\bmitmproxy\b|\bCharles Error Report\b|\bBurp Suite\b", re.IGNORECASE)
OF_RECORDERS = frozenset({502, 503, 504})
PSEUDO = frozenset({":method", ":scheme", ":authority", ":path", ":status", ":protocol"})
MEDIA_TYPE = re.compile(r"\s*[\w.+-]+/[\w.+-]+\s*(?:;|\Z)")


class PassedOver(Exception):
    """The entry is none of a deployment's replies; its one argument says what it is."""


class Odd(Exception):
    """The entry is no HAR entry; its one argument says why."""


class HarRequest(NamedTuple):
    """A request; `by_name` has the values of its headers by names in lower case."""

    method: str
    url: str
    headers: Headers
    by_name: Mapping[str, str]
    body: bytes | None


class HarResponse(NamedTuple):
    """A reply, of status 0 where none was recorded; `by_name` as for a request."""

    status: int
    reason: str
    headers: Headers
    by_name: Mapping[str, str]
    content: Content


class Recorded(NamedTuple):
    """A request and its reply, and when (seconds since 1970) the one began and the other was there for sure.

    `began` is None and `ended` infinite where that is not known. Times are of one clock where `clock` is the same.
    """

    number: int
    request: HarRequest
    response: HarResponse
    started: datetime
    began: float | None
    seconds: float
    ended: float
    clock: int

    @property
    def exchange(self) -> Exchange:
        """The same as an exchange of a run."""
        sent, shown = self.request, self.response
        request = Request(sent.method, sent.url, sent.headers, sent.body)
        response = Response(shown.status, shown.reason, shown.headers, shown.content.body) if shown.status else None
        error = None if response else NO_REPLY
        return Exchange(self.number, self.started, self.seconds, SENDER, request, response, error)


UNANSWERED = HarResponse(0, "", (), {}, Content())


def of_exchange(exchange: Exchange) -> Recorded:
    """Return an exchange as one that was recorded, at no known time."""
    sent, reply = exchange.request, exchange.response
    request = HarRequest(sent.method, sent.url, sent.headers, by_name(sent.headers), sent.body)
    response = UNANSWERED
    if reply:
        content = Content(reply.body, *json_of(reply.body))
        response = HarResponse(reply.status, reply.reason, reply.headers, by_name(reply.headers), content)
    return Recorded(exchange.number, request, response, exchange.started, None, exchange.seconds, math.inf, 0)


def recorded(entry: Any, number: int, clock: int = 0) -> Recorded:
    """Return what an entry records, with its number and that of its clock; raises PassedOver and Odd."""
    if not isinstance(entry, dict):
        raise Odd("it is no object")
    request = _request(entry.get("request"))
    if source := _source(entry):
        raise PassedOver(source)
    if request.method == "OPTIONS" and request.by_name.get("access-control-request-method"):
        raise PassedOver(PREFLIGHT)
    response = _response(entry.get("response"))
    started, began = _moment(entry.get("startedDateTime"))
    seconds, ended = _duration(entry, began)
    return Recorded(number, request, response, started, began, seconds, ended, clock)


def _source(entry: dict[str, Any]) -> str:
    """Return where a reply came from if that was no deployment, else an empty string."""
    if entry.get("_fromCache") or entry.get("_fetchedViaServiceWorker"):
        return CACHED
    if "_fetchType" in entry or "_wasFulfilled" in entry:
        return FETCHED.get(str(entry.get("_fetchType")), MADE if entry.get("_wasFulfilled") is True else "")
    before = entry["cache"].get("beforeRequest") if isinstance(entry.get("cache"), dict) else None
    is_hit = isinstance(before, dict) and number(before.get("hitCount")) > 0 and number(entry.get("time")) == 0
    return CACHED if is_hit else ""


def _request(given: Any) -> HarRequest:
    if not isinstance(given, dict):
        raise Odd("it has no request")
    method, url = given.get("method"), given.get("url")
    if not isinstance(method, str) or not method.strip():
        raise Odd("its request has no method")
    if not isinstance(url, str) or not url:
        raise Odd("its request has no url")
    if url[:4].lower() != "http":
        raise PassedOver(UPGRADED if url[:2].lower() == "ws" else OTHER_SCHEME)
    if given.get("queryString") and "?" not in url and (query := _form(given["queryString"])):
        url = f"{url.partition('#')[0]}?{query}"
    headers, named = _headers(given.get("headers"))
    if given.get("cookies") and "cookie" not in named:
        cookies = "; ".join(f"{name}={value}" for name, value in _headers(given["cookies"])[0])
        headers += (("Cookie", cookies),) if cookies else ()
        named = by_name(headers)
    return HarRequest(method.strip().upper(), url, headers, named, _posted(given.get("postData")))


def _headers(given: Any) -> tuple[Headers, Mapping[str, str]]:
    """Return the headers, and by name, without the pseudo headers of HTTP/2 (RFC 9113, section 8.3)."""
    if type(given) is dict:
        given = [{"name": name, "value": value} for name, value in given.items()]
    if type(given) is not list:
        return (), {}
    try:
        pairs = [(name, value) for each in given if type(name := each["name"]) is str is type(value := each["value"])]
    except (TypeError, KeyError):
        return _headers([each for each in given if isinstance(each, dict) and {"name", "value"} <= each.keys()])
    named = by_name(pairs)
    if not PSEUDO.isdisjoint(named):
        pairs = [pair for pair in pairs if pair[0].lower() not in PSEUDO]
        named = by_name(pairs)
    return tuple(pairs), named


def by_name(headers: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Return the value of each header; of one that is there twice with different values, all with commas between."""
    found = {name.lower(): value for name, value in headers}
    if len(found) == len(headers):
        return found
    values: dict[str, dict[str, None]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), {})[value] = None
    return {name: ", ".join(each) for name, each in values.items()}


def _posted(given: Any) -> bytes | None:
    if not isinstance(given, dict):
        return None
    text = given.get("text")
    if isinstance(text, str) and (text or not given.get("params")):
        is_packed = "base64" in (given.get("encoding"), given.get("comment"))
        return (unpacked(text) if is_packed else None) or text.encode("utf-8", "replace")
    return _form(given.get("params")).encode() or None


def _form(given: Any) -> str:
    """Return names and values as forms and queries have them."""
    pairs = [(each.get("name"), each.get("value")) for each in _list(given) if isinstance(each, dict)]
    return urlencode([(str(name), str(value or "")) for name, value in pairs], errors="replace")


def _response(given: Any) -> HarResponse:
    if not isinstance(given, dict):
        return UNANSWERED
    told = number(given.get("status"))
    if not 100 <= told <= 999:
        return UNANSWERED
    status = int(told)
    if status == 407 or status < 200:
        raise PassedOver(OF_PROXY if status == 407 else UPGRADED if status == 101 else INTERIM)
    reason, (headers, named) = given.get("statusText"), _headers(given.get("headers"))
    content = content_of(given, status, named)
    if named.get("content-type", "").strip()[:1] in ("", ","):  # none, or the first one says nothing
        headers = _with_media_type(headers, given.get("content"))
        named = by_name(headers)
    if status in OF_RECORDERS and _is_of_recorder(named, content.body):
        return UNANSWERED
    return HarResponse(status, reason if isinstance(reason, str) else "", headers, named, content)


def _with_media_type(headers: Headers, content: Any) -> Headers:
    """Return headers without an empty Content-Type; where no other was kept, the media type of the content is one."""
    kept = tuple(pair for pair in headers if pair[0].lower() != "content-type" or pair[1].strip())
    kind = content.get("mimeType") if isinstance(content, dict) else None
    if "content-type" in by_name(kept) or not isinstance(kind, str) or not MEDIA_TYPE.match(kind):
        return kept or headers
    return (*kept, ("Content-Type", kind))


def _is_of_recorder(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether whoever recorded answered itself, as no deployment could be reached."""
    server = headers.get("server", "").encode("utf-8", "replace")
    return RECORDERS.search(server + b"\n" + body[:2000]) is not None and not is_json(body)


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

    A time that is negative or 0 says that none is known, and a fraction of zeros that there is none.
    """
    given = number(entry.get("time"))
    if not 0 < given <= LONGEST or began is None:
        return 0.0, math.inf
    fraction = FRACTION.search(entry["startedDateTime"], BEFORE_FRACTION)
    exactness = EXACTNESS[min(len(fraction[1]), 6)] if fraction and fraction[1].strip("0") else 1.0
    return given / 1000, began + given / 1000 + exactness


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []
