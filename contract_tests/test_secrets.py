"""Secrets: what no reply may show. Looks at the whole traffic."""

from __future__ import annotations

import re

from syncano_contract import expect, judge, leaks
from syncano_contract.model import Exchange
from syncano_contract.outcome import Failed
from syncano_contract.plugin import MUST, SHOULD, requirement
from syncano_contract.session import Session

USER_KEY = re.compile(r'"user_key"\s*:\s*"([^"\\]+)')


@requirement("SECRETS-1", MUST, source=("users-add#response/200", "users-update-put#response/200"))
def test_no_reply_shows_a_password(traffic: Session) -> None:
    """No reply shows a password that was sent, neither in its body nor in a header, and not in Base64 either."""
    for exchange, text in _replies(traffic):
        if leaks.shows_password(text, [traffic.ledger.password_stem]):
            raise Failed(*leaks.PASSWORD, exchange)
    for sighting in expect.sightings(traffic):
        if sighting.body.get("password"):
            raise Failed(*leaks.PASSWORD_MEMBER, sighting.exchange)
    expect.seen_enough(traffic)


@requirement("SECRETS-2", MUST, source=("users-add#auth", "users-add#response/403", "user-details#callout/1"))
def test_no_reply_shows_an_api_key(traffic: Session) -> None:
    """No reply shows the API key or the account key that was sent, neither in its body nor in a header."""
    for exchange, text in _replies(traffic):
        if leaks.shows_api_key(text, traffic.target.instance_keys):
            raise Failed(*leaks.API_KEY, exchange)
    expect.seen_enough(traffic)


@requirement("SECRETS-3", MUST, source=("users-add#response/200", "user-details#response/200"))
def test_user_keys_stand_in_their_member_only(traffic: Session) -> None:
    """A user's key stands in the member `user_key` and nowhere else in a reply: a link, a header, an error."""
    sightings = expect.sightings(traffic)
    shown = {sighting.exchange.number: str(sighting.body.get("user_key")) for sighting in sightings}
    known = {key for key in shown.values() if len(key) >= leaks.LEAST}
    for exchange, text in _replies(traffic):
        if leaks.shows_user_key(text, shown.get(exchange.number) or _shown_in_broken_json(exchange), known):
            raise Failed(*leaks.USER_KEY, exchange)
    expect.seen_enough(traffic)


@requirement("SECRETS-4", SHOULD, source="RFC 9110 section 17.1")
def test_no_reply_shows_a_stack_trace(traffic: Session) -> None:
    """No reply shows how the deployment is built, as a stack trace does."""
    for exchange, text in _replies(traffic):
        if trace := leaks.stack_trace(text):
            raise Failed(leaks.NO_STACK_TRACE, trace, exchange)
    expect.seen_enough(traffic)


def _shown_in_broken_json(exchange: Exchange) -> str:
    """Return what stands in the first member `user_key` of a body that is no JSON, or an empty string."""
    body = exchange.response.body if exchange.response else b""
    try:
        judge.parse(body)
    except ValueError:
        found = USER_KEY.search(body.decode("utf-8", "replace"))
        return found[1] if found else ""
    return ""


def _replies(traffic: Session) -> list[tuple[Exchange, str]]:
    told = [(each, each.response) for each in expect.traffic(traffic)]
    return [(each, leaks.text_of(reply.headers, reply.body)) for each, reply in told if reply is not None]
