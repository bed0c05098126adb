"""Every exchange of a run in brief: when, for what, how it went, and with what kind of keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from syncano_contract.model import Brief, Exchange, Request, header
from syncano_contract.origins import Origins

# The kinds of keys. An API key is named as in a target file, a user key by whose it is.
NONE, UNKNOWN = "none", "unknown"
OTHER_INSTANCE = "of another instance"
A_USER_KEY = "a user key"
OWN, ANOTHER, OLD = "the user's own", "another user's", "an old one"

OTHER, ACCOUNT = "<other api_key>", "<account_key>"
API_KEYS = {"<api_key>": "api_key", "<plain_key>": "plain_key", ACCOUNT: "account_key", OTHER: "api_key"}
USER_KEY = re.compile(r"<user_key(?: (\d+))?>")


def briefs(
    exchanges: Sequence[Exchange], origins: Origins, operations: Mapping[int, str], began: datetime
) -> Iterator[Brief]:
    """Yield each exchange in brief.

    The exchanges are redacted ones, in the order of sending; `origins` has learnt them, and `operations` maps their
    numbers to operationIds.
    """
    for exchange in exchanges:
        yield Brief(
            number=exchange.number,
            at=max(0.0, (exchange.started - began).total_seconds()),  # a clock may be set back
            seconds=exchange.seconds,
            sender=exchange.sender,
            operation=operations.get(exchange.number),
            status=exchange.response.status if exchange.response else None,
            api_key=_api_key(exchange.request, origins),
            user_key=_user_key(exchange, origins),
        )


def _api_key(request: Request, origins: Origins) -> str:
    """Return which key was sent, by what it is to the instance in the path."""
    scheme_and_key = (header(request.headers, "Authorization") or "").rpartition(" ")[2]
    sent = header(request.headers, "X-API-KEY") or _in_query(request, "api_key") or scheme_and_key
    if USER_KEY.fullmatch(sent):
        return A_USER_KEY
    if sent not in API_KEYS:
        return UNKNOWN if sent else NONE
    is_at_home = (sent == OTHER) is not (origins.instance(request) == origins.home)
    return API_KEYS[sent] if is_at_home or sent == ACCOUNT else OTHER_INSTANCE


def _user_key(exchange: Exchange, origins: Origins) -> str:
    """Return whose key was sent; that of the target file goes with looks only, and is its user's own."""
    request = exchange.request
    sent = header(request.headers, "X-USER-KEY") or _in_query(request, "user_key")
    found = USER_KEY.fullmatch(sent)
    if not found:
        return UNKNOWN if sent else NONE
    return _whose(found[1], exchange, origins) if found[1] else OWN


def _whose(key: str, exchange: Exchange, origins: Origins) -> str:
    owner = origins.owner(key)
    if owner is None:
        return UNKNOWN
    shown = origins.exchanges[origins.keys[key]]
    resets = (origins.exchanges[number] for number in origins.resets.get(owner, ()))
    if any(_is_over(shown, reset) and _is_over(reset, exchange) for reset in resets):
        return OLD
    if origins.instance(exchange.request) != owner[0]:
        return OTHER_INSTANCE
    addressed = origins.addressed(exchange.request)
    return OWN if addressed is None or addressed[0] == owner else ANOTHER


def _is_over(earlier: Exchange, exchange: Exchange) -> bool:
    """Whether an exchange had ended when another began; of two at the same time nobody knows which came first."""
    return earlier.started + timedelta(seconds=earlier.seconds) <= exchange.started


def _in_query(request: Request, name: str) -> str:
    return parse_qs(request.url.partition("?")[2], errors="replace").get(name, [""])[0]
