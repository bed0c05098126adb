"""Secrets: what no reply may show. Looks at the whole traffic."""

from __future__ import annotations

import base64
import re

from syncano_contract import expect, judge
from syncano_contract.model import Exchange
from syncano_contract.outcome import Failed
from syncano_contract.plugin import MUST, SHOULD, requirement
from syncano_contract.session import Session

LEAST = 16  # characters of a key that no text holds by chance

USER_KEY = re.compile(r'"user_key"\s*:\s*"([^"\\]+)')

# The first lines with which common runtimes begin what they print of a crash.
STACK_TRACE = re.compile(
    r"Traceback \(most recent call last\)|^\s+at [\w.$<>]+\([\w. :/\\-]*\)|\bFile \"[^\"]+\", line \d+, in |"
    r"^goroutine \d+ \[|\.rb:\d+:in [`']|#\d+ /[^\s(]+\.php\(\d+\)",
    re.MULTILINE,
)


@requirement("SECRETS-1", MUST, source=("users-add#response/200", "users-update-put#response/200"))
def test_no_reply_shows_a_password(traffic: Session) -> None:
    """No reply shows a password that was sent, neither in its body nor in a header, and not in Base64 either."""
    stem = traffic.ledger.password_stem
    # Three bytes are four characters of Base64: the stem without what is left over is the same in each password.
    spelled = (stem, base64.b64encode(stem[: len(stem) // 3 * 3].encode()).decode())
    for exchange, text in _replies(traffic):
        if any(each in text for each in spelled):
            raise Failed("no password in a reply", "one that this run had sent", exchange)
    for sighting in expect.sightings(traffic):
        if sighting.body.get("password"):
            raise Failed("no password in a reply", "a member `password` with a value", sighting.exchange)
    expect.seen_enough(traffic)


@requirement("SECRETS-2", MUST, source=("users-add#auth", "users-add#response/403", "user-details#callout/1"))
def test_no_reply_shows_an_api_key(traffic: Session) -> None:
    """No reply shows the API key or the account key that was sent, neither in its body nor in a header."""
    for exchange, text in _replies(traffic):
        if any(key in text for key in traffic.target.instance_keys if len(key) >= LEAST):
            raise Failed("no API key in a reply", "one that this run had sent", exchange)
    expect.seen_enough(traffic)


@requirement("SECRETS-3", MUST, source=("users-add#response/200", "user-details#response/200"))
def test_user_keys_stand_in_their_member_only(traffic: Session) -> None:
    """A user's key stands in the member `user_key` and nowhere else in a reply: a link, a header, an error."""
    sightings = expect.sightings(traffic)
    keys = {str(sighting.body.get("user_key")) for sighting in sightings}
    known = {key for key in keys if len(key) >= LEAST}
    shown = {sighting.exchange.number: str(sighting.body.get("user_key")) for sighting in sightings}
    for exchange, text in _replies(traffic):
        elsewhere = text.replace(shown.get(exchange.number) or _shown_in_broken_json(exchange), "", 1)
        if any(key in elsewhere for key in known):
            raise Failed("a user key in `user_key` only", "one elsewhere in the reply", exchange)
    expect.seen_enough(traffic)


@requirement("SECRETS-4", SHOULD, source="RFC 9110 section 17.1")
def test_no_reply_shows_a_stack_trace(traffic: Session) -> None:
    """No reply shows how the deployment is built, as a stack trace does."""
    for exchange, text in _replies(traffic):
        found = STACK_TRACE.search(text)
        if found:
            raise Failed("no stack trace in a reply", found.group().strip(), exchange)
    expect.seen_enough(traffic)


def _shown_in_broken_json(exchange: Exchange) -> str:
    """Return what stands in the first member `user_key` of a body that is no JSON; a NUL, as no key holds, for none."""
    body = exchange.response.body if exchange.response else b""
    try:
        judge.parse(body)
    except ValueError:
        found = USER_KEY.search(body.decode("utf-8", "replace"))
        return found[1] if found else "\0"
    return "\0"


def _replies(traffic: Session) -> list[tuple[Exchange, str]]:
    replies = []
    for exchange in expect.traffic(traffic):
        if exchange.response is not None:
            headers = "\n".join(f"{name}: {value}" for name, value in exchange.response.headers)
            replies.append((exchange, headers + "\n" + exchange.response.body.decode("utf-8", "replace")))
    return replies
