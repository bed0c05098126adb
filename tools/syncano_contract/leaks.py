"""What no reply may show, and where a reply shows it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator

from syncano_contract.model import Exchange, Response
from syncano_contract.outcome import Failed
from syncano_contract.session import Sighting

LEAST = 16  # characters of a key that no text holds by chance

# The first lines with which common runtimes begin what they print of a crash.
STACK_TRACE = re.compile(
    r"Traceback \(most recent call last\)|^\s+at [\w.$<>]+\([\w. :/\\-]*\)|\bFile \"[^\"]+\", line \d+, in |"
    r"^goroutine \d+ \[|\.rb:\d+:in [`']|#\d+ /[^\s(]+\.php\(\d+\)",
    re.MULTILINE,
)

# One of these stands in every one of them, and is found much sooner.
MARKS = ("Traceback ", "at ", 'File "', "goroutine ", ".rb:", ".php(")


def text_of(response: Response) -> str:
    """Return all that a reply shows: its headers and its body."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers)
    return headers + "\n" + response.body.decode("utf-8", "replace")


def passwords(exchange: Exchange, text: str, sent: Iterable[str]) -> Iterator[Failed]:
    """Yield the failure that a reply shows a password that was sent, or how all of them begin; in Base64 too."""
    for password in sent:
        # Three bytes are four characters of Base64: without what is left over they are the same whatever follows.
        packed = password.encode("utf-8", "replace")[: len(password.encode("utf-8", "replace")) // 3 * 3]
        if password in text or base64.b64encode(packed).decode() in text:
            yield Failed("no password in a reply", "one that was sent", exchange)


def password_members(sighting: Sighting) -> Iterator[Failed]:
    """Yield the failure that a shown user has a password."""
    if sighting.body.get("password"):
        yield Failed("no password in a reply", "a member `password` with a value", sighting.exchange)


def api_keys(exchange: Exchange, text: str, sent: Iterable[str]) -> Iterator[Failed]:
    """Yield the failure that a reply shows an API key that was sent."""
    for key in sent:
        if len(key) >= LEAST and key in text:
            yield Failed("no API key in a reply", "one that was sent", exchange)
            return


def user_keys(exchange: Exchange, text: str, shown: str, known: Iterable[str]) -> Iterator[Failed]:
    """Yield the failure that a reply shows one of the known user keys beside the one that it has to show."""
    elsewhere = text.replace(shown, "", 1) if shown else text
    for key in known:
        if key in elsewhere:
            yield Failed("a user key in `user_key` only", "one elsewhere in the reply", exchange)
            return


def stack_traces(exchange: Exchange, text: str) -> Iterator[Failed]:
    """Yield the failure that a reply shows a stack trace."""
    for mark in MARKS:
        if mark in text and (found := STACK_TRACE.search(text)):
            yield Failed("no stack trace in a reply", found.group().strip(), exchange)
            return
