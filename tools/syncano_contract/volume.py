"""How much is kept of what a target sends: whole while it can be judged, and its beginning where it is reported."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from syncano_contract.judge import shorten
from syncano_contract.model import Exchange, Headers, Response
from syncano_contract.strangers import WITHHELD
from syncano_contract.text import is_text

MOST_JUDGED = 50_000_000  # bytes of replies that are kept until the end of a run, all in all
MOST_REPORTED = 4_000_000  # bytes of those in a report
SHARE = 16  # a report takes no larger part of what is left of them for one reply
LEAST = 2_000  # bytes of each reply that are always kept
LARGE = 20_000  # bytes from which on a reply is looked at when it comes, and not again for the report
LONGEST_LINE = 1_000  # characters of a reason or an error
MORE = "…"  # the name in the place of the headers that are left out

# A key that was cut in its middle would be found no more.
CUT_OFF = re.compile(rb"[A-Za-z0-9_.+/=-]{1,200}\Z")


class Volume:
    """Cuts what is too much: at arrival, for the memory; later, in the order of sending, for the report."""

    def __init__(self, is_strange: Callable[[Exchange], bool]) -> None:
        """Keep everything yet; `is_strange` tells whether a reply shows a user that the run did not make."""
        self._is_strange = is_strange
        self._strange: set[int] = set()
        self._judged_left = MOST_JUDGED
        self._reported_left = MOST_REPORTED

    def keep(self, exchange: Exchange) -> Exchange:
        """Return what is kept of an exchange that has just come."""
        response = exchange.response
        if response is None or _size(response) <= LEAST:
            return exchange
        if _size(response) > LARGE and self._is_strange(exchange):
            self._strange.add(exchange.number)
        self._judged_left -= _size(response)
        return exchange if self._judged_left >= 0 else replace(exchange, response=_beginning(response, LEAST))

    def reported(self, exchange: Exchange) -> Exchange:
        """Return what a report has of an exchange."""
        response, error = exchange.response, exchange.error and shorten(exchange.error, LONGEST_LINE)
        if response is None:
            return replace(exchange, error=error)
        if exchange.number in self._strange:
            size = len(response.body) if response.size is None else response.size
            return replace(exchange, response=replace(response, headers=(), body=WITHHELD, size=size))
        allowed = max(LEAST, self._reported_left // SHARE)
        self._reported_left -= min(_size(response), allowed) if _size(response) > LEAST else 0
        shown = response if _size(response) <= allowed else _beginning(response, allowed)
        return replace(exchange, response=replace(shown, reason=shorten(shown.reason, LONGEST_LINE)))


def is_shortened(exchange: Exchange) -> bool:
    """Whether only the beginning of a reply is here."""
    return exchange.response is not None and exchange.response.size is not None


def _size(response: Response) -> int:
    return len(response.body) + sum(len(name) + len(value) for name, value in response.headers)


def _beginning(response: Response, most: int) -> Response:
    """Return a response of so many bytes, half of them for the headers if it has so many."""
    headers = _fitting(response.headers, most // 2)
    end = max(0, most - sum(len(name) + len(value) for name, value in headers))
    body = response.body[:end]
    if end < len(response.body):
        body = CUT_OFF.sub(b"", body).decode("utf-8", "ignore").encode() if is_text(response.body) else body
    return replace(response, headers=headers, body=body, size=response.size or len(response.body))


def _fitting(headers: Headers, most: int) -> Headers:
    """Return the headers that fit in, and how many were left out."""
    kept = []
    for name, value in headers:
        most -= len(name) + len(value)
        if most >= 0:
            kept.append((name, value))
    left_out = len(headers) - len(kept)
    return (*kept, (MORE, f"{left_out} more")) if left_out else headers
